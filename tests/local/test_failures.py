"""How the commands of the local system end when something is wrong."""

import errno
import io
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import psycopg2
import pytest
from rich.console import Console

from local import __main__ as command_line
from local import disk
from local.console import Progress
from local.demo import run_dags
from local.orchestrator import ERROR_LINE, DagRun
from local.processes import ProcessFailed
from local.settings import ROOT


class Usage(NamedTuple):
    free: int


FULL = "error: no space left in .state: free some, or `make reset` and `make clean` do\n"


def ended(error: Exception, monkeypatch: pytest.MonkeyPatch) -> int:
    """The exit code of a command that fails so."""

    def fail(**_: Any) -> None:
        raise error

    monkeypatch.setattr(command_line, "cli", fail)
    with pytest.raises(SystemExit) as end:
        command_line.main()
    return int(str(end.value.code))


@pytest.mark.parametrize("words", [("psql",), ("airflow", "dags", "list"), ("dag", "rs_staging_to_dm")], ids=lambda words: words[0])
def test_what_wants_a_running_system_says_how_to_start_one(tmp_path: Path, words: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "local", words[0], f"--state={tmp_path / 'up'}", *words[1:]]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "error: nothing runs: `make up` starts the system\n")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_one_line(number: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(OSError(number, "whatever the system says"), monkeypatch) == 1
    assert capsys.readouterr().err == FULL


@pytest.mark.parametrize(
    "error", [psycopg2.OperationalError("server closed the connection unexpectedly"), ProcessFailed("PostgreSQL has stopped")]
)
def test_what_a_full_disk_has_stopped_is_told_by_the_disk(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("local.disk.shutil.disk_usage", lambda _: Usage(disk.SPARE - 1))
    assert ended(error, monkeypatch) == 1
    assert capsys.readouterr().err == FULL


def test_what_has_another_cause_is_told_as_it_is(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("local.disk.shutil.disk_usage", lambda _: Usage(disk.SPARE))
    assert ended(ProcessFailed("PostgreSQL has stopped"), monkeypatch) == 1
    assert capsys.readouterr().err == "error: PostgreSQL has stopped\n"
    with pytest.raises(psycopg2.OperationalError):
        ended(psycopg2.OperationalError("server closed the connection"), monkeypatch)


def said(*runs: DagRun) -> tuple[list[str], list[str]]:
    """The lines of the steps, and the problems, of DAGs that end so."""
    ends = {run.dag_id: run for run in runs}
    airflow = SimpleNamespace(test_dag=ends.__getitem__, log=lambda dag: f"logs/{dag}.log")
    written = io.StringIO()
    dags: Any = [SimpleNamespace(id=run.dag_id) for run in runs]
    problems = run_dags(SimpleNamespace(airflow=airflow), Progress(Console(file=written)), dags)  # type: ignore[arg-type]
    return [line.split("  ")[1].strip() for line in written.getvalue().splitlines()], problems


def test_a_failed_dag_has_no_green_tick_and_ends_the_run() -> None:
    failed = DagRun("marts", "failed", ("load_sales",), 'psycopg2.errors.UndefinedColumn: column "comission" does not exist')
    lines, problems = said(DagRun("staging", "success"), failed, DagRun("after", "success"))
    assert lines == ["✓ DAG staging", "✗ DAG marts"]
    (problem,) = problems
    assert problem.splitlines()[0] == f"DAG marts ended as failed; failed tasks: load_sales. {failed.error}"
    assert problem.splitlines()[1] == "  Its log: logs/marts.log"


@pytest.mark.parametrize("state", ["failed", "never started", "running"])
def test_nothing_but_success_has_a_green_tick(state: str) -> None:
    assert said(DagRun("marts", state))[0] == ["✗ DAG marts"]


@pytest.mark.parametrize(
    "line",
    [
        'psycopg2.errors.UndefinedColumn: column "comission" does not exist',
        'psycopg2.errors.SyntaxError: syntax error at or near "form"',
        'psycopg.errors.UndefinedTable: relation "dm.nothing" does not exist',
        "redshift_connector.error.ProgrammingError: {'S': 'ERROR'}",
        "airflow.exceptions.AirflowException: no such connection",
        "airflow.exceptions.AirflowFailException: given up",
        "jinja2.exceptions.UndefinedError: 'ds_nodash' is undefined",
        "botocore.errorfactory.EntityNotFoundException: no such table",
        "requests.exceptions.ReadTimeout: it took too long",
        "KeyError: 'rows'",
        "TimeoutError",
        "AssertionError",
        "mart.checks.RowsMissing: 3 are gone",
    ],
)
def test_the_cause_is_the_last_line_of_a_traceback(line: str) -> None:
    log = f'Traceback (most recent call last):\n  File "a.py", line 3, in f\n    raise x  # Error\n{line}\nLINE 2: select\n           ^\n'
    assert ERROR_LINE.findall(log) == [line]
