"""Delivery inside the task, for where no courier can run: bounded in time, and not waited for again for a while once it failed."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from mwaa_lineage.transport.bucket import Bucket, BucketError
from mwaa_lineage.transport.delivery import deliver
from mwaa_lineage.transport.safekeeping import Safekeeping
from mwaa_lineage.transport.settings import Settings
from mwaa_lineage.transport.spool import Folder
from mwaa_lineage.transport.store import Store, Verdict

SPOOLED = 0.25  # seconds for events that are safe on disk
SAVES = 20  # seconds to copy to the bucket what the store did not take, while the task goes on
PAUSE = 60  # seconds after a failure in which nobody waits
BREAKER = "breaker"

log = logging.getLogger(__name__)


@dataclass
class Way:
    """Where to with an event that is nowhere else: how many seconds a task waits there, and until when it does not, after a failure."""

    seconds: float
    closed_until: float = 0

    @property
    def closed(self) -> bool:
        """Whether it has failed a moment ago."""
        return time.monotonic() < self.closed_until

    def outcome(self, attempt: Callable[[], str]) -> str | None:
        """What an attempt says, nothing if it succeeded; None when it has not ended in time."""
        said: list[str] = []
        try:
            _bounded(lambda: said.append(attempt()), 0 if self.closed else self.seconds)
        except RuntimeError as error:  # no thread is to be had
            return str(error)
        if said != [""] and not self.closed:
            self.closed_until = time.monotonic() + PAUSE
        return said[0] if said else None


TO_STORE, TO_BUCKET = Way(0.6), Way(1.3)  # together what a task may wait at most; for the bucket, boto3 has to be imported


def deliver_folder(folder: Folder, settings: Settings) -> None:
    """Deliver what a folder holds, as far as the time goes; a file in it keeps every process of the machine from trying again at once.

    What is left is copied to the bucket beside the task, if the process lives that long.
    """
    breaker = folder.path / BREAKER
    closed = False
    with suppress(OSError):
        closed = abs(time.time() - breaker.stat().st_mtime) < PAUSE
    if closed and not settings.bucket:
        return
    over = time.monotonic() + SPOOLED

    def attempt() -> None:
        spool = Safekeeping.of(folder.path, settings, log.warning)
        with spool.sole_delivery(0) as alone:
            if alone and not closed and deliver(spool, _store(settings, SPOOLED), lambda: time.monotonic() >= over).reason:
                breaker.touch(mode=0o600)
            until = time.monotonic() + SAVES
            while alone and spool.save(until):
                pass  # until nothing more comes: an event that finds the place taken relies on it

    with suppress(OSError, RuntimeError):  # RuntimeError: no thread is to be had; the events stay
        if not _bounded(attempt, 0 if closed else SPOOLED) and not closed:
            breaker.touch(mode=0o600)


def deliver_event(name: str, event: bytes, settings: Settings) -> str:
    """Deliver one event, or put it into the bucket; empty when that was done, else what became of it."""

    def send() -> str:
        answer = _store(settings, TO_STORE.seconds).send(event)
        return "" if answer.verdict is Verdict.ACCEPTED else answer.reason

    def save() -> str:
        try:
            Bucket(settings.bucket, attempts=1).save(name, event)
        except BucketError as error:
            return settings.clean(error)
        return ""

    undelivered = "the store has just failed" if TO_STORE.closed else TO_STORE.outcome(send)
    if undelivered == "":
        return ""
    undelivered = undelivered or "the store did not answer in time"
    if not settings.bucket:
        return f"is lost: {undelivered}"
    unsaved = TO_BUCKET.outcome(save)
    if unsaved is None:
        return f"may be lost: {undelivered}; the bucket has not answered yet"
    return unsaved and f"is lost: {undelivered}; {unsaved}"


def _store(settings: Settings, seconds: float) -> Store:
    return Store(replace(settings, timeout=min(settings.timeout, seconds)))


def _bounded(attempt: Callable[[], None], seconds: float) -> bool:
    """Run it beside the task, which waits for so long and no longer; whether it has ended. Raises RuntimeError."""

    def run() -> None:
        with suppress(OSError):
            attempt()

    thread = threading.Thread(target=run, name="lineage", daemon=True)
    thread.start()
    thread.join(seconds)
    return not thread.is_alive()
