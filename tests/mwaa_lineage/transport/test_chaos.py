"""1,000 events through a store that fails at random, from processes that are killed at random: after replays nothing is missing."""

import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import mwaa_lineage.transport
from lineage.store.database import Database
from mwaa_lineage.transport.delivery import Tally
from mwaa_lineage.transport.replay import replay
from mwaa_lineage.transport.settings import Settings
from mwaa_lineage.transport.spool import Folder
from tests.lineage.tickit import client_of
from tests.local.waiting import eventually
from tests.mwaa_lineage.transport.conftest import KEY, kill_couriers
from tests.mwaa_lineage.transport.emitter import events
from tests.mwaa_lineage.transport.endpoint import Endpoint, Request

pytestmark = pytest.mark.system

EVENTS = 1000
SEED = 20260131
TIMEOUT = 2  # seconds
EMITTER = Path(__file__).with_name("emitter.py")
PATHS = [str(Path(mwaa_lineage.transport.__file__).parents[2]), str(Path(__file__).parents[3])]


class FailingStore:
    """The lineage store behind something that fails: before the store has the event, or after. When it has taken so many, it is `full`."""

    def __init__(self, client: TestClient) -> None:
        self._client = client
        self._random = random.Random(SEED)
        self._lock = threading.Lock()
        self._left = 0
        self.faults: list[str] = []
        self.full = threading.Event()

    def take(self, events: int) -> None:
        """Answer only 503 after so many."""
        with self._lock:
            self._left = events
            self.full.clear()

    def answer(self, request: Request) -> None:
        with self._lock:  # the faults come in one order, whatever the threads do
            fault = self._fault()
            if fault in ("none", "taken, not told"):
                status = self._client.post("/api/v1/lineage", content=request.body).status_code
                self._left -= 1
                if not self._left:
                    self.full.set()
        match fault:
            case "none":
                request.answer(status)
            case "500" | "503" | "429" | "404":
                request.answer(int(fault))
            case "garbage":
                request.wfile.write(b"\x00garbage\r\n")
                request.close_connection = True
            case "hangs":
                time.sleep(TIMEOUT + 0.5)
                request.close_connection = True
            case _:
                request.close_connection = True
                request.connection.close()

    def _fault(self) -> str:
        if not self._left:
            return "503"
        (fault,) = self._random.choices(list(FAULTS), weights=list(FAULTS.values()))
        if fault != "none":
            self.faults.append(fault)
        return fault


FAULTS = {"none": 95, "500": 1.5, "503": 0.5, "429": 0.3, "404": 0.2, "garbage": 0.5, "hangs": 0.2, "broken": 0.6, "taken, not told": 1.2}


@pytest.fixture
def new_store(tmp_path: Path) -> Iterator[Callable[[str], TestClient]]:
    clients: list[TestClient] = []

    def make(name: str) -> TestClient:
        client = client_of(Database(tmp_path / f"{name}.db"))
        clients.append(client.__enter__())
        return client

    yield make
    for client in clients:
        client.__exit__(None, None, None)


def emit_until_done(progress: Path, chance: random.Random) -> int:
    """Run the emitter, kill it or its courier after some events, and start it again where it stopped; how often something was killed."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(PATHS)}
    command = [sys.executable, str(EMITTER), str(progress), str(EVENTS)]
    progress.touch()
    emitter = subprocess.Popen(command, env=environment, start_new_session=True)
    killed = 0
    while (done := progress.stat().st_size) < EVENTS:
        until = min(done + chance.randint(10, 80), EVENTS)
        eventually(lambda until=until: progress.stat().st_size >= until, f"{until} events are taken over")  # type: ignore[misc]
        victims = chance.choice(["emitter", "courier", "both"])
        if victims != "courier":
            emitter.kill()
            emitter.wait(60)
            emitter = subprocess.Popen(command, env=environment, start_new_session=True)
        if victims != "emitter":
            kill_couriers(Path(environment["OPENLINEAGE_SPOOL_FOLDER"]))
        killed += 1
    assert emitter.wait(60) == 0
    return killed


def kill_half_way(folder: Path, url: str, store: FailingStore) -> None:
    """Start a replay, and kill it when the store has taken what it takes."""
    command = [sys.executable, "-m", "lineage", "replay", "--spool", str(folder), "--url", url]
    with subprocess.Popen(command, cwd=Path(__file__).parents[3], stdout=subprocess.DEVNULL) as process:
        eventually(store.full.is_set, "the replay is half-way", 120)
        assert process.poll() is None
        process.kill()


def content(store: TestClient) -> dict[str, Any]:
    """All that the reading endpoints say."""

    def get(path: str, **parameters: Any) -> Any:
        answer = store.get(f"/api/v1/{path}", params={"limit": 1000, **parameters})
        answer.raise_for_status()
        return answer.json()

    namespaces = get("namespaces")
    names = [namespace["name"] for namespace in namespaces["namespaces"]]
    found: dict[str, Any] = {"namespaces": namespaces}
    for name in names:
        path = f"namespaces/{name.replace('/', '%2F')}"
        found[f"jobs of {name}"] = sorted(get(f"{path}/jobs")["jobs"], key=lambda job: str(job["name"]))
        found[f"datasets of {name}"] = get(f"{path}/datasets")["datasets"]
    for job in found["jobs of tickit"]:
        found[f"runs of {job['name']}"] = get(f"namespaces/tickit/jobs/{job['name']}/runs")
    found["lineage"] = get("lineage", nodeId="job:tickit:job_000", depth=20)
    found["columns"] = get("column-lineage", nodeId="dataset:redshift://w:5439:dev.t_001", withDownstream="true")
    events = get("events/lineage", sortDirection="asc")["events"]
    found["events"] = sorted(events, key=lambda event: (event["eventTime"], event["job"]["name"], event["eventType"]))
    return found


def test_nothing_is_lost_and_nothing_comes_twice(
    folder: Path, endpoint: Endpoint, tmp_path: Path, new_store: Callable[[str], TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENLINEAGE_TIMEOUT", str(TIMEOUT))
    calm, stormy = new_store("calm"), new_store("stormy")
    for _, body in events(EVENTS):
        calm.post("/api/v1/lineage", content=body).raise_for_status()
    failing = FailingStore(stormy)
    endpoint.how = failing.answer
    failing.take(EVENTS // 2)
    killed = emit_until_done(tmp_path / "progress", random.Random(SEED))
    kill_couriers(folder)
    left = len(Folder(folder).entries())
    assert left >= EVENTS // 2
    failing.take(left // 2)
    kill_half_way(folder, endpoint.url, failing)
    rest = len(Folder(folder).entries())
    assert 0 < rest < left
    failing.take(EVENTS)
    replayed = replay(str(folder), Settings(f"{endpoint.url}/api/v1/lineage", KEY, timeout=TIMEOUT))
    print(f"{killed} kills, {len(failing.faults)} faults, {left} events left for a replay that was killed, {rest} for the next one")
    assert killed >= 5
    assert {"500", "taken, not told", "broken"} <= set(failing.faults)
    assert replayed == Tally(delivered=rest)
    assert Folder(folder).entries() == []
    found, expected = content(stormy), content(calm)
    assert len(found["events"]) == EVENTS
    assert found.keys() == expected.keys()
    for part, told in expected.items():
        assert found[part] == told, part
