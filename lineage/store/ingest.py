"""From an event to the model: everything an event says, put where the newest word counts, in whatever order events come."""

import json
import sqlite3
from typing import Literal

from lineage.shapes import Json
from lineage.store import edges, identity
from lineage.store.database import statements
from lineage.store.events import Event
from lineage.store.facets import column_edges, facets, nominal_times, parent, symlinks

_SQL = statements("ingest.sql")
_FINAL_STATES = {"COMPLETE": "COMPLETED", "FAIL": "FAILED", "ABORT": "ABORTED"}
_SIDES: tuple[tuple[Literal["inputs", "outputs"], str], ...] = (("inputs", "INPUT"), ("outputs", "OUTPUT"))
_NO_JOB = 0


def record(connection: sqlite3.Connection, event: Event) -> None:
    """Stores an event and what follows from it, within the caller's transaction; one that is stored already changes nothing."""
    stored = connection.execute(_SQL["add_event"], {"digest": event.digest, "at": event.time, "body": event.body})
    if stored.rowcount == 0:
        return
    match event.kind:
        case "RunEvent":
            _record_run(connection, event)
        case "JobEvent":
            _record_job(connection, event)
        case "DatasetEvent":
            _record_dataset(connection, event, event.content["dataset"], _NO_JOB, written=False)


def _record_run(connection: sqlite3.Connection, event: Event) -> None:
    run, job = event.content["run"], event.content["job"]
    run_facets = facets(run)
    above = parent(run_facets, job["name"])
    job_id = identity.job(connection, job, event.run_id, above, event.time)
    nominal_start, nominal_end = nominal_times(run_facets)
    identity.touch_run(
        connection,
        **_run_state(event),
        job_id=job_id,
        parent_run_id=above.run_id if above else None,
        nominal_start_time=nominal_start,
        nominal_end_time=nominal_end,
    )
    _put_facets(connection, "job", job_id, facets(job), event.time)
    _put_facets(connection, "run", event.run_id, run_facets, event.time)
    for side, direction in _SIDES:
        for part in event.datasets(side):
            dataset_id = _record_dataset(connection, event, part, job_id, written=direction == "OUTPUT")
            connection.execute(_SQL["add_run_io"], {"run_id": event.run_id, "dataset_id": dataset_id, "direction": direction})
    edges.renew(connection, job_id)


def _run_state(event: Event) -> Json:
    """START, RUNNING, OTHER and what else there may be mean that the run goes on; an event without a type says nothing."""
    return {
        "id": event.run_id,
        "state": _FINAL_STATES.get(event.type, "RUNNING" if event.type else "NEW"),
        "started_at": event.time if event.type == "START" else None,
        "ended_at": event.time if event.type in _FINAL_STATES else None,
        "at": event.time,
    }


def _record_job(connection: sqlite3.Connection, event: Event) -> None:
    job = event.content["job"]
    job_id = identity.job(connection, job, None, None, event.time)
    _put_facets(connection, "job", job_id, facets(job), event.time)
    is_newest = connection.execute(_SQL["declare_job"], {"job_id": job_id, "at": event.time}).rowcount > 0
    if is_newest:
        connection.execute(_SQL["clear_declared_io"], {"job_id": job_id})
    for side, direction in _SIDES:
        for part in event.datasets(side):
            dataset_id = _record_dataset(connection, event, part, job_id, written=False)
            if is_newest:
                connection.execute(_SQL["add_declared_io"], {"job_id": job_id, "dataset_id": dataset_id, "direction": direction})
    edges.renew(connection, job_id)


def _record_dataset(connection: sqlite3.Connection, event: Event, part: Json, job_id: int, *, written: bool) -> int:
    found = facets(part)
    connection.execute(_SQL["touch_namespace"], {"name": part["namespace"], "at": event.time})
    dataset_id = identity.dataset(connection, part["namespace"], part["name"], symlinks(found), event.time)
    connection.execute(_SQL["touch_dataset"], {"id": dataset_id, "at": event.time, "written_at": event.time if written else None})
    _put_facets(connection, "dataset", dataset_id, found, event.time)
    if "columnLineage" in found:
        _put_column_lineage(connection, dataset_id, job_id, found["columnLineage"], event.time)
    return dataset_id


def _put_facets(connection: sqlite3.Connection, owner: str, owner_id: int | str, found: dict[str, Json], at: str) -> None:
    for name, facet in found.items():
        body = json.dumps(facet, ensure_ascii=False, separators=(",", ":"))
        connection.execute(_SQL["put_facet"], {"owner": owner, "owner_id": owner_id, "name": name, "at": at, "body": body})


def _put_column_lineage(connection: sqlite3.Connection, dataset_id: int, job_id: int, facet: Json, at: str) -> None:
    key = {"output_id": dataset_id, "job_id": job_id}
    if connection.execute(_SQL["renew_column_lineage"], {**key, "at": at}).rowcount == 0:
        return
    connection.execute(_SQL["clear_column_edges"], key)
    connection.executemany(_SQL["add_column_edge"], [{**key, **vars(edge)} for edge in column_edges(facet)])
