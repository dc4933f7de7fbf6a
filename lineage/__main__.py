"""`python -m lineage`: the store, the check and the page from the command line."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from lineage import check as checks
from lineage import coverage, diff, exports, impact, page, placeholders, report, sheets, skeleton, sources, where
from lineage import replay as replays
from lineage.client import LineageApiError, read_lineage
from lineage.expected_files import SUFFIX, ExpectedLineageError, files_in, load
from lineage.graph import Graph
from lineage.shapes import Json
from lineage.store.database import DatabaseError
from lineage.store.server import PortTakenError, serve
from lineage.terminal import plain, plain_lines

_DATABASE = Path(".state") / "lineage" / "lineage.db"
_URL = click.option("--url", help="Address of a Marquez API, such as http://127.0.0.1:5000; by default that of `make up`.")
_KEY = "OPENLINEAGE_API_KEY"
_EXPECTED = click.option(
    "--expected", type=click.Path(path_type=Path), help=f"A file of expected lineage, or a folder of *{SUFFIX}; by default beside the DAGs."
)
_VALUES = click.option("--set", "values", multiple=True, metavar="NAME=VALUE", help="Value of a placeholder; otherwise found in the store.")
_FORMAT = click.option("--format", "form", type=click.Choice(sheets.FORMATS), default="table", show_default=True)
_NAMESPACE = click.option("--namespace", help="Look only at the jobs of this namespace, and their datasets.")


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
@_EXPECTED
@_VALUES
@_NAMESPACE
def check(url: str | None, expected: Path | None, values: tuple[str, ...], namespace: str | None) -> None:
    """Compare captured lineage with what is expected: exit code 0 complete, 1 incomplete, 2 not to be told.

    The API key, if the store wants one, is taken from OPENLINEAGE_API_KEY.
    """
    with _one_line_errors():
        given = _settings(values)
        expected = expected or where.dags(url)
        unfilled = load(expected, given)
        graph = _read(url)
        wanted = load(expected, placeholders.completed(unfilled, given, graph))
        verdict = checks.compare(wanted, graph, namespace)
    report.print_verdict(verdict, report.console())
    sys.exit(0 if verdict.is_complete else 1)


@main.command()
@click.argument("dag")
@_URL
@_VALUES
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="By default <dag>.lineage.yaml beside the DAGs; - prints it.",
)
def expect(dag: str, url: str | None, values: tuple[str, ...], output: Path | None) -> None:
    """Write what was captured of a DAG as a file of expected lineage, for review."""
    dags = where.dags(url)
    own = dags / f"{dag}{SUFFIX}"
    file = output or own
    with _one_line_errors():
        graph = _read(url)
        given = placeholders.completed(load(dags, {}, leaving_out=own), _settings(values), graph)
        text = skeleton.draft(dag, graph, load(dags, given, leaving_out=own), given)
        if str(file) == "-":
            click.echo(text, nl=False)
            return
        with file.open("x", encoding="utf-8") as new:
            new.write(text)
    click.echo(f"Written for review: {file}")


@main.command("coverage")
@_URL
@_NAMESPACE
@click.option(
    "--allow",
    multiple=True,
    metavar="JOB",
    help="A job that needs no lineage, * for any characters; those that the files ignore need none.",
)
@click.option("--fail-under", type=click.FloatRange(0, 100), default=0, help="Exit code 1 where fewer percent of the tasks lack nothing.")
@_FORMAT
def coverage_command(url: str | None, namespace: str | None, allow: tuple[str, ...], fail_under: float, form: str) -> None:
    """Say which tasks of the last run of each DAG lack lineage, and why."""
    with _one_line_errors():
        dags = where.dags(url)
        ignored = load(dags, {}).ignored_jobs if files_in(dags) else ()
        found = coverage.measured(_read(url), (*ignored, *allow), namespace)
    _print(coverage.sheet(found), coverage.as_json(found), form)
    sys.exit(1 if found.percent < fail_under else 0)


@main.command("diff")
@click.argument("before")
@click.argument("after", default="now")
@_FORMAT
def diff_command(before: str, after: str, form: str) -> None:
    """Say what appeared, vanished and changed: exit code 0 nothing, 1 something, 2 not to be told.

    BEFORE and AFTER are each now, a time (2026-01-31T12:00Z), a store's address, <address>@<time>, or a file that `export` wrote.
    """
    with _one_line_errors():
        key = os.environ.get(_KEY) or None
        changes = diff.differences(sources.read(before, key), sources.read(after, key))
    _print(diff.sheet(changes), diff.as_json(changes), form)
    sys.exit(1 if changes else 0)


@main.command("impact")
@click.argument("name", metavar="DATASET[.COLUMN]")
@_URL
@_FORMAT
def impact_command(name: str, url: str | None, form: str) -> None:
    """Say what is downstream of a dataset or a column, who owns it, and how its last run went."""
    with _one_line_errors():
        graph = _read(url)
        rows = impact.impact(graph, *impact.found(graph, name))
    _print(impact.sheet(name, rows), impact.as_json(name, rows), form)


@main.command()
@_URL
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="File to write.")
def export(url: str | None, output: Path) -> None:
    """Write the lineage as a JSON file, for `diff`."""
    with _one_line_errors():
        output.write_text(exports.written(_read(url)), encoding="utf-8")
    click.echo(f"Lineage exported: {output}")


@main.command()
@_URL
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="File to write.")
def draw(url: str | None, output: Path) -> None:
    """Write the page with the graph as one HTML file."""
    with _one_line_errors():
        output.write_text(page.render(_read(url)), encoding="utf-8")
    click.echo(f"Lineage drawn: {output}")


@main.command()
@_URL
@click.option("--spool", required=True, metavar="FOLDER|S3-URL", help="A spool folder, or s3://bucket/lineage-spool/.")
def replay(url: str | None, spool: str) -> None:
    """Deliver the events that wait in a spool: exit code 0 none is left, 1 some are, 2 it cannot be told.

    The API key, if the store wants one, is taken from OPENLINEAGE_API_KEY.
    """
    with _one_line_errors():
        if not spool.startswith("s3://") and not Path(spool).is_dir():
            raise click.UsageError(f"there is no folder {spool}")
        tally = replays.replay(spool, where.store(url), lambda line: click.echo(plain(line)))
    click.echo(f"{tally.delivered} events delivered, {tally.refused} refused")
    if tally.reason:
        click.echo(f"Events are left: {plain(tally.reason)}", err=True)
    sys.exit(1 if tally.reason or tally.refused else 0)


def _print(sheet: sheets.Sheet, data: Json, form: str) -> None:
    match form:
        case "json":
            click.echo(json.dumps(data, indent=2))
        case "markdown":
            click.echo(sheets.markdown(sheet))
        case _:
            sheets.show(sheet, report.console())


def _read(url: str | None) -> Graph:
    return read_lineage(where.store(url), api_key=os.environ.get(_KEY) or None)


def _settings(values: tuple[str, ...]) -> dict[str, str]:
    parts = [value.partition("=") for value in values]
    if wrong := [name for name, equals, _ in parts if not equals]:
        raise click.UsageError(f"--set takes NAME=VALUE, not {', '.join(wrong)}")
    return {name: value for name, _, value in parts}


_FORESEEN = (
    LineageApiError,
    ExpectedLineageError,
    skeleton.NothingCapturedError,
    where.NoStoreError,
    sources.BadSourceError,
    exports.BadExportError,
    impact.NotOneError,
    DatabaseError,
    PortTakenError,
    OSError,
)


@contextmanager
def _one_line_errors() -> Iterator[None]:
    """Everything foreseen ends in a message and exit code 2."""
    try:
        yield
    except FileExistsError as error:
        click.echo(f"Error: {plain(str(error.filename))} is there already: --output names another file, - prints", err=True)
        sys.exit(2)
    except _FORESEEN as error:
        click.echo(f"Error: {plain_lines(str(error))}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main(prog_name="python -m lineage")
