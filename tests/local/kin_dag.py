"""A DAG that knows nothing of this project: the kin of the SQL operator; where a version lacks a class, another with the same effect."""

from datetime import datetime
from typing import Any

from airflow.providers.common.sql.operators.sql import (
    SQLExecuteQueryOperator,
    SQLIntervalCheckOperator,
    SQLTableCheckOperator,
    SQLThresholdCheckOperator,
    SQLValueCheckOperator,
)
from airflow.providers.postgres.hooks.postgres import PostgresHook

try:
    from airflow.sdk import DAG, BaseOperator
except ImportError:  # before Airflow 3
    from airflow import DAG
    from airflow.models import BaseOperator
try:
    from airflow.providers.common.sql.operators.generic_transfer import GenericTransfer  # type: ignore[import-not-found]
except ImportError:  # the providers of Airflow 2
    from airflow.operators.generic_transfer import GenericTransfer
try:
    from airflow.providers.postgres.operators.postgres import PostgresOperator
except ImportError:  # from Airflow 3 on
    PostgresOperator: Any = None  # type: ignore[no-redef]
try:
    from airflow.providers.common.sql.operators.sql import SQLInsertRowsOperator  # type: ignore[attr-defined]
except ImportError:  # earlier than common-sql 1.24
    SQLInsertRowsOperator = None

CONN: dict[str, Any] = {"conn_id": "WAREHOUSE"}
COPY = "insert into shop.copied (order_no) select id from shop.orders"


class InsertRows(BaseOperator):  # type: ignore[misc]
    """What SQLInsertRowsOperator does."""

    def execute(self, context: Any) -> None:
        """Insert two rows."""
        del context
        PostgresHook(postgres_conn_id="WAREHOUSE").insert_rows("shop.north", [("x",)], target_fields=["a"])  # type: ignore[no-untyped-call]


with DAG(dag_id="bench", schedule=None, start_date=datetime(2024, 1, 1), catchup=False):  # noqa: DTZ001 - Airflow's own time zone
    value = SQLValueCheckOperator(task_id="value", sql="select count(*) from shop.orders", pass_value=2, **CONN)
    threshold = SQLThresholdCheckOperator(
        task_id="threshold",
        sql="select max(total) from shop.orders",
        min_threshold="select min(id) from shop.customers",
        max_threshold=99,
        **CONN,
    )
    interval = SQLIntervalCheckOperator(
        task_id="interval",
        table="shop.orders",
        metrics_thresholds={"count(*)": 2},
        date_filter_column="date '2024-02-01'",
        days_back=0,
        **CONN,
    )
    table = SQLTableCheckOperator(
        task_id="table", table="shop.orders", checks={"several": {"check_statement": "count(*) > 1"}}, partition_clause="id > 0", **CONN
    )
    postgres = (
        PostgresOperator(task_id="postgres", postgres_conn_id="WAREHOUSE", sql=COPY)
        if PostgresOperator  # type: ignore[truthy-function]  # it is a class in one of the two
        else SQLExecuteQueryOperator(task_id="postgres", sql=COPY, **CONN)
    )
    rows = (
        SQLInsertRowsOperator(task_id="insert_rows", table_name="north", schema="shop", columns=["a"], rows=[("x",)], **CONN)
        if SQLInsertRowsOperator
        else InsertRows(task_id="insert_rows")
    )
    transfer = GenericTransfer(
        task_id="transfer",
        sql="select name from shop.customers",
        destination_table="shop.south",
        source_conn_id="WAREHOUSE",
        destination_conn_id="WAREHOUSE",
        preoperator="delete from shop.south",
        insert_args={"target_fields": ["a"]},
    )
    value >> threshold >> interval >> table >> postgres >> rows >> transfer
