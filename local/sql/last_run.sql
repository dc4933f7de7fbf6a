select run_id, state
from dag_run
where dag_id = %s
order by id desc
limit 1
