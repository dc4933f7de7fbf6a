"""The second table: seconds of the pipeline's DAGs without lineage, with lineage that goes nowhere, and for each kind of store."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from local.console import Progress
from local.demo import run_dags
from local.processes import free_port
from local.settings import Settings
from local.system import STORE_SECRET, System, running
from tools.bench_emission import bounds
from tools.bench_emission.airflow_run import NONE, NOOP, NOTHING_SENT, BenchFailed
from tools.bench_emission.endpoints import HEALTHY, STORES, endpoint

SCALE = 0.02
TASKS = 11  # of both DAGs


def table(state: Path, version: str, runs: int, out: Console) -> Table:
    """Measure, with a line on the console for each row and run. Raises BenchFailed, ProcessFailed, MissingArtefact."""
    quiet, progress = Progress(Console(quiet=True)), Progress(out)
    with running(Settings(state, SCALE, airflow_version=version), quiet) as system:
        with progress.step("pipeline, once before it counts"):
            _seconds(system, quiet)
        rounds = [_round(system, quiet, progress) for _ in range(runs)]
    return _table({row: median(seconds[row] for seconds in rounds) for row in rounds[0]})


def _round(system: System, quiet: Progress, progress: Progress) -> dict[str, float]:
    """The seconds of each row: one after the other, as a machine's speed changes."""
    seconds = {}
    noop = system.settings.state / "noop.yml"
    noop.write_text(NOOP)
    for row, variables in {NONE: {"OPENLINEAGE_DISABLED": "true"}, NOTHING_SENT: {"OPENLINEAGE_CONFIG": str(noop)}}.items():
        with progress.step(f"pipeline, {row}"), _variables(system, variables):
            seconds[row] = _seconds(system, quiet)
    for store in STORES:
        with progress.step(f"pipeline, store {store}"), endpoint(store, free_port()) as (url, _):
            system.aws.put_secrets({STORE_SECRET: url})
            seconds[store] = _seconds(system, quiet)
    return seconds


@contextmanager
def _variables(system: System, variables: Mapping[str, str]) -> Iterator[None]:
    system.airflow.environment.update(variables)
    yield
    for name in variables:
        del system.airflow.environment[name]


def _seconds(system: System, quiet: Progress) -> float:
    started = time.monotonic()
    problems = run_dags(system, quiet)
    if problems:
        raise BenchFailed("\n".join(problems))
    return time.monotonic() - started


def _table(seconds: dict[str, float]) -> Table:
    printed = Table("store", box=None, pad_edge=False)
    for heading in ("seconds", "allowed: aim", "floor", "within"):
        printed.add_column(heading, justify="right")
    for row, taken in seconds.items():
        verdict = _verdict(row, taken, seconds[NONE]) if row in STORES else []
        printed.add_row(row, f"{taken:.1f}", *verdict)
    return printed


def _verdict(store: str, taken: float, without: float) -> list[str]:
    bound = bounds.pipeline(TASKS, healthy=store == HEALTHY)
    allowed = [without * (1 + bounds.SHARE) + milliseconds / 1000 for milliseconds in (bound.aim, bound.floor)]
    return [*(f"{each:.1f}" for each in allowed), bounds.Bound(*allowed).verdict(taken)]
