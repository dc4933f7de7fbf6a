"""The system kept running: `up`, `status`, `down`, with Airflow's own scheduler running the DAGs."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psutil
import pytest
from rich.console import Console

from lineage.check import compare
from lineage.client import read_lineage
from local import kept, one_dag
from local.dag_folder import read_alone
from local.demo import expected_of
from local.processes import ProcessFailed
from local.settings import CI_VERSIONS, ROOT, Settings
from local.state import Note, holder
from tests.local.command_lines import command_lines, secret_values
from tests.local.commands import alive
from tests.local.waiting import eventually

pytestmark = pytest.mark.system

RUNS = 4  # at most, until the lineage is complete
PAGES: list[dict[str, str]] = [
    {"Host": "attack.test"},  # of a name that was given this machine's address
    {"Origin": "http://attack.test"},
    {"Sec-Fetch-Site": "same-site"},  # at another port of this machine
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},  # a link, which could run a DAG
    {},  # a program
]
"""What browsers say for pages of others, and who works here."""

TEAM = """from datetime import datetime
from airflow import DAG
from airflow.operators.python import PythonOperator
from mwaa_lineage import LineageSQLOperator

with DAG('team', schedule=None, start_date=datetime(2024, 1, 1), catchup=False):
    LineageSQLOperator(task_id='load', conn_id='REDSHIFT_CONNECTOR', sql='team.sql', split_statements=True)
"""
DEFERRED = """from datetime import datetime, timedelta
from airflow import DAG
from mwaa_lineage import LineageSQLOperator
from airflow.triggers.temporal import TimeDeltaTrigger

class Later(LineageSQLOperator):
    def execute(self, context):
        self.defer(trigger=TimeDeltaTrigger(timedelta(seconds=1)), method_name='resume')

    def resume(self, context, event):
        return super().execute(context)

with DAG('deferred', schedule=None, start_date=datetime(2024, 1, 1), catchup=False):
    Later(task_id='load', conn_id='REDSHIFT_CONNECTOR', sql='team.sql', split_statements=True)
"""
TEAM_SQL = "drop table if exists dm.team; create table dm.team as select userid as {column} from s3_datalake.users"


@pytest.fixture
def settings(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Settings]:
    settings = Settings(tmp_path / "up", scale=0.01, airflow_version=getattr(request, "param", CI_VERSIONS[0]))
    yield settings
    kept.down(settings)


def local(settings: Settings, command: str, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """A command of `python -m local`, as make calls it, of the system that runs there."""
    line = [sys.executable, "-m", "local", command, f"--state={settings.state}", *words]
    return subprocess.run(line, cwd=ROOT, input=stdin, capture_output=True, text=True, check=False, timeout=300)


def signed_in(note: Note) -> httpx.Client:
    """A client of Airflow's own API, below its DAGs, for who the note says may sign in."""
    if note.airflow_version.startswith("2."):
        return httpx.Client(base_url=f"{note.airflow_url}/api/v1/dags", auth=(note.user, note.password), timeout=60)
    answer = httpx.post(f"{note.airflow_url}/auth/token", json={"username": note.user, "password": note.password}, timeout=60)
    bearer = {"Authorization": f"Bearer {answer.raise_for_status().json()['access_token']}"}
    return httpx.Client(base_url=f"{note.airflow_url}/api/v2/dags", headers=bearer, timeout=60)


def run_dag(airflow: httpx.Client, dag_id: str) -> None:
    """Trigger a DAG as a person would and wait for its success."""
    eventually(lambda: airflow.get(dag_id).status_code == httpx.codes.OK, f"the scheduler has read {dag_id}", 300)
    now = datetime.now(UTC).isoformat()
    run_id = airflow.post(f"{dag_id}/dagRuns", json={"logical_date": now}).raise_for_status().json()["dag_run_id"]
    eventually(lambda: airflow.get(f"{dag_id}/dagRuns/{run_id}").json()["state"] in {"success", "failed"}, f"{dag_id} has ended", 600)
    assert airflow.get(f"{dag_id}/dagRuns/{run_id}").json()["state"] == "success"


@pytest.mark.parametrize("settings", CI_VERSIONS, indirect=True)
def test_the_kept_system_runs_the_dags_and_captures_their_lineage(settings: Settings) -> None:
    with command_lines() as seen:
        note = kept.up(settings, Console())
    told = {note.password, *secret_values(psutil.Process(holder(settings.state)).children(recursive=True))}
    assert any("users\0create" in line for line in seen) == note.airflow_version.startswith("2."), "the look is quick enough"
    assert [line for line in seen for secret in told if secret in line] == []
    assert kept.up(settings, Console()) == note, "twice is harmless"
    assert kept.status(settings) == note
    pipeline = read_alone(settings.airflow_version).pipeline
    expected = expected_of(settings.dags, pipeline)
    assert expected

    def run_all() -> bool:
        """A task waits some seconds only for its lineage, which a busy machine may need longer for: the next run tells it."""
        with signed_in(note) as airflow:
            for dag in pipeline:
                run_dag(airflow, dag.id)
        with suppress(AssertionError):
            eventually(lambda: compare(expected, read_lineage(note.lineage_url)).is_complete, "the lineage is complete")
        return compare(expected, read_lineage(note.lineage_url)).is_complete

    assert any(run_all() for _ in range(RUNS)), compare(expected, read_lineage(note.lineage_url)).findings
    assert httpx.get(note.lineage_url, timeout=60).status_code == httpx.codes.OK

    for path in ("", "/api/v1/health" if note.airflow_version.startswith("2.") else "/api/v2/version"):
        statuses = [httpx.get(note.airflow_url + path, headers=page, follow_redirects=True, timeout=60).status_code for page in PAGES]
        assert statuses == [403, 403, 403, 403, 200], path

    dag = pipeline[-1]
    out = Console(width=200, record=True)
    assert one_dag.run(note, dag.id, out) == 0
    shown = out.export_text()
    assert [task.id for task in dag.tasks if not re.search(rf"{task.id} .* success", shown)] == []
    assert f"DAG {dag.id}: success." in shown
    assert "has sent nothing" not in shown

    family = psutil.Process(holder(settings.state)).children(recursive=True)
    assert alive(family, "triggerer")
    assert kept.down(settings)
    assert alive(family) == []
    assert kept.status(settings) is None
    assert not kept.down(settings), "twice is harmless"

    again = kept.up(settings, Console())
    assert (again.airflow_url, again.password, again.lineage_url) == (note.airflow_url, note.password, note.lineage_url)
    assert compare(expected, read_lineage(again.lineage_url)).is_complete, "what was captured is still there"
    with signed_in(again) as airflow:
        assert airflow.get(f"{dag.id}/dagRuns").json()["total_entries"] >= 2
    assert kept.reset(settings)
    assert not settings.state.exists()
    assert not kept.reset(settings)


def test_what_is_saved_counts_at_once(settings: Settings, tmp_path: Path) -> None:
    """A new DAG, its SQL changed, a task more, a task that is deferred, and a file that cannot be imported."""
    dags = tmp_path / "dags"
    dags.mkdir()
    (dags / "team.py").write_text(TEAM)
    (dags / "team.sql").write_text(TEAM_SQL.format(column="first"))
    note = kept.up(replace(settings, dags=dags), Console())
    assert note.dags == ("team",)

    def captured() -> set[str]:
        return {edge.target.name for edge in read_lineage(note.lineage_url).column_edges}

    def columns() -> set[str]:
        assert one_dag.run(note, "team", Console()) == 0
        return captured()

    assert columns() >= {"first"}
    (dags / "team.sql").write_text(TEAM_SQL.format(column="second"))
    assert columns() >= {"second"}
    asked = local(settings, "psql", stdin="\\d dm.team\nselect 'rows', count(second) > 0 from dm.team;")
    assert (asked.returncode, asked.stderr) == (0, "")
    assert re.search(r"second +\| .*rows +\| t\n", asked.stdout, re.DOTALL), asked.stdout
    listed = local(settings, "airflow", "dags", "list")
    assert (listed.returncode, bool(re.search(r"^team +\|", listed.stdout, re.MULTILINE))) == (0, True), listed.stderr
    assert local(settings, "airflow", "nonsense").returncode == 2, "Airflow's own exit code"
    (dags / "team.py").write_text(TEAM + "    PythonOperator(task_id='silent', python_callable=print)\n")
    out = Console(width=200, record=True)
    assert one_dag.run(note, "team", out) == 0
    assert "- silent: operator without lineage: of what PythonOperator runs" in out.export_text()
    (dags / "other.py").write_text(TEAM.replace("'team'", "'other'"))
    assert one_dag.run(note, "other", Console()) == 0
    (dags / "team.sql").write_text(TEAM_SQL.format(column="later"))
    (dags / "deferred.py").write_text(DEFERRED)
    with signed_in(note) as airflow:
        run_dag(airflow, "deferred")
    eventually(lambda: "later" in captured(), "the lineage of a task that was deferred is there")
    (dags / "team.py").write_text(f"{TEAM}    from nowhere import x\n")
    with pytest.raises(ProcessFailed, match=rf"cannot import\n{dags}/team.py:\d+: ModuleNotFoundError: No module named 'nowhere'"):
        one_dag.run(note, "team", Console())
    with pytest.raises(ProcessFailed, match="Airflow cannot import"):
        one_dag.run(note, "nobody", Console())


def test_another_version_is_refused_a_part_that_stops_is_named_and_a_crash_leaves_no_process(settings: Settings) -> None:
    kept.up(settings, Console())
    with pytest.raises(ProcessFailed, match=f"runs already, with Airflow {settings.airflow_version}: `make down`"):
        kept.up(replace(settings, airflow_version=CI_VERSIONS[-1]), Console())
    supervisor = holder(settings.state)
    assert supervisor
    family = psutil.Process(supervisor).children(recursive=True)
    (store,) = alive(family, "lineage store")
    store.kill()
    eventually(lambda: (note := kept.status(settings)) is not None and note.stopped == ("the lineage store",), "the note names the store")
    os.kill(supervisor, signal.SIGKILL)
    eventually(lambda: alive(family) == [], "everything has ended")
    assert kept.status(settings) is None


def test_a_start_that_is_interrupted_leaves_no_process(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    family: list[psutil.Process] = []

    def interrupted(settings: Settings) -> None:
        supervisor = holder(settings.state)
        if supervisor and "warehouse" in settings.state.with_suffix(".log").read_text():
            family.extend(psutil.Process(supervisor).children(recursive=True))
            raise KeyboardInterrupt

    monkeypatch.setattr(kept, "status", interrupted)
    with pytest.raises(KeyboardInterrupt):
        kept.up(settings, Console())
    assert family
    assert alive(family) == []
    assert holder(settings.state) is None
