"""The spool on local disk: one file an event, its name in the order of events, readable by its owner only.

`waiting/` holds events that are nowhere else, `copying/` those that may stand in the bucket too, `saved/` those that do; `delivered/` those
whose copy is still to be removed there; `refused/` those that the store will never take, each with the reason beside it. A file appears
whole, by a rename out of `draft/`, and moves on by renames, so that its place is true wherever a process is killed. It is removed only once
the store has its event.
"""

import errno
import fcntl
import itertools
import os
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

WAITING, COPYING, SAVED = UNDELIVERED = "waiting", "copying", "saved"
DELIVERED, REFUSED, DRAFT = "delivered", "refused", "draft"
LOCK = "courier.lock"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OTHERS = 0o077
LONGEST = 2**28  # bytes of an event
FREE, FREE_PART = 2**29, 20  # bytes of the disk that the spool leaves free; on a small one a twentieth of it
_ABANDONED = 3600  # seconds after which nobody writes a draft any more


class Spool(Protocol):
    """Events that wait for delivery, wherever they are kept."""

    def entries(self) -> list[str]:
        """What waits, in the order of the events' times."""

    def read(self, entry: str) -> bytes | None:
        """The event; None when it is gone, as somebody else has delivered it."""

    def remove(self, entry: str) -> None:
        """Forget an event that has been delivered."""

    def refuse(self, entry: str, event: bytes, reason: str) -> None:
        """Put an event aside that will never be accepted."""


def nanoseconds(event_time: str) -> int:
    """An event's time as nanoseconds since 1970; the present where it cannot be read."""
    try:
        parsed = datetime.fromisoformat(event_time)
        since = (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)) - _EPOCH
    except (TypeError, ValueError, OverflowError):
        return time.time_ns()
    return max(since // timedelta(microseconds=1), 0) * 1000


_sequence = itertools.count()


def new_name(event_time: str, run_id: str) -> str:
    """A file name that sorts as the events happened and never comes twice: event time, time of writing, process, number, mark of the run.

    No lock: a process that is forked while another thread holds one would wait for ever.
    """
    run = f"{zlib.crc32(run_id.encode()):08x}"
    return f"{nanoseconds(event_time):020d}-{time.time_ns():020d}-{os.getpid()}-{next(_sequence)}-{run}.json"


def name_of(entry: str) -> str:
    """The file name of an entry."""
    return entry.rpartition("/")[2]


def run_of(entry: str) -> str:
    """The mark of the run that an entry's event is of."""
    return entry.rpartition("-")[2]


class Folder:
    """A spool in a folder of local disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ready = False

    def put(self, name: str, event: bytes) -> str:
        """Keep an event; its entry. Raises OSError."""
        try:
            return self._put(name, event)
        except FileNotFoundError:  # somebody has removed the folder
            self._ready = False
            return self._put(name, event)

    def entries(self) -> list[str]:
        """What waits, saved or not, in the order of the events' times."""
        return sorted((entry for place in UNDELIVERED for entry in self.entries_in(place)), key=name_of)

    def entries_in(self, place: str) -> list[str]:
        """The events in one of the folders, in no order; whatever else stands there is left alone."""
        try:
            with os.scandir(self.path / place) as found:
                return [f"{place}/{file.name}" for file in found if _is_events(file)]
        except FileNotFoundError:
            return []

    def read(self, entry: str) -> bytes | None:
        """The event; None when it is gone. Raises OSError."""
        file = self.path / entry
        try:
            if file.stat().st_size > LONGEST:
                raise OSError(errno.EFBIG, "too long for an event", str(file))
            return file.read_bytes()
        except FileNotFoundError:
            return None

    def remove(self, entry: str) -> None:
        """Forget an event."""
        (self.path / entry).unlink(missing_ok=True)

    def move(self, entry: str, place: str) -> None:
        """Put an event's file into another of the folders."""
        self._make()
        with suppress(FileNotFoundError):
            (self.path / entry).rename(self.path / place / name_of(entry))

    def refuse(self, entry: str, event: bytes, reason: str) -> None:
        """Put an event aside, with the reason, unless the disk is full."""
        del event
        with suppress(OSError), open(self.path / REFUSED / f"{name_of(entry)}.reason", "w", opener=_private, encoding="utf-8") as file:
            file.write(f"{reason}\n")
        self.move(entry, REFUSED)

    def sweep(self) -> None:
        """Remove drafts of writers that were killed: nobody was told that these events are kept. Raises OSError."""
        self._make()
        for draft in (self.path / DRAFT).iterdir():
            with suppress(OSError):  # gone, or nothing that can be removed
                if time.time() - draft.stat().st_mtime > _ABANDONED:
                    draft.unlink()

    @property
    def delivering(self) -> bool:
        """Whether some process delivers from here now. Raises OSError."""
        self._make()
        lock = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            fcntl.flock(lock, fcntl.LOCK_UN)  # not by closing alone: a process forked meanwhile would go on holding it
        except BlockingIOError:
            return True
        finally:
            os.close(lock)
        return False

    @contextmanager
    def sole_delivery(self, seconds: float) -> Iterator[bool]:
        """Whether this process is the one that delivers, as long as the block lasts; waits for it for `seconds`. Raises OSError."""
        self._make()
        lock = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            yield _lock(lock, seconds)
        finally:
            os.close(lock)

    def _put(self, name: str, event: bytes) -> str:
        self._make()
        self._leave_room()
        draft = self.path / DRAFT / name
        try:
            with open(draft, "xb", opener=_private) as file:
                file.write(event)
            draft.rename(self.path / WAITING / name)
        except OSError:
            with suppress(OSError):
                draft.unlink()
            raise
        return f"{WAITING}/{name}"

    def _make(self) -> None:
        if self._ready:
            return
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = self.path.lstat()
        if status.st_uid != os.geteuid():
            raise PermissionError(errno.EPERM, "the folder belongs to another user", str(self.path))
        if status.st_mode & _OTHERS:
            self.path.chmod(0o700)
        for place in (*UNDELIVERED, DELIVERED, REFUSED, DRAFT):
            (self.path / place).mkdir(mode=0o700, exist_ok=True)
        self._ready = True

    def _leave_room(self) -> None:
        """The spool grows as long as the store is away, and others need the disk, too."""
        disk = os.statvfs(self.path)
        if disk.f_bavail * disk.f_frsize < min(disk.f_blocks * disk.f_frsize // FREE_PART, FREE):
            raise OSError(errno.ENOSPC, "too little of the disk is free", str(self.path))


def _is_events(file: os.DirEntry[str]) -> bool:
    """Whether it is a file as this module makes them; a folder, a link or a pipe is not, nor a name that no bucket would take."""
    return file.name.endswith(".json") and file.name.isascii() and file.name.isprintable() and file.is_file(follow_symlinks=False)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _lock(file: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.01)
        else:
            return True
