select state, extract(epoch from end_date - start_date)::float
from dag_run
where dag_id = %s and run_id = %s
