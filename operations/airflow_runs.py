"""Runs of DAGs, as Airflow's REST API tells of them in every version from 2.7 to 3.x."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from operations.mwaa_api import AirflowApi, CallRefused

SUCCESS, FAILED = "success", "failed"
ENDED = (SUCCESS, FAILED, "upstream_failed", "skipped", "removed")
NEW_PAGES = 3
"""The first Airflow whose pages have other addresses."""
RECENT_RUNS, MANY_TASKS = 25, 100


@dataclass(frozen=True)
class Task:
    """A task of a run: Airflow's word for its state, whether a worker has begun with it, and the seconds it took once it has ended."""

    name: str
    state: str
    began: bool = False
    seconds: float | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more happens to it."""
        return self.state in ENDED

    @property
    def under_way(self) -> bool:
        """Whether Airflow has it in hand: scheduled, queued, running, waiting for its next try."""
        return not self.ended and bool(self.state)


class Runs:
    """The runs of an environment of that Airflow version. Methods raise ApiUnavailable and CallRefused."""

    def __init__(self, api: AirflowApi, version: str) -> None:
        self._api, self._major = api, int(version.partition(".")[0])

    def begin(self, dag: str, run: str) -> None:
        """Let the DAG run, and start a run of that name. CallRefused when Airflow does not know the DAG."""
        self._api.call("PATCH", f"/dags/{dag}", body={"is_paused": False})
        wanted = {"dag_run_id": run, "logical_date": datetime.now(UTC).isoformat()}  # Airflow 3 demands a logical date
        try:
            self._api.call("POST", f"/dags/{dag}/dagRuns", body=wanted)
        except CallRefused as refused:
            if refused.status != HTTPStatus.CONFLICT:  # the SDK has asked twice, as the first answer was lost
                raise

    def tasks(self, dag: str, run: str) -> list[Task]:
        """The tasks of a run, in the order in which they began."""
        # With both names in it, the path would be longer than MWAA takes.
        wanted = {"dag_ids": [dag], "dag_run_ids": [run], "page_limit": MANY_TASKS}
        rows = self._api.call("POST", "/dags/~/dagRuns/~/taskInstances/list", body=wanted)["task_instances"]
        return [_task(row) for row in sorted(rows, key=lambda row: row["start_date"] or "~")]

    def states(self, dag: str) -> dict[str, str]:
        """{name: state} of the DAG's last runs, the newest first."""
        rows = self._api.call("GET", f"/dags/{dag}/dagRuns", query={"order_by": "-id", "limit": RECENT_RUNS})["dag_runs"]
        return {row["dag_run_id"]: row["state"] for row in rows}

    def import_errors(self) -> dict[str, str]:
        """{file: last line of its error} of the DAG files that Airflow cannot read."""
        rows = self._api.call("GET", "/importErrors")["import_errors"]
        return {row["filename"]: row["stack_trace"].strip().splitlines()[-1] for row in rows}

    def is_paused(self, dag: str) -> bool | None:
        """Whether Airflow leaves a DAG's runs alone; None for a DAG that it does not know."""
        try:
            return bool(self._api.call("GET", f"/dags/{dag}")["is_paused"])
        except CallRefused as refused:
            if refused.status != HTTPStatus.NOT_FOUND:
                raise
            return None

    def page(self, dag: str, run: str) -> str:
        """The path of the run's page in Airflow's UI."""
        return f"/dags/{dag}/runs/{run}" if self._major >= NEW_PAGES else f"/dags/{dag}/grid?dag_run_id={run}"


def _task(row: Mapping[str, Any]) -> Task:
    return Task(row["task_id"], row["state"] or "", bool(row["start_date"]), row["duration"] if row["end_date"] else None)
