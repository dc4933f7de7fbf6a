"""Walks through the lineage: in this process, one query a hop, so that a large graph costs no more than what is reached of it."""

import dataclasses
import json
import sqlite3
from collections.abc import Collection, Iterator
from typing import Literal, NamedTuple

from lineage.store.database import statements
from lineage.store.facets import fields

_SQL = statements("walks.sql")


class UnknownNodeError(Exception):
    """No stored job, dataset or column has this node id."""


class Node(NamedTuple):
    """A stored job or dataset; `field` is set for one column of a dataset."""

    type: Literal["job", "dataset"]
    id: int
    field: str | None = None


class Column(NamedTuple):
    """A column of a dataset."""

    namespace: str
    dataset: str
    field: str


class ColumnEdge(NamedTuple):
    """An output column derived from an input column."""

    output: Column
    input: Column
    transformation_type: str | None
    transformation_description: str | None


@dataclasses.dataclass
class Reached:
    """What a walk came by: jobs, datasets, and the (job, dataset, direction) edges between them."""

    jobs: set[int] = dataclasses.field(default_factory=set)
    datasets: set[int] = dataclasses.field(default_factory=set)
    edges: set[tuple[int, int, str]] = dataclasses.field(default_factory=set)


def job_named(connection: sqlite3.Connection, namespace: str, name: str) -> int | None:
    """The row of a job."""
    return _one_id(connection, "job_named", namespace, name)


def dataset_named(connection: sqlite3.Connection, namespace: str, name: str) -> int | None:
    """The row of a dataset, under any of its names."""
    return _one_id(connection, "dataset_named", namespace, name)


def resolve(connection: sqlite3.Connection, node_id: str) -> Node:
    """The node of `job:ns:name`, `dataset:ns:name` or `datasetField:ns:name:field`.

    Namespaces and names hold colons themselves, so an id is compared with what is stored: it cannot be split. Raises UnknownNodeError.
    """
    type_, _, rest = node_id.partition(":")
    match type_:
        case "job" | "dataset":
            row = connection.execute(_SQL[f"{type_}_of_node"], {"rest": rest}).fetchone()
            node = Node(type_, row["id"]) if row else None
        case "datasetField":
            node = next(_field_nodes(connection, rest), None)
        case _:
            raise UnknownNodeError(f"a node id starts with job:, dataset: or datasetField:, not {node_id!r}")
    if node is None:
        raise UnknownNodeError(f"no node {node_id!r}")
    return node


def lineage(connection: sqlite3.Connection, start: Node, depth: int) -> Reached:
    """All jobs within `depth` job hops in either direction, with their datasets. A dataset starts at the jobs that touch it."""
    reached = Reached()
    if start.type == "dataset":
        reached.datasets.add(start.id)
        jobs = _jobs_of(connection, reached.datasets)
    else:
        jobs = {start.id}
    for _ in range(depth + 1):
        reached.jobs |= jobs
        rows = connection.execute(_SQL["edges_of_jobs"], {"ids": json.dumps(list(jobs))})
        edges = {(row["job_id"], row["dataset_id"], row["direction"]) for row in rows}
        reached.edges |= edges
        datasets = {dataset for _, dataset, _ in edges} - reached.datasets
        reached.datasets |= datasets
        jobs = _jobs_of(connection, datasets) - reached.jobs
        if not jobs:
            break
    return reached


def column_lineage(connection: sqlite3.Connection, start: Node, depth: int, *, downstream: bool) -> set[ColumnEdge]:
    """The column edges within `depth` edges upstream of the start's columns, and downstream too when asked."""
    columns = set(_columns(connection, start))
    edges = _walk_columns(connection, "edges_upstream", columns, depth)
    if downstream:
        edges |= _walk_columns(connection, "edges_downstream", columns, depth)
    return edges


def _walk_columns(connection: sqlite3.Connection, query: str, start: set[Column], depth: int) -> set[ColumnEdge]:
    edges: set[ColumnEdge] = set()
    seen, frontier = set(start), set(start)
    for _ in range(depth):
        found = {_column_edge(row) for row in connection.execute(_SQL[query], {"columns": json.dumps(list(frontier))})}
        edges |= found
        frontier = {edge.input if query == "edges_upstream" else edge.output for edge in found} - seen
        if not frontier:
            break
        seen |= frontier
    return edges


def _column_edge(row: sqlite3.Row) -> ColumnEdge:
    return ColumnEdge(
        Column(row["output_namespace"], row["output_name"], row["output_field"]),
        Column(row["input_namespace"], row["input_name"], row["input_field"]),
        row["transformation_type"],
        row["transformation_description"],
    )


def _columns(connection: sqlite3.Connection, start: Node) -> Iterator[Column]:
    """The columns a walk starts from: of a job, those of its outputs."""
    if start.type == "job":
        datasets = [row["dataset_id"] for row in connection.execute(_SQL["outputs_of_job"], {"id": start.id})]
    else:
        datasets = [start.id]
    for dataset in datasets:
        namespace, name = connection.execute("select namespace, name from datasets where id = ?", (dataset,)).fetchone()
        for column in [start.field] if start.field is not None else _fields(connection, dataset):
            yield Column(namespace, name, column)


def _fields(connection: sqlite3.Connection, dataset: int) -> set[str]:
    """The columns of the dataset's schema, and those that column lineage speaks of."""
    schema = connection.execute(_SQL["schema_of_dataset"], {"id": dataset}).fetchone()
    listed = fields({"schema": json.loads(schema["body"])}) if schema else []
    return {field["name"] for field in listed} | {row["field"] for row in connection.execute(_SQL["linked_fields"], {"id": dataset})}


def _field_nodes(connection: sqlite3.Connection, rest: str) -> Iterator[Node]:
    for row in connection.execute(_SQL["fields_of_node"], {"rest": rest}):
        if row["field"] in _fields(connection, row["id"]):
            yield Node("dataset", row["id"], row["field"])


def _one_id(connection: sqlite3.Connection, query: str, namespace: str, name: str) -> int | None:
    row = connection.execute(_SQL[query], {"namespace": namespace, "name": name}).fetchone()
    return row["id"] if row else None


def _jobs_of(connection: sqlite3.Connection, datasets: Collection[int]) -> set[int]:
    rows = connection.execute(_SQL["jobs_of_datasets"], {"ids": json.dumps(list(datasets))})
    return {row["job_id"] for row in rows}
