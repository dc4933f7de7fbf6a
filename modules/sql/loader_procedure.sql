-- Redshift's `create role` knows no `if not exists`.
create or replace procedure public.create_loader()
language plpgsql
as $$
declare
    roles integer;
begin
    select into roles count(*) from svv_roles where role_name = 'loader';
    if roles = 0 then
        execute 'create role loader';
    end if;
end;
$$;
