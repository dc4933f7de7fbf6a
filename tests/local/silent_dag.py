"""A DAG whose task's SQL takes no time, and whose warehouse never says a word to the lineage."""

from datetime import datetime
from typing import Any

from mwaa_lineage import LineageSQLOperator

try:
    from airflow.sdk import DAG
except ImportError:  # before Airflow 3
    from airflow import DAG


class Load(LineageSQLOperator):
    """Its SQL needs no warehouse, so that only the lineage waits for one."""

    def execute(self, context: Any) -> None:
        """Run nothing."""


with DAG(dag_id="bench", schedule=None, start_date=datetime(2024, 1, 1), catchup=False):  # noqa: DTZ001 - Airflow's own time zone
    Load(task_id="task_0", conn_id="WAREHOUSE", sql="insert into dm.report (a) select userid from staging.users")
