"""`python -m lineage`: the store, the check and the page from the command line."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from lineage import check as checks
from lineage import expected as expectations
from lineage import page, report
from lineage import replay as replays
from lineage.client import LineageApiError, read_lineage
from lineage.store.database import DatabaseError
from lineage.store.server import PortTakenError, serve
from lineage.terminal import plain

_EXPECTED = Path(__file__).parent.parent / "airflow" / "dags" / "expected_lineage.yaml"
_DATABASE = Path(".state") / "lineage" / "lineage.db"
_URL = click.option("--url", required=True, help="Address of a Marquez API, such as http://127.0.0.1:5000.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Store lineage, check it, draw it."""


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), default=5000, show_default=True, help="0 takes a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen, and its name for others. There is no sign-in.")
@click.option("--database", type=click.Path(path_type=Path, dir_okay=False), default=_DATABASE, show_default=True)
def store(port: int, host: str, database: Path) -> None:
    """Run the lineage store until Ctrl-C."""
    os.umask(0o077)  # events hold all SQL
    with _one_line_errors():
        serve(database, host, port, lambda url: click.echo(f"Lineage store: {url} (database {database})"))


@main.command()
@_URL
@click.option("--expected", type=click.Path(path_type=Path), default=_EXPECTED, help="File of the expected lineage.")
@click.option("--set", "values", multiple=True, metavar="NAME=VALUE", help="Value of a placeholder in that file.")
@click.option("--namespace", help="Look only at the jobs of this namespace, and their datasets.")
def check(url: str, expected: Path, values: tuple[str, ...], namespace: str | None) -> None:
    """Compare captured lineage with what is expected: exit code 0 complete, 1 incomplete, 2 not to be told."""
    with _one_line_errors():
        verdict = checks.compare(expectations.load(expected, _settings(values)), read_lineage(url), namespace)
    report.print_verdict(verdict, report.console())
    sys.exit(0 if verdict.is_complete else 1)


@main.command()
@_URL
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="File to write.")
def draw(url: str, output: Path) -> None:
    """Write the page with the graph as one HTML file."""
    with _one_line_errors():
        output.write_text(page.render(read_lineage(url)), encoding="utf-8")
    click.echo(f"Lineage drawn: {output}")


@main.command()
@_URL
@click.option("--spool", required=True, metavar="FOLDER|S3-URL", help="A spool folder, or s3://bucket/lineage-spool/.")
def replay(url: str, spool: str) -> None:
    """Deliver the events that wait in a spool: exit code 0 none is left, 1 some are, 2 it cannot be told.

    The API key, if the store wants one, is taken from OPENLINEAGE_API_KEY.
    """
    with _one_line_errors():
        if not spool.startswith("s3://") and not Path(spool).is_dir():
            raise click.UsageError(f"there is no folder {spool}")
        tally = replays.replay(spool, url, lambda line: click.echo(plain(line)))
    click.echo(f"{tally.delivered} events delivered, {tally.refused} refused")
    if tally.reason:
        click.echo(f"Events are left: {plain(tally.reason)}", err=True)
    sys.exit(1 if tally.reason or tally.refused else 0)


def _settings(values: tuple[str, ...]) -> dict[str, str]:
    parts = [value.partition("=") for value in values]
    if wrong := [name for name, equals, _ in parts if not equals]:
        raise click.UsageError(f"--set takes NAME=VALUE, not {', '.join(wrong)}")
    return {name: value for name, _, value in parts}


@contextmanager
def _one_line_errors() -> Iterator[None]:
    """Everything foreseen ends in one line and exit code 2."""
    try:
        yield
    except (LineageApiError, expectations.ExpectedLineageError, DatabaseError, PortTakenError, OSError) as error:
        click.echo(f"Error: {plain(str(error))}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main(prog_name="python -m lineage")
