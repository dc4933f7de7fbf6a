"""The whole lineage that a Marquez API knows, as plain values: what the check compares and the page draws."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from lineage.shapes import Json, as_list, as_object, as_text


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

    `extraction_errors` are what the integration could not read the lineage of.
    """

    id: str
    state: str
    started_at: str | None
    duration_ms: int | None
    error: str | None
    extraction_errors: tuple[str, ...]


@dataclass(frozen=True)
class Job:
    """A job with its current inputs and outputs, its SQL and its latest run."""

    namespace: str
    name: str
    inputs: tuple[DatasetId, ...]
    outputs: tuple[DatasetId, ...]
    sql: str | None
    run: Run | None

    @property
    def datasets(self) -> frozenset[DatasetId]:
        """All datasets it touches."""
        return frozenset((*self.inputs, *self.outputs))


@dataclass(frozen=True)
class Graph:
    """Jobs by namespace and name, datasets by id, and the lineage of columns."""

    jobs: tuple[Job, ...]
    datasets: tuple[Dataset, ...]
    column_edges: frozenset[ColumnEdge]

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
    return Graph(
        tuple(_job(api, jobs[key]) for key in sorted(jobs)),
        tuple(Dataset(id_, _fields(datasets[id_])) for id_ in sorted(datasets)),
        frozenset(edge for id_, dataset in datasets.items() for edge in _column_edges(id_, dataset)),
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
    )


def _run(run: Json, facets: Json) -> Run:
    return Run(
        run["id"],
        run["state"],
        run.get("startedAt"),
        run.get("durationMs"),
        as_text(_facet(facets, "errorMessage").get("message")),
        tuple(_extraction_error(error) for error in as_list(_facet(facets, "extractionError").get("errors"))),
    )


def _extraction_error(error: Any) -> str:
    return as_text(as_object(error).get("errorMessage")) or str(error)


def _facet(facets: Any, name: str) -> Json:
    """Producers put anything into a facet, and stores keep it as it is."""
    return as_object(as_object(facets).get(name))


def _fields(dataset: Json) -> tuple[Field, ...]:
    return tuple(Field(field["name"], as_text(field.get("type"))) for field in dataset.get("fields") or ())


def _column_edges(id_: DatasetId, dataset: Json) -> Iterable[ColumnEdge]:
    for entry in dataset.get("columnLineage") or ():
        for source in entry["inputFields"]:
            origin = Column(DatasetId(source["namespace"], source["dataset"]), source["field"])
            yield ColumnEdge(origin, Column(id_, entry["name"]))


def _dataset_id(part: Json) -> DatasetId:
    return DatasetId(part["namespace"], part["name"])
