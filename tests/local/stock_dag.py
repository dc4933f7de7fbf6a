"""A DAG that knows nothing of this project: stock operators, one of a person's own, functions with hooks."""

from datetime import datetime
from typing import Any

from airflow.providers.common.sql.operators.sql import BranchSQLOperator, SQLCheckOperator, SQLColumnCheckOperator, SQLExecuteQueryOperator
from airflow.providers.common.sql.sensors.sql import SqlSensor
from airflow.providers.postgres.hooks.postgres import PostgresHook

try:
    from airflow.sdk import DAG, task
except ImportError:  # before Airflow 3
    from airflow import DAG
    from airflow.decorators import task


class LoadOperator(SQLExecuteQueryOperator):
    """As people write them: the SQL is made when the task runs."""

    def __init__(self, *, target: str, **kwargs: Any) -> None:
        super().__init__(sql="select 1", **kwargs)
        self.target = target

    def execute(self, context: Any) -> Any:
        """Copy the orders."""
        self.sql = f"insert into {self.target} (order_no, amount) select id, total from shop.orders"
        return super().execute(context)  # type: ignore[no-untyped-call]


@task  # type: ignore[untyped-decorator]
def by_hook() -> None:
    """Write a table by a hook, and read another one."""
    hook = PostgresHook("WAREHOUSE")
    hook.run(["insert into shop.big (order_no) select id from shop.orders where total > %(least)s"], parameters={"least": 10})
    hook.get_first("select count(*) from shop.customers where id %% 2 = %s", parameters=(1,))


@task  # type: ignore[untyped-decorator]
def rows() -> None:
    """Write rows by a hook."""
    hook = PostgresHook("WAREHOUSE")
    hook.insert_rows("shop.big", [(7,)], target_fields=["order_no"])  # type: ignore[no-untyped-call]


@task  # type: ignore[untyped-decorator]
def fails() -> None:
    """Fail in the SQL of a hook."""
    PostgresHook("WAREHOUSE").run("insert into shop.missing (a) select id from shop.orders")


@task(trigger_rule="all_done")  # type: ignore[untyped-decorator]
def nothing() -> None:
    """Run no SQL."""


CONN: dict[str, Any] = {"conn_id": "WAREHOUSE"}

with DAG(dag_id="bench", schedule=None, start_date=datetime(2024, 1, 1), catchup=False):  # noqa: DTZ001 - Airflow's own time zone
    execute = SQLExecuteQueryOperator(
        task_id="execute",
        sql=[
            "create temporary table t as select o.id, c.name from shop.orders o join shop.customers c on c.id = o.customer",
            "insert into shop.named (order_no, customer_name) with x as (select id, upper(name) as n from t) select id, n from x",
        ],
        **CONN,
    )
    percent = SQLExecuteQueryOperator(
        task_id="percent",
        sql="insert into shop.big (order_no) select id from shop.orders where id %% 2 = %(rest)s",
        parameters={"rest": 1},
        **CONN,
    )
    own = LoadOperator(task_id="own", target="shop.copied", **CONN)
    check = SQLCheckOperator(task_id="check", sql="select count(*) > 0 from shop.orders", **CONN)
    columns = SQLColumnCheckOperator(
        task_id="columns", table="shop.named", column_mapping={"order_no": {"null_check": {"equal_to": 0}}}, **CONN
    )
    sensor = SqlSensor(task_id="sensor", sql="select count(*) from shop.customers", **CONN)  # type: ignore[no-untyped-call]
    branch = BranchSQLOperator(
        task_id="branch",
        sql="select true from shop.orders limit 1",
        follow_task_ids_if_true=["by_hook"],
        follow_task_ids_if_false=["rows"],
        **CONN,
    )
    execute >> percent >> own >> check >> columns >> sensor >> branch >> by_hook() >> rows() >> nothing()
