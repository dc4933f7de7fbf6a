"""From an event to the model: everything an event says, put where the newest word counts, in whatever order events come."""

import json
import sqlite3
from collections.abc import Iterator
from itertools import count
from typing import Literal

from lineage.shapes import Json
from lineage.store import columns, edges, identity
from lineage.store.database import statements
from lineage.store.events import Event
from lineage.store.facets import Parent, facets, nominal_times, parent, part_and_try, symlinks

_SQL = statements("ingest.sql")
_FINAL_STATES = {"COMPLETE": "COMPLETED", "FAIL": "FAILED", "ABORT": "ABORTED"}
_SIDES: tuple[tuple[Literal["inputs", "outputs"], str], ...] = (("inputs", "INPUT"), ("outputs", "OUTPUT"))
_NO_JOB = 0


def record(connection: sqlite3.Connection, event: Event) -> None:
    """Stores an event and what follows from it, within the caller's transaction; one that is stored already changes nothing."""
    run_id = event.run_id if event.kind == "RunEvent" else None
    values = {"digest": event.digest, "at": event.time, "run_id": run_id, "body": event.body}
    if connection.execute(_SQL["add_event"], values).rowcount == 0:
        return
    match event.kind:
        case "RunEvent":
            _record_run(connection, event)
        case "JobEvent":
            _record_job(connection, event)
        case "DatasetEvent":
            _record_dataset(connection, event, event.content["dataset"], _NO_JOB, event.as_of, written=False)
    identity.find_roots(connection)


def _record_run(connection: sqlite3.Connection, event: Event) -> None:
    """An event counts for the job that it names; without a parent, also for the jobs that other events of its run name with one.

    So it makes no difference which of them comes first (`identity.adopt`).
    """
    job = event.content["job"]
    above = parent(facets(event.content["run"]), job["name"])
    own = identity.job(connection, job, above, event)
    _count(connection, event, own, above)
    touched = {own}
    if above is None:
        adopters = identity.adopters(connection, event.run_id, job)
        for adopter in adopters:
            _count(connection, event, adopter, None)
        touched |= adopters
    else:
        touched |= _record_parent_run(connection, event, above)
        simple = identity.simple_name(job, above)
        if identity.adopt(connection, event.run_id, simple, own):
            for earlier in _events_named(connection, event.run_id, simple):
                _count(connection, earlier, own, None)
            touched |= identity.jobs_named(connection, simple)
    for job_id in touched:
        edges.renew(connection, job_id)


def _events_named(connection: sqlite3.Connection, run_id: str, name: identity.Name) -> Iterator[Event]:
    """The run's events that name this job, and no parent."""
    for row in connection.execute(_SQL["events_of_run"], {"run_id": run_id}).fetchall():
        event = Event("RunEvent", row["event_time"], row["digest"], row["body"], json.loads(row["body"]))
        job = event.content["job"]
        if (job["namespace"], job["name"]) == name and parent(facets(event.content["run"]), job["name"]) is None:
            yield event


def _record_parent_run(connection: sqlite3.Connection, event: Event, above: Parent) -> set[int]:
    """The parent's job, with a run of no state of its own yet."""
    jobs = identity.jobs_named(connection, identity.Name(above.namespace, above.job))
    for job_id in jobs:
        identity.touch_run(connection, id=above.run_id, job_id=job_id, at=event.time, as_of=event.as_of)
    return jobs


def _count(connection: sqlite3.Connection, event: Event, job_id: int, above: Parent | None) -> None:
    """What a run's event says of its run and one of its jobs."""
    run_facets = facets(event.content["run"])
    nominal_start, nominal_end = nominal_times(run_facets)
    connection.execute(_SQL["touch_adopter"], {"job_id": job_id, "at": event.time})
    identity.touch_run(
        connection,
        **_run_state(event),
        job_id=job_id,
        parent_run_id=above.run_id if above else None,
        nominal_start_time=nominal_start,
        nominal_end_time=nominal_end,
    )
    if part := part_and_try(run_facets):
        connection.execute(_SQL["put_try"], {"run_id": event.run_id, "part": part[0], "number": part[1]})
    _put_facets(connection, "job", job_id, facets(event.content["job"]), event.as_of)
    _put_facets(connection, "run", event.run_id, run_facets, event.as_of)
    for direction, dataset_id in _record_datasets(connection, event, job_id, by_run=True):
        values = {"run_id": event.run_id, "job_id": job_id, "dataset_id": dataset_id, "direction": direction}
        connection.execute(_SQL["add_run_io"], values)


def _run_state(event: Event) -> Json:
    """START, RUNNING, OTHER and what else there may be mean that the run goes on; an event without a type says nothing."""
    return {
        "id": event.run_id,
        "state": _FINAL_STATES.get(event.type, "RUNNING" if event.type else "NEW"),
        "started_at": event.time if event.type == "START" else None,
        "ended_at": event.time if event.type in _FINAL_STATES else None,
        "at": event.time,
        "as_of": event.as_of,
    }


def _record_job(connection: sqlite3.Connection, event: Event) -> None:
    job = event.content["job"]
    job_id = identity.job(connection, job, None, event)
    _put_facets(connection, "job", job_id, facets(job), event.as_of)
    is_newest = connection.execute(_SQL["declare_job"], {"job_id": job_id, "as_of": event.as_of}).rowcount > 0
    if is_newest:
        connection.execute(_SQL["clear_declared_io"], {"job_id": job_id})
    for direction, dataset_id in _record_datasets(connection, event, job_id, by_run=False):
        if is_newest:
            connection.execute(_SQL["add_declared_io"], {"job_id": job_id, "dataset_id": dataset_id, "direction": direction})
    edges.renew(connection, job_id)


def _record_datasets(connection: sqlite3.Connection, event: Event, job_id: int, *, by_run: bool) -> Iterator[tuple[str, int]]:
    """Records an event's datasets; the direction and row of each. One that stands there twice is what is said of it last."""
    places = count()
    for side, direction in _SIDES:
        for part in event.datasets(side):
            as_of = f"{event.as_of} {next(places):08}"
            yield direction, _record_dataset(connection, event, part, job_id, as_of, written=by_run and direction == "OUTPUT")


def _record_dataset(connection: sqlite3.Connection, event: Event, part: Json, job_id: int, as_of: str, *, written: bool) -> int:
    found = facets(part)
    connection.execute(_SQL["touch_namespace"], {"name": part["namespace"], "at": event.time})
    dataset_id = identity.dataset(connection, part["namespace"], part["name"], symlinks(found), as_of)
    connection.execute(_SQL["touch_dataset"], {"id": dataset_id, "at": event.time, "written_at": event.time if written else None})
    _put_facets(connection, "dataset", dataset_id, found, as_of)
    if "columnLineage" in found:
        run_id = event.run_id if event.kind == "RunEvent" else None
        columns.record(connection, found["columnLineage"], dataset_id=dataset_id, job_id=job_id, run_id=run_id, as_of=as_of)
    return dataset_id


def _put_facets(connection: sqlite3.Connection, owner: str, owner_id: int | str, found: dict[str, Json], as_of: str) -> None:
    for name, facet in found.items():
        body = json.dumps(facet, ensure_ascii=False, separators=(",", ":"))
        connection.execute(_SQL["put_facet"], {"owner": owner, "owner_id": owner_id, "name": name, "as_of": as_of, "body": body})
