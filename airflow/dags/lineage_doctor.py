"""Says what stands between a task and the lineage store: the first thing to run when nothing shows up there."""

from datetime import UTC, datetime, timedelta
from typing import Any

try:
    from airflow.sdk import DAG, task
except ImportError:  # before Airflow 3
    from airflow import DAG
    from airflow.decorators import task

with DAG(
    dag_id="lineage_doctor",
    description="Says what stands between a task and the lineage store",
    schedule=None,
    start_date=datetime(2024, 1, 1),  # noqa: DTZ001 - Airflow reads it in its own time zone
    catchup=False,
    max_active_runs=1,
    tags=["lineage-tool"],
) as dag:

    @task(retries=0, execution_timeout=timedelta(minutes=5))  # type: ignore[untyped-decorator]  # one of the two is of another Airflow
    def examine(ti: Any = None) -> None:
        """One line a finding, with its cure, in the log; fails when there is a fault."""
        try:
            from mwaa_lineage.doctor.doctor import diagnose  # noqa: PLC0415 - not for parsing DAGs
        except ImportError as error:
            raise RuntimeError(f"plugins.zip is missing or older than this DAG: upload it, and update the environment ({error})") from error
        diagnose(f"{ti.dag_id}.{ti.task_id}", ti.start_date or datetime.now(UTC))

    examine()
