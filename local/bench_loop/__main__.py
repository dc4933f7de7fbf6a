"""How long it takes from saving a changed SQL file, or a changed DAG, to its new lineage in the store, in a system that is up."""

import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from lineage.client import read_lineage
from lineage.report import console
from local import kept
from local.settings import ROOT, Settings
from local.state import Note, keep_private
from modules.runtimes import runtime

STATE = ROOT / ".state/bench-loop"
DAG_ID, AIM = "bench_loop", 10
HERE = Path(__file__).parent


@click.command()
@click.option("--runs", default=3, help="Changes of each kind.")
@click.option("--airflow-version", default=runtime().airflow, help="A row of airflow/runtimes.toml.")
def main(runs: int, airflow_version: str) -> None:
    """Print minimum, median and maximum seconds; exit code 1 when a median is above the aim."""
    keep_private(STATE)
    dags = STATE / "dags"
    dags.mkdir(exist_ok=True)
    _save(dags, task="before", column="before")
    settings = Settings(STATE / "up", scale=0.01, airflow_version=airflow_version, dags=dags)
    out = console()
    try:
        note = kept.up(settings, out)
        _see(settings, note, task="before", column="before")
        sql = [_loop(settings, note, task="before", column=f"c{number}") for number in range(runs)]
        dag = [_loop(settings, note, task=f"t{number}", column=f"d{number}") for number in range(runs)]
    finally:
        kept.down(settings)
        shutil.rmtree(STATE, ignore_errors=True)
    seconds = {"SQL changed": sql, "DAG changed": dag}
    _print(seconds, out)
    sys.exit(any(statistics.median(values) > AIM for values in seconds.values()))


def _save(dags: Path, *, task: str, column: str) -> None:
    """Only what has changed, as a person does."""
    for name, word, new in (("bench.sql", "a_column", column), ("bench.py", "a_task", task)):
        text = (HERE / name).read_text().replace(word, new)
        if not (dags / name).exists() or (dags / name).read_text() != text:
            (dags / name).write_text(text)


def _loop(settings: Settings, note: Note, *, task: str, column: str) -> float:
    started = time.monotonic()
    _save(settings.dags, task=task, column=column)
    _see(settings, note, task=task, column=column)
    return time.monotonic() - started


def _see(settings: Settings, note: Note, *, task: str, column: str) -> None:
    command = [sys.executable, "-m", "local", "dag", f"--state={settings.state}", DAG_ID]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    graph = read_lineage(note.lineage_url)
    traced = {edge.target.name for edge in graph.column_edges}
    if done.returncode or column not in traced or f"{DAG_ID}.{task}" not in {job.name for job in graph.jobs}:
        sys.exit(f"the lineage of {task}, {column} did not come:\n{done.stdout}{done.stderr}")
    console().print(done.stdout.splitlines()[-1])


def _print(seconds: dict[str, list[float]], out: Console) -> None:
    table = Table("from saving to the new lineage", "minimum", "median", "maximum", "aim", box=None, pad_edge=False)
    for name, values in seconds.items():
        table.add_row(name, *(f"{figure:.1f} s" for figure in (min(values), statistics.median(values), max(values))), f"{AIM} s")
    out.print(table)


if __name__ == "__main__":
    main()
