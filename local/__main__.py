"""Command line of the local system: `python -m local demo | up | down | status`."""

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from lineage.report import console
from lineage.terminal import plain, plain_lines
from local import kept
from local.airflow_python import MissingArtefact
from local.demo import demo as run_demo
from local.every_runtime import run_all
from local.processes import ProcessFailed
from local.settings import ROOT, InvalidSettings, Settings
from local.state import Note, StateInUse, keep_private
from modules.runtimes import load_runtimes, release, runtime

STATE = ROOT / ".state"
FAILURES = (InvalidSettings, MissingArtefact, ProcessFailed, StateInUse)
BAD_INPUT, INTERRUPTED = 2, 130


def system_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What may be chosen of a local system."""
    for option in (
        click.option("--airflow-version", default=runtime().airflow, help="A row of airflow/runtimes.toml."),
        click.option("--port", default=0, help="Port of the lineage store (0: any free one)."),
        click.option("--seed", default=2008, help="Seed of the generated data."),
        click.option("--scale", default=1.0, help="Factor on TICKIT's row counts."),
    ):
        command = option(command)
    return command


@click.group()
def cli() -> None:
    """The whole system on one machine, without an AWS account."""


@cli.command()
@system_options
@click.option("--state", default=STATE / "demo", type=click.Path(path_type=Path), help="Folder for everything the demo writes.")
def demo(scale: float, seed: int, port: int, airflow_version: str, state: Path) -> None:
    """Run both DAGs, check their lineage, show it; exit code 0 only if all of it is right."""
    sys.exit(run_demo(Settings(state.resolve(), scale, seed, port, airflow_version), console()))


@cli.command()
@click.argument("versions", nargs=-1)
@click.option("--scale", default=0.01, help="Factor on TICKIT's row counts.")
def runtimes(versions: tuple[str, ...], scale: float) -> None:
    """Run the pipeline on these Airflow versions, or on all; exit code 0 only if the lineage is right and the same on each."""
    try:
        chosen = [runtime(version) for version in versions] or sorted(load_runtimes().values(), key=release)
    except ValueError as error:
        raise InvalidSettings(str(error)) from None
    sys.exit(run_all(chosen, scale, STATE / "runtimes", console()))


@cli.command()
@system_options
def up(scale: float, seed: int, port: int, airflow_version: str) -> None:
    """Start the system in the background, with Airflow's own pages."""
    _show(kept.up(Settings(STATE / "up", scale, seed, port, airflow_version), console()))


@cli.command(hidden=True)
@system_options
@click.option("--state", required=True, type=click.Path(path_type=Path))
def serve(scale: float, seed: int, port: int, airflow_version: str, state: Path) -> None:
    """Run the system in the foreground: the background process that `up` starts."""
    kept.serve(Settings(state, scale, seed, port, airflow_version), console())


@cli.command()
def down() -> None:
    """Stop the system that `up` started."""
    print("stopped" if kept.down(Settings(STATE / "up")) else "nothing was running")


@cli.command()
def status() -> None:
    """Say whether the system runs, and where."""
    note = kept.status(Settings(STATE / "up"))
    if note is None:
        print("not running: `make up` starts it")
        sys.exit(1)
    _show(note)
    sys.exit(1 if note.stopped else 0)


def _show(note: Note) -> None:
    print(plain(f"Airflow   {note.airflow_url}   {note.airflow_version}, user {note.user}, password {note.password}"))
    print(plain(f"Lineage   {note.lineage_url}"))
    print(plain(f"Logs      {note.logs}"))
    for name in note.stopped:
        print(f"{plain(name)} has stopped by itself: see its log; `make down up` starts everything anew")


def main() -> None:
    """Failures that have a cause a person can mend end in their message, not in a traceback."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    keep_private(STATE)
    try:
        cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(BAD_INPUT)
    except FAILURES as error:
        print(f"error: {plain_lines(str(error))}", file=sys.stderr)
        sys.exit(BAD_INPUT if isinstance(error, InvalidSettings) else 1)
    except (KeyboardInterrupt, click.Abort):
        print("interrupted; everything that was started has been stopped", file=sys.stderr)
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
