"""What all views share."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection
from typing import Any, NamedTuple

from lineage.shapes import Json
from lineage.store.database import statements

SQL = statements("views.sql")


class Page(NamedTuple):
    """Some of a list, and how long the whole list is."""

    items: list[Json]
    total: int


def total(connection: sqlite3.Connection, query: str, **values: Any) -> int:
    """The answer of a counting query."""
    return int(connection.execute(SQL[query], values).fetchone()["total"])


def facets(connection: sqlite3.Connection, owner: str, ids: Collection[int | str]) -> dict[int | str, Json]:
    """The facets of jobs, runs or datasets: for each id its facets by name; empty for an id without any."""
    found: dict[int | str, Json] = defaultdict(dict)
    for row in connection.execute(SQL["dataset_facets" if owner == "dataset" else "facets"], {"owner": owner, "ids": as_array(ids)}):
        found[row["owner_id"]][row["name"]] = json.loads(row["body"])
    return found


def as_array(ids: Collection[int | str]) -> str:
    """Ids as a query takes them."""
    return json.dumps(list(ids))


def id_of(row: sqlite3.Row) -> Json:
    """Marquez's id of a job or dataset."""
    return {"namespace": row["namespace"], "name": row["name"]}
