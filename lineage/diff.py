"""What differs between two lineages: what appeared, vanished or changed, down to columns."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from lineage.graph import Dataset, DatasetId, Graph, Job
from lineage.shapes import Json
from lineage.sheets import Sheet

_ORDER = {"vanished": 0, "changed": 1, "appeared": 2}


@dataclass(frozen=True)
class Change:
    """One difference: `change` is appeared, vanished or changed, `what` job, dataset, column, column edge or deciding edge."""

    change: str
    what: str
    name: str
    detail: str = ""


def differences(before: Graph, after: Graph) -> list[Change]:
    """All of them: jobs and datasets, then columns. Of a dataset that appeared or vanished, its columns are counted, not listed."""
    return [*_jobs(before, after), *_datasets(before, after), *_edges(before, after)]


def sheet(changes: list[Change]) -> Sheet:
    """A row a change."""
    rows = [(change.change, change.what, change.name, change.detail) for change in changes]
    counts = [f"{sum(change.change == kind for change in changes)} {kind}" for kind in _ORDER]
    return Sheet(("Change", "What", "Name", "Detail"), rows, ", ".join(counts) if changes else "No difference")


def as_json(changes: list[Change]) -> Json:
    """The same for programs."""
    return {"changes": [asdict(change) for change in changes]}


def _jobs(before: Graph, after: Graph) -> Iterator[Change]:
    old, new = ({(job.namespace, job.name): job for job in graph.jobs if job.datasets} for graph in (before, after))
    for key in sorted(old.keys() | new.keys()):
        was, now = old.get(key), new.get(key)
        if was and now:
            if detail := "; ".join(_job_changes(was, now)):
                yield Change("changed", "job", now.name, detail)
        elif only := was or now:
            io = f"reads {_names(only.inputs)}; writes {_names(only.outputs)}"
            yield Change("vanished" if was else "appeared", "job", only.name, io)


def _job_changes(was: Job, now: Job) -> Iterator[str]:
    for verb, old, new in (("reads", set(was.inputs), set(now.inputs)), ("writes", set(was.outputs), set(now.outputs))):
        if new - old:
            yield f"{verb} {_names(new - old)}"
        if old - new:
            yield f"no longer {verb} {_names(old - new)}"
    if was.sql != now.sql:
        yield "its SQL differs"


def _datasets(before: Graph, after: Graph) -> Iterator[Change]:
    old, new = ({dataset.id: dataset for dataset in graph.datasets} for graph in (before, after))
    for id_ in sorted(old.keys() | new.keys()):
        was, now = old.get(id_), new.get(id_)
        if was and now:
            yield from _columns(was, now)
        elif only := was or now:
            yield Change("vanished" if was else "appeared", "dataset", str(id_), f"{len(only.fields)} columns")


def _columns(was: Dataset, now: Dataset) -> Iterator[Change]:
    old, new = ({field.name: field.type for field in dataset.fields} for dataset in (was, now))
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield Change("vanished", "column", f"{now.id}.{name}", old[name] or "")
        elif name not in old:
            yield Change("appeared", "column", f"{now.id}.{name}", new[name] or "")
        elif old[name] != new[name]:
            yield Change("changed", "column", f"{now.id}.{name}", f"{old[name]} became {new[name]}")


def _edges(before: Graph, after: Graph) -> Iterator[Change]:
    """Where both have both ends: of the others the dataset or the column tells."""
    both = _known(before) & _known(after)
    for change, here, there in (("vanished", before, after), ("appeared", after, before)):
        for edge in sorted(here.column_edges - there.column_edges):
            if {edge.origin.dataset, edge.target.dataset} <= both:
                yield Change(change, "column edge", str(edge))
        for decision in sorted(here.indirect_edges - there.indirect_edges):
            if {decision.origin.dataset, decision.target} <= both:
                yield Change(change, "deciding edge", str(decision))


def _known(graph: Graph) -> set[DatasetId]:
    return {dataset.id for dataset in graph.datasets}


def _names(ids: Iterable[DatasetId]) -> str:
    return ", ".join(sorted(id_.name for id_ in ids)) or "nothing"
