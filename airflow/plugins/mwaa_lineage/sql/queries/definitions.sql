-- Of a definition that is too long to be parsed, as much as shows that.
select nspname, relname, substring(pg_get_viewdef(pg_class.oid), 1, 400001)
from pg_class
join pg_namespace on pg_namespace.oid = relnamespace
where relkind in ('v', 'm') and nspname in ({schemas}) and relname in ({tables})
