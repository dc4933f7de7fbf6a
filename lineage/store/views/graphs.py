"""The answers of the two lineage endpoints: nodes with their edges."""

import sqlite3
from collections import defaultdict

from lineage.shapes import Json
from lineage.store import walks
from lineage.store.facets import fields
from lineage.store.views.common import SQL, facets
from lineage.store.views.datasets import datasets_by_id
from lineage.store.views.jobs import jobs_by_id


def lineage(connection: sqlite3.Connection, reached: walks.Reached) -> Json:
    """Jobs and datasets, each with its edges within the answer, by node id."""
    jobs, datasets = jobs_by_id(connection, reached.jobs), datasets_by_id(connection, reached.datasets)
    ins: dict[str, list[Json]] = defaultdict(list)
    outs: dict[str, list[Json]] = defaultdict(list)
    for origin, destination in sorted(
        _ends(_node_id("job", jobs[job]), _node_id("dataset", datasets[dataset]), direction) for job, dataset, direction in reached.edges
    ):
        edge = {"origin": origin, "destination": destination}
        outs[origin].append(edge)
        ins[destination].append(edge)
    nodes = [_node("job", job, ins, outs) for job in jobs.values()]
    nodes += [_node("dataset", dataset, ins, outs) for dataset in datasets.values()]
    return {"graph": sorted(nodes, key=lambda node: str(node["id"]))}


def column_lineage(connection: sqlite3.Connection, edges: set[walks.ColumnEdge]) -> Json:
    """Columns by node id. The edges of `inEdges` are turned round, as Marquez has them: its web interface relies on it."""
    upstream: dict[walks.Column, list[walks.ColumnEdge]] = defaultdict(list)
    downstream: dict[walks.Column, list[walks.ColumnEdge]] = defaultdict(list)
    for edge in sorted(
        edges, key=lambda edge: (edge.output, edge.input, edge.transformation_type or "", edge.transformation_description or "")
    ):
        upstream[edge.output].append(edge)
        downstream[edge.input].append(edge)
    types = _types(connection, {*upstream, *downstream})
    graph = []
    for column in sorted({*upstream, *downstream}):
        id_ = _column_id(column)
        graph.append(
            {
                "id": id_,
                "type": "DATASET_FIELD",
                "data": _column_data(column, types.get(column), upstream[column]),
                "inEdges": [{"origin": id_, "destination": _column_id(edge.input)} for edge in upstream[column]],
                "outEdges": [{"origin": id_, "destination": _column_id(edge.output)} for edge in downstream[column]],
            }
        )
    return {"graph": graph}


def _ends(job: str, dataset: str, direction: str) -> tuple[str, str]:
    return (dataset, job) if direction == "INPUT" else (job, dataset)


def _node(type_: str, data: Json, ins: dict[str, list[Json]], outs: dict[str, list[Json]]) -> Json:
    id_ = _node_id(type_, data)
    return {"id": id_, "type": type_.upper(), "data": data, "inEdges": ins[id_], "outEdges": outs[id_]}


def _node_id(type_: str, data: Json) -> str:
    return f"{type_}:{data['namespace']}:{data['name']}"


def _column_id(column: walks.Column) -> str:
    return f"datasetField:{column.namespace}:{column.dataset}:{column.field}"


def _column_data(column: walks.Column, type_: str | None, upstream: list[walks.ColumnEdge]) -> Json:
    return {
        "namespace": column.namespace,
        "dataset": column.dataset,
        "field": column.field,
        "fieldType": type_,
        "transformationDescription": upstream[0].transformation_description if upstream else None,
        "transformationType": upstream[0].transformation_type if upstream else None,
        "inputFields": [
            {
                **edge.input._asdict(),
                "transformationDescription": edge.transformation_description,
                "transformationType": edge.transformation_type,
            }
            for edge in upstream
        ],
    }


def _types(connection: sqlite3.Connection, columns: set[walks.Column]) -> dict[walks.Column, str | None]:
    """The type of each column that stands in a schema."""
    types: dict[walks.Column, str | None] = {}
    for namespace, name in {(column.namespace, column.dataset) for column in columns}:
        row = connection.execute(SQL["dataset_id"], {"namespace": namespace, "name": name}).fetchone()
        for field in fields(facets(connection, "dataset", [row["id"]])[row["id"]]) if row else []:
            types[walks.Column(namespace, name, field["name"])] = field["type"]
    return types
