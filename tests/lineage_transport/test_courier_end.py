"""The moment in which the courier ends: whoever finds its place taken relies on it."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lineage_transport import courier
from lineage_transport.courier import Courier, Log
from lineage_transport.safekeeping import Safekeeping
from lineage_transport.spool import new_name
from lineage_transport.store import Store
from tests.lineage_transport.endpoint import Endpoint


class Late(Safekeeping):
    """A spool to which an event comes after the courier's last look, while it still holds the place."""

    came = False

    @contextmanager
    def sole_delivery(self, seconds: float) -> Iterator[bool]:
        with super().sole_delivery(seconds) as alone:
            yield alone
            if not self.came:
                self.came = True
                assert self.delivering
                self.put(new_name("2026-01-31T12:00:00Z", "run"), b'{"job": {"name": "late"}}')


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(courier, "IDLE", 0.02)
    monkeypatch.setattr(courier, "POLL", 0.005)
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.usefixtures("_quick")
def test_an_event_that_comes_after_the_last_look_is_delivered(tmp_path: Path, store: Store, endpoint: Endpoint) -> None:
    Courier(Late(tmp_path / "spool", None, print), store, Log(tmp_path / "log")).run()
    assert endpoint.jobs == ["late"]


@pytest.mark.usefixtures("_quick")
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


@pytest.mark.usefixtures("_quick")
def test_a_store_that_never_answers_ends_it_in_the_end(
    tmp_path: Path, store: Store, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(courier, "time", clock)
    spool = Safekeeping(tmp_path / "spool", None, print)
    spool.put(new_name("2026-01-31T12:00:00Z", "run"), b"{}")
    endpoint.how = lambda request: request.answer(503)
    Courier(spool, store, Log(tmp_path / "log")).run()
    assert courier.PATIENCE < clock.now < courier.PATIENCE + 2 * max(courier.PAUSES)
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
