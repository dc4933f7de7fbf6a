"""Delivers what waits in spools: of this machine, or of all machines in the bucket. Interrupted, it goes on where it stopped."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lineage_transport.bucket import Bucket
from lineage_transport.delivery import Tally, deliver
from lineage_transport.settings import Settings, folders
from lineage_transport.spool import Folder, Spool
from lineage_transport.store import Store

PAUSES = (0.5, 1, 2, 4)  # seconds, after rounds in a row that delivered nothing; then it ends
TAKEN = 30  # seconds to wait for a courier that delivers the same folder

log = logging.getLogger(__name__)


class SpoolTaken(OSError):
    """A courier delivers this folder, and has not come to an end in time."""


def replay(location: str, settings: Settings, say: Callable[[str], None] = lambda _: None) -> Tally:
    """Deliver the spool at a folder or at s3://<bucket>/<prefix>/, in order, and say how it goes on.

    The tally's `reason` is empty when nothing is left. Raises SpoolTaken, BucketError, OSError.
    """
    store = Store(settings)
    try:
        with _held(location) as spool:
            return _rounds(spool, store, say)
    finally:
        store.close()


def replay_all() -> int:
    """Deliver what the bucket and this machine's folders hold, with the environment's settings; how many events were delivered.

    Raises NoUrl, BucketError, and OSError when events are left.
    """
    settings = Settings.from_environment()
    spools = [settings.bucket, *(str(folder) for folder in folders() if Folder(folder).entries())]
    tallies = [_logged(spool, settings) for spool in spools if spool]
    left = [tally.reason for tally in tallies if tally.reason]
    if left:
        raise OSError(f"events are left: {left[0]}")
    return sum(tally.delivered for tally in tallies)


def _logged(spool: str, settings: Settings) -> Tally:
    tally = replay(spool, settings)
    log.info("%s: %s events delivered, %s refused %s", spool, tally.delivered, tally.refused, tally.reason)
    return tally


def _rounds(spool: Spool, store: Store, say: Callable[[str], None]) -> Tally:
    total, pauses = Tally(), iter(PAUSES)
    while True:
        tally = deliver(spool, store)
        total = tally.after(total)
        if not tally.reason and not spool.entries():
            return total
        if tally.delivered or tally.refused:
            pauses = iter(PAUSES)
        pause = None if tally.denied else next(pauses, None)
        if pause is None:
            return total
        say(f"{total.delivered} delivered, tried again in {pause} s: {tally.reason}")
        time.sleep(pause)


@contextmanager
def _held(location: str) -> Iterator[Spool]:
    if location.startswith("s3://"):
        yield Bucket(location)
        return
    folder = Folder(Path(location))
    with folder.sole_delivery(TAKEN) as alone:
        if not alone:
            raise SpoolTaken(f"a courier delivers {location} and has not ended within {TAKEN} s: see its log there")
        yield folder
