"""The pipeline on one Airflow version after the other, and whether the lineage is the same on each: what `make test-runtimes` does."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lineage.graph import Graph
from lineage.terminal import plain_lines
from local.airflow_python import AirflowPython, airflow_python
from local.console import Progress
from local.demo import Outcome, run_pipeline
from local.settings import Settings
from local.system import running
from modules.runtimes import Runtime

Lineage = frozenset[object]
MOST, LONGEST = 10, 300  # differences that are printed, and characters of each
SAME, DIFFERENT, WRONG = "the same", "DIFFERS", "WRONG"


@dataclass(frozen=True)
class Row:
    """How the pipeline came out on one version, on which Python, in how many seconds once its environment was there."""

    runtime: Runtime
    outcome: Outcome
    python: AirflowPython | None = None
    seconds: float = 0

    @property
    def lineage(self) -> Lineage:
        """All that must be the same on every version."""
        return same_everywhere(self.outcome.graph) if self.outcome.graph else frozenset()

    @property
    def findings(self) -> tuple[str, ...]:
        """What is wrong with it."""
        return (*self.outcome.problems, *map(str, self.outcome.verdict.findings if self.outcome.verdict else ()))


def same_everywhere(graph: Graph) -> Lineage:
    """Datasets with their schemas, the jobs of tasks with what they read, write and run, and the column edges.

    Jobs of whole DAGs are left out: `airflow dags test` speaks of them from Airflow 2.8 on only.
    """
    tasks = (job for job in graph.jobs if "." in job.name)
    jobs = ((job.namespace, job.name, frozenset(job.inputs), frozenset(job.outputs), job.sql) for job in tasks)
    return frozenset((*graph.datasets, *jobs, *graph.column_edges))


def run_all(runtimes: Sequence[Runtime], scale: float, state: Path, console: Console) -> int:
    """Run each, print the table and what is wrong; the exit code is 0 only when every row is right and the same as the first."""
    rows = [_run(runtime, Settings(state / runtime.airflow, scale, airflow_version=runtime.airflow), console) for runtime in runtimes]
    console.print()
    console.print(table(rows))
    for row in rows:
        for finding in (*row.findings, *differences(row, rows[0])):
            console.print(Text(f"✗ {row.runtime.airflow}: {plain_lines(finding)}", "red"), soft_wrap=True)
    return 0 if all(verdict(row, rows) == SAME for row in rows) else 1


def verdict(row: Row, rows: Sequence[Row]) -> str:
    """How a row compares with what is expected and with the first row."""
    if not row.outcome.is_right:
        return WRONG
    return SAME if row.lineage == rows[0].lineage else DIFFERENT


def differences(row: Row, first: Row) -> list[str]:
    """What the lineage of one of two right rows has and that of the other has not; the first ones of it."""
    if not (row.outcome.is_right and first.outcome.is_right):
        return []
    pairs = ((row, first), (first, row))
    found = sorted(f"only on {one.runtime.airflow}: {each}"[:LONGEST] for one, other in pairs for each in one.lineage - other.lineage)
    return found[:MOST] + ([f"and {len(found) - MOST} differences more"] if len(found) > MOST else [])


def table(rows: Sequence[Row]) -> Table:
    """A line for each version."""
    printed = Table("Airflow", "Python", "integration", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("events", "table edges", "column edges right", "seconds", "lineage"):
        printed.add_column(heading, justify="right")
    for row in rows:
        printed.add_row(*_cells(row), verdict(row, rows))
    return printed


def _cells(row: Row) -> list[str]:
    runtime, outcome = row.runtime, row.outcome
    python = f"{row.python.version}{'' if row.python.is_mwaas else f', not {runtime.python}'}" if row.python else ""
    right = f"{outcome.verdict.columns_right} of {len(outcome.verdict.expected.column_edges)}" if outcome.verdict else ""
    edges = str(len(outcome.graph.pairs)) if outcome.graph else ""
    integration = f"{runtime.integration} {runtime.integration_version}"
    return [runtime.airflow, python, integration, str(outcome.events), edges, right, f"{row.seconds:.0f}"]


def _run(runtime: Runtime, settings: Settings, console: Console) -> Row:
    quiet = Progress(Console(quiet=True))
    try:
        with Progress(console).step(f"environment of Airflow {runtime.airflow}"):
            python = airflow_python(runtime)
        started = time.monotonic()
        with Progress(console).step(f"pipeline on Airflow {runtime.airflow}"), running(settings, quiet) as system:
            outcome = run_pipeline(system, quiet)
        return Row(runtime, outcome, python, time.monotonic() - started)
    except Exception as error:  # whatever a server or a driver raises: the other versions are to be seen all the same
        return Row(runtime, Outcome((f"{type(error).__name__}: {error}",)))
