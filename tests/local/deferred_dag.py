"""A DAG that knows nothing of this project: its task waits for the Redshift Data API as a triggerer would."""

from datetime import datetime

from airflow.providers.amazon.aws.operators.redshift_data import RedshiftDataOperator

try:
    from airflow.sdk import DAG
except ImportError:  # before Airflow 3
    from airflow import DAG

with DAG(dag_id="bench", schedule=None, start_date=datetime(2024, 1, 1), catchup=False):  # noqa: DTZ001 - Airflow's own time zone
    RedshiftDataOperator(
        task_id="deferred",
        sql=[
            "select pg_sleep(2)",
            "create temporary table t as select o.id, c.name from shop.orders o join shop.customers c on c.id = o.customer",
            "insert into shop.named (order_no, customer_name) select id, name from t",
        ],
        database="dev",
        workgroup_name="shop",
        poll_interval=1,
        deferrable=True,
    )
