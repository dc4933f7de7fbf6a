"""One round of delivery: a spool's events to the store, in order; the same for the courier and for a replay."""

from collections.abc import Callable
from dataclasses import dataclass

from lineage_transport.spool import Spool, run_of
from lineage_transport.store import Store, Verdict

FAILURES = 3  # in a row: more would only show that the store fails at everything


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


def deliver(spool: Spool, store: Store, stop: Callable[[], bool] = lambda: False) -> Tally:
    """Send what waits. An event leaves the spool when the store has accepted it, and not before.

    An event at which the store fails holds up its own run only: events of one run are never overtaken by later ones. Raises OSError.
    """
    tally = Tally()
    held: set[str] = set()
    failures = 0
    for entry in spool.entries():
        if stop() or failures == FAILURES:
            break
        event = None if run_of(entry) in held else spool.read(entry)
        if event is None:
            continue
        answer = store.send(event)
        failures = failures + 1 if answer.verdict is Verdict.FAILED else 0
        match answer.verdict:
            case Verdict.ACCEPTED:
                spool.remove(entry)
                tally.delivered += 1
            case Verdict.REFUSED:
                spool.refuse(entry, event, answer.reason)
                tally.refused += 1
            case Verdict.FAILED:
                held.add(run_of(entry))
                tally.reason = answer.reason
            case Verdict.AWAY | Verdict.DENIED:
                tally.reason, tally.denied = answer.reason, answer.verdict is Verdict.DENIED
                break
    return tally
