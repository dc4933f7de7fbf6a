"""Jobs and runs."""

import sqlite3
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from lineage.shapes import Json, as_text
from lineage.store.views.common import SQL, Page, as_array, facets, id_of, total

_RUNS_SHOWN = 10  # as many as Marquez's web interface has room for


def jobs(connection: sqlite3.Connection, namespace: str, limit: int, offset: int) -> Page:
    """A namespace's jobs, the one updated last first."""
    rows = connection.execute(SQL["jobs"], {"namespace": namespace, "limit": limit, "offset": offset}).fetchall()
    return Page(_jobs(connection, rows), total(connection, "count_jobs", namespace=namespace))


def jobs_by_id(connection: sqlite3.Connection, ids: Collection[int]) -> dict[int, Json]:
    """Jobs by their row's id."""
    rows = connection.execute(SQL["jobs_by_id"], {"ids": as_array(ids)}).fetchall()
    return dict(zip((row["id"] for row in rows), _jobs(connection, rows), strict=True))


def runs(connection: sqlite3.Connection, job_id: int, limit: int, offset: int) -> Page:
    """A job's runs, the one started last first."""
    rows = connection.execute(SQL["runs"], {"job_id": job_id, "limit": limit, "offset": offset}).fetchall()
    found = facets(connection, "run", [row["id"] for row in rows])
    return Page([_run(row, found[row["id"]]) for row in rows], total(connection, "count_runs", job_id=job_id))


def run(connection: sqlite3.Connection, run_id: str) -> Json | None:
    """A run with its facets."""
    row = connection.execute(SQL["run"], {"id": run_id}).fetchone()
    return _run(row, facets(connection, "run", [run_id])[run_id]) if row else None


def job_facets_of_run(connection: sqlite3.Connection, run_id: str) -> Json:
    """The facets of a run's job."""
    row = connection.execute(SQL["run"], {"id": run_id}).fetchone()
    return facets(connection, "job", [row["job_id"]])[row["job_id"]]


def _jobs(connection: sqlite3.Connection, rows: list[sqlite3.Row]) -> list[Json]:
    ids = [row["id"] for row in rows]
    io = _io(connection, ids)
    latest = _latest_runs(connection, ids)
    found = facets(connection, "job", ids)
    return [_job(row, io[row["id"]], latest[row["id"]], found[row["id"]]) for row in rows]


def _io(connection: sqlite3.Connection, ids: Collection[int]) -> dict[int, list[sqlite3.Row]]:
    io: dict[int, list[sqlite3.Row]] = defaultdict(list)
    for edge in connection.execute(SQL["io_of_jobs"], {"ids": as_array(ids)}):
        io[edge["job_id"]].append(edge)
    return io


def _latest_runs(connection: sqlite3.Connection, ids: Collection[int]) -> dict[int, list[Json]]:
    """The run that tells each job's state, then the newest ones; facets, which are large, only of that one."""
    rows: dict[int, list[sqlite3.Row]] = defaultdict(list)
    for row in connection.execute(SQL["latest_runs"], {"ids": as_array(ids), "limit": _RUNS_SHOWN}):
        rows[row["job_id"]].append(row)
    speakers = {job_id: next((row for row in found if row["speaks"]), found[0]) for job_id, found in rows.items()}
    told = facets(connection, "run", [speaker["id"] for speaker in speakers.values()])
    latest: dict[int, list[Json]] = defaultdict(list)
    for job_id, speaker in speakers.items():
        latest[job_id].append(_run(speaker, told[speaker["id"]]))
        latest[job_id] += [_run(row, told[row["id"]] if row is speaker else None) for row in rows[job_id][:_RUNS_SHOWN]]
    return latest


def _job(row: sqlite3.Row, io: list[sqlite3.Row], latest: list[Json], found: Json) -> Json:
    return {
        "id": id_of(row),
        "type": "STREAM" if found.get("jobType", {}).get("processingType") == "STREAMING" else "BATCH",
        "name": row["name"],
        "simpleName": row["simple_name"],
        "parentJobName": row["parent_name"],
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
        "namespace": row["namespace"],
        "inputs": [id_of(edge) for edge in io if edge["direction"] == "INPUT"],
        "outputs": [id_of(edge) for edge in io if edge["direction"] == "OUTPUT"],
        # Not in Marquez: some of the inputs and outputs come from before the latest run.
        "hasOlderEdges": any(edge["older"] for edge in io),
        "location": as_text(found.get("sourceCodeLocation", {}).get("url")),
        "description": as_text(found.get("documentation", {}).get("description")),
        "latestRun": latest[0] if latest else None,  # in Marquez the newest, whatever becomes of other parts of a mapped task
        "latestRuns": latest[1:] or None,  # never []: the web interface reduces the list without a start value
        "facets": found,
        "tags": [],
    }


def _run(row: sqlite3.Row, found: Json | None) -> Json:
    return {
        "id": row["id"],
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
        "nominalStartTime": row["nominal_start_time"],
        "nominalEndTime": row["nominal_end_time"],
        "state": row["state"],
        "startedAt": row["started_at"],
        "endedAt": row["ended_at"],
        "durationMs": _milliseconds(row["started_at"], row["ended_at"]),
        "args": {},
        "parentRunId": row["parent_run_id"],
        "facets": found,
    }


def _milliseconds(started_at: str | None, ended_at: str | None) -> int | None:
    if started_at is None or ended_at is None:
        return None
    return max(0, round((datetime.fromisoformat(ended_at) - datetime.fromisoformat(started_at)).total_seconds() * 1000))
