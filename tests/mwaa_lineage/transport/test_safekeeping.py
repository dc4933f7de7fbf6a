"""Copies in the bucket: none is missing, and none stays behind a delivered event, wherever a process is killed."""

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mwaa_lineage.transport import courier, replay, safekeeping
from mwaa_lineage.transport.bucket import BucketError
from mwaa_lineage.transport.courier import Courier, Log
from mwaa_lineage.transport.safekeeping import Safekeeping
from mwaa_lineage.transport.settings import Settings
from mwaa_lineage.transport.spool import name_of, new_name
from mwaa_lineage.transport.store import Store
from tests.mwaa_lineage.transport.conftest import Shelf
from tests.mwaa_lineage.transport.endpoint import Endpoint, Request
from tests.mwaa_lineage.transport.test_courier_end import Clock

EVENT = b'{"job": {"name": "job"}}'
SOON = float("inf")


class Killed(BaseException):
    """The process ends here."""


def killed() -> None:
    raise Killed


def unanswered() -> None:
    raise BucketError("no answer")


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    monkeypatch.setattr(safekeeping, "PAUSE", 0)
    return Shelf()


@pytest.fixture
def new(tmp_path: Path, shelf: Shelf) -> Callable[[], Safekeeping]:
    """The folder as another process has it."""
    return lambda: Safekeeping(tmp_path / "spool", shelf, print)


def put(spool: Safekeeping) -> str:
    return name_of(spool.put(new_name("2026-01-31T12:00:00Z", "run"), EVENT))


def files(spool: Safekeeping) -> list[Path]:
    return [path.relative_to(spool.path) for path in spool.path.rglob("*.json")]


def test_a_copy_goes_with_its_event(shelf: Shelf, new: Callable[[], Safekeeping]) -> None:
    spool = new()
    name = put(spool)
    assert spool.save(SOON) == 1
    assert shelf.copies == {name: EVENT}
    spool.remove(*spool.entries())
    assert shelf.copies == {}
    assert files(spool) == []


@pytest.mark.parametrize("moment", ["first", "then"])
def test_a_copy_that_cannot_be_removed_is_removed_later(shelf: Shelf, new: Callable[[], Safekeeping], moment: str) -> None:
    spool = new()
    name = put(spool)
    spool.save(SOON)
    setattr(shelf, moment, unanswered)
    spool.remove(*spool.entries())
    assert spool.entries() == []
    assert files(spool) == [Path("delivered", name)]
    assert not spool.settle(SOON)
    setattr(shelf, moment, lambda: None)
    assert spool.settle(SOON)
    assert shelf.copies == {}
    assert files(spool) == []


@pytest.mark.parametrize("moment", ["first", "then"])
def test_a_copy_of_a_delivered_event_is_removed_by_the_next_process(shelf: Shelf, new: Callable[[], Safekeeping], moment: str) -> None:
    spool = new()
    put(spool)
    spool.save(SOON)
    setattr(shelf, moment, killed)
    with pytest.raises(Killed):
        spool.remove(*spool.entries())
    setattr(shelf, moment, lambda: None)
    assert new().entries() == []
    assert new().settle(SOON)
    assert shelf.copies == {}
    assert files(spool) == []


@pytest.mark.parametrize("moment", ["first", "then"])
@pytest.mark.parametrize("fault", [killed, unanswered])
@pytest.mark.parametrize("again", [True, False])
def test_a_copy_that_nobody_has_acknowledged_is_made_again_and_removed(
    shelf: Shelf, new: Callable[[], Safekeeping], *, moment: str, fault: Callable[[], None], again: bool
) -> None:
    spool = new()
    name = put(spool)
    setattr(shelf, moment, fault)
    try:
        assert spool.save(SOON) == 0
    except Killed:
        spool = new()
    setattr(shelf, moment, lambda: None)
    assert len(spool.entries()) == 1
    if again:
        assert spool.save(SOON) == 1
        assert shelf.copies == {name: EVENT}
    spool.remove(*spool.entries())
    assert shelf.copies == {}
    assert files(spool) == []


def test_a_bucket_that_has_failed_is_left_in_peace_for_a_while(tmp_path: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(safekeeping, "time", clock)
    monkeypatch.setattr(safekeeping, "PAUSE", 60)
    asked: list[float] = []

    def fail() -> None:
        asked.append(clock.now)
        raise BucketError("no answer")

    shelf.first = fail
    spool = Safekeeping(tmp_path / "spool", shelf, print)
    put(spool)
    for _ in range(150):
        clock.sleep(1)
        assert spool.save(SOON) == 0
    assert asked == [1, 61, 121]


def test_a_bucket_that_has_failed_is_not_asked_to_forget_either(tmp_path: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(safekeeping, "time", clock)
    monkeypatch.setattr(safekeeping, "PAUSE", 60)
    spool = Safekeeping(tmp_path / "spool", shelf, print)
    put(spool)
    spool.save(SOON)
    asked: list[float] = []

    def fail() -> None:
        asked.append(clock.now)
        raise BucketError("no answer")

    shelf.first = fail
    spool.remove(*spool.entries())
    for _ in range(150):
        clock.sleep(1)
        assert not spool.settle(SOON)
    assert asked == [0, 60, 120]


def test_an_event_that_was_never_copied_asks_nothing_of_the_bucket(shelf: Shelf, new: Callable[[], Safekeeping]) -> None:
    spool = new()
    put(spool)
    shelf.first = killed
    spool.remove(*spool.entries())
    assert spool.settle(SOON)
    assert files(spool) == []


def test_without_the_bucket_a_copy_is_remembered(tmp_path: Path, shelf: Shelf, new: Callable[[], Safekeeping]) -> None:
    """A replay by somebody who does not know the bucket."""
    spool = new()
    put(spool)
    spool.save(SOON)
    ignorant = Safekeeping(tmp_path / "spool", None, print)
    ignorant.remove(*ignorant.entries())
    assert ignorant.settle(SOON)
    assert len(shelf.copies) == 1
    assert new().settle(SOON)
    assert shelf.copies == {}


@pytest.mark.usefixtures("quick")
def test_a_courier_stays_until_copies_of_delivered_events_are_removed(
    tmp_path: Path, store: Store, shelf: Shelf, new: Callable[[], Safekeeping]
) -> None:
    spool, fails = new(), [unanswered] * 20
    put(spool)
    spool.save(SOON)
    shelf.first = lambda: fails.pop()() if fails else None
    Courier(spool, store, Log(tmp_path / "log")).run()
    assert fails == []
    assert shelf.copies == {}


@pytest.mark.usefixtures("quick")
def test_a_bucket_that_never_works_keeps_no_courier_for_ever(
    tmp_path: Path, store: Store, shelf: Shelf, new: Callable[[], Safekeeping], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "PATIENCE", 0.3)
    spool = new()
    put(spool)
    spool.save(SOON)
    shelf.first = unanswered
    Courier(spool, store, Log(tmp_path / "log")).run()
    assert spool.entries() == []
    assert len(shelf.copies) == 1


@pytest.mark.usefixtures("quick")
def test_a_backlog_that_takes_long_is_saved_meanwhile(
    tmp_path: Path, endpoint: Endpoint, store: Store, *, shelf: Shelf, new: Callable[[], Safekeeping], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first event takes longer than a round: all others are in the bucket before the second is sent."""
    monkeypatch.setattr(courier, "ROUND", 1)
    spool, copies = new(), []
    for second in range(10):
        spool.put(new_name(f"2026-01-31T12:00:{second:02d}Z", str(second)), EVENT)

    def answer(request: Request) -> None:
        copies.append(len(shelf.copies))
        if len(copies) == 1:
            time.sleep(1.5)
        request.answer(201)

    endpoint.how = answer
    Courier(spool, store, Log(tmp_path / "log")).run()
    assert copies == [0, *range(9, 0, -1)]
    assert shelf.copies == {}


def test_a_replay_of_a_folder_removes_what_stands_in_the_bucket(
    settings: Settings, endpoint: Endpoint, shelf: Shelf, new: Callable[[], Safekeeping], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what was delivered before, and could not be removed then."""
    monkeypatch.setattr(safekeeping, "Bucket", lambda _: shelf)
    spool = new()
    put(spool)
    spool.save(SOON)
    shelf.first = unanswered
    spool.remove(*spool.entries())
    shelf.first = lambda: None
    put(spool)
    spool.save(SOON)
    assert len(shelf.copies) == 2
    assert replay.replay(str(spool.path), dataclasses.replace(settings, bucket="s3://shelf/spool")).delivered == 1
    assert shelf.copies == {}
    assert files(spool) == []
