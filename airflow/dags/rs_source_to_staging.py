"""Loads the seven TICKIT tables from the lake into the staging layer."""

from datetime import datetime, timedelta

from mwaa_lineage import ExternalTablesSensor, LineageSQLOperator

try:
    from airflow.sdk import DAG
except ImportError:  # before Airflow 3
    from airflow import DAG

TABLES = ("category", "date", "event", "users", "venue", "listing", "sales")
WAREHOUSE = "REDSHIFT_CONNECTOR"

with DAG(
    dag_id="rs_source_to_staging",
    description="TICKIT: from the lake (s3_datalake) to staging",
    schedule=None,
    start_date=datetime(2024, 1, 1),  # noqa: DTZ001 - Airflow reads it in its own time zone
    catchup=False,
    max_active_runs=1,
    tags=["tickit"],
) as dag:
    wait_for_lake = ExternalTablesSensor(
        task_id="wait_for_lake",
        conn_id=WAREHOUSE,
        schema="s3_datalake",
        tables=TABLES,
        poke_interval=15,
        timeout=timedelta(minutes=10).total_seconds(),
    )
    for table in TABLES:
        wait_for_lake >> LineageSQLOperator(
            task_id=f"load_{table}",
            conn_id=WAREHOUSE,
            sql=f"sql/staging/{table}.sql",
            split_statements=True,
        )
