-- What the warehouse of the tests stores as SQL: views on views, one of them materialized, and procedures.
drop schema if exists shop cascade;
create schema shop authorization loader;
set role loader;
create table shop.orders (id int, customer int, amount numeric, status text);
create table shop.totals (customer int, total numeric);
create view shop.paid as select id, customer, amount from shop.orders where status = 'paid';
create materialized view shop.per_customer as select customer, sum(amount) as total from shop.paid group by customer;
create view shop.best (who, much) as select customer, total from shop.per_customer;

create procedure shop.load(lowest numeric) language plpgsql as $$
declare
    rows_before int;
begin
    select count(*) into rows_before from shop.totals;
    raise info 'there were %', rows_before;
    delete from shop.totals;
    insert into shop.totals select customer, amount from shop.paid where amount > lowest;
end
$$;
create procedure shop.load_all() language plpgsql as $$
begin
    call shop.load(0);
end
$$;
create procedure shop.load_table(name text) language plpgsql as $$
begin
    execute 'insert into ' || name || ' select customer, amount from shop.orders';
end
$$;
reset role;
