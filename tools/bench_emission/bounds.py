"""What lineage may cost a task: the aims of the issue that asked for the transport, its floors, and how a figure compares with them."""

from dataclasses import dataclass

AIM, FLOOR, OVER = "aim", "floor", "OVER"


@dataclass(frozen=True)
class Bound:
    """Milliseconds that may be added to a task."""

    aim: float
    floor: float

    def verdict(self, added: float) -> str:
        """Which of the two it keeps within."""
        return AIM if added <= self.aim else FLOOR if added <= self.floor else OVER


HEALTHY = Bound(30, 100)
FIRST = Bound(250, 2000)  # of the tasks that meet a fault
NEXT = Bound(20, 100)
SHARE = 0.05  # of the time of a pipeline without lineage

WORDS = (
    f"added by a store that is healthy: aim {HEALTHY.aim:g} ms, floor {HEALTHY.floor:g}; by any fault: aim {FIRST.aim:g} ms for the first "
    f"task, {NEXT.aim:g} for the next ones, floor {FIRST.floor:g} and {NEXT.floor:g}"
)


def worst(verdicts: list[str]) -> str:
    """The worst of some verdicts."""
    return max(verdicts, key=[AIM, FLOOR, OVER].index)


def pipeline(tasks: int, *, healthy: bool) -> Bound:
    """The milliseconds that lineage may add to a pipeline of so many tasks, of which the first meets the fault."""
    first = HEALTHY if healthy else FIRST
    following = HEALTHY if healthy else NEXT
    return Bound(first.aim + following.aim * (tasks - 1), first.floor + following.floor * (tasks - 1))
