"""The first table: milliseconds that a task waits for lineage, for each transport and each kind of store."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from rich.console import Console
from rich.table import Table

from local.console import Progress
from local.processes import free_port
from tools.bench_emission import bounds
from tools.bench_emission.airflow_run import HTTP, NONE, NOTHING_SENT, SPOOL, Airflow, settled
from tools.bench_emission.endpoints import DOWN, HEALTHY, STORES, endpoint

TASKS = 4
PROCESSES = 2  # one after the other on a spool, as a worker starts one for each task
OPERATORS = ("LineageSQLOperator", "SQLExecuteQueryOperator")
FEW = 1  # tasks of a run in which each may wait for more than a minute, the next ones as long as the first


@dataclass(frozen=True)
class Run:
    """Milliseconds of each task of a process, and of the first task of the next process, where there was one."""

    milliseconds: list[float]
    next_process: float | None


@dataclass(frozen=True)
class Row:
    """The runs of one transport with one kind of store, and how many of their events there still are; the tasks run SQL by `operator`."""

    store: str
    transport: str
    runs: list[Run]
    kept: int = 0
    of: int = 0
    operator: str = ""

    @property
    def groups(self) -> list[list[float]]:
        """Milliseconds of the first task of a process, of its next ones, and of the first one of the next process."""
        following = [each for run in self.runs for each in run.milliseconds[1:]]
        return [
            [run.milliseconds[0] for run in self.runs],
            following,
            [run.next_process for run in self.runs if run.next_process is not None],
        ]

    def verdict(self, baseline: "Row") -> str:
        """How the medians of what is added compare with the bounds."""
        wanted = [bounds.HEALTHY] * 3 if self.store == HEALTHY else [bounds.FIRST, bounds.NEXT, bounds.NEXT]
        added = [median(group) - median(base) for group, base in zip(self.groups, baseline.groups, strict=True)]
        return bounds.worst([bound.verdict(each) for bound, each in zip(wanted, added, strict=True)])

    def cells(self, baseline: "Row | None") -> list[str]:
        """The row as it is printed."""
        figures = [f"{of(group):,.1f}" if group else "" for group in self.groups for of in (median, max)]
        kept = f"{self.kept} of {self.of}" if self.of else ""
        how = f"{self.transport}, {self.operator}" if self.operator else self.transport
        return [
            self.store,
            how,
            *figures,
            kept,
            self.verdict(baseline) if baseline and self.transport == SPOOL and not self.operator else "",
        ]


def table(airflow: Airflow, runs: int, out: Console) -> Table:
    """Measure, with a line on the console for each row. Raises BenchFailed."""
    printed = Table(box=None, pad_edge=False)
    for heading in ("store", "transport"):
        printed.add_column(heading, no_wrap=True)
    for heading in ("first: median", "worst", "next: median", "worst", "next process", "worst", "events there", "within"):
        printed.add_column(heading, justify="right")
    baseline: Row | None = None
    for row in _rows(airflow, runs, Progress(out)):
        if row.transport == NONE:
            baseline = row
        printed.add_row(*row.cells(baseline))
    return printed


def _rows(airflow: Airflow, runs: int, progress: Progress) -> Iterator[Row]:
    events = 0  # of a process: some integrations speak of the DAG, too
    for transport in (NONE, NOTHING_SENT):
        with progress.step(transport):
            yield _row(airflow, transport, DOWN, runs, events)
    for store in STORES:
        for transport in (HTTP, SPOOL):
            with progress.step(f"{transport}, store {store}"):
                row = _row(airflow, transport, store, runs, events)
            events = events or row.kept // (runs * PROCESSES)
            yield row
    for operator in OPERATORS:
        with progress.step(f"{SPOOL}, {operator}"):
            yield _row(airflow, SPOOL, HEALTHY, runs, events, operator=operator)


def _row(airflow: Airflow, transport: str, store: str, runs: int, events: int, *, operator: str = "") -> Row:
    waits = transport == HTTP and store != HEALTHY
    tasks, processes, times = (FEW, 1, 1) if waits else (TASKS, PROCESSES, runs)
    expected = (events - 2 * (TASKS - tasks)) * processes * times
    done, spooled = [], 0
    with endpoint(store, free_port()) as (url, accepted):
        for number in range(1, times + 1):
            with airflow.spool() as spool:
                first, *following = [airflow.run(transport, url, spool, tasks, operator) for _ in range(processes)]
                if transport == SPOOL and store == HEALTHY:
                    settled(accepted, expected * number // times)
                spooled += len(list(spool.glob("*/*.json")))
            done.append(Run(first, following[0][0] if following else None))
    sent = transport in (HTTP, SPOOL)
    return Row(store if sent else "", transport, done, len(accepted) + spooled, expected if sent else 0, operator)
