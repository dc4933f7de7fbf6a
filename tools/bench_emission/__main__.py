"""`make bench-emission`: what a task waits for lineage and how long the pipeline takes, for each Airflow version and kind of store."""

import tempfile
import time
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from lineage.report import console
from local.airflow_python import AirflowPython, MissingArtefact, airflow_python
from local.aws.machine import Aws
from local.postgres import Postgres
from local.processes import ProcessFailed, Supervisor
from local.settings import CI_VERSIONS, WAREHOUSE_NAMESPACE
from modules.runtimes import as_environment, configuration_options, runtime
from tools.bench_emission import bounds, pipelines, tasks
from tools.bench_emission.airflow_run import Airflow, BenchFailed

TABLES = Path(__file__).with_name("tables.sql")


@click.command()
@click.argument("versions", nargs=-1)
@click.option("--runs", default=1, help="Runs of each row; the integration's own transport has one for each fault, as that takes minutes.")
def main(versions: tuple[str, ...], runs: int) -> None:
    """Print two tables for each version, those of CI unless others are named."""
    out, started = console(), time.monotonic()
    for version in versions or CI_VERSIONS:
        try:
            _measure(airflow_python(runtime(version)), runs, out)
        except (ValueError, MissingArtefact, ProcessFailed, BenchFailed) as error:
            raise click.ClickException(str(error)) from None
    out.print(f"{(time.monotonic() - started) / 60:.0f} minutes")


def _measure(python: AirflowPython, runs: int, out: Console) -> None:
    with tempfile.TemporaryDirectory(prefix="bench-emission-") as name:
        folder = Path(name).resolve()
        waits = _tasks(python, folder, runs, out)
        seconds = pipelines.table(folder / "pipeline", python.runtime.airflow, runs, out)
    out.print(f"\nMilliseconds that a task waits for lineage, {runs} runs; {bounds.WORDS}")
    out.print(waits)
    out.print("\nSeconds of both DAGs of the pipeline")
    out.print(seconds)


def _tasks(python: AirflowPython, folder: Path, runs: int, out: Console) -> Table:
    """The first table, of an Airflow whose secrets backend is MWAA's: what that imports, lineage does not; and of a small warehouse."""
    options = configuration_options(python.runtime.airflow, warehouse_namespace=WAREHOUSE_NAMESPACE)
    with Supervisor(folder / "logs") as supervisor:
        aws = Aws(supervisor)
        aws.start()
        warehouse = Postgres(folder / "warehouse", supervisor)
        warehouse.start()
        with warehouse.connect() as connection, connection.cursor() as cursor:
            cursor.execute(TABLES.read_text())
        variables = {**as_environment(options), **aws.environment, "AIRFLOW_CONN_WAREHOUSE": warehouse.loader_uri}
        airflow = Airflow(str(python.interpreter), folder / "tasks", variables)
        out.print(f"\n[bold]{python}[/]\n{airflow.version}")
        airflow.prepare()
        return tasks.table(airflow, runs, out)


if __name__ == "__main__":
    main()
