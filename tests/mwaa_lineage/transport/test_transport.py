"""The transport with a real courier: an event is taken over at once, delivered by another process, and outlives the one that sent it."""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attr
import psutil
import pytest
from openlineage.client import OpenLineageClient
from openlineage.client.transport.transport import Config

import mwaa_lineage.transport
from mwaa_lineage.transport import direct, settings
from mwaa_lineage.transport.spool import Folder
from mwaa_lineage.transport.transport import SpoolTransport
from tests.local.waiting import eventually
from tests.mwaa_lineage.transport.conftest import KEY, couriers, kill_couriers
from tests.mwaa_lineage.transport.endpoint import HANG, Endpoint, Request, event, nobody

pytestmark = pytest.mark.system

PLUGINS = Path(mwaa_lineage.transport.__file__).parents[2]
EMITTER = """
import os, sys, time
from openlineage.client.transport.transport import Config
from mwaa_lineage.transport.transport import SpoolTransport
from tests.mwaa_lineage.transport.endpoint import event
transport = SpoolTransport(Config())
for number in range(int(sys.argv[2])):
    transport.emit(event(f"{sys.argv[1]}_{number:03d}", number))
print("done", flush=True)
time.sleep(float(sys.argv[3]))
"""


def transport() -> SpoolTransport:
    return SpoolTransport(Config())


def test_a_catalog_gets_its_events_at_its_path_with_its_headers(folder: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """DataHub's path and answer: docs/lineage/openlineage.md, LineageApiImpl.java; it does not unpack, and says 400."""
    monkeypatch.setenv("OPENLINEAGE_ENDPOINT", "openapi/openlineage/api/v1/lineage")
    monkeypatch.setenv("OPENLINEAGE_HEADERS", '{"X-Gateway": "a-token-of-mine"}')
    took: list[bytes] = []

    def datahub(request: Request) -> None:
        packed = request.headers["Content-Encoding"] == "gzip"
        took.extend([] if packed else [request.body])
        request.answer(400 if packed else 202)

    endpoint.how = datahub
    transport().emit(event("job"))
    eventually(lambda: bool(took) and is_empty(folder), "the event is delivered")
    assert json.loads(took[0])["job"]["name"] == "job"
    sent = endpoint.requests[-1]
    assert sent.path == "/openapi/openlineage/api/v1/lineage"
    assert (sent.headers["Authorization"], sent.headers["X-Gateway"]) == (f"Bearer {KEY}", "a-token-of-mine")
    assert "a-token-of-mine" not in courier_log(folder)


def emitter(name: str, events: int, stays: float = 0) -> subprocess.Popen[str]:
    """A process that emits, and then stays for some seconds."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(PLUGINS), str(Path(__file__).parents[3])])}
    command = [sys.executable, "-c", EMITTER, name, str(events), str(stays)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True)


def waiting_jobs(folder: Path) -> list[str]:
    spool = Folder(folder)
    return [json.loads(spool.read(entry) or b"")["job"]["name"] for entry in spool.entries()]


def courier_log(folder: Path) -> str:
    path = folder / "courier.log"
    return path.read_text() if path.exists() else ""


def is_empty(folder: Path) -> bool:
    return not Folder(folder).entries()


def test_the_client_hands_events_over_and_the_courier_delivers_them(
    folder: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENLINEAGE_CONFIG", str(PLUGINS / "mwaa_lineage/transport/openlineage.yml"))
    client = OpenLineageClient()
    for number in range(5):
        client.emit(event(f"job{number}", number))
    eventually(lambda: len(endpoint.accepted) == 5, "the events are delivered")
    assert endpoint.jobs == [f"job{number}" for number in range(5)]
    assert endpoint.connections == 1
    assert endpoint.requests[0].headers["Authorization"] == f"Bearer {KEY}"
    assert json.loads(endpoint.accepted[0])["producer"] == "https://tickit.test"
    eventually(lambda: is_empty(folder), "the spool is empty")


@pytest.fixture
def kolkata() -> Iterator[None]:
    """This process's time zone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "Asia/Kolkata")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("kolkata")
def test_a_time_without_a_zone_is_the_machines(folder: Path, endpoint: Endpoint) -> None:
    transport().emit(attr.evolve(event("local"), eventTime="2026-01-31T10:30:00.5"))
    eventually(lambda: endpoint.jobs == ["local"], "the event is delivered")
    assert json.loads(endpoint.accepted[0])["eventTime"] == "2026-01-31T10:30:00.500000+05:30"


def test_the_courier_is_no_descendant_and_ends_when_there_is_nothing_to_do(folder: Path, endpoint: Endpoint) -> None:
    endpoint.how = lambda request: request.answer(503)
    transport().emit(event("job"))
    eventually(lambda: bool(endpoint.requests), "the courier has tried")
    (courier,) = couriers(folder)  # it does not end while the store is away
    assert courier not in psutil.Process().children(recursive=True)
    assert os.getsid(courier.pid) != os.getsid(0)
    assert os.getpgid(courier.pid) != os.getpgid(0)
    assert courier.cwd() == "/"
    endpoint.how = lambda request: request.answer(201)
    eventually(lambda: not courier.is_running(), "the courier has ended")
    assert "ended: 1 events delivered, 0 refused" in (folder / "courier.log").read_text()


def test_the_key_is_not_in_the_process_list_nor_in_any_file(folder: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", "postgres://loader:c4n4ryConnection@host/dev")
    endpoint.how = lambda request: request.answer(503, f"echo {KEY}")
    transport().emit(event("job"))
    eventually(lambda: (folder / "courier.log").exists() and "503" in (folder / "courier.log").read_text(), "the courier has tried")
    (courier,) = couriers(folder)
    assert KEY not in " ".join(courier.cmdline())
    assert "c4n4ryConnection" not in str(courier.environ())
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert len(files) == 3
    assert not [file for file in files if KEY in file.read_text()]
    assert {file.stat().st_mode & 0o077 for file in files} == {0}


class Holding:
    """Keeps every request until `over`, and answers then. Whoever waits for an answer before that waits in vain, which `patient` tells."""

    def __init__(self, over: threading.Event, answer: Callable[[Request], object]) -> None:
        self._over, self._answer = over, answer
        self.patient = True

    def __call__(self, request: Request) -> None:
        self.patient = self.patient and self._over.wait(20)
        self._answer(request)


def hang(request: Request) -> None:
    request.connection.shutdown(socket.SHUT_RDWR)  # it has hung while it was held, and never answers


FAULTS: dict[str, Callable[[Request], object]] = {
    "500": lambda request: request.answer(500, "no"),
    "503": lambda request: request.answer(503, "no"),
    "hangs": hang,
    "garbage": lambda request: request.wfile.write(b"\x00\xff not http\r\n\r\n"),
    "a page": lambda request: request.answer(200, "<html>", "text/html"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_task_does_not_wait_for_a_store_and_nothing_is_lost(
    folder: Path, endpoint: Endpoint, fault: str, over: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store answers nobody until the task has sent everything, and the courier's patience is no limit."""
    monkeypatch.setenv("OPENLINEAGE_TIMEOUT", "60")
    endpoint.how = holding = Holding(over, FAULTS[fault])
    sender = transport()
    for number in range(10):
        sender.emit(event(f"job{number}", number))
    eventually(lambda: bool(endpoint.requests), "the courier has tried")
    assert len(Folder(folder).entries()) == 10
    over.set()
    eventually(lambda: "not delivered" in courier_log(folder), "the courier has met the fault")
    assert holding.patient
    endpoint.how = lambda request: request.answer(201)
    endpoint.over.set()
    eventually(lambda: is_empty(folder), "the courier has delivered everything")
    assert sorted(endpoint.jobs) == [f"job{number}" for number in range(10)]


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What this process connects to."""
    addresses: list[object] = []
    connect = socket.socket.connect

    def noted(self: socket.socket, address: Any) -> None:
        addresses.append(address)
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", noted)
    return addresses


def test_a_store_that_was_down_gets_the_events_when_it_is_up(
    folder: Path, monkeypatch: pytest.MonkeyPatch, endpoint: Endpoint, connected: list[object]
) -> None:
    url = os.environ["OPENLINEAGE_URL"]
    monkeypatch.setenv("OPENLINEAGE_URL", nobody())
    transport().emit(event("job1", 1))
    assert connected == []  # the task has not even tried
    eventually(lambda: bool(couriers(folder)), "a courier runs")
    assert len(Folder(folder).entries()) == 1
    monkeypatch.setenv("OPENLINEAGE_URL", url)
    kill_couriers(folder)
    transport().emit(event("job2", 2))
    eventually(lambda: is_empty(folder), "another courier has delivered everything")
    assert endpoint.jobs == ["job1", "job2"]


def test_events_outlive_the_process_group_that_sent_them(folder: Path, endpoint: Endpoint) -> None:
    """As Airflow ends a task: SIGKILL to its whole process group."""
    process = emitter("task", 20, stays=60)
    assert process.stdout is not None
    assert process.stdout.readline() == "done\n"
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=10)
    eventually(lambda: is_empty(folder), "the courier has delivered everything")
    assert endpoint.jobs == [f"task_{number:03d}" for number in range(20)]


def test_one_courier_serves_all_processes_and_delivers_each_event_once(folder: Path, endpoint: Endpoint) -> None:
    processes = [emitter(f"task{number}", 25) for number in range(4)]
    for process in processes:
        process.communicate(timeout=120)
    eventually(lambda: is_empty(folder), "everything is delivered")
    eventually(lambda: len(couriers(folder)) <= 1, "there is one courier")
    assert sorted(endpoint.jobs) == sorted(f"task{task}_{number:03d}" for task in range(4) for number in range(25))


def test_a_courier_that_is_killed_is_replaced(folder: Path, endpoint: Endpoint) -> None:
    sender = transport()
    for number in range(3):
        sender.emit(event(f"job{number}", number))
        eventually(lambda: bool(couriers(folder)), "a courier runs")
        kill_couriers(folder)
    sender.emit(event("job3", 3))
    eventually(lambda: is_empty(folder), "everything is delivered")
    assert set(endpoint.jobs) == {f"job{number}" for number in range(4)}


# Where no courier can run


def test_without_a_process_an_event_is_delivered_inside_the_task(
    folder: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "executable", "")
    monkeypatch.setattr(direct, "SPOOLED", HANG)
    sender = transport()
    for number in range(3):
        sender.emit(event(f"job{number}", number))
    assert endpoint.jobs == ["job0", "job1", "job2"]
    assert is_empty(folder)
    (said,) = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert said.startswith("No courier can be started, so lineage is delivered inside the task: FileNotFoundError")


def test_without_a_process_a_task_waits_once_and_not_again(
    folder: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, over: threading.Event, connected: list[object]
) -> None:
    monkeypatch.setattr(sys, "executable", "")
    monkeypatch.setattr(direct, "SPOOLED", 2)
    monkeypatch.setenv("OPENLINEAGE_TIMEOUT", "60")
    endpoint.how = holding = Holding(over, hang)
    for number in range(4):
        transport().emit(event(f"job{number}", number))
    over.set()
    assert len(connected) == 1
    assert len(endpoint.requests) == 1
    assert holding.patient
    assert len(Folder(folder).entries()) == 4
    eventually(lambda: not Folder(folder).delivering, "the hanging attempt has ended")
    os.utime(folder / direct.BREAKER, (0, 0))
    monkeypatch.setattr(direct, "SPOOLED", HANG)
    endpoint.how = lambda request: request.answer(201)
    transport().emit(event("job4", 4))
    assert is_empty(folder), "the next event takes the others along"
    assert endpoint.jobs == [f"job{number}" for number in range(5)]


@pytest.fixture
def no_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No place of the spool can be written to."""
    (tmp_path / "file").touch()
    monkeypatch.setattr("mwaa_lineage.transport.transport.folders", lambda: [tmp_path / "file/one", tmp_path / "file/two"])
    monkeypatch.setattr(direct, "TO_STORE", direct.Way(0.6))
    return tmp_path


@pytest.mark.usefixtures("folder", "no_disk")
def test_without_a_disk_an_event_is_delivered_inside_the_task(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(direct, "TO_STORE", direct.Way(HANG))
    transport().emit(event("job"))
    assert endpoint.jobs == ["job"]
    assert "Lineage cannot be spooled there: NotADirectoryError" in caplog.text


@pytest.mark.usefixtures("folder", "no_disk")
def test_a_lost_event_is_told_and_the_next_one_does_not_wait(
    endpoint: Endpoint, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, over: threading.Event, connected: list[object]
) -> None:
    monkeypatch.setattr(direct, "TO_STORE", direct.Way(4))
    monkeypatch.setenv("OPENLINEAGE_TIMEOUT", "60")
    endpoint.how = holding = Holding(over, hang)
    sender = transport()
    for number in range(3):
        sender.emit(event(f"job{number}", number, run=f"0000000{number}-0000-4000-8000-000000000000"))
    over.set()
    assert len(connected) == 1
    assert len(endpoint.requests) == 1
    assert holding.patient
    lost = [record.getMessage() for record in caplog.records if "is lost" in record.getMessage()]
    assert len(lost) == 3
    assert lost[0].startswith("The lineage event of run 00000000-0000-4000-8000-000000000000 is lost: ")
    assert KEY not in caplog.text


def test_another_place_is_taken_when_the_first_cannot_be_used(
    folder: Path, endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr("mwaa_lineage.transport.transport.folders", lambda: [tmp_path / "file/one", folder])
    transport().emit(event("job"))
    eventually(lambda: is_empty(folder) and bool(endpoint.accepted), "the event is delivered from the second place")


def test_the_places_are_the_configured_one_and_the_users_own(folder: Path) -> None:
    own = f"lineage-spool-{os.geteuid()}"
    assert settings.folders()[0] == folder
    assert [place.name for place in settings.folders()[1:]] == [own, own]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_two_users_have_two_spools(folder: Path, endpoint: Endpoint) -> None:
    endpoint.how = lambda request: request.answer(503)
    transport().emit(event("of_the_first"))
    with tempfile.TemporaryDirectory() as place:
        own = Path(place, "own")
        Path(place).chmod(0o777)
        pid = os.fork()
        if pid == 0:
            try:
                os.setuid(65534)
                sender = transport()
                sender._folders = [Folder(folder), Folder(own)]
                sender.emit(event("of_the_second"))
            finally:
                os._exit(0)
        eventually(lambda: os.waitpid(pid, os.WNOHANG)[0] == pid, "the second user has sent an event")
        kill_couriers(own)
        assert (own.stat().st_uid, own.stat().st_mode & 0o777) == (65534, 0o700)
        assert waiting_jobs(folder) + waiting_jobs(own) == ["of_the_first", "of_the_second"]
