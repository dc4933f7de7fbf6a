"""Command line of the local system: `python -m local demo | up | dag | psql | airflow | logs | status | down | reset`."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from lineage.report import console
from lineage.terminal import plain, plain_lines
from local import kept, one_dag
from local.airflow_python import MissingArtefact
from local.aws.crawled import UnusableLake
from local.dag_folder import UnusableFolder
from local.demo import demo as run_demo
from local.disk import is_full
from local.every_runtime import run_all
from local.follow import follow
from local.interrupts import heed_interrupts
from local.postgres import BINARIES
from local.processes import ProcessFailed
from local.settings import DAGS, ROOT, InvalidSettings, Settings
from local.state import Note, StateInUse, keep_private
from local.stock_comparison import compare
from modules.runtimes import Runtime, load_runtimes, release, runtime

STATE = ROOT / ".state"
UP = STATE / "up"
FAILURES = (InvalidSettings, MissingArtefact, ProcessFailed, StateInUse, UnusableFolder, UnusableLake)
BAD_INPUT, INTERRUPTED = 2, 130


def system_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What may be chosen of a local system: the fields of Settings, but for its folder."""
    path = click.Path(path_type=Path, resolve_path=True)
    for option in (
        click.option("--requirements", type=path, help="A file of packages that the DAGs need."),
        click.option("--lake", type=path, help="A folder of Parquet and CSV files in place of TICKIT."),
        click.option("--dags", default=DAGS, type=path, help="The folder of the DAGs."),
        click.option("--airflow-version", default=runtime().airflow, help="A row of airflow/runtimes.toml."),
        click.option("--port", default=0, help="Port of the lineage store (0: any free one)."),
        click.option("--seed", default=2008, help="Seed of the generated data."),
        click.option("--scale", default=1.0, help="Factor on TICKIT's row counts."),
    ):
        command = option(command)
    return command


def of_a_running_system(command: Callable[..., Any]) -> Callable[..., Any]:
    """An option that says where it runs, for tests and benches."""
    return click.option("--state", default=UP, hidden=True, type=click.Path(path_type=Path))(command)


@click.group()
def cli() -> None:
    """The whole system on one machine, without an AWS account."""


@cli.command()
@system_options
@click.option("--state", default=STATE / "demo", type=click.Path(path_type=Path), help="Folder for everything the demo writes.")
@click.option("--only", default="", help="DAGs to run, with spaces between, and those that they need before them; without it, every DAG.")
def demo(state: Path, only: str, **choices: Any) -> None:
    """Run the DAGs, check their lineage, show it; exit code 0 only if all of it is right."""
    sys.exit(run_demo(Settings(state.resolve(), **choices), console(), only.split()))


@cli.command()
@click.argument("versions", nargs=-1)
@click.option("--scale", default=0.01, help="Factor on TICKIT's row counts.")
def runtimes(versions: tuple[str, ...], scale: float) -> None:
    """Run the pipeline on these Airflow versions, or on all; exit code 0 only if the lineage is right and the same on each."""
    sys.exit(run_all(_chosen(versions), scale, STATE / "runtimes", console()))


@cli.command()
@click.argument("versions", nargs=-1)
def stock(versions: tuple[str, ...]) -> None:
    """Run the pipeline, written with stock operators only, with the package and without it, for the README.

    Exit code 0 only if with the package all is right.
    """
    sys.exit(compare(_chosen(versions), STATE / "stock", console()))


def _chosen(versions: Sequence[str]) -> list[Runtime]:
    """These Airflow versions, or all of them in order."""
    try:
        return [runtime(version) for version in versions] or sorted(load_runtimes().values(), key=release)
    except ValueError as error:
        raise InvalidSettings(str(error)) from None


@cli.command()
@system_options
@click.option("--run", is_flag=True, help="Run every DAG once it is up.")
def up(run: bool, **choices: Any) -> None:
    """Start the system in the background, as it was left, with Airflow's own pages."""
    note = kept.up(Settings(UP, **choices), console())
    _show(note)
    for error in note.import_errors:
        print(plain(f"Airflow cannot import {error}"))
    if not run:
        print(plain("Run:      " + ", then ".join(f"make dag DAG={dag}" for dag in note.dags)))
        return
    if note.import_errors:
        sys.exit(1)
    for dag in note.dags:
        if code := one_dag.run(note, dag, console()):
            sys.exit(code)


@cli.command(hidden=True)
@system_options
@click.option("--state", required=True, type=click.Path(path_type=Path))
def serve(state: Path, **choices: Any) -> None:
    """Run the system in the foreground: the background process that `up` starts."""
    kept.serve(Settings(state, **choices), console())


@cli.command()
@click.argument("name")
@of_a_running_system
def dag(name: str, state: Path) -> None:
    """Run one DAG in the running system; show its lineage, and what that lacks."""
    sys.exit(one_dag.run(_running(state), name, console()))


@cli.command()
@click.argument("arguments", nargs=-1)
@of_a_running_system
def psql(arguments: tuple[str, ...], state: Path) -> None:
    """Open the warehouse's SQL prompt, as the role that the DAGs have."""
    program, address = BINARIES / "psql", urlsplit(_running(state).warehouse)
    where = [f"--host={address.hostname}", f"--port={address.port}", f"--username={address.username}", f"--dbname={address.path[1:]}"]
    os.execve(program, [str(program), *where, *arguments], {**os.environ, "PGPASSWORD": address.password or ""})  # noqa: S606 - no shell


@cli.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False, "help_option_names": []})
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
@of_a_running_system
def airflow(words: tuple[str, ...], state: Path) -> None:
    """Run a command of Airflow's own command line, such as dags list."""
    note = _running(state)
    os.execve(note.command[0], [*note.command, *words], {"TERM": os.environ.get("TERM", "dumb"), **note.environment})  # noqa: S606


@cli.command()
def logs() -> None:
    """Show the logs of the running system as they are written, until Ctrl-C."""
    for line in follow(Path(_running(UP).logs)):
        print(line, flush=True)


@cli.command()
def down() -> None:
    """Stop the system that `up` started; what it holds stays."""
    print("stopped: `make up` goes on where it was" if kept.down(Settings(UP)) else "nothing was running")


@cli.command()
def reset() -> None:
    """Stop the system that `up` started, and forget its data, lineage, runs, ports and passwords."""
    print("forgotten: `make up` begins anew" if kept.reset(Settings(UP)) else "there was nothing")


@cli.command()
def status() -> None:
    """Say whether the system runs, and where."""
    note = kept.status(Settings(UP))
    if note is None:
        print("not running: `make up` starts it")
        sys.exit(1)
    _show(note)
    sys.exit(1 if note.stopped else 0)


def _running(state: Path) -> Note:
    note = kept.status(Settings(state))
    if note is None:
        raise ProcessFailed("nothing runs: `make up` starts the system")
    return note


def _show(note: Note) -> None:
    print(plain(f"Airflow   {note.airflow_url}   {note.airflow_version}, user {note.user}, password {note.password}"))
    print(plain(f"Lineage   {note.lineage_url}"))
    print(plain(f"DAGs      {note.dags_folder}: what is saved there counts at once"))
    print(plain(f"Logs      {note.logs}"))
    for name in note.stopped:
        print(f"{plain(name)} has stopped by itself: see its log; `make down up` starts everything anew")


def main() -> None:
    """Failures that have a cause a person can mend end in their message, not in a traceback."""
    heed_interrupts()
    keep_private(STATE)
    try:
        cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(BAD_INPUT)
    except (KeyboardInterrupt, click.Abort):
        print("interrupted; everything that was started has been stopped", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except Exception as error:
        if is_full(error, STATE):
            print(f"error: no space left in {STATE.name}: free some, or `make reset` and `make clean` do", file=sys.stderr)
            sys.exit(1)
        if not isinstance(error, FAILURES):
            raise
        print(f"error: {plain_lines(str(error))}", file=sys.stderr)
        sys.exit(BAD_INPUT if isinstance(error, InvalidSettings) else 1)


if __name__ == "__main__":
    main()
