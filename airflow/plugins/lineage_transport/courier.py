"""The courier: the one process of a machine that waits for the store, so that no task does.

It is started without Airflow and without any package but Python's own, delivers what the spool holds and what comes meanwhile, and ends
when nothing has come for a while. Its pauses are the circuit breaker: while the store is away it alone tries, ever more seldom.
"""

import os
import signal
import sys
import time
from pathlib import Path

from lineage_transport.bucket import Bucket
from lineage_transport.delivery import Tally, deliver
from lineage_transport.safekeeping import Safekeeping
from lineage_transport.settings import Settings
from lineage_transport.store import Store

LOG = "courier.log"
IDLE = 5  # seconds without an event after which it ends
POLL = 0.1  # seconds between two looks into the spool
PAUSES = (0.5, 30)  # seconds: the first one after a failure, and the longest
PATIENCE = 900  # seconds of failures after which it ends: the next event's courier knows the settings of its day
LAST_SAVES = 20  # seconds to save what is left, when it is told to stop
START = 0.5  # seconds to wait for the place of the sole courier, as others only look whether it is taken
MOST_LOG = 262_144  # bytes


class Log:
    """What the courier has to say, one line each in a file of its own; the file before is kept."""

    def __init__(self, path: Path) -> None:
        if path.exists() and path.stat().st_size > MOST_LOG:
            path.replace(path.with_suffix(".log.1"))
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._last = ""

    def say(self, text: str) -> None:
        """Write a line, unless the line before says the same. A full disk stops nothing."""
        if text == self._last:
            return
        self._last = text
        try:
            os.write(self._file, f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} [{os.getpid()}] {text}\n".encode())
        except OSError:
            self._last = ""


class Courier:
    """Delivers a spool until it is empty and idle."""

    def __init__(self, spool: Safekeeping, store: Store, log: Log) -> None:
        self._spool, self._store, self._log = spool, store, log
        self._stopping = False
        self._total = Tally()

    def run(self) -> None:
        """Deliver, unless another courier does. Raises OSError."""
        signal.signal(signal.SIGTERM, self._stop)
        ended = False
        while not ended:
            with self._spool.sole_delivery(START) as alone:
                if not alone:
                    return
                ended = self._work()
            # An event that came between the last look and the unlocking found the place taken: look once more.
            ended = ended or not self._spool.entries()
        self._log.say(f"ended: {self._total.delivered} events delivered, {self._total.refused} refused")

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _work(self) -> bool:
        """Deliver until nothing has come for a while; whether the courier is to end, whatever is left."""
        quiet_since = well = time.monotonic()
        pause, longest = PAUSES
        while not self._stopping:
            tally = deliver(self._spool, self._store, lambda: self._stopping)
            self._total = tally.after(self._total)
            now = time.monotonic()
            if tally.delivered or tally.refused:
                quiet_since = well = now
                pause = PAUSES[0]
            if not tally.reason:
                well = now
                if now - quiet_since > IDLE:
                    return False
                time.sleep(POLL)
            elif tally.denied or now - well > PATIENCE:
                self._log.say(f"gave up: {tally.reason}")
                break
            else:
                self._log.say(f"not delivered, tried again: {tally.reason}")
                self._pause(pause)
                pause = min(pause * 2, longest)
        self._save(time.monotonic() + LAST_SAVES)
        return True

    def _pause(self, seconds: float) -> None:
        """Bring into safety what came and comes meanwhile."""
        over = time.monotonic() + seconds
        while not self._stopping and time.monotonic() < over:
            self._save(over)
            time.sleep(POLL)

    def _save(self, until: float) -> None:
        saved = self._spool.save(until)
        if saved:
            self._log.say(f"{saved} events saved in the bucket")


def main(folder: str) -> None:
    """Run the courier of a spool folder, with the settings of the environment."""
    settings = Settings.from_environment()
    log = Log(Path(folder, LOG))
    try:
        bucket = Bucket(settings.bucket) if settings.bucket else None
        spool = Safekeeping(Path(folder), bucket, lambda text: log.say(settings.clean(text)))
        spool.sweep()
        Courier(spool, Store(settings), log).run()
    except Exception as error:
        log.say(settings.clean(f"ended by {type(error).__name__}: {error}"))
        sys.exit(1)
