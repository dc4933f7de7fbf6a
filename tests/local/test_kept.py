"""The system kept running: `up`, `status`, `down`, with Airflow's own scheduler running the DAGs."""

import os
import signal
from collections.abc import Iterator
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
from local.settings import BUCKET, DATABASE, WAREHOUSE_NAMESPACE, Settings
from local.state import Note, holder
from tests.local.commands import alive
from tests.local.waiting import eventually

pytestmark = pytest.mark.system


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    settings = Settings(tmp_path / "up", scale=0.01)
    yield settings
    kept.down(settings)


def run_dag(note: Note, dag_id: str) -> None:
    """Trigger a DAG as a person would and wait for its success."""
    with httpx.Client(base_url=f"{note.airflow_url}/api/v1/dags", auth=(note.user, note.password), timeout=60) as airflow:
        eventually(lambda: airflow.get(dag_id).status_code == httpx.codes.OK, f"the scheduler has read {dag_id}", 300)
        run_id = airflow.post(f"{dag_id}/dagRuns", json={}).raise_for_status().json()["dag_run_id"]
        eventually(lambda: airflow.get(f"{dag_id}/dagRuns/{run_id}").json()["state"] in {"success", "failed"}, f"{dag_id} has ended", 600)
        assert airflow.get(f"{dag_id}/dagRuns/{run_id}").json()["state"] == "success"


def test_the_kept_system_runs_the_dags_and_captures_their_lineage(settings: Settings) -> None:
    note = kept.up(settings, Console())
    assert kept.up(settings, Console()) == note, "twice is harmless"
    assert kept.status(settings) == note
    for dag_id in DAGS:
        run_dag(note, dag_id)
    expected = load(EXPECTED, {"bucket": BUCKET, "warehouse": WAREHOUSE_NAMESPACE, "database": DATABASE})
    eventually(lambda: compare(expected, read_lineage(note.lineage_url)).is_complete, "the lineage is complete")
    assert httpx.get(note.lineage_url, timeout=60).status_code == httpx.codes.OK

    family = psutil.Process(holder(settings.state)).children(recursive=True)
    assert kept.down(settings)
    assert alive(family) == []
    assert kept.status(settings) is None
    assert not kept.down(settings), "twice is harmless"


def test_a_part_that_stops_by_itself_is_named_and_a_crash_leaves_no_process(settings: Settings) -> None:
    kept.up(settings, Console())
    supervisor = holder(settings.state)
    assert supervisor
    family = psutil.Process(supervisor).children(recursive=True)
    (store,) = alive(family, "lineage store")
    store.kill()
    eventually(lambda: (note := kept.status(settings)) is not None and note.stopped == ("the lineage store",), "the note names the store")
    os.kill(supervisor, signal.SIGKILL)
    eventually(lambda: alive(family) == [], "everything has ended")
    assert kept.status(settings) is None
