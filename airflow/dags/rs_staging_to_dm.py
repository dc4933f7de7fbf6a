"""Builds the star schema of the data mart from the staging layer."""

from datetime import datetime

from mwaa_lineage import LineageSQLOperator

try:
    from airflow.sdk import DAG
except ImportError:  # before Airflow 3
    from airflow import DAG

with DAG(
    dag_id="rs_staging_to_dm",
    description="TICKIT: from staging to the star schema (dm)",
    schedule=None,
    start_date=datetime(2024, 1, 1),  # noqa: DTZ001 - Airflow reads it in its own time zone
    catchup=False,
    max_active_runs=1,
    tags=["tickit"],
) as dag:
    for table in ("fact_sales", "dim_event", "dim_users"):
        LineageSQLOperator(
            task_id=f"load_{table}",
            conn_id="REDSHIFT_CONNECTOR",
            sql=f"sql/dm/{table}.sql",
            split_statements=True,
        )
