select task_id
from task_instance
where dag_id = %s and run_id = %s and state = 'failed'
order by task_id
