"""The edges of the graph: what each job reads and writes now."""

import json
import sqlite3

from lineage.store import parts
from lineage.store.database import statements

_SQL = statements("edges.sql")


def renew(connection: sqlite3.Connection, job_id: int) -> None:
    """Derives a job's edges again, and which of its runs tells its state.

    They are its newest run's, or those of all parts of it. While that goes on, or when it ended without any dataset, the last ones known
    before stay beside them, marked as older. A newer JobEvent's declaration stands in a run's place.
    """
    job = {"job_id": job_id}
    declared_at = connection.execute(_SQL["declared"], job).fetchone()["at"]
    newest = connection.execute(_SQL["newest_run"], job).fetchone()
    current = parts.of(connection, job_id, newest) if newest else None
    settled = newest
    if current is None or not _settled(connection, job_id, current):
        besides = json.dumps(current.runs if current else ())
        settled = connection.execute(_SQL["newest_settled_run"], {**job, "runs": besides}).fetchone()
    connection.execute(_SQL["clear"], job)
    has_newer_run = newest is not None and newest["at"] >= declared_at
    if current:
        connection.execute(_SQL["put_speaker"], {**job, "run_id": current.speaker})
        if has_newer_run:
            connection.execute(_SQL["add_of_runs"], {**job, "runs": current.array, "older": 0})
    if settled is not None and settled["at"] >= declared_at:
        if settled is not newest:
            connection.execute(_SQL["add_of_runs"], {**job, "runs": parts.of(connection, job_id, settled).array, "older": 1})
    else:
        connection.execute(_SQL["add_declared"], {**job, "older": int(has_newer_run)})


def _settled(connection: sqlite3.Connection, job_id: int, current: parts.Parts) -> bool:
    """Whether all of it has ended, with datasets."""
    return current.ended and bool(connection.execute(_SQL["have_datasets"], {"job_id": job_id, "runs": current.array}).fetchone()["found"])
