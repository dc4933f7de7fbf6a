"""The main job on one machine: the DAGs run, their lineage is read back through the store's API, checked and shown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg2
from rich.console import Console
from rich.text import Text

from data.tickit import row_counts
from lineage import page, report
from lineage.check import Verdict, compare
from lineage.client import LineageApiError, count_events, read_lineage
from lineage.expected import Expected
from lineage.expected_files import load
from lineage.graph import Graph
from lineage.terminal import plain_lines
from local.console import Progress
from local.dag_folder import Dag
from local.orchestrator import DagRun
from local.processes import ProcessFailed
from local.settings import BUCKET, DAGS, DATABASE, WAREHOUSE_NAMESPACE, Settings
from local.system import System, running

ROWS = {  # of each table that the repository's own DAGs load, by the table of the lake whose rows it has
    **{f"staging.{table}": table for table in row_counts(1)},
    "dm.fact_sales": "sales",
    "dm.dim_event": "event",
    "dm.dim_users": "users",
}


@dataclass(frozen=True)
class Outcome:
    """What a run of the pipeline came to: what went wrong outside the lineage, and the lineage if it could be read.

    There is no verdict where nobody has written down what lineage is expected.
    """

    problems: tuple[str, ...]
    graph: Graph | None = None
    verdict: Verdict | None = None
    events: int = 0
    """How many lineage events the store has."""

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong, and the lineage complete as far as it is known what that is."""
        return not self.problems and self.graph is not None and (self.verdict is None or self.verdict.is_complete)


def demo(settings: Settings, console: Console, only: Sequence[str] = ()) -> int:
    """Run the DAGs of `only` and those that they need before them, or all.

    The exit code is 0 only when every DAG succeeded and rows and lineage are complete. Raises as `running` does, and UnusableFolder.
    """
    progress = Progress(console)
    with running(settings, progress) as system:
        outcome = run_pipeline(system, progress, only)
    show(outcome, settings.state / "lineage.html", console)
    return 0 if outcome.is_right else 1


def run_pipeline(system: System, progress: Progress, only: Sequence[str] = ()) -> Outcome:
    """Run the DAGs on a running system and judge what they left behind. Raises UnusableFolder."""
    dags = system.airflow.folder.with_needed(only)
    with progress.live():
        problems = run_dags(system, progress, dags) or check_rows(system, progress, dags)
        return check_lineage(system, progress, dags, problems)


def show(outcome: Outcome, drawing: Path, console: Console) -> None:
    """The closing table, where the graph is to be seen, and what is wrong."""
    console.print()
    if outcome.graph:
        if outcome.verdict:
            report.print_verdict(outcome.verdict, console)
        else:
            console.print(_captured(outcome.graph), soft_wrap=True)
        drawing.write_text(page.render(outcome.graph), encoding="utf-8")
        console.print(f"{outcome.events} lineage events delivered", highlight=False)
        console.print(f"The graph: {drawing.as_uri()}", soft_wrap=True)
    for problem in outcome.problems:
        console.print(Text(f"✗ {plain_lines(problem)}", "red"), soft_wrap=True)


def run_dags(system: System, progress: Progress, dags: Sequence[Dag]) -> list[str]:
    """Run the DAGs one after the other, up to the first that fails; what went wrong."""
    for dag in dags:
        with progress.step(f"DAG {dag.id}") as step:
            run = _run_dag(system, dag.id)
            step.failed = not run.succeeded
        if not run.succeeded:
            return [_explain(run, system)]
    return []


def check_rows(system: System, progress: Progress, dags: Sequence[Dag]) -> list[str]:
    """Compare the rows of every table with the generator's, where both are the repository's own; what differs."""
    written = {table for dag in dags for table in dag.writes}
    tables = {table: of for table, of in ROWS.items() if table in written and system.settings.dags == DAGS and not system.settings.lake}
    if not tables:
        return []
    with progress.step(f"rows of the {len(tables)} tables"):
        expected = row_counts(system.settings.scale)
        counted = system.warehouse.row_counts(tables)
    return [f"{table} has {counted[table]} rows, not {expected[of]}" for table, of in tables.items() if counted[table] != expected[of]]


def expected_of(folder: Path, dags: Sequence[Dag]) -> Expected | None:
    """The lineage that these DAGs of a folder must produce; None where nobody has written it down. Raises ExpectedLineageError."""
    if not any(folder.glob("*.lineage.yaml")):
        return None
    expected = load(folder, {"bucket": BUCKET, "warehouse": WAREHOUSE_NAMESPACE, "database": DATABASE})
    jobs = tuple(job for job in expected.jobs if any(job.name.startswith(f"{dag.id}.") for dag in dags))
    touched = {id_ for job in jobs for id_ in job.datasets}
    return replace(expected, jobs=jobs, datasets={id_: fields for id_, fields in expected.datasets.items() if id_ in touched})


def check_lineage(system: System, progress: Progress, dags: Sequence[Dag], problems: list[str]) -> Outcome:
    """Compare the captured lineage with the expected one."""
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
        expected = expected_of(system.settings.dags, dags)
        return Outcome(tuple(problems), graph, compare(expected, graph) if expected else None, events)


def _run_dag(system: System, dag_id: str) -> DagRun:
    try:
        return system.airflow.test_dag(dag_id)
    except (ProcessFailed, psycopg2.OperationalError):
        system.supervisor.check()  # a server that has stopped explains it better
        raise


def _captured(graph: Graph) -> str:
    """What there is, where there is nothing to compare it with."""
    jobs = [job for job in graph.jobs if job.datasets]
    counts = f"{len(jobs)} jobs, {len(graph.datasets)} datasets, {len(graph.pairs)} pairs, {len(graph.column_edges)} column edges"
    return f"Lineage captured: {counts}. It was compared with nothing: there is no file <dag>.lineage.yaml beside the DAGs"


def _explain(run: DagRun, system: System) -> str:
    tasks = ", ".join(run.failed_tasks) or "none"
    return f"DAG {run.dag_id} ended as {run.state}; failed tasks: {tasks}. {run.error}\n  Its log: {system.airflow.log(run.dag_id)}"
