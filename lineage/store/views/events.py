"""Namespaces and raw events."""

import json
import sqlite3

from lineage.shapes import Json
from lineage.store.views.common import SQL, Page, total


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
    """Raw events from `after` on until just before `before`."""
    between = {"before": before, "after": after}
    query = SQL["events_desc" if newest_first else "events_asc"]
    rows = connection.execute(query, {**between, "limit": limit, "offset": offset})
    return Page([json.loads(row["body"]) for row in rows], total(connection, "count_events", **between))
