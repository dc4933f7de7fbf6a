"""One round of delivery: a spool's events to the store, in order; the same for the courier and for a replay."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from mwaa_lineage.transport.spool import Spool, run_of
from mwaa_lineage.transport.store import Answer, Store, Verdict

FAILURES = 3  # in a row, the last of them at the newest run: more would only show that the store fails at everything
_SETTLED = {Verdict.ACCEPTED, Verdict.REFUSED}


@dataclass
class Tally:
    """What a round came to: how many events the store took, and will never take; why the round did not get to its end, if it did not."""

    delivered: int = 0
    refused: int = 0
    reason: str = ""
    denied: bool = False

    def count(self, answer: Answer) -> None:
        """Add what became of one event."""
        self.delivered += answer.verdict is Verdict.ACCEPTED
        self.refused += answer.verdict is Verdict.REFUSED
        if answer.verdict not in _SETTLED:
            self.reason, self.denied = answer.reason, answer.verdict is Verdict.DENIED

    def after(self, earlier: "Tally") -> "Tally":
        """This round, with the counts of those before it."""
        return Tally(earlier.delivered + self.delivered, earlier.refused + self.refused, self.reason, self.denied)


def deliver(spool: Spool, store: Store, stop: Callable[[], bool] = lambda: False, failed: set[str] | None = None) -> Tally:
    """Send what waits. An event leaves the spool when the store has accepted it, and not before.

    An event at which the store fails holds up its own run only: events of one run are never overtaken by later ones. Before a round gives
    up, the newest run is asked for. `failed`, kept between rounds, makes that another one each time, and tells an event that finds the
    store away once more, and may be the cause of it. Raises OSError.
    """
    tally = Tally()
    failed = set() if failed is None else failed
    held: set[str] = set()
    waiting = deque(spool.entries())
    failures = 0
    while waiting and failures < FAILURES:
        probing = failures == FAILURES - 1
        if stop() and not probing:  # what has hung until now is put to the proof
            break
        entry = _newest(waiting, failed) if probing else waiting.popleft()
        run = run_of(entry)
        answer = None if run in held else _send(spool, store, entry)
        if answer is None:
            continue
        tally.count(answer)
        if answer.verdict in _SETTLED:
            failures = 0
            continue
        if answer.verdict is Verdict.DENIED or (answer.verdict is Verdict.AWAY and run not in failed):
            failed.add(run)
            break
        failures = failures + 1 if answer.verdict is Verdict.FAILED else FAILURES - 1
        held.add(run)
        failed.add(run)
    return tally


def _newest(waiting: deque[str], failed: set[str]) -> str:
    """Take the first event of the newest run at which the store has not failed; when there is none, the oldest event, and begin anew."""
    newest = next((run_of(entry) for entry in reversed(waiting) if run_of(entry) not in failed), None)
    if newest is None:
        failed.clear()
        return waiting.popleft()
    entry = next(entry for entry in waiting if run_of(entry) == newest)
    waiting.remove(entry)
    return entry


def _send(spool: Spool, store: Store, entry: str) -> Answer | None:
    """Send an event, and do with it what the answer says; None when it is gone. A spool that fails is an answer, too."""
    try:
        event = spool.read(entry)
    except OSError as error:
        return Answer(Verdict.FAILED, str(error))
    if event is None:
        return None
    answer = store.send(event)
    try:
        if answer.verdict is Verdict.ACCEPTED:
            spool.remove(entry)
        elif answer.verdict is Verdict.REFUSED:
            spool.refuse(entry, event, answer.reason)
    except OSError as error:
        return Answer(Verdict.AWAY, str(error))
    return answer
