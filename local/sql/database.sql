select datname
from pg_database
where datname = %s
