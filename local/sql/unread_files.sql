-- The files that Airflow could not read, and when it tried.
select filename, stacktrace, timestamp
from import_error
order by filename
