"""A whole lineage as a JSON file: to keep beside a release, and to compare with later."""

import json
from pathlib import Path
from typing import Any

from lineage.graph import Column, ColumnEdge, Dataset, DatasetId, Field, Graph, IndirectEdge, Job
from lineage.shapes import Json

_VERSION = 1


class BadExportError(Exception):
    """A file that is no export; the message names it."""


def written(graph: Graph) -> str:
    """The text of the file: what jobs read and write, schemas and columns, without runs. The same lineage gives the same text."""
    content = {
        "version": _VERSION,
        "jobs": [
            {"namespace": job.namespace, "name": job.name, "inputs": _ids(job.inputs), "outputs": _ids(job.outputs), "sql": job.sql}
            for job in graph.jobs
            if job.datasets
        ],
        "datasets": [
            {**_id(one.id), "fields": [{"name": field.name, "type": field.type} for field in one.fields]} for one in graph.datasets
        ],
        "columnEdges": [[_column(edge.origin), _column(edge.target)] for edge in sorted(graph.column_edges)],
        "indirectEdges": [[_column(edge.origin), _id(edge.target), edge.column, edge.how] for edge in sorted(graph.indirect_edges)],
    }
    return json.dumps(content, indent=1) + "\n"


def read(file: Path) -> Graph:
    """The graph of a file. Raises BadExportError, OSError."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if content["version"] != _VERSION:
            raise BadExportError(f"{file} is an export of version {content['version']}, not {_VERSION}: write it anew")
        return Graph(
            tuple(
                Job(job["namespace"], job["name"], _read_ids(job["inputs"]), _read_ids(job["outputs"]), job["sql"], None)
                for job in content["jobs"]
            ),
            tuple(
                Dataset(_read_id(one), tuple(Field(each["name"], each["type"]) for each in one["fields"])) for one in content["datasets"]
            ),
            frozenset(ColumnEdge(_read_column(origin), _read_column(target)) for origin, target in content["columnEdges"]),
            frozenset(IndirectEdge(_read_column(origin), _read_id(target), *about) for origin, target, *about in content["indirectEdges"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadExportError(f"{file} is no export of lineage ({error!r}): `python -m lineage export` writes one") from error


def _id(id_: DatasetId) -> Json:
    return {"namespace": id_.namespace, "name": id_.name}


def _ids(ids: tuple[DatasetId, ...]) -> list[Json]:
    return [_id(id_) for id_ in ids]


def _column(column: Column) -> Json:
    return {**_id(column.dataset), "column": column.name}


def _read_id(part: Any) -> DatasetId:
    return DatasetId(str(part["namespace"]), str(part["name"]))


def _read_ids(parts: Any) -> tuple[DatasetId, ...]:
    return tuple(_read_id(part) for part in parts)


def _read_column(part: Any) -> Column:
    return Column(_read_id(part), str(part["column"]))
