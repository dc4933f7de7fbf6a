"""The second table: seconds of the pipeline's DAGs without lineage, with lineage that goes nowhere, and for each kind of store.

Airflow's own scheduler runs them, each task in a process of its own, as on MWAA.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from local.console import Progress
from local.kept import start_airflow
from local.one_dag import follow, looking, trigger
from local.processes import Supervisor, free_port
from local.settings import Settings
from local.state import Note
from local.system import STORE_SECRET, System, running
from tools.bench_emission import bounds
from tools.bench_emission.airflow_run import NONE, NOOP, NOTHING_SENT, BenchFailed
from tools.bench_emission.endpoints import HEALTHY, STORES, endpoint

SCALE = 0.1
COUNTED = 4  # runs of the pipeline for each row, after one that does not count


def table(state: Path, version: str, runs: int, out: Console) -> Table:
    """Measure, with a line on the console for each row and run. Raises BenchFailed, ProcessFailed, MissingArtefact."""
    quiet, progress = Progress(Console(quiet=True)), Progress(out)
    with running(Settings(state, SCALE, airflow_version=version), quiet) as system:
        with progress.step("pipeline, once before it counts"), _scheduled(system, {}, quiet) as note:
            _seconds(note)
        rounds = [_round(system, quiet, progress) for _ in range(runs)]
        tasks = sum(len(dag.tasks) for dag in system.airflow.folder.pipeline)
    return _table({row: median(seconds[row] for seconds in rounds) for row in rounds[0]}, tasks)


def _round(system: System, quiet: Progress, progress: Progress) -> dict[str, float]:
    """The seconds of each row: one after the other, as a machine's speed changes."""
    seconds = {}
    noop = system.settings.state / "noop.yml"
    noop.write_text(NOOP)
    for row, variables in {NONE: {"OPENLINEAGE_DISABLED": "true"}, NOTHING_SENT: {"OPENLINEAGE_CONFIG": str(noop)}}.items():
        with progress.step(f"pipeline, {row}"), _scheduled(system, variables, quiet) as note:
            seconds[row] = _seconds(note)
    for store in STORES:
        with progress.step(f"pipeline, store {store}"), endpoint(store, free_port()) as (url, _):
            system.aws.put_secrets({STORE_SECRET: url})
            with _scheduled(system, {}, quiet) as note:
                seconds[store] = _seconds(note)
    return seconds


@contextmanager
def _scheduled(system: System, variables: Mapping[str, str], quiet: Progress) -> Iterator[Note]:
    """Airflow's scheduler with these variables, and what belongs to it."""
    airflow = copy(system.airflow)
    airflow.environment = {**airflow.environment, **variables}
    with Supervisor(system.supervisor.logs) as airflow.supervisor:
        yield start_airflow(replace(system, airflow=airflow), quiet)


def _seconds(note: Note) -> float:
    """Of both DAGs, by Airflow's own clock."""
    _, *counted = [sum(_run(note, dag) for dag in note.dags) for _ in range(1 + COUNTED)]
    return median(counted)


def _run(note: Note, dag: str) -> float:
    with looking(note) as look:
        run_id = trigger(note, dag, datetime.now(UTC))
        state, tasks = follow(dag, run_id, look, lambda _: None)
        ((_, seconds),) = look("run_state", dag, run_id)
    if state != "success":
        raise BenchFailed(f"{dag}: {state}: " + ", ".join(f"{task.id} {task.state}" for task in tasks))
    return float(seconds)


def _table(seconds: dict[str, float], tasks: int) -> Table:
    printed = Table("store", box=None, pad_edge=False)
    for heading in ("seconds", "more", "allowed: aim", "floor", "within"):
        printed.add_column(heading, justify="right")
    for row, taken in seconds.items():
        verdict = _verdict(row, taken, seconds[NONE], tasks) if row in STORES else []
        printed.add_row(row, f"{taken:.1f}", f"{taken / seconds[NONE] - 1:.0%}", *verdict)
    return printed


def _verdict(store: str, taken: float, without: float, tasks: int) -> list[str]:
    bound = bounds.pipeline(tasks, healthy=store == HEALTHY)
    allowed = [without * (1 + bounds.SHARE) + milliseconds / 1000 for milliseconds in (bound.aim, bound.floor)]
    return [*(f"{each:.1f}" for each in allowed), bounds.Bound(*allowed).verdict(taken)]
