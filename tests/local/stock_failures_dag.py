"""A DAG that knows nothing of this project, whose tasks fail: what they were about to do is told all the same."""

from datetime import datetime
from typing import Any

from airflow.providers.common.sql.operators.sql import SQLCheckOperator, SQLExecuteQueryOperator
from airflow.providers.postgres.hooks.postgres import PostgresHook

try:
    from airflow.sdk import DAG, task
except ImportError:  # before Airflow 3
    from airflow import DAG
    from airflow.decorators import task

CANARY = "c4n4ryPassword"


class DayOperator(SQLExecuteQueryOperator):
    """Its SQL is made when templates have been rendered."""

    def execute(self, context: Any) -> Any:
        """Fail, as the server gets the template."""
        self.sql = "create table shop.day_{{ ds_nodash }} as select id from shop.orders"
        return super().execute(context)  # type: ignore[no-untyped-call]


CONN: dict[str, Any] = {"conn_id": "WAREHOUSE"}


@task  # type: ignore[untyped-decorator]
def by_hook() -> None:
    """Fail in the second piece of SQL."""
    hook = PostgresHook(postgres_conn_id="WAREHOUSE")
    hook.run("insert into shop.big (order_no) select id from shop.orders")
    hook.run("insert into shop.big (order_no) select id / 0 from shop.customers")


with DAG(dag_id="bench", schedule=None, start_date=datetime(2024, 1, 1), catchup=False):  # noqa: DTZ001 - Airflow's own time zone
    SQLExecuteQueryOperator(
        task_id="execute",
        sql=["insert into shop.big (order_no) select id / 0 from shop.orders", f"create user u password '{CANARY}'"],
        **CONN,
    )
    SQLCheckOperator(task_id="check", sql="select count(*) > 99 from shop.orders", **CONN)
    SQLExecuteQueryOperator(task_id="nowhere", conn_id="NOBODY", sql="select 1")
    DayOperator(task_id="template", sql="select 1", **CONN)
    by_hook()
