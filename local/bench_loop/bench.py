"""The DAG that the bench changes: its task has another name each time."""

from datetime import datetime

from mwaa_lineage import LineageSQLOperator

try:
    from airflow.sdk import DAG
except ImportError:  # before Airflow 3
    from airflow import DAG

with DAG("bench_loop", schedule=None, start_date=datetime(2024, 1, 1), catchup=False):  # noqa: DTZ001 - Airflow reads it in its own time zone
    LineageSQLOperator(task_id="a_task", conn_id="REDSHIFT_CONNECTOR", sql="bench.sql", split_statements=True)
