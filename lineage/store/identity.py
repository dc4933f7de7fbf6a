"""Which stored job, run or dataset an event speaks of: parents, symlinks, and what turns out to be the same."""

import sqlite3
from typing import Any, NamedTuple

from lineage.shapes import Json
from lineage.store import edges
from lineage.store.database import script, statements
from lineage.store.facets import Parent

_SQL = statements("ingest.sql")
_MERGE_DATASETS = script("merge_datasets.sql")
_MERGE_JOBS = script("merge_jobs.sql")


class JobName(NamedTuple):
    """A job's full name, its parent's in front, and its own."""

    namespace: str
    name: str
    simple_name: str


def touch_run(connection: sqlite3.Connection, **values: Any) -> None:
    """Stores what is known of a run, beside what was known before; `id`, `job_id` and `at` have to be given."""
    unknown = dict.fromkeys(("parent_run_id", "nominal_start_time", "nominal_end_time", "started_at", "ended_at"))
    connection.execute(_SQL["touch_run"], {**unknown, "state": "NEW", **values})


def job(connection: sqlite3.Connection, part: Json, run_id: str | None, parent: Parent | None, at: str) -> int:
    """The job of an event, under its parent's name when it has one; a run that is known keeps its job until a parent says more."""
    parent_id = _parent_job(connection, parent, at) if parent else None
    name = _full_name(part, parent)
    known = connection.execute(_SQL["job_of_run"], {"run_id": run_id}).fetchone()
    if known and not parent and (name.namespace, name.name) == (known["namespace"], known["simple_name"]):
        name = JobName(name.namespace, known["name"], known["simple_name"])
    job_id = _touch_job(connection, name, parent_id, at)
    if known and known["id"] != job_id:
        _move_run(connection, run_id, known["id"], job_id)
    return job_id


def dataset(connection: sqlite3.Connection, namespace: str, name: str, others: list[tuple[str, str]], at: str) -> int:
    """The dataset that answers to (namespace, name), made when it is new; `others` are the names it has beside."""
    row = connection.execute(_SQL["dataset_named"], {"namespace": namespace, "name": name}).fetchone()
    dataset_id = row["dataset_id"] if row else _add_dataset(connection, namespace, name, at)
    for other_namespace, other_name in others:
        _claim(connection, dataset_id, other_namespace, other_name, at)
    return int(dataset_id)


def _full_name(part: Json, parent: Parent | None) -> JobName:
    """Marquez puts the parent's name before the child's, once."""
    prefix = parent.job + "." if parent else ""
    simple = part["name"].removeprefix(prefix)
    return JobName(part["namespace"], prefix + simple, simple)


def _parent_job(connection: sqlite3.Connection, parent: Parent, at: str) -> int:
    """The parent's job, made when it is new, with a run of no state of its own yet."""
    job_id = _touch_job(connection, JobName(parent.namespace, parent.job, parent.job), None, at)
    touch_run(connection, id=parent.run_id, job_id=job_id, at=at)
    return job_id


def _touch_job(connection: sqlite3.Connection, name: JobName, parent_id: int | None, at: str) -> int:
    connection.execute(_SQL["touch_namespace"], {"name": name.namespace, "at": at})
    values = {**name._asdict(), "parent_id": parent_id, "at": at}
    return int(connection.execute(_SQL["touch_job"], values).fetchone()["id"])


def _move_run(connection: sqlite3.Connection, run_id: str | None, old_id: int, job_id: int) -> None:
    """The run came first without its parent, and so stands under a job of its simple name."""
    connection.execute(_SQL["move_run"], {"run_id": run_id, "job_id": job_id})
    if connection.execute(_SQL["job_is_empty"], {"job_id": old_id}).fetchone()["empty"]:
        for statement in _MERGE_JOBS:
            connection.execute(statement, {"old_id": old_id, "job_id": job_id})
    else:
        edges.renew(connection, old_id)


def _add_dataset(connection: sqlite3.Connection, namespace: str, name: str, at: str) -> int:
    values = {"namespace": namespace, "name": name, "at": at}
    dataset_id = int(connection.execute(_SQL["add_dataset"], values).fetchone()["id"])
    connection.execute(_SQL["put_dataset_name"], {**values, "dataset_id": dataset_id})
    return dataset_id


def _claim(connection: sqlite3.Connection, dataset_id: int, namespace: str, name: str, at: str) -> None:
    """Lets the dataset answer to another name. A dataset stored under that name is the same, and becomes part of this one."""
    row = connection.execute(_SQL["dataset_named"], {"namespace": namespace, "name": name}).fetchone()
    if row and row["is_own"] and row["dataset_id"] != dataset_id:
        for statement in _MERGE_DATASETS:
            connection.execute(statement, {"old_id": row["dataset_id"], "dataset_id": dataset_id})
    elif not (row and row["is_own"]):
        connection.execute(_SQL["put_dataset_name"], {"namespace": namespace, "name": name, "dataset_id": dataset_id, "at": at})
