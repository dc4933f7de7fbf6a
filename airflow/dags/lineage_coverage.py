"""Says once a day which tasks lack lineage, and why; fails when too many do."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

try:
    from airflow.sdk import DAG, task
except ImportError:  # before Airflow 3
    from airflow import DAG
    from airflow.decorators import task

FAIL_UNDER = 100
"""Percent of the tasks that may have lineage. Tasks that need none stand in the files <dag>.lineage.yaml, under ignore."""

with DAG(
    dag_id="lineage_coverage",
    description="Says which tasks lack lineage, and fails when too many do",
    schedule="@daily",
    start_date=datetime(2024, 1, 1),  # noqa: DTZ001 - Airflow reads it in its own time zone
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,  # a watch that nobody has switched on watches nothing
    tags=["lineage-tool"],
) as dag:

    @task(retries=0, execution_timeout=timedelta(minutes=10))  # type: ignore[untyped-decorator]  # one of the two is of another Airflow
    def measure(ti: Any = None) -> float | None:
        """The coverage in percent, if it can be measured; one line a gap, with its likely cause, in the log."""
        try:
            from mwaa_lineage.coverage.watch import watch  # noqa: PLC0415 - not for parsing DAGs
        except ImportError as error:
            raise RuntimeError(f"plugins.zip is missing or older than this DAG: upload it, and update the environment ({error})") from error
        job, dags = f"{ti.dag_id}.{ti.task_id}", Path(__file__).parent
        return watch(job, ti.start_date or datetime.now(UTC), fail_under=FAIL_UNDER, dags=dags)

    measure()
