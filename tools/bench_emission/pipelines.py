"""The second table: seconds of the pipeline's DAGs without lineage, and with this project's transport for each kind of store."""

import time
from pathlib import Path
from statistics import mean

from rich.console import Console
from rich.table import Table

from local.console import Progress
from local.demo import run_dags
from local.processes import free_port
from local.settings import Settings
from local.system import STORE_SECRET, System, running
from tools.bench_emission import bounds
from tools.bench_emission.airflow_run import NONE, BenchFailed
from tools.bench_emission.endpoints import HEALTHY, STORES, endpoint

SCALE = 0.02
TASKS = 11  # of both DAGs


def table(state: Path, version: str, out: Console) -> Table:
    """Measure, with a line on the console for each row. Raises BenchFailed, ProcessFailed, MissingArtefact."""
    quiet, progress = Progress(Console(quiet=True)), Progress(out)
    with running(Settings(state, SCALE, airflow_version=version), quiet) as system:
        with_lineage = {}
        without = [_without(system, quiet, progress)]
        for store in STORES:
            with progress.step(f"pipeline, store {store}"), endpoint(store, free_port()) as (url, _):
                system.aws.put_secrets({STORE_SECRET: url})
                with_lineage[store] = _seconds(system, quiet)
        without.append(_without(system, quiet, progress))
    return _table(mean(without), with_lineage)


def _without(system: System, quiet: Progress, progress: Progress) -> float:
    """Before all others and after them, as a machine's speed changes."""
    system.airflow.environment["OPENLINEAGE_DISABLED"] = "true"
    with progress.step(f"pipeline, {NONE}"):
        seconds = _seconds(system, quiet)
    del system.airflow.environment["OPENLINEAGE_DISABLED"]
    return seconds


def _seconds(system: System, quiet: Progress) -> float:
    started = time.monotonic()
    problems = run_dags(system, quiet)
    if problems:
        raise BenchFailed("\n".join(problems))
    return time.monotonic() - started


def _table(without: float, with_lineage: dict[str, float]) -> Table:
    printed = Table("store", box=None, pad_edge=False)
    for heading in ("seconds", "allowed: aim", "floor", "within"):
        printed.add_column(heading, justify="right")
    printed.add_row(NONE, f"{without:.1f}", "", "", "")
    for store, seconds in with_lineage.items():
        bound = bounds.pipeline(TASKS, healthy=store == HEALTHY)
        allowed = [without * (1 + bounds.SHARE) + milliseconds / 1000 for milliseconds in (bound.aim, bound.floor)]
        verdict = bounds.Bound(*allowed).verdict(seconds)
        printed.add_row(store, f"{seconds:.1f}", *(f"{each:.1f}" for each in allowed), verdict)
    return printed
