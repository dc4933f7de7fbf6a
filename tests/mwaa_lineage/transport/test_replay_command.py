"""`python -m lineage replay`, as a person runs it, and what it waits for."""

import os
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from mwaa_lineage.transport import courier
from mwaa_lineage.transport import replay as replays
from mwaa_lineage.transport.delivery import Tally
from mwaa_lineage.transport.replay import SpoolTaken
from mwaa_lineage.transport.settings import Settings
from mwaa_lineage.transport.spool import LONGEST, Folder, new_name
from tests.mwaa_lineage.transport.conftest import KEY
from tests.mwaa_lineage.transport.endpoint import Endpoint, nobody

pytestmark = pytest.mark.system

ROOT = Path(__file__).parents[3]


def replay(spool: Path | str, url: str) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "lineage", "replay", "--spool", str(spool), "--url", url]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def fill(folder: Path, *jobs: str) -> Folder:
    spool = Folder(folder)
    for second, job in enumerate(jobs):
        spool.put(new_name(f"2026-01-31T12:00:{second:02d}Z", job), f'{{"job": {{"name": "{job}"}}}}'.encode())
    return spool


def test_it_delivers_in_order_and_counts(folder: Path, endpoint: Endpoint) -> None:
    spool = fill(folder, "a", "b", "c")
    assert replay(folder, endpoint.url) == (0, "3 events delivered, 0 refused\n", "")
    assert endpoint.jobs == ["a", "b", "c"]
    assert endpoint.requests[0].headers["Authorization"] == f"Bearer {KEY}"
    assert spool.entries() == []
    assert replay(folder, endpoint.url) == (0, "0 events delivered, 0 refused\n", "")


def test_what_is_left_is_told(folder: Path) -> None:
    spool = fill(folder, "a")
    code, printed, errors = replay(folder, nobody())
    assert (code, printed.splitlines()[-1]) == (1, "0 events delivered, 0 refused")
    assert "tried again in 0.5 s" in printed
    assert errors.startswith("Events are left: ConnectionRefusedError")
    assert len(spool.entries()) == 1


def test_nothing_printed_tells_a_terminal_what_to_do(folder: Path, endpoint: Endpoint) -> None:
    fill(folder, "a")
    endpoint.how = lambda request: request.answer(503, "away\x1b[2J\x9b\u202e\nError: more")
    code, printed, errors = replay(folder, endpoint.url)
    assert code == 1
    assert errors == "Events are left: HTTP 503 away\ufffd[2J\ufffd\ufffd Error: more\n"
    assert all(character.isprintable() or character == "\n" for character in printed + errors)


def test_a_refused_event_shows_in_the_exit_code(folder: Path, endpoint: Endpoint) -> None:
    fill(folder, "a")
    endpoint.how = lambda request: request.answer(422)
    assert replay(folder, endpoint.url) == (1, "0 events delivered, 1 refused\n", "")


def test_a_folder_that_does_not_exist_is_named(folder: Path, endpoint: Endpoint) -> None:
    code, _, errors = replay(folder, endpoint.url)
    assert code == 2
    assert f"there is no folder {folder}" in errors
    assert not folder.exists()


def test_what_cannot_be_read_shows_in_the_exit_code(folder: Path, endpoint: Endpoint) -> None:
    spool = fill(folder, "a", "b")
    long = spool.entries()[1]
    os.truncate(folder / long, LONGEST + 1)
    code, printed, errors = replay(folder, endpoint.url)
    assert (code, printed.splitlines()[-1]) == (1, "1 events delivered, 0 refused")
    assert errors.startswith("Events are left: ")
    assert "too long for an event" in errors
    assert spool.entries() == [long]


def test_a_folder_that_a_courier_delivers_is_waited_for(folder: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replays, "TAKEN", 0.3)
    monkeypatch.setattr(replays, "LOOK", 0.1)
    spool = fill(folder, "a")
    with spool.sole_delivery(0), pytest.raises(SpoolTaken, match=r"a courier delivers .* and has not ended within 0.3 s"):
        replays.replay(str(folder), settings)
    assert len(spool.entries()) == 1


def test_a_folder_that_a_courier_empties_needs_no_replay(folder: Path, settings: Settings, endpoint: Endpoint) -> None:
    """The courier keeps the place, and waits for more."""
    spool = fill(folder, "a")
    (entry,) = spool.entries()
    with spool.sole_delivery(0):
        delivers = threading.Timer(1, spool.remove, [entry])
        delivers.start()
        assert replays.replay(str(folder), settings) == Tally()
        delivers.join(10)
    assert endpoint.requests == []


def test_a_folder_is_replayed_as_soon_as_its_courier_has_gone(folder: Path, settings: Settings, endpoint: Endpoint) -> None:
    spool = fill(folder, "a")
    place = ExitStack()
    assert place.enter_context(spool.sole_delivery(0))
    goes = threading.Timer(1, place.close)
    goes.start()
    assert replays.replay(str(folder), settings) == Tally(delivered=1)
    goes.join(10)
    assert endpoint.jobs == ["a"]


def test_a_courier_in_its_longest_pause_is_waited_for() -> None:
    assert replays.TAKEN >= 60 > courier.PAUSES[1] + courier.IDLE


def test_others_pass_poison_in_a_replay(folder: Path, settings: Settings, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replays, "PAUSES", (0.01, 0.01))
    spool = fill(folder, *(f"poison{number}" for number in range(5)), *(f"good{number}" for number in range(20)), "poison5")
    endpoint.how = lambda request: request.answer(500 if b"poison" in request.body else 201)
    assert replays.replay(str(folder), settings) == Tally(delivered=20, reason="HTTP 500")
    endpoint.how = lambda request: request.answer(201)
    assert replays.replay(str(folder), settings) == Tally(delivered=6)
    assert spool.entries() == []
