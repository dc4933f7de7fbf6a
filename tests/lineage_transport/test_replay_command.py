"""`python -m lineage replay`, as a person runs it."""

import subprocess
import sys
from pathlib import Path

import pytest

from lineage_transport.spool import Folder, new_name
from tests.lineage_transport.conftest import KEY
from tests.lineage_transport.endpoint import Endpoint, nobody

pytestmark = pytest.mark.system

ROOT = Path(__file__).parents[2]


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


def test_a_refused_event_shows_in_the_exit_code(folder: Path, endpoint: Endpoint) -> None:
    fill(folder, "a")
    endpoint.how = lambda request: request.answer(422)
    assert replay(folder, endpoint.url) == (1, "0 events delivered, 1 refused\n", "")


def test_a_folder_that_does_not_exist_is_named(folder: Path, endpoint: Endpoint) -> None:
    code, _, errors = replay(folder, endpoint.url)
    assert code == 2
    assert f"there is no folder {folder}" in errors
    assert not folder.exists()
