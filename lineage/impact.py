"""What is downstream of a dataset or a column: whom a change of it concerns."""

from collections import defaultdict
from dataclasses import asdict, dataclass, field
from typing import Any

from lineage.graph import Column, DatasetId, Graph, Job
from lineage.shapes import Json, as_list, as_object
from lineage.sheets import Sheet


class NotOneError(Exception):
    """A name means no dataset, or several; the message lists those it may mean."""


@dataclass(frozen=True)
class Reached:
    """A dataset downstream, `hops` jobs away, and the job that writes it.

    Of a column: the columns that are derived from it, and how it, or one of these, decides about others: FILTER, JOIN and so on.
    """

    hops: int
    dataset: str
    columns: tuple[str, ...]
    decides: tuple[str, ...]
    job: str
    owners: tuple[str, ...]
    state: str
    at: str


def found(graph: Graph, name: str) -> tuple[DatasetId, str | None]:
    """The dataset, and the column, that a name means: a dataset's whole name, the end of one, either with its namespace, `.column` behind.

    Raises NotOneError.
    """
    for text, column in ((name, None), name.rpartition(".")[::2]):
        matches = [dataset for dataset in graph.datasets if _is_named(dataset.id, text)]
        exact = [dataset for dataset in matches if text in (dataset.id.name, str(dataset.id))]
        matches = exact or matches
        if len(matches) == 1 and (
            column is None or column in {field.name for field in matches[0].fields} | _edge_columns(graph, matches[0].id)
        ):
            return matches[0].id, column
        if len(matches) > 1 and column is None:
            raise NotOneError(f"{name} may be {'; '.join(str(match.id) for match in matches[:10])}: write more of the name")
    raise NotOneError(f"no dataset, and no column of one, is called {name}")


def impact(graph: Graph, start: DatasetId, column: str | None) -> list[Reached]:
    """Everything downstream, the nearest first; of a column, what is derived from it, and what that decides about."""
    writers, readers = defaultdict(list), defaultdict(list)
    for job in graph.jobs:
        for id_ in job.outputs:
            writers[id_].append(job)
        for id_ in job.inputs:
            readers[id_].append(job)
    if column is None:
        views = defaultdict(set)  # what no job writes, by what it is made of
        for edge in graph.column_edges:
            if not writers[edge.target.dataset]:
                views[edge.origin.dataset].add(edge.target.dataset)
        return sorted((_reached(id_, _Way(hops), job) for (id_, job), hops in _tables(readers, views, start).items()), key=_order)
    rows = []
    for id_, way in _columns(graph, Column(start, column)).items():
        jobs = [job for job in writers[id_] if way.origins & set(job.inputs)]
        rows += [_reached(id_, way, job) for job in jobs or (None,)]
    return sorted(rows, key=_order)


def sheet(name: str, rows: list[Reached]) -> Sheet:
    """A row a dataset and job."""
    cells = [
        (
            str(row.hops),
            row.dataset,
            ", ".join([*row.columns, *(f"({how})" for how in row.decides)]),
            row.job,
            ", ".join(row.owners) or "?",
            " ".join(filter(None, (row.state.lower(), row.at))),
        )
        for row in rows
    ]
    count = len({row.dataset for row in rows})
    verdict = f"{count} dataset{'' if count == 1 else 's'} downstream of {name}" if rows else f"Nothing is downstream of {name}"
    return Sheet(("Hops", "Dataset", "Columns", "Written by", "Owners", "Last run"), cells, verdict)


def as_json(name: str, rows: list[Reached]) -> Json:
    """The same for programs."""
    return {"of": name, "downstream": [asdict(row) for row in rows]}


def _is_named(id_: DatasetId, text: str) -> bool:
    return text in (id_.name, str(id_)) or (bool(text) and id_.name.endswith((f".{text}", f"/{text}")))


def _edge_columns(graph: Graph, id_: DatasetId) -> set[str]:
    ends = [end for edge in graph.column_edges for end in (edge.origin, edge.target)]
    return {end.name for end in (*ends, *(edge.origin for edge in graph.indirect_edges)) if end.dataset == id_}


def _tables(
    readers: dict[DatasetId, list[Job]], views: dict[DatasetId, set[DatasetId]], start: DatasetId
) -> dict[tuple[DatasetId, Job | None], int]:
    reached: dict[tuple[DatasetId, Job | None], int] = {}
    level, seen, hops = [start], {start}, 0
    while level:
        hops += 1
        steps: list[tuple[DatasetId, Job | None]] = []
        for origin in level:
            steps += [(id_, job) for job in readers[origin] for id_ in job.outputs if id_ != start]
            steps += [(id_, None) for id_ in sorted(views[origin] - {start})]
        for step in steps:
            reached.setdefault(step, hops)
        level = list(dict.fromkeys(id_ for id_, _ in steps if id_ not in seen))
        seen |= set(level)
    return reached


@dataclass
class _Way:
    """How a dataset is reached: its distance, what of the columns before it does there, and the datasets before it."""

    hops: int
    columns: set[str] = field(default_factory=set)
    decides: set[str] = field(default_factory=set)
    origins: set[DatasetId] = field(default_factory=set)


def _columns(graph: Graph, start: Column) -> dict[DatasetId, _Way]:
    down, decided = defaultdict(list), defaultdict(list)
    for edge in graph.column_edges:
        down[edge.origin].append(edge.target)
    for decision in graph.indirect_edges:
        decided[decision.origin].append(decision)
    reached: dict[DatasetId, _Way] = {}
    level, seen, hops = [start], {start}, 0
    while level:
        hops += 1
        following = []
        for origin in level:
            for decision in decided[origin]:
                way = reached.setdefault(decision.target, _Way(hops))
                way.decides.add(decision.how)
                way.origins.add(origin.dataset)
            for target in down[origin]:
                way = reached.setdefault(target.dataset, _Way(hops))
                way.columns.add(target.name)
                way.origins.add(origin.dataset)
                if target not in seen:
                    seen.add(target)
                    following.append(target)
        level = following
    return reached


def _reached(id_: DatasetId, way: _Way, job: Job | None) -> Reached:
    run = job.run if job else None
    return Reached(
        way.hops,
        str(id_),
        tuple(sorted(way.columns)),
        tuple(sorted(way.decides)),
        job.name if job else "",
        _owners(job) if job else (),
        run.state if run else "no run",
        (run.ended_at or run.started_at or "") if run else "",
    )


def _owners(job: Job) -> tuple[str, ...]:
    """By the facet `ownership` of OpenLineage, else by what Airflow says of the task or its DAG."""
    told = [as_object(owner).get("name") for owner in as_list(as_object(job.facets.get("ownership")).get("owners"))]
    airflow = as_object(job.run.facets.get("airflow")) if job.run else {}
    told = told or [as_object(airflow.get(part)).get("owner") for part in ("task", "dag")][:1]
    return tuple(sorted({_text(owner) for owner in told} - {""}))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _order(row: Reached) -> tuple[int, str, str]:
    return row.hops, row.dataset, row.job
