"""Tasks that do nothing, one after the other."""

import os
from datetime import datetime

try:
    from airflow.sdk import DAG, task
except ImportError:  # before Airflow 3
    from airflow import DAG
    from airflow.decorators import task

with DAG(dag_id="bench", schedule=None, start_date=datetime(2024, 1, 1), catchup=False):  # noqa: DTZ001 - Airflow's own time zone
    before = None
    for number in range(int(os.environ["BENCH_TASKS"])):

        @task(task_id=f"task_{number}")  # type: ignore[untyped-decorator]
        def nothing() -> None:
            """Do nothing."""

        after = nothing()
        if before is not None:
            before >> after
        before = after
