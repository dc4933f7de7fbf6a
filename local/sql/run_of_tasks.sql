-- The tasks of a run, in the order in which they began.
select task_id, operator, state
from task_instance
where dag_id = %s and run_id = %s
order by start_date nulls last, task_id
