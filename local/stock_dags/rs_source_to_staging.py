"""The project's DAG of this name, as anybody writes it: stock operators only."""

from datetime import datetime

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.common.sql.sensors.sql import SqlSensor

try:
    from airflow.sdk import DAG
except ImportError:  # before Airflow 3
    from airflow import DAG

TABLES = ("category", "date", "event", "users", "venue", "listing", "sales")
WAREHOUSE = "WAREHOUSE"

with DAG(
    dag_id="rs_source_to_staging",
    schedule=None,
    start_date=datetime(2024, 1, 1),  # noqa: DTZ001 - Airflow reads it in its own time zone
    catchup=False,
) as dag:
    wait_for_lake = SqlSensor(  # type: ignore[no-untyped-call]
        task_id="wait_for_lake", conn_id=WAREHOUSE, sql="select count(*) from s3_datalake.sales", poke_interval=15
    )
    for table in TABLES:
        wait_for_lake >> SQLExecuteQueryOperator(
            task_id=f"load_{table}", conn_id=WAREHOUSE, sql=f"sql/staging/{table}.sql", split_statements=True
        )
