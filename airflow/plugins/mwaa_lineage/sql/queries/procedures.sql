select nspname, proname, pronargs, proargnames, substring(prosrc, 1, 400001)
from pg_proc_info
join pg_namespace on pg_namespace.oid = pronamespace
where prokind = 'p' and nspname in ({schemas}) and proname in ({tables})
