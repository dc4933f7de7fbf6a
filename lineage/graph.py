"""The whole lineage that a Marquez API knows, as plain values: what the check compares and the page draws."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from lineage import column_facet
from lineage.column_facet import WHOLE, column_edges
from lineage.shapes import Json, as_list, as_object, as_text

MOST_SAID, LONGEST_SAID = 100, 10_000  # errors of a run, and characters of each


class LineageApi(Protocol):
    """The part of Marquez's API that a graph is made of; the values are Marquez's JSON objects."""

    def namespaces(self) -> Iterable[str]:
        """The names of all namespaces that are not hidden."""

    def jobs(self, namespace: str) -> Iterable[Json]:
        """The jobs of a namespace, each with inputs, outputs, latestRun and facets."""

    def datasets(self, namespace: str) -> Iterable[Json]:
        """The datasets of a namespace, each with fields and columnLineage."""

    def run_facets(self, run_id: str) -> Json:
        """The run facets of a run, by name."""


@dataclass(frozen=True, order=True)
class DatasetId:
    """What identifies a dataset."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace} {self.name}"


@dataclass(frozen=True, order=True)
class Column:
    """A column of a dataset."""

    dataset: DatasetId
    name: str

    def __str__(self) -> str:
        return f"{self.dataset}.{self.name}"


@dataclass(frozen=True, order=True)
class ColumnEdge:
    """An output column and one of the input columns it is derived from."""

    origin: Column
    target: Column

    def __str__(self) -> str:
        return f"{self.origin} -> {self.target}"


@dataclass(frozen=True, order=True)
class IndirectEdge:
    """A column that decides about an output without forming it; `column` is the output column concerned, "" where all rows are.

    `how` is OpenLineage's word for it: FILTER, JOIN, GROUP_BY, SORT, WINDOW, CONDITIONAL, or another that a producer has.
    """

    origin: Column
    target: DatasetId
    column: str
    how: str

    def __str__(self) -> str:
        return f"{self.origin} -> {self.target}{self.column and '.'}{self.column} ({self.how})"


@dataclass(frozen=True)
class Field:
    """A column of a schema; the type as the producer wrote it."""

    name: str
    type: str | None


@dataclass(frozen=True)
class Dataset:
    """A dataset; without fields when no event told its schema."""

    id: DatasetId
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Run:
    """A run. `state` is NEW, RUNNING, COMPLETED, FAILED or ABORTED; times are ISO 8601; `error` is why it failed, if it said so.

    `extraction_errors` are what the integration could not read the lineage of; `facets` all that it said of the run.
    """

    id: str
    state: str
    started_at: str | None
    duration_ms: int | None
    error: str | None
    extraction_errors: tuple[str, ...]
    ended_at: str | None = None
    facets: Json = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True)
class Job:
    """A job with its current inputs and outputs, its SQL and its latest run; `facets` is all that was said of the job."""

    namespace: str
    name: str
    inputs: tuple[DatasetId, ...]
    outputs: tuple[DatasetId, ...]
    sql: str | None
    run: Run | None
    facets: Json = field(default_factory=dict, compare=False, repr=False)

    @property
    def datasets(self) -> frozenset[DatasetId]:
        """All datasets it touches."""
        return frozenset((*self.inputs, *self.outputs))


@dataclass(frozen=True)
class Graph:
    """Jobs by namespace and name, datasets by id, the lineage of columns, and what decides about these and about rows.

    `ways` are OpenLineage's words for how a column edge forms values, as far as they were told: IDENTITY, TRANSFORMATION, AGGREGATION, and
    MASKED beside these, or others that a producer has. They make no other edge of it.
    """

    jobs: tuple[Job, ...]
    datasets: tuple[Dataset, ...]
    column_edges: frozenset[ColumnEdge]
    indirect_edges: frozenset[IndirectEdge] = frozenset()
    ways: Mapping[ColumnEdge, Collection[str]] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def pairs(self) -> frozenset[tuple[DatasetId, DatasetId]]:
        """Each (input, output) that some job makes a pair of."""
        return frozenset((origin, target) for job in self.jobs for origin in job.inputs for target in job.outputs)


def read_graph(api: LineageApi) -> Graph:
    """Reads every namespace of the API.

    Edges come from the lists of jobs, columns from the lists of datasets: these need no node ids, which Marquez cannot
    split for every namespace, and no walk, which it takes seconds for. Raises what the API raises; KeyError or
    TypeError for an answer that has not Marquez's shape.
    """
    namespaces = sorted(api.namespaces())
    jobs = {(job["namespace"], job["name"]): job for namespace in namespaces for job in api.jobs(namespace)}
    datasets = {_dataset_id(dataset): dataset for namespace in namespaces for dataset in api.datasets(namespace)}
    ways: dict[ColumnEdge, set[str]] = defaultdict(set)
    for id_, dataset in datasets.items():
        for edge, way in _column_edges(id_, dataset):
            ways[edge].update((way or "").split())
    return Graph(
        tuple(_job(api, jobs[key]) for key in sorted(jobs)),
        tuple(Dataset(id_, _fields(datasets[id_])) for id_ in sorted(datasets)),
        frozenset(ways),
        frozenset(edge for id_, dataset in datasets.items() for edge in _indirect_edges(id_, dataset)),
        ways,
    )


def _job(api: LineageApi, job: Json) -> Job:
    run = job.get("latestRun")
    return Job(
        job["namespace"],
        job["name"],
        tuple(sorted(_dataset_id(part) for part in job["inputs"] or ())),
        tuple(sorted(_dataset_id(part) for part in job["outputs"] or ())),
        as_text(_facet(job.get("facets"), "sql").get("query")),
        _run(run, api.run_facets(run["id"])) if run else None,
        as_object(job.get("facets")),
    )


def _run(run: Json, facets: Json) -> Run:
    return Run(
        run["id"],
        run["state"],
        run.get("startedAt"),
        run.get("durationMs"),
        shortened(as_text(_facet(facets, "errorMessage").get("message")) or "", LONGEST_SAID) or None,
        _extraction_errors(as_list(_facet(facets, "extractionError").get("errors"))),
        run.get("endedAt"),
        facets,
    )


def _extraction_errors(errors: list[Any]) -> tuple[str, ...]:
    told = [as_text(as_object(error).get("errorMessage")) or str(error) for error in errors[:MOST_SAID]]
    more = [f"and {len(errors) - MOST_SAID} more"] if len(errors) > MOST_SAID else []
    return (*(shortened(error, LONGEST_SAID) for error in told), *more)


def shortened(text: str, most: int) -> str:
    """The text, of a longer one its beginning."""
    return text if len(text) <= most else f"{text[:most]}... ({len(text) - most} characters more)"


def _facet(facets: Any, name: str) -> Json:
    """Producers put anything into a facet, and stores keep it as it is."""
    return as_object(as_object(facets).get(name))


def _fields(dataset: Json) -> tuple[Field, ...]:
    return tuple(Field(field["name"], as_text(field.get("type"))) for field in dataset.get("fields") or ())


def _column_edges(id_: DatasetId, dataset: Json) -> Iterable[tuple[ColumnEdge, str | None]]:
    """Those that form a value, each with how. Marquez lists the others among them, but has the facet of the newest version as it came."""
    told = () if "indirectLineage" in dataset else list(column_edges(_facet(dataset.get("facets"), "columnLineage")))
    direct, indirect = (
        {_of_facet(id_, edge): edge.transformation_type for edge in told if edge.indirect is kind} for kind in (False, True)
    )
    for entry in dataset.get("columnLineage") or ():
        for source in entry["inputFields"]:
            edge = ColumnEdge(_origin(source), Column(id_, entry["name"]))
            if edge in direct or edge not in indirect:
                yield edge, as_text(source.get("transformationType")) or direct.get(edge)


def _indirect_edges(id_: DatasetId, dataset: Json) -> Iterable[IndirectEdge]:
    """As this project's store lists them; of Marquez those of the facet."""
    if "indirectLineage" in dataset:
        for entry in dataset["indirectLineage"]:
            for source in entry["inputFields"]:
                yield IndirectEdge(_origin(source), id_, entry["name"] or WHOLE, source["transformationType"])
        return
    for edge in column_edges(_facet(dataset.get("facets"), "columnLineage")):
        if edge.indirect:
            yield IndirectEdge(_of_facet(id_, edge).origin, id_, edge.output_field, edge.transformation_type or "INDIRECT")


def _origin(source: Json) -> Column:
    return Column(DatasetId(source["namespace"], source["dataset"]), source["field"])


def _of_facet(id_: DatasetId, edge: column_facet.ColumnEdge) -> ColumnEdge:
    return ColumnEdge(Column(DatasetId(edge.namespace, edge.name), edge.field), Column(id_, edge.output_field))


def _dataset_id(part: Json) -> DatasetId:
    return DatasetId(part["namespace"], part["name"])
