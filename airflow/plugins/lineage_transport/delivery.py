"""One round of delivery: a spool's events to the store, in order; the same for the courier and for a replay."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from lineage_transport.spool import Spool, run_of
from lineage_transport.store import Answer, Store, Verdict

FAILURES = 3  # in a row, the last of them at the newest run: more would only show that the store fails at everything


@dataclass
class Tally:
    """What a round came to: how many events the store took, and will never take; why the round did not get to its end, if it did not."""

    delivered: int = 0
    refused: int = 0
    reason: str = ""
    denied: bool = False

    def after(self, earlier: "Tally") -> "Tally":
        """This round, with the counts of those before it."""
        return Tally(earlier.delivered + self.delivered, earlier.refused + self.refused, self.reason, self.denied)


def deliver(spool: Spool, store: Store, stop: Callable[[], bool] = lambda: False, failed: set[str] | None = None) -> Tally:
    """Send what waits. An event leaves the spool when the store has accepted it, and not before.

    An event at which the store fails holds up its own run only: events of one run are never overtaken by later ones. Before the round gives
    up, the newest run is asked for; whoever keeps `failed` between rounds has another one asked for each time. Raises OSError.
    """
    tally = Tally()
    failed = set() if failed is None else failed
    held: set[str] = set()
    waiting = deque(spool.entries())
    failures = 0
    while waiting and failures < FAILURES and not stop():
        entry = _newest(waiting, failed) if failures == FAILURES - 1 else waiting.popleft()
        answer = None if run_of(entry) in held else _send(spool, store, entry)
        if answer is None:
            continue
        failures = failures + 1 if answer.verdict is Verdict.FAILED else 0
        match answer.verdict:
            case Verdict.ACCEPTED:
                tally.delivered += 1
            case Verdict.REFUSED:
                tally.refused += 1
            case Verdict.FAILED:
                tally.reason = answer.reason
                held.add(run_of(entry))
                failed.add(run_of(entry))
            case Verdict.AWAY | Verdict.DENIED:
                tally.reason, tally.denied = answer.reason, answer.verdict is Verdict.DENIED
                break
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
