"""A DAG of somebody's own, for the test of what is read of it."""

from datetime import datetime

from mwaa_lineage import LineageSQLOperator

try:
    from airflow.sdk import DAG, Asset
except ImportError:  # before Airflow 3
    from airflow import DAG
    from airflow.datasets import Dataset as Asset
try:
    from airflow.providers.standard.operators.empty import EmptyOperator  # type: ignore[import-not-found]
except ImportError:
    from airflow.operators.empty import EmptyOperator

with DAG(
    dag_id="team",
    schedule=None,
    start_date=datetime(2024, 1, 1),  # noqa: DTZ001 - Airflow reads it in its own time zone
    catchup=False,
    tags=["of_the_team"],
    params={"layer": "dm"},
) as dag:
    first = LineageSQLOperator(
        task_id="first",
        conn_id="REDSHIFT_CONNECTOR",
        sql=["create table mart.venues as select * from {{ params.layer }}.dim_event where day = '{{ ds }}'", "analyze"],
    )
    second = LineageSQLOperator(task_id="second", conn_id="REDSHIFT_CONNECTOR", sql="sql/sales.sql", split_statements=True)
    third = EmptyOperator(task_id="third", inlets=[Asset("s3://elsewhere/in")], outlets=[Asset("s3://elsewhere/out")])
    first >> second >> third
