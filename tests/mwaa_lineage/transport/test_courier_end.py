"""The moment in which the courier ends: whoever finds its place taken relies on it."""

import json
import os
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mwaa_lineage.transport import courier
from mwaa_lineage.transport.courier import Courier, Log
from mwaa_lineage.transport.safekeeping import Safekeeping
from mwaa_lineage.transport.spool import new_name
from mwaa_lineage.transport.store import Store
from tests.mwaa_lineage.transport.conftest import Shelf
from tests.mwaa_lineage.transport.endpoint import Endpoint, Request


class Late(Safekeeping):
    """A spool to which an event comes after the courier's last look, while it still holds the place."""

    came = False
    meanwhile: Callable[[], object] = staticmethod(lambda: None)

    @contextmanager
    def sole_delivery(self, seconds: float) -> Iterator[bool]:
        with super().sole_delivery(seconds) as alone:
            yield alone
            if not self.came:
                self.came = True
                assert self.delivering
                put(self, "late")
                self.meanwhile()


def put(spool: Safekeeping, job: str, run: str = "run") -> None:
    spool.put(new_name("2026-01-31T12:00:00Z", run), json.dumps({"job": {"name": job}}).encode())


@pytest.mark.usefixtures("quick")
def test_an_event_that_comes_after_the_last_look_is_delivered(tmp_path: Path, store: Store, endpoint: Endpoint) -> None:
    Courier(Late(tmp_path / "spool", None, print), store, Log(tmp_path / "log")).run()
    assert endpoint.jobs == ["late"]


@pytest.mark.usefixtures("quick")
def test_a_wrong_key_ends_the_courier_at_once_and_the_events_stay(tmp_path: Path, store: Store, endpoint: Endpoint) -> None:
    """The next event's courier may have the right one."""
    spool = Safekeeping(tmp_path / "spool", None, print)
    spool.put(new_name("2026-01-31T12:00:00Z", "run"), b"{}")
    endpoint.how = lambda request: request.answer(401)
    Courier(spool, store, Log(tmp_path / "log")).run()
    assert len(endpoint.requests) == 1
    assert len(spool.entries()) == 1
    assert "gave up: HTTP 401" in (tmp_path / "log").read_text()


class Clock:
    """A clock that goes on only when somebody sleeps."""

    strftime, gmtime = staticmethod(time.strftime), staticmethod(time.gmtime)

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.usefixtures("quick")
def test_an_event_that_comes_as_the_courier_is_denied_is_saved(tmp_path: Path, store: Store, endpoint: Endpoint) -> None:
    shelf = Shelf()
    endpoint.how = lambda request: request.answer(401)
    spool = Late(tmp_path / "spool", shelf, print)
    put(spool, "early")
    Courier(spool, store, Log(tmp_path / "log")).run()
    assert [json.loads(copy)["job"]["name"] for copy in shelf.copies.values()] == ["early", "late"]
    assert len(endpoint.requests) == 1


@pytest.mark.usefixtures("quick")
def test_a_courier_that_is_denied_stays_to_save_what_comes(
    tmp_path: Path, store: Store, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else every event would start another one, in vain."""
    monkeypatch.setattr(courier, "DENIED", 60)
    shelf, came = Shelf(), []
    endpoint.how = lambda request: request.answer(401)
    spool = Safekeeping(tmp_path / "spool", shelf, print)

    def come() -> None:
        came.append(spool.delivering)
        put(spool, "late")

    later = threading.Timer(0.5, come)
    shelf.then = lambda: later.start() if len(shelf.copies) == 1 else os.kill(os.getpid(), signal.SIGTERM)
    put(spool, "early")
    Courier(spool, store, Log(tmp_path / "log")).run()
    later.join(10)
    assert came == [True]
    assert len(shelf.copies) == 2
    assert len(endpoint.requests) == 1


@pytest.mark.usefixtures("quick")
def test_an_event_that_comes_as_the_courier_is_told_to_stop_is_saved(tmp_path: Path, store: Store, endpoint: Endpoint) -> None:
    shelf = Shelf()

    def stop(request: Request) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        request.answer(503)

    endpoint.how = stop
    spool = Late(tmp_path / "spool", shelf, print)
    put(spool, "early")
    Courier(spool, store, Log(tmp_path / "log")).run()
    assert [json.loads(copy)["job"]["name"] for copy in shelf.copies.values()] == ["early", "late"]
    assert len(endpoint.requests) == 1


@pytest.mark.usefixtures("quick")
def test_an_event_that_comes_as_the_courier_loses_patience_is_delivered(
    tmp_path: Path, store: Store, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "PATIENCE", 0.3)
    monkeypatch.setattr(courier, "PAUSES", (0.05, 0.2))
    endpoint.how = lambda request: request.answer(503)
    spool = Late(tmp_path / "spool", None, print)
    spool.meanwhile = lambda: setattr(endpoint, "how", lambda request: request.answer(201))
    put(spool, "early")
    Courier(spool, store, Log(tmp_path / "log")).run()
    assert endpoint.jobs == ["early", "late"]


@pytest.mark.usefixtures("quick")
def test_a_courier_passes_poison_at_both_ends(tmp_path: Path, store: Store, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier, "time", Clock())
    monkeypatch.setattr(courier, "PATIENCE", 3)
    monkeypatch.setattr(courier, "PAUSES", (0.01, 0.02))
    spool = Safekeeping(tmp_path / "spool", None, print)
    for job in ["poison"] * 4 + [f"good{number}" for number in range(20)] + ["poison"] * 4:
        put(spool, job, str(uuid.uuid4()))
    endpoint.how = lambda request: request.answer(500 if b"poison" in request.body else 201)
    Courier(spool, store, Log(tmp_path / "log")).run()
    assert sorted(endpoint.jobs) == sorted(f"good{number}" for number in range(20))
    assert len(spool.entries()) == 8


def test_settings_that_are_wrong_are_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir()
    monkeypatch.setenv("OPENLINEAGE_TIMEOUT", "soon")
    with pytest.raises(SystemExit):
        courier.main(str(folder))
    assert "cannot start: could not convert string to float: 'soon'" in (folder / "courier.log").read_text()


@pytest.mark.usefixtures("quick")
def test_a_log_that_cannot_be_written_stops_no_delivery(folder: Path, endpoint: Endpoint) -> None:
    (folder / "courier.log").mkdir(parents=True)
    put(Safekeeping(folder, None, print), "job")
    courier.main(str(folder))
    assert endpoint.jobs == ["job"]


@pytest.mark.usefixtures("quick")
def test_a_store_that_never_answers_ends_it_in_the_end(
    tmp_path: Path, store: Store, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    clock.now = begun = 86_400.0  # no machine's clock begins with the courier
    monkeypatch.setattr(courier, "time", clock)
    spool = Safekeeping(tmp_path / "spool", None, print)
    spool.put(new_name("2026-01-31T12:00:00Z", "run"), b"{}")
    endpoint.how = lambda request: request.answer(503)
    Courier(spool, store, Log(tmp_path / "log")).run()
    assert courier.PATIENCE < clock.now - begun < courier.PATIENCE + 2 * max(courier.PAUSES)
    assert len(endpoint.requests) == 36  # after pauses of 0.5, 1, 2, 4, 8 and 16 seconds, every 30
    assert len(spool.entries()) == 1


def test_the_log_says_a_thing_once_and_stays_small(tmp_path: Path) -> None:
    path = tmp_path / "courier.log"
    log = Log(path)
    for _ in range(3):
        log.say("the store is away")
    assert path.read_text().count("the store is away") == 1
    path.write_bytes(b"x" * (courier.MOST_LOG + 1))
    Log(path).say("a new one")
    assert path.stat().st_size < 100
    assert (tmp_path / "courier.log.1").stat().st_size == courier.MOST_LOG + 1
