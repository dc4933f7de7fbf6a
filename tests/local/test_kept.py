"""The system kept running: `up`, `status`, `down`, with Airflow's own scheduler running the DAGs."""

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psutil
import pytest
from rich.console import Console

from lineage.check import compare
from lineage.client import read_lineage
from lineage.expected import load
from local import kept
from local.demo import DAGS, EXPECTED
from local.processes import ProcessFailed
from local.settings import BUCKET, CI_VERSIONS, DATABASE, WAREHOUSE_NAMESPACE, Settings
from local.state import Note, holder
from tests.local.command_lines import command_lines, secret_values
from tests.local.commands import alive
from tests.local.waiting import eventually

pytestmark = pytest.mark.system


@pytest.fixture
def settings(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Settings]:
    settings = Settings(tmp_path / "up", scale=0.01, airflow_version=getattr(request, "param", CI_VERSIONS[0]))
    yield settings
    kept.down(settings)


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
    with signed_in(note) as airflow:
        for dag_id in DAGS:
            run_dag(airflow, dag_id)
    expected = load(EXPECTED, {"bucket": BUCKET, "warehouse": WAREHOUSE_NAMESPACE, "database": DATABASE})
    eventually(lambda: compare(expected, read_lineage(note.lineage_url)).is_complete, "the lineage is complete")
    assert httpx.get(note.lineage_url, timeout=60).status_code == httpx.codes.OK

    family = psutil.Process(holder(settings.state)).children(recursive=True)
    assert kept.down(settings)
    assert alive(family) == []
    assert kept.status(settings) is None
    assert not kept.down(settings), "twice is harmless"


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
