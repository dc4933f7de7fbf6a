"""The runs of one job in one parent run: the parts of a mapped task, which are one run of the job together."""

import json
import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from lineage.store.database import statements

_SQL = statements("edges.sql")
_WORST_FIRST = ("FAILED", "ABORTED", "RUNNING", "NEW", "COMPLETED")


class Parts(NamedTuple):
    """What counts of them: not the tries of a part after which there was another one."""

    runs: tuple[str, ...]
    """All, also those that do not count."""
    counted: tuple[str, ...]
    speaker: str
    """The one whose state is the state of all: a failed part is a failed job."""
    ended: bool

    @property
    def array(self) -> str:
        """Those that count, as JSON."""
        return json.dumps(self.counted)


def of(connection: sqlite3.Connection, job_id: int, run: sqlite3.Row) -> Parts:
    """The parts that a run of the job is one of; `run` has id and parent_run_id. It is alone if it has no parent."""
    values = {"job_id": job_id, "id": run["id"], "parent_run_id": run["parent_run_id"]}
    rows = connection.execute(_SQL["parts"], values).fetchall()
    counted = last_tries(rows)
    speaker = min(counted, key=lambda row: _WORST_FIRST.index(row["state"]))
    return Parts(
        tuple(row["id"] for row in rows),
        tuple(row["id"] for row in counted),
        speaker["id"],
        all(row["ended_at"] is not None for row in counted),
    )


def last_tries(rows: Iterable[sqlite3.Row]) -> list[sqlite3.Row]:
    """The runs, rows with part and number, without those after which there was another try of their part."""
    rows = list(rows)
    last: dict[int, int] = {}
    for row in rows:
        if row["part"] is not None:
            last[row["part"]] = max(row["number"], last.get(row["part"], row["number"]))
    return [row for row in rows if row["part"] is None or row["number"] == last[row["part"]]]
