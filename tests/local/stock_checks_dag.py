"""A DAG that knows nothing of this project, whose tasks check the quality of tables."""

from datetime import datetime
from typing import Any

from airflow.providers.common.sql.operators.sql import SQLColumnCheckOperator, SQLTableCheckOperator

try:
    from airflow.sdk import DAG
except ImportError:  # before Airflow 3
    from airflow import DAG


class OrdersCheckOperator(SQLColumnCheckOperator):
    """A person's own."""


CONN: dict[str, Any] = {"conn_id": "WAREHOUSE"}
DISTINCT = {"id": {"distinct_check": {"equal_to": 2}, "max": {"leq_to": 2}}}

with DAG(dag_id="bench", schedule=None, start_date=datetime(2024, 1, 1), catchup=False):  # noqa: DTZ001 - Airflow's own time zone
    SQLColumnCheckOperator(task_id="columns", table="shop.orders", column_mapping={"total": {"null_check": {"equal_to": 0}}}, **CONN)
    SQLTableCheckOperator(task_id="table", table="shop.customers", checks={"several": {"check_statement": "count(*) > 1"}}, **CONN)
    SQLColumnCheckOperator(task_id="wrong", table="shop.orders", column_mapping={"total": {"min": {"geq_to": 6}}}, **CONN)
    OrdersCheckOperator(task_id="own", table="shop.orders", column_mapping=DISTINCT, **CONN)
    SQLColumnCheckOperator(task_id="nowhere", table="shop.missing", column_mapping={"a": {"min": {"geq_to": 6}}}, **CONN)
