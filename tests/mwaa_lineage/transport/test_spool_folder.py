"""The spool folder: private, in order, whole files only, one deliverer."""

import fcntl
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from mwaa_lineage.transport import spool as spools
from mwaa_lineage.transport.spool import Folder, nanoseconds, new_name
from tests.mwaa_lineage.transport.endpoint import event


def put(spool: Folder, time: str, content: bytes = b"{}", run: str = "run") -> str:
    return spool.put(new_name(time, run), content)


def test_events_come_in_the_order_of_their_times_however_they_are_written(spool: Folder) -> None:
    later = put(spool, "2026-01-31T12:00:01.5Z")
    first = put(spool, "2026-01-31T13:00:00+02:00")
    between = put(spool, "2026-01-31T12:00:01")
    same = put(spool, "2026-01-31T12:00:01")
    assert spool.entries() == [first, between, same, later]


def test_saved_events_stand_in_their_order_too(spool: Folder) -> None:
    first, second, third = (put(spool, f"2026-01-31T12:00:0{number}Z") for number in range(3))
    spool.move(second, spools.SAVED)
    assert spool.entries() == [first, second.replace("waiting/", "saved/"), third]


@pytest.mark.parametrize("text", ["", "yesterday", None, "0001-01-01T00:00:00+14:00"])
def test_a_time_that_cannot_be_read_stops_nothing(text: str) -> None:
    assert nanoseconds(text) in range(time.time_ns() + 1)


def test_only_the_owner_can_read(spool: Folder) -> None:
    os.umask(before := os.umask(0))
    os.umask(0)
    try:
        entry = put(spool, "2026-01-31T12:00:00Z")
        spool.refuse(put(spool, "2026-01-31T12:00:01Z"), b"{}", "bad")
    finally:
        os.umask(before)
    assert stat.S_IMODE(spool.path.stat().st_mode) == 0o700
    files = [spool.path / entry, *(spool.path / "refused").iterdir()]
    assert len(files) == 3
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_a_folder_with_wide_permissions_is_closed(tmp_path: Path) -> None:
    (tmp_path / "spool").mkdir(mode=0o777)
    put(Folder(tmp_path / "spool"), "2026-01-31T12:00:00Z")
    assert stat.S_IMODE((tmp_path / "spool").stat().st_mode) == 0o700


def test_a_folder_of_another_user_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "spool").mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(PermissionError, match="belongs to another user"):
        put(Folder(tmp_path / "spool"), "2026-01-31T12:00:00Z")
    assert list((tmp_path / "spool").iterdir()) == []


def test_a_folder_that_was_removed_is_made_anew(spool: Folder) -> None:
    put(spool, "2026-01-31T12:00:00Z")
    spool.path.rename(spool.path.with_name("elsewhere"))
    assert spool.read(put(spool, "2026-01-31T12:00:01Z", b"event")) == b"event"


def test_a_write_that_fails_leaves_nothing(spool: Folder) -> None:
    put(spool, "2026-01-31T12:00:00Z")
    script = (
        "import resource, sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path; from mwaa_lineage.transport.spool import Folder; import signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "Folder(Path(sys.argv[2])).put('x.json', b'x' * 1000)\n"
    )
    plugins = str(Path(spools.__file__).parents[2])
    done = subprocess.run([sys.executable, "-c", script, plugins, str(spool.path)], capture_output=True, text=True, timeout=60, check=False)
    assert "File too large" in done.stderr
    assert len(spool.entries()) == 1
    assert list((spool.path / "draft").iterdir()) == []


def test_names_never_come_twice_even_when_the_clock_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mwaa_lineage.transport.spool.time.time_ns", lambda: 1)
    made = [new_name(event("job").eventTime, "run") for _ in range(100)]
    assert len(set(made)) == 100


def test_drafts_of_dead_writers_are_removed(spool: Folder) -> None:
    put(spool, "2026-01-31T12:00:00Z")
    old, new = spool.path / "draft/old.json", spool.path / "draft/new.json"
    for file in (old, new):
        file.touch()
    os.utime(old, (0, 0))
    spool.sweep()
    assert (old.exists(), new.exists()) == (False, True)


def test_one_process_delivers_and_others_see_it(spool: Folder) -> None:
    other = Folder(spool.path)
    with spool.sole_delivery(0) as alone:
        assert alone
        assert other.delivering
        with other.sole_delivery(0.05) as second:
            assert not second
    assert not other.delivering


def test_a_process_forked_while_another_looks_holds_nothing(spool: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The child keeps the file open, and must not keep the place."""
    children: list[int] = []

    def flock_and_fork(file: int, operation: int) -> None:
        fcntl.flock(file, operation)
        if operation & fcntl.LOCK_SH:
            children.append(os.fork())
            if not children[0]:
                time.sleep(30)
                os._exit(0)

    monkeypatch.setattr("mwaa_lineage.transport.spool.fcntl", SimpleNamespace(**vars(fcntl) | {"flock": flock_and_fork}))
    try:
        assert not spool.delivering
        with Folder(spool.path).sole_delivery(0) as alone:
            assert alone
    finally:
        os.kill(children[0], signal.SIGKILL)
        os.waitpid(children[0], 0)


@pytest.mark.system
def test_a_hundred_thousand_events_slow_no_task_down(spool: Folder) -> None:
    put(spool, "2026-01-31T12:00:00Z")
    waiting = spool.path / "waiting"
    first = next(waiting.iterdir())
    for number in range(100_000):
        os.link(first, waiting / f"{number:020d}-0-0-0-0.json")
        if number == 60_000:  # ext4's limit of links is 65,000
            first = waiting / "other"
            first.touch()
    looking, seconds = [], []
    for _ in range(3):
        started = time.perf_counter()
        assert len(os.listdir(waiting)) > 100_000  # noqa: PTH208 - the fastest look that there is
        looking.append(time.perf_counter() - started)
    for _ in range(20):
        started = time.perf_counter()
        put(spool, "2026-01-31T12:00:00Z")
        assert not spool.delivering
        seconds.append(time.perf_counter() - started)
    assert min(seconds) < min(looking) / 2


def test_an_event_is_put_aside_even_where_the_reason_cannot_be_written(spool: Folder) -> None:
    """As on a full disk."""
    entry = put(spool, "2026-01-31T12:00:00Z", b"event")
    (spool.path / "refused" / f"{spools.name_of(entry)}.reason").mkdir()
    spool.refuse(entry, b"event", "bad")
    assert spool.entries() == []
    assert (spool.path / "refused" / spools.name_of(entry)).read_bytes() == b"event"
