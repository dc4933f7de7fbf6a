"""The main job on one machine: both DAGs run, their lineage is read back through the store's API, checked and shown."""

from dataclasses import dataclass
from pathlib import Path

import psycopg2
from rich.console import Console
from rich.text import Text

from data.tickit import row_counts
from lineage import page, report
from lineage.check import Verdict, compare
from lineage.client import LineageApiError, count_events, read_lineage
from lineage.expected import load
from lineage.graph import Graph
from lineage.terminal import plain_lines
from local.console import Progress
from local.orchestrator import DagRun
from local.processes import ProcessFailed
from local.settings import BUCKET, DATABASE, ROOT, WAREHOUSE_NAMESPACE, Settings
from local.system import System, running

EXPECTED = ROOT / "airflow/dags/expected_lineage.yaml"
DAGS = ("rs_source_to_staging", "rs_staging_to_dm")
ROWS = {  # of each table of the warehouse, by the table of the lake whose rows it has
    **{f"staging.{table}": table for table in row_counts(1)},
    "dm.fact_sales": "sales",
    "dm.dim_event": "event",
    "dm.dim_users": "users",
}


@dataclass(frozen=True)
class Outcome:
    """What a run of the pipeline came to: what went wrong outside the lineage, and the lineage if it could be read."""

    problems: tuple[str, ...]
    graph: Graph | None = None
    verdict: Verdict | None = None
    events: int = 0
    """How many lineage events the store has."""

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong and the lineage is complete."""
        return not self.problems and self.verdict is not None and self.verdict.is_complete


def demo(settings: Settings, console: Console) -> int:
    """Run it; the exit code is 0 only when both DAGs succeeded and rows and lineage are complete. Raises as `running` does."""
    progress = Progress(console)
    with running(settings, progress) as system:
        outcome = run_pipeline(system, progress)
    show(outcome, settings.state / "lineage.html", console)
    return 0 if outcome.is_right else 1


def run_pipeline(system: System, progress: Progress) -> Outcome:
    """Run both DAGs on a running system and judge what they left behind."""
    with progress.live():
        problems = run_dags(system, progress) or check_rows(system, progress)
        return check_lineage(system, progress, problems)


def show(outcome: Outcome, drawing: Path, console: Console) -> None:
    """The closing table, where the graph is to be seen, and what is wrong."""
    console.print()
    if outcome.verdict and outcome.graph:
        report.print_verdict(outcome.verdict, console)
        drawing.write_text(page.render(outcome.graph), encoding="utf-8")
        console.print(f"{outcome.events} lineage events delivered", highlight=False)
        console.print(f"The graph: {drawing.as_uri()}", soft_wrap=True)
    for problem in outcome.problems:
        console.print(Text(f"✗ {plain_lines(problem)}", "red"), soft_wrap=True)


def run_dags(system: System, progress: Progress) -> list[str]:
    """Run the DAGs one after the other, up to the first that fails; what went wrong."""
    for dag_id in DAGS:
        with progress.step(f"DAG {dag_id}"):
            run = _run_dag(system, dag_id)
        if not run.succeeded:
            return [_explain(run, system)]
    return []


def check_rows(system: System, progress: Progress) -> list[str]:
    """Compare the rows of every table with the generator's; what differs."""
    with progress.step("rows of the 10 tables"):
        expected = row_counts(system.settings.scale)
        counted = system.warehouse.row_counts(ROWS)
    return [f"{table} has {counted[table]} rows, not {expected[of]}" for table, of in ROWS.items() if counted[table] != expected[of]]


def check_lineage(system: System, progress: Progress, problems: list[str]) -> Outcome:
    """Compare the captured lineage with the expected one."""
    values = {"bucket": BUCKET, "warehouse": WAREHOUSE_NAMESPACE, "database": DATABASE}
    with progress.step("lineage"):
        try:
            system.supervisor.check()
            system.drain()
            graph, events = read_lineage(system.store.url), count_events(system.store.url)
        except (ProcessFailed, LineageApiError) as error:
            return Outcome((*problems, f"The lineage cannot be read: {error}"))
        if not graph.jobs:
            problems = [*problems, f"The lineage store has received nothing. Airflow's plugin said: {system.airflow.plugin_report()}"]
        refusals = system.airflow.refusals()
        if refusals:
            problems = [*problems, f"The lineage store has refused {len(refusals)} events, the first one with {refusals[0]}"]
        return Outcome(tuple(problems), graph, compare(load(EXPECTED, values), graph), events)


def _run_dag(system: System, dag_id: str) -> DagRun:
    try:
        return system.airflow.test_dag(dag_id)
    except (ProcessFailed, psycopg2.OperationalError):
        system.supervisor.check()  # a server that has stopped explains it better
        raise


def _explain(run: DagRun, system: System) -> str:
    tasks = ", ".join(run.failed_tasks) or "none"
    log = system.supervisor.logs / f"{run.dag_id}.log"
    return f"DAG {run.dag_id} ended as {run.state}; failed tasks: {tasks}. {run.error}\n  Its log: {log}"
