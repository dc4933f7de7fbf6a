"""A DAG that knows nothing of this project: SQL by the Redshift Data API, loads and unloads, copies in S3."""

from datetime import datetime
from typing import Any

from airflow.providers.amazon.aws.hooks.redshift_data import RedshiftDataHook
from airflow.providers.amazon.aws.hooks.s3 import S3Hook
from airflow.providers.amazon.aws.operators.athena import AthenaOperator
from airflow.providers.amazon.aws.operators.redshift_data import RedshiftDataOperator
from airflow.providers.amazon.aws.operators.s3 import S3CopyObjectOperator
from airflow.providers.amazon.aws.transfers.redshift_to_s3 import RedshiftToS3Operator
from airflow.providers.amazon.aws.transfers.s3_to_redshift import S3ToRedshiftOperator

try:
    from airflow.sdk import DAG, task
except ImportError:  # before Airflow 3
    from airflow import DAG
    from airflow.decorators import task

SERVERLESS: dict[str, Any] = {"database": "dev", "workgroup_name": "shop", "poll_interval": 1}
CLUSTER: dict[str, Any] = {"database": "dev", "cluster_identifier": "orders", "db_user": "loader", "poll_interval": 1}
FILES: dict[str, Any] = {"s3_bucket": "lake", "aws_conn_id": "aws_default", "redshift_conn_id": "aws_default"}


class CopyOrders(RedshiftDataOperator):
    """As people write them: the SQL is made when the task runs."""

    def execute(self, context: Any) -> Any:
        """Copy the orders."""
        self.sql = "insert into shop.copied (order_no, amount) select id, total from shop.orders"
        return super().execute(context)


@task  # type: ignore[untyped-decorator]
def by_hook() -> None:
    """Write a table by a hook, and read another one in a cluster."""
    hook = RedshiftDataHook(aws_conn_id="aws_default")
    least = [{"name": "least", "value": "10"}]
    hook.execute_query(
        sql="insert into shop.big (order_no) select id from shop.orders where total > :least", parameters=least, **SERVERLESS
    )
    hook.execute_query(sql="select count(*) from shop.customers", **CLUSTER)


@task  # type: ignore[untyped-decorator]
def copied_by_hook() -> None:
    """Copy two objects, one given by its bucket and key."""
    hook = S3Hook("aws_default")
    hook.copy_object("in/orders.csv", "archive/orders.csv", "lake", "attic")
    hook.copy_object("s3://lake/in/orders.csv", "s3://attic/orders.csv")


with DAG(dag_id="bench", schedule=None, start_date=datetime(2024, 1, 1), catchup=False):  # noqa: DTZ001 - Airflow's own time zone
    statement = RedshiftDataOperator(
        task_id="statement",
        sql="insert into shop.big (order_no) select total from shop.orders join shop.customers using (id) where total > :least",
        parameters=[{"name": "least", "value": "10"}],
        **SERVERLESS,
    )
    batch = RedshiftDataOperator(
        task_id="batch",
        sql=[
            "create temporary table t as select o.id, c.name from shop.orders o join shop.customers c on c.id = o.customer",
            "insert into shop.named (order_no, customer_name) with x as (select id, upper(name) as n from t) select id, n from x",
        ],
        **CLUSTER,
    )
    own = CopyOrders(task_id="own", sql="select 1", **SERVERLESS)
    load = S3ToRedshiftOperator(
        task_id="load",
        schema="shop",
        table="orders",
        s3_key="in/orders.csv",
        copy_options=["csv"],
        redshift_data_api_kwargs=SERVERLESS,
        **FILES,
    )
    replace = S3ToRedshiftOperator(
        task_id="replace",
        schema="shop",
        table="orders",
        s3_key="in/",
        copy_options=["csv"],
        method="REPLACE",
        column_list=["id", "customer", "total"],
        redshift_data_api_kwargs=SERVERLESS,
        **FILES,
    )
    upsert = S3ToRedshiftOperator(
        task_id="upsert",
        schema="shop",
        table="orders",
        s3_key="in/orders.csv",
        copy_options=["csv"],
        method="UPSERT",
        upsert_keys=["id"],
        redshift_data_api_kwargs=CLUSTER,
        **FILES,
    )
    unload = RedshiftToS3Operator(
        task_id="unload", schema="shop", table="named", s3_key="out", redshift_data_api_kwargs=SERVERLESS, **FILES
    )
    selected = RedshiftToS3Operator(
        task_id="selected",
        select_query="select c.name, sum(o.total) as spent from shop.orders o join shop.customers c on c.id = o.customer group by c.name",
        s3_key="out/spent",
        redshift_data_api_kwargs=SERVERLESS,
        **FILES,
    )
    copy = S3CopyObjectOperator(
        task_id="copy", source_bucket_key="s3://lake/in/orders.csv", dest_bucket_key="s3://attic/2024/orders.csv", aws_conn_id="aws_default"
    )
    athena = AthenaOperator(
        task_id="athena",
        query="with o as (select customer, total from visits) select customer, max(total) as most from o group by 1",
        database="lake",
        output_location="s3://attic/results/",
        sleep_time=1,
        aws_conn_id="aws_default",
    )
    statement >> batch >> own >> load >> replace >> upsert >> unload >> selected >> copy >> athena >> by_hook() >> copied_by_hook()
