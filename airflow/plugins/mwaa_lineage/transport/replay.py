"""Delivers what waits in spools: of this machine, or of all machines in the bucket. Interrupted, it goes on where it stopped."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from mwaa_lineage.transport.bucket import Bucket
from mwaa_lineage.transport.delivery import Tally, deliver
from mwaa_lineage.transport.launch import start_courier
from mwaa_lineage.transport.safekeeping import Safekeeping
from mwaa_lineage.transport.settings import Settings, folders
from mwaa_lineage.transport.spool import DELIVERED, Folder, Spool
from mwaa_lineage.transport.store import Store

PAUSES = (0.5, 1, 2, 4)  # seconds, after rounds in a row that delivered nothing; then it ends
TAKEN = 60  # seconds to wait for a courier that delivers the same folder: twice its longest pause
LOOK = 0.5  # seconds, of these, between two looks whether anything is left
SETTLING = 60  # seconds to remove copies of what was delivered before

log = logging.getLogger(__name__)


class SpoolTaken(OSError):
    """A courier delivers this folder, and has not come to an end in time."""


def replay(location: str, settings: Settings, say: Callable[[str], None] = lambda _: None) -> Tally:
    """Deliver the spool at a folder or at s3://<bucket>/<prefix>/, in order, and say how it goes on.

    The tally's `reason` is empty when nothing is left. Raises SpoolTaken, BucketError, OSError.
    """
    store = Store(settings)

    def tell(text: str) -> None:
        say(settings.clean(text))

    try:
        if location.startswith("s3://"):
            tally = _rounds(Bucket(location), store, tell)
        else:
            tally = _alone(Safekeeping.of(Path(location), settings, say), store, tell)
    finally:
        store.close()
    return replace(tally, reason=settings.clean(tally.reason))


def replay_all() -> int:
    """Deliver what this machine's folders and the bucket hold, with the environment's settings; how many events were delivered.

    The folders come first: what is delivered from there leaves the bucket, too. Raises NoUrl, and OSError when events are left, or a place
    could not be looked into.
    """
    settings = Settings.from_environment()
    own = [folder for folder in folders() if _holds(Folder(folder))]
    delivered, failures = 0, []
    for place in [*map(str, own), *filter(None, [settings.bucket])]:
        try:
            tally = replay(place, settings, log.info)
        except OSError as error:
            failures.append(f"{place}: {settings.clean(error)}")
            continue
        log.info("%s: %s events delivered, %s refused %s", place, tally.delivered, tally.refused, tally.reason)
        delivered += tally.delivered
        if tally.reason:
            failures.append(f"{place}: events are left: {tally.reason}")
    for folder in own:
        _leave(Folder(folder))
    if failures:
        raise OSError(f"{delivered} events delivered; {'; '.join(failures)}")
    return delivered


def _holds(folder: Folder) -> bool:
    try:
        return bool(folder.entries() or folder.entries_in(DELIVERED))
    except OSError:
        return True  # for all that is known; its replay says why it cannot be told


def _leave(folder: Folder) -> None:
    """See to it that what is left, and what found the place of the courier taken, has a courier."""
    with suppress(OSError):
        if folder.entries() and not folder.delivering:
            start_courier(folder.path)


def _alone(spool: Safekeeping, store: Store, say: Callable[[str], None]) -> Tally:
    """Deliver a folder as soon as no courier does, unless that one leaves nothing. Raises SpoolTaken, OSError."""
    until = time.monotonic() + TAKEN
    while time.monotonic() < until:
        with spool.sole_delivery(LOOK) as alone:
            if alone:
                spool.settle(time.monotonic() + SETTLING)
                return _rounds(spool, store, say)
        if not spool.entries():
            return Tally()
    raise SpoolTaken(f"a courier delivers {spool.path} and has not ended within {TAKEN} s: see its log there")


def _rounds(spool: Spool, store: Store, say: Callable[[str], None]) -> Tally:
    total, pauses, failed = Tally(), iter(PAUSES), set[str]()
    while True:
        try:
            tally = deliver(spool, store, failed=failed)
        except OSError as error:
            if total == Tally():
                raise
            tally = Tally(reason=str(error))
        total = tally.after(total)
        total.reason = total.reason or _left(spool)
        if not total.reason:
            return total
        if tally.delivered or tally.refused:
            pauses = iter(PAUSES)
        pause = None if tally.denied else next(pauses, None)
        if pause is None:
            return total
        say(f"{total.delivered} delivered, tried again in {pause} s: {total.reason}")
        time.sleep(pause)


def _left(spool: Spool) -> str:
    """What is left by a round that failed at nothing."""
    try:
        left = len(spool.entries())
    except OSError as error:
        return str(error)
    return f"{left} cannot be read" if left else ""
