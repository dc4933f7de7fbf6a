"""Namespaces and raw events."""

import json
import sqlite3
from collections.abc import Iterable, Iterator

from lineage.shapes import Json
from lineage.store.views.common import SQL, Page, total

_MOST_CHARACTERS = 32 * 1024 * 1024  # as much as one event may have


def namespaces(connection: sqlite3.Connection, limit: int, offset: int) -> list[Json]:
    """Namespaces by name."""
    return [
        {
            "name": row["name"],
            "createdAt": row["created_at"],
            "updatedAt": row["updated_at"],
            "ownerName": "anonymous",
            "description": None,
            "isHidden": False,
        }
        for row in connection.execute(SQL["namespaces"], {"limit": limit, "offset": offset})
    ]


def namespace_exists(connection: sqlite3.Connection, namespace: str) -> bool:
    """Whether any event named it."""
    return bool(connection.execute(SQL["namespace_exists"], {"namespace": namespace}).fetchone()["found"])


def events(connection: sqlite3.Connection, before: str, after: str, limit: int, offset: int, *, newest_first: bool) -> Page:
    """Raw events from `after` on until just before `before`: as many as fit into an answer, one at least."""
    between = {"before": before, "after": after}
    query = SQL["events_desc" if newest_first else "events_asc"]
    rows = connection.execute(query, {**between, "limit": limit, "offset": offset})
    return Page([json.loads(body) for body in _fitting(rows)], total(connection, "count_events", **between))


def _fitting(rows: Iterable[sqlite3.Row]) -> Iterator[str]:
    taken = 0
    for row in rows:
        if taken and taken + len(row["body"]) > _MOST_CHARACTERS:
            return
        taken += len(row["body"])
        yield row["body"]
