"""The lineage of an output's columns: what the newest run of each job told last, and the other parts of a mapped task with it."""

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from lineage.column_facet import column_edges
from lineage.shapes import Json
from lineage.store import parts
from lineage.store.database import statements

_SQL = statements("columns.sql")
_NO_RUN = ""


def record(connection: sqlite3.Connection, facet: Json, *, dataset_id: int, job_id: int, run_id: str | None, as_of: str) -> None:
    """Puts down what an event tells of an output's columns, and derives again which edges count."""
    output = {"output_id": dataset_id, "job_id": job_id}
    told = {**output, "run_id": run_id or _NO_RUN}
    before = connection.execute(_SQL["told"], told).fetchone()
    edges = json.dumps([list(vars(edge).values()) for edge in column_edges(facet)], ensure_ascii=False)
    connection.execute(_SQL["tell"], {**told, "as_of": as_of, "edges": edges})
    tellers = connection.execute(_SQL["tellers"], output).fetchall()
    newest = tellers[0]
    together = [row for row in tellers if row is newest or _are_parts(row, newest)]
    counted = _counted(together)
    others = _counted(row for row in together if row["id"] != told["run_id"])
    if len(together) == len(tellers) and counted == others | {told["run_id"]}:
        if before is None:  # one part more of perhaps a thousand
            _add(connection, output, [told["run_id"]])
            return
        if before["edges"] == edges:
            return
    connection.execute(_SQL["forget"], {**output, "runs": json.dumps([row["id"] for row in together])})
    connection.execute(_SQL["clear"], output)
    connection.execute(_SQL["clear_indirect"], output)
    _add(connection, output, sorted(counted))


def _add(connection: sqlite3.Connection, output: Json, runs: list[Any]) -> None:
    for statement in ("add", "add_indirect"):
        connection.execute(_SQL[statement], {**output, "runs": json.dumps(runs)})


def _are_parts(one: sqlite3.Row, other: sqlite3.Row) -> bool:
    return one["parent_run_id"] is not None and one["parent_run_id"] == other["parent_run_id"]


def _counted(rows: Iterable[sqlite3.Row]) -> set[str]:
    return {row["id"] for row in parts.last_tries(rows)}
