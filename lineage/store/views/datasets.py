"""Datasets."""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable

from lineage.shapes import Json, as_text
from lineage.store.facets import fields
from lineage.store.views.common import SQL, Page, as_array, facets, id_of, total


def datasets(connection: sqlite3.Connection, namespace: str, limit: int, offset: int) -> Page:
    """A namespace's datasets by name."""
    rows = connection.execute(SQL["datasets"], {"namespace": namespace, "limit": limit, "offset": offset}).fetchall()
    return Page(_datasets(connection, rows), total(connection, "count_datasets", namespace=namespace))


def datasets_by_id(connection: sqlite3.Connection, ids: Collection[int]) -> dict[int, Json]:
    """Datasets by their row's id."""
    rows = connection.execute(SQL["datasets_by_id"], {"ids": as_array(ids)}).fetchall()
    return dict(zip((row["id"] for row in rows), _datasets(connection, rows), strict=True))


def _datasets(connection: sqlite3.Connection, rows: list[sqlite3.Row]) -> list[Json]:
    ids = [row["id"] for row in rows]
    found = facets(connection, "dataset", ids)
    edges: dict[int, list[sqlite3.Row]] = defaultdict(list)
    for edge in connection.execute(SQL["column_lineage"], {"ids": as_array(ids)}):
        edges[edge["output_id"]].append(edge)
    indirect: dict[int, list[sqlite3.Row]] = defaultdict(list)
    for edge in connection.execute(SQL["indirect_lineage"], {"ids": as_array(ids)}):
        indirect[edge["output_id"]].append(edge)
    return [_dataset(row, found[row["id"]], edges[row["id"]], indirect[row["id"]]) for row in rows]


def _dataset(row: sqlite3.Row, found: Json, edges: Iterable[sqlite3.Row], indirect: Iterable[sqlite3.Row]) -> Json:
    return {
        "id": id_of(row),
        "type": "DB_TABLE",
        "name": row["name"],
        "physicalName": row["name"],
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
        "namespace": row["namespace"],
        "sourceName": as_text(found.get("dataSource", {}).get("name")) or "default",
        "fields": [{**field, "tags": []} for field in fields(found)],
        "tags": [],
        "lastModifiedAt": row["last_modified_at"],
        "description": as_text(found.get("documentation", {}).get("description")),
        "facets": found,
        "columnLineage": _column_lineage(edges),
        "indirectLineage": _indirect_lineage(indirect),
        "deleted": False,
    }


def _column_lineage(edges: Iterable[sqlite3.Row]) -> list[Json]:
    """Each output column once; two jobs that derive it from the same input count as one."""
    entries: dict[str, Json] = {}
    for edge in edges:
        transformation = {
            "transformationDescription": edge["transformation_description"],
            "transformationType": edge["transformation_type"],
        }
        entry = entries.setdefault(edge["name"], {"name": edge["name"], "inputFields": [], **transformation})
        source = {"namespace": edge["namespace"], "dataset": edge["dataset"], "field": edge["field"], **transformation}
        if source not in entry["inputFields"]:
            entry["inputFields"].append(source)
    return list(entries.values())


def _indirect_lineage(edges: Iterable[sqlite3.Row]) -> list[Json]:
    """What decides about each output column (its name; null: about all rows) without forming it. Marquez has no such answer."""
    entries: dict[str, Json] = {}
    for edge in edges:
        entry = entries.setdefault(edge["name"], {"name": edge["name"] or None, "inputFields": []})
        source = {"namespace": edge["namespace"], "dataset": edge["dataset"], "field": edge["field"]}
        entry["inputFields"].append({**source, "transformationType": edge["transformation_type"]})
    return list(entries.values())
