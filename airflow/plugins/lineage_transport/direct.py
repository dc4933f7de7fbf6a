"""Delivery inside the task, for where no courier can run: bounded in time, and not tried again for a while once it failed."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from lineage_transport.bucket import Bucket
from lineage_transport.delivery import deliver
from lineage_transport.settings import Settings
from lineage_transport.spool import Folder
from lineage_transport.store import Store

SPOOLED = 0.25  # seconds for events that are safe on disk
UNSPOOLED = 1.5  # seconds for an event that is nowhere else
PAUSE = 60  # seconds without a try after a failure
BREAKER = "breaker"

_closed_until = 0.0  # of this process: without a disk there is nothing to share


class _Memory:
    """A spool of one event."""

    def __init__(self, event: bytes) -> None:
        self._event: bytes | None = event

    def entries(self) -> list[str]:
        return ["event"]

    def read(self, entry: str) -> bytes | None:
        del entry
        return self._event

    def remove(self, entry: str) -> None:
        del entry
        self._event = None

    def refuse(self, entry: str, event: bytes, reason: str) -> None:
        del entry, event
        raise OSError(f"the store refused it: {reason}")

    @property
    def delivered(self) -> bool:
        return self._event is None


def deliver_folder(folder: Folder, settings: Settings) -> None:
    """Deliver what a folder holds, as far as the time goes; a file in it keeps every process of the machine from trying again at once."""
    breaker = folder.path / BREAKER
    with suppress(OSError):
        if abs(time.time() - breaker.stat().st_mtime) < PAUSE:
            return

    def attempt(over: Callable[[], bool]) -> None:
        with folder.sole_delivery(0) as alone:
            if alone and deliver(folder, _store(settings, SPOOLED), over).reason:
                breaker.touch(mode=0o600)

    if not _bounded(attempt, SPOOLED):
        with suppress(OSError):
            breaker.touch(mode=0o600)


def deliver_event(name: str, event: bytes, settings: Settings) -> str:
    """Deliver one event, or put it into the bucket; empty when that was done, else why it is lost."""
    global _closed_until  # noqa: PLW0603 - the breaker is the process's
    spool = _Memory(event)
    saved: list[bool] = []
    reasons: list[str] = []

    def attempt(over: Callable[[], bool]) -> None:
        try:
            if time.monotonic() >= _closed_until:
                reasons.append(deliver(spool, _store(settings, UNSPOOLED / 2), over).reason)
            if not spool.delivered and settings.bucket:
                Bucket(settings.bucket, seconds=UNSPOOLED, attempts=1).save(name, event)
                saved.append(True)
        except OSError as error:
            reasons.append(settings.clean(error))

    _bounded(attempt, UNSPOOLED)
    if not spool.delivered and time.monotonic() >= _closed_until:
        _closed_until = time.monotonic() + PAUSE
    return "" if spool.delivered or saved else "; ".join(filter(None, reasons)) or "the store did not answer in time"


def _store(settings: Settings, seconds: float) -> Store:
    return Store(replace(settings, timeout=min(settings.timeout, seconds)))


def _bounded(attempt: Callable[[Callable[[], bool]], None], seconds: float) -> bool:
    """Run it beside the task, which waits for so long and no longer; whether it has ended."""
    deadline = time.monotonic() + seconds

    def run() -> None:
        with suppress(OSError):
            attempt(lambda: time.monotonic() >= deadline)

    thread = threading.Thread(target=run, name="lineage", daemon=True)
    thread.start()
    thread.join(seconds)
    return not thread.is_alive()
