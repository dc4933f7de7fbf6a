"""Command line of a rehearsal: what `make rehearse` runs."""

import os
import sys
from pathlib import Path

import click

from lineage.report import console
from local.interrupts import heed_interrupts
from local.state import StateInUse
from modules.environment import EXAMPLE, settings_file
from modules.settings import InvalidSettings, load
from rehearsal.rehearse import rehearse
from rehearsal.substitutions import CannotRehearse
from rehearsal.tools import missing
from rehearsal.variables import forget
from tools.tool_environment import ROOT

STATE = ROOT / ".state/rehearsal"
BAD_INPUT, INTERRUPTED = 2, 130


@click.command()
@click.option("--settings", "path", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="In place of your settings.")
@click.option("--state", default=STATE, type=click.Path(path_type=Path), help="Folder for everything the rehearsal writes.")
def main(path: Path | None, state: Path) -> None:
    """Deploy the settings to an emulated AWS, run the pipeline, check its lineage, destroy; exit code 0 only if all of it works."""
    heed_interrupts()
    out = console()
    if problems := missing():
        sys.exit(_refuse("\n".join(problems)))
    try:
        path = path or _settings_or_example()
        said = ": there is no settings.toml yet" if path == EXAMPLE else ""
        settings = load(path, os.environ)
        forget(os.environ)
        out.print(f"Rehearsing {path.name}{said}. It deploys to an emulated AWS on this machine, and takes about a quarter of an hour.")
        sys.exit(rehearse(settings, state.resolve(), out))
    except (InvalidSettings, CannotRehearse, StateInUse) as error:
        sys.exit(_refuse(str(error)))
    except KeyboardInterrupt:
        print(f"interrupted; everything that was started has been stopped. Logs: {state / 'logs'}", file=sys.stderr)
        sys.exit(INTERRUPTED)


def _settings_or_example() -> Path:
    path = settings_file(ROOT, os.environ)
    return path if path.exists() else EXAMPLE


def _refuse(message: str) -> int:
    print(f"error: {message}", file=sys.stderr)
    return BAD_INPUT


if __name__ == "__main__":
    main(standalone_mode=False)
