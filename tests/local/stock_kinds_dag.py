"""A DAG that knows nothing of this project: every kind of task that runs SQL, but for those that fail."""

from datetime import datetime
from typing import Any

from airflow.providers.common.sql.operators.sql import BranchSQLOperator, SQLExecuteQueryOperator
from airflow.providers.postgres.hooks.postgres import PostgresHook
from openlineage.client.event_v2 import Dataset

try:
    from airflow.providers.common.compat.lineage.entities import Table  # type: ignore[import-not-found]
except ImportError:  # the providers of early Airflow
    from airflow.lineage.entities import Table
try:
    from airflow.sdk import DAG, BaseOperator, TaskGroup, task
except ImportError:  # before Airflow 3
    from airflow import DAG
    from airflow.decorators import task
    from airflow.models import BaseOperator
    from airflow.utils.task_group import TaskGroup


class Facets:
    """As an OpenLineage integration reads it, whichever it is."""

    def __init__(self, name: str) -> None:
        self.inputs: list[Dataset] = []
        self.outputs = [Dataset("redshift://own.eu-west-1:5439", name)]
        self.run_facets: dict[str, Any] = {}
        self.job_facets: dict[str, Any] = {}


class ToldOperator(SQLExecuteQueryOperator):
    """It says itself what it does."""

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> Facets:
        """One dataset."""
        del task_instance
        return Facets("told.by.me")


class CopyOperator(BaseOperator):  # type: ignore[misc]
    """A person's own operator, with a hook."""

    template_fields = ("target",)

    def __init__(self, target: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.target = target

    def execute(self, context: Any) -> None:
        """Copy the names of customers."""
        del context
        PostgresHook(postgres_conn_id="WAREHOUSE").run(f"insert into {self.target} (a) select name from shop.customers")


@task  # type: ignore[untyped-decorator]
def part(target: str) -> None:
    """One of several."""
    PostgresHook(postgres_conn_id="WAREHOUSE").run(f"insert into {target} (b) select total::text from shop.orders")


@task  # type: ignore[untyped-decorator]
def read() -> int:
    """Read, by the words of a hook's other method."""
    return len(PostgresHook(postgres_conn_id="WAREHOUSE").get_records(sql="select name from shop.customers"))


@task  # type: ignore[untyped-decorator]
def cursor() -> None:
    """Read by a cursor of one's own, which nobody sees: it is said nowhere, and takes nothing over from the task before."""
    with PostgresHook(postgres_conn_id="WAREHOUSE").get_conn() as connection, connection.cursor() as own:
        own.execute("select 1")


CONN: dict[str, Any] = {"conn_id": "WAREHOUSE"}
EXTRA = Table(cluster="redshift://shop.eu-west-1:5439", database="dev.shop", name="extra")

with DAG(dag_id="bench", schedule=None, start_date=datetime(2024, 1, 1), catchup=False):  # noqa: DTZ001 - Airflow's own time zone
    made = SQLExecuteQueryOperator(
        task_id="made", sql="drop table if exists shop.made; create table shop.made as select id as made_id from shop.orders", **CONN
    ).as_setup()  # type: ignore[no-untyped-call]
    mapped = SQLExecuteQueryOperator.partial(task_id="mapped", **CONN).expand(
        sql=[f"insert into shop.{table} (a) select name from shop.customers" for table in ("north", "south", "west")]
    )
    parts = part.expand(target=["shop.north", "shop.south"])
    with TaskGroup("group") as group:
        SQLExecuteQueryOperator(task_id="inner", sql="update shop.west set b = a", **CONN)
        CopyOperator(task_id="copy", target="shop.{{ 'west' }}")
    told = ToldOperator(task_id="told", sql="insert into shop.west (a) select name from shop.customers", **CONN)
    declared = SQLExecuteQueryOperator(
        task_id="declared", sql="insert into shop.west (a) select name from shop.customers", inlets=[EXTRA], outlets=[EXTRA], **CONN
    )
    choose = BranchSQLOperator(
        task_id="choose", sql="select false", follow_task_ids_if_true=["skipped"], follow_task_ids_if_false=["read"], **CONN
    )
    skipped = SQLExecuteQueryOperator(task_id="skipped", sql="insert into shop.west (a) select name from shop.customers", **CONN)
    gone = SQLExecuteQueryOperator(task_id="gone", sql="drop table shop.made", **CONN).as_teardown(setups=made)
    made >> mapped >> parts >> group >> told >> declared >> choose >> [skipped, reading := read()]
    reading >> cursor() >> gone
