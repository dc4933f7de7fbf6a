"""Odd files in the spool, odd disks, and a machine without threads: a courier goes on with the others, and a task with its work."""

import os
import socket
import stat
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from mwaa_lineage.transport import courier
from mwaa_lineage.transport import spool as spools
from mwaa_lineage.transport.safekeeping import Safekeeping
from mwaa_lineage.transport.spool import DRAFT, UNDELIVERED, Folder, new_name
from tests.mwaa_lineage.transport.conftest import Shelf
from tests.mwaa_lineage.transport.endpoint import Endpoint, event
from tests.mwaa_lineage.transport.test_courier_end import put
from tests.mwaa_lineage.transport.test_transport import transport

NAME = new_name("2026-01-31T11:00:00Z", "odd")
ODD_NAMES = [b"\xff\xfe.json", b"a\x1b[2J.json", b"a\nb.json", "ü.json".encode(), b".nfs0001.json.x"]


def odd(place: Path) -> None:
    """All that is no event, older than the events."""
    folder = os.fsencode(place)
    elsewhere = place.parent / "elsewhere"
    elsewhere.write_bytes(b'{"job": {"name": "linked"}}')
    for name in ODD_NAMES:
        Path(os.fsdecode(folder + b"/" + name)).write_bytes(b"{}")
    (place / f"01{NAME}").mkdir()
    (place / f"02{NAME}").symlink_to(elsewhere)
    (place / f"03{NAME}").symlink_to(place / "nothing")
    os.mkfifo(place / f"04{NAME}")
    with socket.socket(socket.AF_UNIX) as made, _at(place):
        made.bind("5.json")
    for file in place.iterdir():
        os.utime(file, (0, 0), follow_symlinks=False)


@contextmanager
def _at(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@pytest.mark.usefixtures("quick")
def test_a_courier_leaves_alone_what_is_no_event(folder: Path, endpoint: Endpoint) -> None:
    put(Safekeeping(folder, None, print), "job")
    for place in (*UNDELIVERED, "delivered", "refused", DRAFT):
        odd(folder / place)
    courier.main(str(folder))
    assert endpoint.jobs == ["job"]
    assert "1 events delivered, 0 refused" in (folder / "courier.log").read_text()


@pytest.mark.usefixtures("quick")
def test_a_log_that_is_a_pipe_stops_no_courier(folder: Path, endpoint: Endpoint) -> None:
    put(Safekeeping(folder, None, print), "job")
    os.mkfifo(folder / "courier.log")
    courier.main(str(folder))
    assert endpoint.jobs == ["job"]


def test_what_cannot_be_read_holds_up_no_copy_of_others(tmp_path: Path) -> None:
    shelf = Shelf()
    spool = Safekeeping(tmp_path / "spool", shelf, print)
    put(spool, "long")
    os.truncate(spool.path / spool.entries()[0], spools.LONGEST + 1)
    put(spool, "job")
    assert spool.save(float("inf")) == 1
    assert list(shelf.copies.values()) == [b'{"job": {"name": "job"}}']


def test_no_moment_in_which_others_can_look_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def chmod(*_: object) -> None:
        pytest.fail("the folder was open before")

    monkeypatch.setattr(Path, "chmod", chmod)
    before = os.umask(0)
    try:
        put(Safekeeping(tmp_path / "spool", None, print), "job")
    finally:
        os.umask(before)
    folders = [tmp_path / "spool", *(path for path in (tmp_path / "spool").iterdir() if path.is_dir())]
    assert len(folders) == 7
    assert {stat.S_IMODE(each.stat().st_mode) for each in folders} == {0o700}


@pytest.mark.parametrize(
    ("blocks", "free", "kept"), [(10**9, 2**17 - 1, False), (10**9, 2**17, True), (2000, 99, False), (2000, 100, True)]
)
def test_the_spool_leaves_room_on_its_disk(spool: Folder, monkeypatch: pytest.MonkeyPatch, *, blocks: int, free: int, kept: bool) -> None:
    """512 MB of a large disk, a twentieth of a small one."""
    disk = SimpleNamespace(f_bavail=free, f_blocks=blocks, f_frsize=4096)
    monkeypatch.setattr("mwaa_lineage.transport.spool.os.statvfs", lambda _: disk)
    if kept:
        assert spool.read(spool.put("event.json", b"{}")) == b"{}"
    else:
        with pytest.raises(OSError, match="too little of the disk is free"):
            spool.put("event.json", b"{}")


def test_without_processes_and_threads_an_event_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object, **__: object) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(subprocess, "Popen", none)
        patched.setattr(threading.Thread, "start", none)
        transport().emit(event("job"))
    assert len(Folder(folder).entries()) == 1


def test_without_disk_and_threads_the_loss_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def none(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    def full(*_: object) -> None:
        raise OSError("full")

    with monkeypatch.context() as patched:
        patched.setattr(Folder, "put", full)
        patched.setattr(threading.Thread, "start", none)
        transport().emit(event("job"))
    assert "is lost: can't start new thread" in caplog.text
    assert not folder.exists()
