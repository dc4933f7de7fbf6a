-- Columns, and a row without one for each view; late-binding views have no columns here.
select table_schema, table_name, column_name, data_type
from (
    select table_schema::varchar, table_name::varchar, column_name::varchar, data_type::varchar, ordinal_position::int
    from information_schema.columns
    where table_schema in ({schemas}) and table_name in ({tables})
    union all
    select nspname::varchar, relname::varchar, null::varchar, null::varchar, 0
    from pg_class
    join pg_namespace on pg_namespace.oid = relnamespace
    where relkind in ('v', 'm') and nspname in ({schemas}) and relname in ({tables})
) as found
order by table_schema, table_name, ordinal_position
