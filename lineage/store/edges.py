"""The edges of the graph: what each job reads and writes now."""

import sqlite3

from lineage.store.database import statements

_SQL = statements("edges.sql")


def renew(connection: sqlite3.Connection, job_id: int) -> None:
    """Derives a job's edges again.

    They are its newest run's. While that run goes on, or when it ended without any dataset, the last ones known before
    stay beside them, marked as older. A newer JobEvent's declaration stands in a run's place.
    """
    job = {"job_id": job_id}
    declared_at = connection.execute(_SQL["declared"], job).fetchone()["at"]
    newest = connection.execute(_SQL["newest_run"], job).fetchone()
    settled = connection.execute(_SQL["newest_settled_run"], job).fetchone()
    connection.execute(_SQL["clear"], job)
    has_newer_run = newest is not None and newest["at"] >= declared_at
    if has_newer_run:
        connection.execute(_SQL["add_of_run"], {**job, "run_id": newest["id"], "older": 0})
    if settled is not None and settled["at"] >= declared_at:
        connection.execute(_SQL["add_of_run"], {**job, "run_id": settled["id"], "older": 1})
    else:
        connection.execute(_SQL["add_declared"], {**job, "older": int(has_newer_run)})
