"""The project's DAG of this name, as anybody writes it: stock operators only."""

from datetime import datetime

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator

try:
    from airflow.sdk import DAG
except ImportError:  # before Airflow 3
    from airflow import DAG

with DAG(
    dag_id="rs_staging_to_dm",
    schedule=None,
    start_date=datetime(2024, 1, 1),  # noqa: DTZ001 - Airflow reads it in its own time zone
    catchup=False,
) as dag:
    for table in ("fact_sales", "dim_event", "dim_users"):
        SQLExecuteQueryOperator(task_id=f"load_{table}", conn_id="WAREHOUSE", sql=f"sql/dm/{table}.sql", split_statements=True)
