"""`make bench-emission`: a table of what each task waited for lineage, and of how many events there still are."""

import statistics
import tempfile
from pathlib import Path

import click
from rich.table import Table

from lineage.report import console
from local.airflow_python import MissingArtefact, airflow_python
from modules.runtimes import runtime
from tools.bench_emission.airflow_run import HTTP, NONE, NOTHING_SENT, SPOOL, Airflow, BenchFailed, Run, settled
from tools.bench_emission.endpoints import FAULTS, HEALTHY, endpoint


def row(transport: str, store: str, runs: list[Run], kept: str) -> list[str]:
    """Median and worst milliseconds of the first task of a run, and of the next ones."""
    first = [run.milliseconds[0] for run in runs]
    following = [each for run in runs for each in run.milliseconds[1:]]
    return [store, transport, *(f"{of(group):,.1f}" for group in (first, following) for of in (statistics.median, max)), kept]


def measure(airflow: Airflow, transport: str, store: str, runs: int, events: int) -> tuple[list[str], int]:
    """The row of one transport and one store, and how many events there are of it; `events` are a run's. Raises BenchFailed."""
    done, kept = [], 0
    with endpoint(store) as (url, accepted):
        for number in range(1, runs + 1):
            run = airflow.run(transport, url)
            done.append(run)
            if store == HEALTHY and transport == SPOOL:
                settled(accepted, events * number)
            elif transport == SPOOL:
                kept += run.waiting
        kept += len(accepted)
    return row(transport, store, done, f"{kept} of {events * runs}" if events else f"{kept} of {kept}"), kept


@click.command()
@click.option("--airflow-version", default=runtime().airflow, help="A row of airflow/runtimes.toml.")
@click.option("--tasks", default=4, help="Tasks of a run.")
@click.option("--runs", default=3, help="Runs of each row; the integration's own transport has one for each fault, as that takes minutes.")
def main(airflow_version: str, tasks: int, runs: int) -> None:
    """Print how many milliseconds lineage adds to a task: the first one of a process, and the next ones."""
    out = console()
    try:
        python = airflow_python(runtime(airflow_version))
    except (ValueError, MissingArtefact) as error:
        raise click.ClickException(str(error)) from None
    with tempfile.TemporaryDirectory(prefix="bench-emission-") as folder:
        airflow = Airflow(str(python.interpreter), Path(folder).resolve(), tasks)
        try:
            out.print(f"{airflow.version}; Python {python.version}; {runs} runs of {tasks} tasks; added milliseconds a task")
            airflow.prepare()
            out.print(_table(airflow, runs))
        except BenchFailed as error:
            raise click.ClickException(str(error)) from None


def _table(airflow: Airflow, runs: int) -> Table:
    table = Table("store", "transport", box=None, pad_edge=False)
    for heading in ("first: median", "worst", "next: median", "worst", "events there"):
        table.add_column(heading, justify="right")
    for transport in (NONE, NOTHING_SENT):
        table.add_row(*row(transport, "", [airflow.run(transport, "http://127.0.0.1:9") for _ in range(runs)], ""))
    healthy, kept = measure(airflow, HTTP, HEALTHY, runs, 0)
    events = kept // runs  # of a run: some integrations speak of the DAG, too
    for store in FAULTS:
        table.add_row(*(healthy if store == HEALTHY else measure(airflow, HTTP, store, 1, events)[0]))
        table.add_row(*measure(airflow, SPOOL, store, runs, events)[0])
    return table


if __name__ == "__main__":
    main()
