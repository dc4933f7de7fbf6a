"""Tasks one after the other that do nothing, or run one statement by the operator that BENCH_OPERATOR names."""

import os
from datetime import datetime
from importlib import import_module
from typing import Any

try:
    from airflow.sdk import DAG, task
except ImportError:  # before Airflow 3
    from airflow import DAG
    from airflow.decorators import task

SQL = "insert into bench.sums (total) select sum(amount) from bench.orders"
MODULES = {"SQLExecuteQueryOperator": "airflow.providers.common.sql.operators.sql", "LineageSQLOperator": "mwaa_lineage"}
"""Imported only where they are wanted: tasks that do nothing do not get for nothing what lineage would import."""


def _task(name: str) -> Any:
    if operator := os.environ.get("BENCH_OPERATOR"):
        return getattr(import_module(MODULES[operator]), operator)(task_id=name, conn_id="WAREHOUSE", sql=SQL)

    @task(task_id=name)  # type: ignore[untyped-decorator]
    def nothing() -> None:
        """Do nothing."""

    return nothing()


with DAG(dag_id="bench", schedule=None, start_date=datetime(2024, 1, 1), catchup=False):  # noqa: DTZ001 - Airflow's own time zone
    before = None
    for number in range(int(os.environ["BENCH_TASKS"])):
        after = _task(f"task_{number}")
        if before is not None:
            before >> after
        before = after
