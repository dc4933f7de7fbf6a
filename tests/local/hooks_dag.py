"""A DAG whose tasks tell of no dataset, so that an integration asks what hooks have run: our operator, and a function with a hook."""

from datetime import datetime

from airflow.providers.postgres.hooks.postgres import PostgresHook

from mwaa_lineage import LineageSQLOperator

try:
    from airflow.sdk import DAG, task
except ImportError:  # before Airflow 3
    from airflow import DAG
    from airflow.decorators import task

CLEANING = ["create temporary table scratch (a int)", "delete from scratch"]


@task  # type: ignore[untyped-decorator]
def task_1() -> None:
    """Run the same SQL."""
    PostgresHook("WAREHOUSE").run(CLEANING)


with DAG(dag_id="bench", schedule=None, start_date=datetime(2024, 1, 1), catchup=False):  # noqa: DTZ001 - Airflow's own time zone
    LineageSQLOperator(task_id="task_0", conn_id="WAREHOUSE", sql=CLEANING) >> task_1()
