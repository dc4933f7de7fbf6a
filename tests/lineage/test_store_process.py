"""The store as a real process: what it acknowledged stays, and it stops when told."""

import signal
import sqlite3
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import column_lineage_dataset, schema_dataset
from openlineage.client.transport.http import HttpCompression, HttpConfig, HttpTransport

from lineage.check import compare
from lineage.client import read_lineage
from lineage.expected import Expected
from lineage.graph import DatasetId
from tests.lineage.served import SECONDS, Serve, command
from tests.lineage.tickit import ROOT, Json, run_event

pytestmark = pytest.mark.system


def _names(url: str) -> set[str]:
    """The jobs of all stored events."""
    answer = httpx.get(f"{url}/api/v1/events/lineage", params={"limit": 1000}, timeout=SECONDS).json()
    assert answer["totalCount"] == len(answer["events"])
    return {event["job"]["name"] for event in answer["events"]}


def test_what_was_acknowledged_outlives_a_killed_process(serve: Serve) -> None:
    served = serve()
    acknowledged: list[str] = []

    def send(writer: int) -> None:
        with httpx.Client(base_url=served.url, timeout=SECONDS) as client:
            for number in range(1000):
                name = f"job{writer}_{number}"
                try:
                    response = client.post("/api/v1/lineage", json=run_event(name, "START", "12:00:00", run=name))
                except httpx.TransportError:
                    return
                assert response.status_code == 201
                acknowledged.append(name)
                if len(acknowledged) >= 60:  # two may come at once
                    served.process.kill()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(send, range(3)))
    assert served.process.wait(SECONDS) == -signal.SIGKILL
    again = serve()
    stored = _names(again.url)
    assert set(acknowledged) <= stored
    assert len(stored) <= len(acknowledged) + 3
    # Event and model are written together: there is a job for each event, and no other.
    jobs = httpx.get(f"{again.url}/api/v1/namespaces/tickit/jobs", params={"limit": 1000}, timeout=SECONDS).json()["jobs"]
    assert {job["name"] for job in jobs} == stored


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_quietly_and_starts_again(serve: Serve, number: signal.Signals) -> None:
    served = serve()
    with httpx.Client(base_url=served.url, timeout=SECONDS) as client:  # a connection kept open must not hold it up
        client.post("/api/v1/lineage", json=run_event("a", "START", "12:00:00")).raise_for_status()
        assert served.stop(number) == (0, "")
    assert _names(serve().url) == {"a"}


def test_readers_and_writers_at_once(serve: Serve, events: list[Json], expected: Expected) -> None:
    served = serve()
    with httpx.Client(base_url=f"{served.url}/api/v1", timeout=SECONDS) as client, ThreadPoolExecutor(8) as pool:
        written = pool.map(lambda event: client.post("/lineage", json=event).status_code, events + events)
        node = {"nodeId": "job:tickit:rs_staging_to_dm.load_dim_event"}
        found = pool.map(lambda _: client.get("/lineage", params=node).status_code, range(20))
        assert set(written) == {201}
        assert set(found) <= {200, 404}
    assert compare(expected, read_lineage(served.url)).is_complete


@pytest.mark.parametrize("compression", [None, HttpCompression.GZIP])
def test_openlineages_own_client(serve: Serve, compression: HttpCompression | None) -> None:
    served = serve()
    source, target = "postgres://crm:5432", "redshift://tickit.us-east-1:5439"
    fields = [schema_dataset.SchemaDatasetFacetFields(name="id", type="int")]
    inputs = column_lineage_dataset.InputField(namespace=source, name="crm.public.users", field="id")
    lineage = column_lineage_dataset.ColumnLineageDatasetFacet(fields={"id": column_lineage_dataset.Fields(inputFields=[inputs])})
    facets = {"schema": schema_dataset.SchemaDatasetFacet(fields=fields), "columnLineage": lineage}
    client = OpenLineageClient(transport=HttpTransport(HttpConfig(url=served.url, timeout=SECONDS, compression=compression)))
    for state, at in ((RunState.START, "2026-01-31T12:00:00.000Z"), (RunState.COMPLETE, "2026-01-31T12:00:01.500+00:00")):
        client.emit(
            RunEvent(
                eventType=state,
                eventTime=at,
                run=Run(runId="7c2a0a1e-0000-4000-8000-000000000001"),
                job=Job(namespace="crm", name="dag.copy_users"),
                inputs=[InputDataset(namespace=source, name="crm.public.users")],
                outputs=[OutputDataset(namespace=target, name="dev.staging.users", facets=facets)],
                producer="https://example.org/tests",
            )
        )
    graph = read_lineage(served.url)
    (job,) = graph.jobs
    assert (job.name, job.run.state if job.run else "", job.run.duration_ms if job.run else 0) == ("dag.copy_users", "COMPLETED", 1500)
    assert graph.pairs == {(DatasetId(source, "crm.public.users"), DatasetId(target, "dev.staging.users"))}
    assert [str(edge) for edge in graph.column_edges] == [f"{source} crm.public.users.id -> {target} dev.staging.users.id"]


def test_a_port_that_is_taken_is_told_in_one_line(serve: Serve, tmp_path: Path) -> None:
    port = int(serve().url.rpartition(":")[2])
    second = subprocess.run(command(tmp_path / "other.db", port), cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert (second.returncode, second.stderr) == (2, f"Error: cannot listen on 127.0.0.1:{port}: Address already in use\n")


def test_a_file_that_is_no_lineage_database_is_left_alone(tmp_path: Path) -> None:
    other, text = tmp_path / "other.db", tmp_path / "text.db"
    with sqlite3.connect(other) as connection:
        connection.execute("pragma user_version = 7")
    text.write_text("no database, but somebody's notes\n" * 50, encoding="utf-8")
    for path, reason in ((other, "another version"), (text, "not a database")):
        path.chmod(0o644)
        before = path.read_bytes()
        run = subprocess.run(command(path), cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
        assert (run.returncode, reason in run.stderr, run.stderr.count("\n")) == (2, True, 1)
        assert (path.read_bytes(), path.stat().st_mode & 0o777) == (before, 0o644)
