"""Delivers the lineage events that could not be delivered when their tasks ran: run it when the lineage store answers again."""

from datetime import datetime

try:
    from airflow.sdk import DAG, task
except ImportError:  # before Airflow 3
    from airflow import DAG
    from airflow.decorators import task

with DAG(
    dag_id="lineage_replay",
    description="Delivers the lineage events that are still in the spool",
    schedule=None,
    start_date=datetime(2024, 1, 1),  # noqa: DTZ001 - Airflow reads it in its own time zone
    catchup=False,
    max_active_runs=1,
    tags=["lineage-tool"],
) as dag:

    @task  # type: ignore[untyped-decorator]  # one of the two is of another Airflow
    def deliver() -> int:
        """How many events were delivered; fails when some are left, and then goes on there the next time."""
        from mwaa_lineage.transport.replay import replay_all  # noqa: PLC0415 - not for parsing DAGs

        return replay_all()

    deliver()
