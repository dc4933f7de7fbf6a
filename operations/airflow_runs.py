"""Runs of DAGs, as Airflow's command line tells of them in every version from 2.7 to 3.x."""

from dataclasses import dataclass
from datetime import datetime

from operations.mwaa_cli import AirflowCli, CommandFailed, Row

SUCCESS, FAILED = "success", "failed"
ENDED = (SUCCESS, FAILED, "upstream_failed", "skipped", "removed")
WAITING = ("", "none")
POSITIONAL_DAG = 3
"""`dags list-runs` takes the DAG as an argument from Airflow 3 on, as an option before."""


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
        return not self.ended and self.state not in WAITING


class Runs:
    """The runs of an environment of that Airflow version. Methods raise CliUnavailable and CommandFailed."""

    def __init__(self, cli: AirflowCli, version: str) -> None:
        self._cli, self.major = cli, int(version.partition(".")[0])

    def begin(self, dag: str, run: str) -> None:
        """Let the DAG run, and start a run of that name. CommandFailed when Airflow does not know the DAG."""
        self._cli.run("dags", "unpause", dag)
        self._cli.run("dags", "trigger", dag, "--run-id", run)

    def tasks(self, dag: str, run: str) -> list[Task]:
        """The tasks of a run, in the order in which they began."""
        rows = self._cli.rows("tasks", "states-for-dag-run", dag, run)
        return [_task(row) for row in sorted(rows, key=lambda row: row["start_date"] or "~")]

    def states(self, dag: str) -> dict[str, str]:
        """{name: state} of the DAG's runs, the newest first."""
        which = [dag] if self.major >= POSITIONAL_DAG else ["--dag-id", dag]
        return {row["run_id"]: row["state"] for row in self._cli.rows("dags", "list-runs", *which)}

    def import_errors(self) -> dict[str, str]:
        """{file: last line of its error} of the DAG files that Airflow cannot read."""
        return {row["filepath"]: row["error"].strip().splitlines()[-1] for row in self._cli.rows("dags", "list-import-errors")}

    def is_paused(self, dag: str) -> bool | None:
        """Whether Airflow leaves a DAG's runs alone; None for a DAG that it does not know."""
        try:
            (row,) = self._cli.rows("dags", "details", dag)
        except CommandFailed:
            return None
        return str(row["is_paused"]) == "True"

    def page(self, dag: str, run: str) -> str:
        """The path of the run's page in Airflow's UI."""
        return f"/dags/{dag}/runs/{run}" if self.major >= POSITIONAL_DAG else f"/dags/{dag}/grid?dag_run_id={run}"


def _task(row: Row) -> Task:
    began, ended = row["start_date"], row["end_date"]
    seconds = (datetime.fromisoformat(ended) - datetime.fromisoformat(began)).total_seconds() if began and ended else None
    return Task(row["task_id"], row["state"] or "", bool(began), seconds)
