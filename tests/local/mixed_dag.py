"""A DAG in which this project's operator stands beside stock ones, a function in the old style, and SQL that moves no data."""

from datetime import datetime
from typing import Any

from airflow.providers.common.sql.operators.sql import SQLColumnCheckOperator, SQLExecuteQueryOperator
from airflow.providers.postgres.hooks.postgres import PostgresHook

from mwaa_lineage import LineageSQLOperator

try:
    from airflow.sdk import DAG, task
except ImportError:  # before Airflow 3
    from airflow import DAG
    from airflow.decorators import task
try:
    from airflow.providers.standard.operators.python import PythonOperator  # type: ignore[import-not-found,unused-ignore]
except ImportError:  # before Airflow 3
    from airflow.operators.python import PythonOperator

CLEANING = ["delete from shop.south", "truncate shop.west", "drop table if exists shop.gone"]
CONN: dict[str, Any] = {"conn_id": "WAREHOUSE"}


def copy() -> None:
    """As people wrote them before TaskFlow."""
    PostgresHook(postgres_conn_id="WAREHOUSE").run("insert into shop.west (b) select a from shop.north")


@task  # type: ignore[untyped-decorator]
def clean_by_hook() -> None:
    """Run the same SQL."""
    PostgresHook("WAREHOUSE").run(CLEANING)


with DAG(dag_id="bench", schedule=None, start_date=datetime(2024, 1, 1), catchup=False):  # noqa: DTZ001 - Airflow's own time zone
    load = LineageSQLOperator(task_id="load", sql="insert into shop.north (a) select name from shop.customers", **CONN)
    check = SQLColumnCheckOperator(task_id="check", table="shop.north", column_mapping={"a": {"distinct_check": {"geq_to": 1}}}, **CONN)
    stock = SQLExecuteQueryOperator(task_id="stock", sql="insert into shop.south (a) select a from shop.north", **CONN)
    function = PythonOperator(task_id="function", python_callable=copy)
    clean = LineageSQLOperator(task_id="clean", sql=CLEANING, **CONN)
    clean_by_stock = SQLExecuteQueryOperator(task_id="clean_by_stock", sql=CLEANING, **CONN)
    mapped = LineageSQLOperator.partial(task_id="mapped", **CONN).expand(
        sql=[f"insert into shop.{table} (b) select total::text from shop.orders" for table in ("north", "south", "west")]
    )
    load >> check >> stock >> function >> clean >> clean_by_stock >> clean_by_hook() >> mapped
