-- When Airflow has read a DAG last, in which file, and when what it read was another DAG than before.
select last_parsed_time, fileloc, (select max(last_updated) from serialized_dag where serialized_dag.dag_id = dag.dag_id)
from dag
where dag_id = %s
