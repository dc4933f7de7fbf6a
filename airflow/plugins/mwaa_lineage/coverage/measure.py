"""The coverage: a row for each task, and the share of those that lack nothing."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from mwaa_lineage.coverage.causes import Level, told
from mwaa_lineage.coverage.names import pattern
from mwaa_lineage.coverage.seen import Dataset, Seen
from mwaa_lineage.coverage.tasks import last_runs

WHOLE = 100.0


@dataclass(frozen=True)
class Row:
    """A task with its lineage; `cause` says what it lacks, or why it does not count.

    `is_allowed` where somebody has said that it needs none.
    """

    dag: str
    task: str
    operator: str
    level: Level
    cause: str
    counts: bool
    is_allowed: bool

    @property
    def job(self) -> str:
        """The name of its job."""
        return f"{self.dag}.{self.task}"

    @property
    def is_gap(self) -> bool:
        """Whether it lacks lineage that somebody may miss."""
        return self.counts and bool(self.cause) and not self.is_allowed


@dataclass(frozen=True)
class Coverage:
    """The rows by DAG and task."""

    rows: tuple[Row, ...]

    @property
    def counted(self) -> tuple[Row, ...]:
        """Those of which lineage is wanted."""
        return tuple(row for row in self.rows if row.counts and not row.is_allowed)

    @property
    def gaps(self) -> tuple[Row, ...]:
        """Those of them that lack some."""
        return tuple(row for row in self.rows if row.is_gap)

    @property
    def percent(self) -> float:
        """The share of tasks that lack nothing, 0 to 100, rounded down to a tenth; 100 where there are none."""
        counted = len(self.counted)
        return WHOLE if not counted else (counted - len(self.gaps)) * 1000 // counted / 10


def coverage(jobs: Iterable[Seen], traced: Collection[tuple[Dataset, Dataset]], allowed: Iterable[str] = ()) -> Coverage:
    """Of the last run of each DAG. `traced` are pairs of datasets (from, to) between which columns are known; `allowed` names with `*`."""
    patterns = [pattern(name) for name in allowed]
    rows = []
    for task in last_runs(jobs):
        level, cause, counts = told(task, traced)
        is_allowed = any(each.fullmatch(task.job) for each in patterns)
        rows.append(Row(task.dag, task.name, task.operator, level, cause, counts, is_allowed))
    return Coverage(tuple(rows))
