"""The courier: the one process of a machine that waits for the store, so that no task does.

It is started without Airflow and without any package but Python's own, delivers what the spool holds and what comes meanwhile, and ends
when nothing has come for a while. Its pauses are the circuit breaker: while the store is away it alone tries, ever more seldom.
"""

import os
import signal
import sys
import time
from functools import partial
from pathlib import Path

from mwaa_lineage.masking import printable
from mwaa_lineage.transport.delivery import Tally, deliver
from mwaa_lineage.transport.safekeeping import Safekeeping
from mwaa_lineage.transport.settings import Settings
from mwaa_lineage.transport.spool import name_of
from mwaa_lineage.transport.store import Store

LOG = "courier.log"
IDLE = 5  # seconds without an event after which it ends
POLL = 0.1  # seconds between two looks into the spool
ROUND = 2  # seconds of delivery after which what still waits is saved first
PAUSES = (0.5, 30)  # seconds: the first one after a failure, and the longest
PATIENCE = 900  # seconds of failures after which it ends: the next event's courier has the settings of the task that sent it
DENIED = 10  # seconds that it stays when the key is not accepted: every event would start another courier to no avail
LAST_SAVES = 20  # seconds to save what is left, when it ends
START = 0.5  # seconds to wait for the place of the sole courier, as others only look whether it is taken
MOST_LOG = 262_144  # bytes


class Log:
    """What the courier has to say, one line each in a file of its own; the file before is kept. What cannot be written stops nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last = ""

    def say(self, text: str) -> None:
        """Write a line, unless the line before says the same."""
        text = printable(text)
        if text == self._last:
            return
        self._last = text
        try:
            self._write(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} [{os.getpid()}] {text}\n")
        except OSError:
            self._last = ""

    def _write(self, line: str) -> None:
        if self._path.exists() and self._path.stat().st_size > MOST_LOG:
            self._path.replace(self._path.with_suffix(".log.1"))
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NONBLOCK, 0o600)  # a pipe would be waited for
        try:
            os.write(file, line.encode())
        finally:
            os.close(file)


class Courier:
    """Delivers a spool until it is empty and idle."""

    def __init__(self, spool: Safekeeping, store: Store, log: Log) -> None:
        self._spool, self._store, self._log = spool, store, log
        self._stopping = False
        self._failed: set[str] = set()
        self._total = Tally()

    def run(self) -> None:
        """Deliver, unless another courier does. Raises OSError."""
        signal.signal(signal.SIGTERM, self._stop)
        missed = True
        while missed:
            with self._spool.sole_delivery(START) as alone:
                if not alone:
                    return
                left = self._work()
            # An event that came between the last look and the unlocking found the place taken: look once more.
            missed = not left.issuperset(self._names())
        self._log.say(f"ended: {self._total.delivered} events delivered, {self._total.refused} refused")

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _work(self) -> set[str]:
        """Deliver until nothing has come for a while, or it is of no use; what it has seen to, and leaves all the same."""
        quiet_since = well = time.monotonic()
        pause, longest = PAUSES
        while not self._stopping:
            over = time.monotonic() + ROUND
            tally = deliver(self._spool, self._store, partial(self._is_over, over), self._failed)
            self._total = tally.after(self._total)
            now = time.monotonic()
            if tally.delivered or tally.refused:
                quiet_since = well = now
                pause = PAUSES[0]
            if not tally.reason:
                well = now
                if self._rest(now - quiet_since, busy=self._is_over(over)):
                    return set()
            elif tally.denied or now - well > PATIENCE:
                self._give_up(tally)
                break
            else:
                self._log.say(f"not delivered, tried again: {tally.reason}")
                self._pause(pause)
                pause = min(pause * 2, longest)
        left = self._names()
        self._save(LAST_SAVES)
        return left

    def _is_over(self, moment: float) -> bool:
        return self._stopping or time.monotonic() > moment

    def _names(self) -> set[str]:
        return {name_of(entry) for entry in self._spool.entries()}

    def _rest(self, quiet: float, *, busy: bool) -> bool:
        """After a round without a failure; whether the courier is to end."""
        if busy:
            self._save(ROUND)
        settled = self._spool.settle(time.monotonic() + ROUND)
        if quiet > (IDLE if settled else PATIENCE):
            return True
        time.sleep(POLL)
        return False

    def _give_up(self, tally: Tally) -> None:
        self._log.say(f"gave up: {tally.reason}")
        if tally.denied:
            self._pause(DENIED)
            self._stopping = True

    def _pause(self, seconds: float) -> None:
        """Bring into safety what came and comes meanwhile, up to the last moment: the next round may hang."""
        over = time.monotonic() + seconds
        self._save(ROUND)
        while not self._stopping and time.monotonic() < over:
            time.sleep(POLL)
            self._save(ROUND)

    def _save(self, seconds: float) -> None:
        saved = self._spool.save(time.monotonic() + seconds)
        if saved:
            self._log.say(f"{saved} events saved in the bucket")


def main(folder: str) -> None:
    """Run the courier of a spool folder, with the settings of the environment."""
    log = Log(Path(folder, LOG))
    try:
        settings = Settings.from_environment()
    except ValueError as error:
        log.say(f"cannot start: {error}")
        sys.exit(1)
    try:
        spool = Safekeeping.of(Path(folder), settings, log.say)
        spool.sweep()
        Courier(spool, Store(settings), log).run()
    except Exception as error:
        log.say(settings.clean(f"ended by {type(error).__name__}: {error}"))
        sys.exit(1)
