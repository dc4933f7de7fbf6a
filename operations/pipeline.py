"""Run the pipeline on the deployed Airflow: its DAGs one after the other, each followed to its end."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from botocore.exceptions import ClientError
from rich.console import Console
from rich.text import Text

from operations.airflow_runs import FAILED, SUCCESS, Runs, Task
from operations.deployment import Deployment
from operations.findings import Finding, here, problem, show
from operations.mwaa_api import EXPLAIN, AirflowApi, ApiUnavailable, CallRefused
from operations.task_log import LogUnavailable, log_group, stream_prefix, tail

MARKS = {SUCCESS: ("✓", "green"), FAILED: ("✗", "bold red"), "upstream_failed": ("✗", "red")}
INTERRUPTED = 130
DEPLOY = "make deploy STACK=mwaa"


@dataclass(frozen=True)
class Patience:
    """Seconds: between two looks, until Airflow begins with a run (MWAA adds a worker in minutes), until a DAG has ended, until its log is
    there (CloudWatch shows what was written to it after some seconds)."""

    look: float = 5
    begin: float = 900
    whole: float = 3600
    log: float = 20


USUAL = Patience()


class PipelineStopped(Exception):
    """The pipeline did not come to its good end; `findings` say why."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__(*(finding.detail for finding in findings))
        self.findings = findings


def run(deployment: Deployment, console: Console, dags: Sequence[str], patience: Patience = USUAL) -> int:
    """Run these DAGs in their order; the exit code is 0 only when all succeed. Raises NotDeployed."""
    outputs = deployment.outputs("mwaa")
    follower: _Follower | None = None
    environment, ui = outputs["environment_name"], outputs["airflow_ui_url"]
    try:
        api = AirflowApi(deployment.client("mwaa"), environment, pause=patience.look)
        runs = Runs(api, _airflow_version(deployment, environment))
        for dag in dags:
            follower = _Follower(runs, dag, environment, ui, console=console, patience=patience)
            if failed := follower.follow():
                _show_logs(deployment, follower, failed, log_group(environment))
                return 1
    except PipelineStopped as stopped:
        show(stopped.findings, console)
    except ApiUnavailable as unavailable:
        show([problem("Airflow", str(unavailable), unavailable.cure)], console)
    except CallRefused as failure:
        show([problem("Airflow", str(failure), EXPLAIN)], console)
    except KeyboardInterrupt:
        console.print(Text(f"\n{follower.leaves if follower else 'Nothing was triggered.'}"), soft_wrap=True)
        return INTERRUPTED
    else:
        checked = here("`make check-lineage` checks what they left behind")
        console.print(Text(f"{_all(len(dags))} succeeded. {checked}; Airflow: {ui}", "bold green"))
        return 0
    return 1


def _all(count: int) -> str:
    return f"All {count} DAGs" if count > 1 else "The DAG"


def _airflow_version(deployment: Deployment, environment: str) -> str:
    try:
        found = deployment.client("mwaa").get_environment(Name=environment)["Environment"]
    except ClientError as error:
        raise PipelineStopped(problem(environment, f"MWAA does not describe it: {error}", DEPLOY)) from error
    return str(found["AirflowVersion"])


class _Follower:
    """One run of a DAG, begun and watched."""

    def __init__(self, runs: Runs, dag: str, environment: str, ui: str, *, console: Console, patience: Patience) -> None:
        self.dag, self.run = dag, f"run-pipeline-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        self.page = ui + runs.page(self.dag, self.run)
        self._runs, self.console, self.patience = runs, console, patience
        self._environment = environment
        self._told: set[str] = set()
        self._triggered = False

    @property
    def leaves(self) -> str:
        """What an interrupted command says of the run."""
        if self._triggered:
            return f"The run {self.run} goes on without this command: {self.page}"
        return f"No run of {self.dag} was triggered."

    def follow(self) -> list[Task]:
        """Run the DAG to its end; the tasks that failed. Raises PipelineStopped, ApiUnavailable, CallRefused."""
        self.console.print(Text(f"DAG {self.dag}, run {self.run}"))
        self._begin()
        began = time.monotonic()
        with self.console.status("the run is queued") as status:
            while (state := self._state(tasks := self._look())) not in (SUCCESS, FAILED):
                self._check_time(time.monotonic() - began, tasks)
                in_hand = [f"{task.name} ({task.state})" for task in tasks if task.under_way]
                status.update(f"{len(self._told)} of {len(tasks)} tasks have ended; {', '.join(in_hand) or 'waiting for the scheduler'}")
                time.sleep(self.patience.look)
            tasks = tasks if all(task.ended for task in tasks) else self._look()
        failed = [task for task in tasks if task.state == FAILED]
        if state == FAILED and not failed:
            detail = f"{self.run} has failed though no task did: it took longer than it may, or was marked by hand"
            raise PipelineStopped(problem(self.dag, detail, f"see {self.page}"))
        return failed

    def _begin(self) -> None:
        """Airflow may not have read a DAG yet that has just been deployed."""
        deadline = time.monotonic() + self.patience.begin
        while self._runs.is_paused(self.dag) is None:
            self._check_imports()
            if time.monotonic() > deadline:
                detail = f"Airflow knows no such DAG after {self.patience.begin / 60:.0f} min"
                raise PipelineStopped(problem(self.dag, detail, f"is it in the bucket's dags folder? {DEPLOY}"))
            time.sleep(self.patience.look)
        self._triggered = True  # by the time that an answer comes it may be
        self._runs.begin(self.dag, self.run)

    def _look(self) -> list[Task]:
        """How the tasks are; each that has ended gets its line."""
        tasks = self._runs.tasks(self.dag, self.run)
        for task in tasks:
            if task.ended and task.name not in self._told:
                self._tell(task)
        return tasks

    def _tell(self, task: Task) -> None:
        self._told.add(task.name)
        mark, style = MARKS.get(task.state, ("-", "yellow"))
        took = f"{task.seconds:7.1f} s" if task.seconds is not None else ""
        how = task.name if task.state in (SUCCESS, FAILED) else f"{task.name}: {task.state}"
        self.console.print(Text.assemble((f"  {mark} ", style), f"{how:<56}{took}"))

    def _state(self, tasks: list[Task]) -> str:
        """The run's state matters when no task is in hand: then it has not begun, is between two tasks, or has ended."""
        if not tasks or any(task.under_way for task in tasks):
            return ""
        return self._runs.states(self.dag).get(self.run, "")

    def _check_time(self, seconds: float, tasks: list[Task]) -> None:
        if seconds > self.patience.begin and tasks and not any(task.began or task.ended for task in tasks):
            raise PipelineStopped(*self._why_not_begun(tasks))
        if seconds > self.patience.whole:
            detail = f"{self.run} has not ended within {self.patience.whole / 60:.0f} min"
            raise PipelineStopped(problem(self.dag, detail, f"it goes on: {self.page}"))

    def _why_not_begun(self, tasks: list[Task]) -> list[Finding]:
        self._check_imports()
        if self._runs.is_paused(self.dag):
            return [problem(self.dag, f"is paused: its run {self.run} waits", f"switch it on: {self.page}")]
        others = [run for run, state in self._runs.states(self.dag).items() if state == "running" and run != self.run]
        if others:
            return [problem(self.dag, f"runs one at a time, and {others[0]} has not ended", f"wait for it, or mark it failed: {self.page}")]
        if any(task.state == "queued" for task in tasks):
            detail = "its tasks are queued, and no worker takes one"
            return [problem(self.dag, detail, f"the log group airflow-{self._environment}-Worker says why workers do not start; {EXPLAIN}")]
        cure = f"see the log group airflow-{self._environment}-Scheduler; {EXPLAIN}"
        return [problem(self.dag, "Airflow's scheduler does not begin with the run", cure)]

    def _check_imports(self) -> None:
        if errors := self._runs.import_errors():
            raise PipelineStopped(*(problem(file, error, f"mend it, then {DEPLOY}") for file, error in errors.items()))


def _show_logs(deployment: Deployment, follower: _Follower, failed: list[Task], group: str) -> None:
    """What each failed task said last."""
    console = follower.console
    for task in failed:
        console.print(Text(f"\n{task.name} failed. The end of its log, in {group}:", "bold red"), soft_wrap=True)
        try:
            lines = tail(
                deployment.client("logs"), group, stream_prefix(follower.dag, follower.run, task.name), seconds=follower.patience.log
            )
        except LogUnavailable as unavailable:
            lines = [str(unavailable)]
        for line in lines:
            console.print(Text(f"  {line}"), soft_wrap=True)
    console.print(Text(f"\nDAG {follower.dag} failed: {follower.page}", "bold red"), soft_wrap=True)
