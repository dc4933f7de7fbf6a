"""Which stored job, run or dataset an event speaks of: parents, symlinks, and what turns out to be the same."""

import sqlite3
from typing import Any, NamedTuple

from lineage.shapes import Json
from lineage.store.database import statements
from lineage.store.events import Event
from lineage.store.facets import Parent

_SQL = statements("ingest.sql")


class Name(NamedTuple):
    """What identifies a job."""

    namespace: str
    name: str


def touch_run(connection: sqlite3.Connection, **values: Any) -> None:
    """Stores what is known of a run, beside what was known before; `id`, `job_id`, `at` and `as_of` have to be given."""
    unknown = dict.fromkeys(("parent_run_id", "nominal_start_time", "nominal_end_time", "started_at", "ended_at"))
    connection.execute(_SQL["touch_run"], {**unknown, "state": "NEW", **values})


def job(connection: sqlite3.Connection, part: Json, parent: Parent | None, event: Event) -> int:
    """The job that an event names, made when it is new. Marquez puts the parent's name before the child's, once."""
    simple = simple_name(part, parent)
    above: Json = {"parent_id": None, "named_as_of": None}
    if parent:
        parent_job = {"namespace": parent.namespace, "name": parent.job}
        above = {"parent_id": job(connection, parent_job, None, event), "named_as_of": event.as_of}
    name = f"{parent.job}.{simple.name}" if parent else simple.name
    connection.execute(_SQL["touch_namespace"], {"name": simple.namespace, "at": event.time})
    values = {"namespace": simple.namespace, "name": name, "simple_name": simple.name, **above, "at": event.time}
    return int(connection.execute(_SQL["touch_job"], values).fetchone()["id"])


def simple_name(part: Json, parent: Parent | None) -> Name:
    """A job's name without its parent's."""
    name = part["name"].removeprefix(f"{parent.job}.") if parent else part["name"]
    return Name(part["namespace"], name)


def adopt(connection: sqlite3.Connection, run_id: str, name: Name, job_id: int) -> bool:
    """Lets the events of a run that give only the simple name count for the job too; whether that is new."""
    values = {"run_id": run_id, **name._asdict(), "job_id": job_id}
    return connection.execute(_SQL["adopt"], values).rowcount > 0


def adopters(connection: sqlite3.Connection, run_id: str, part: Json) -> set[int]:
    """The jobs for which a run's events count that give this simple name."""
    values = {"run_id": run_id, "namespace": part["namespace"], "name": part["name"]}
    return {row["job_id"] for row in connection.execute(_SQL["adopters"], values)}


def jobs_named(connection: sqlite3.Connection, name: Name) -> set[int]:
    """The job of this very name, if there is one."""
    return {row["id"] for row in connection.execute(_SQL["job_named"], name._asdict())}


def dataset(connection: sqlite3.Connection, namespace: str, name: str, others: list[tuple[str, str]], as_of: str) -> int:
    """The row of a dataset's name, made when it is new. It claims the `others`, which are the same dataset's; `find_roots` afterwards."""
    own = _dataset_named(connection, namespace, name)
    claimed = {_dataset_named(connection, *other) for other in others} - {own}
    connection.executemany(_SQL["claim_dataset"], [{"id": other, "claimed_by": own, "as_of": as_of} for other in claimed])
    return own


def find_roots(connection: sqlite3.Connection) -> None:
    """Finds where the claims lead that are new: to a name that nobody claims, or else to the first by name of a circle."""
    rows = {row["id"]: row for row in connection.execute(_SQL["without_root"])}
    roots: dict[int, int] = {}
    for start in rows:
        way: dict[int, None] = {}
        place = start
        while place in rows and place not in roots and place not in way:
            way[place] = None
            place = rows[place]["claimed_by"] or place
        roots |= dict.fromkeys(way, _root(rows, roots, list(way), place))
    connection.executemany(_SQL["put_root"], [{"id": id_, "root_id": root} for id_, root in roots.items()])


def _root(rows: dict[int, sqlite3.Row], roots: dict[int, int], way: list[int], end: int) -> int:
    """The root of a way that ends at a known root, outside of what is looked for, or on itself."""
    if end in roots:
        return roots[end]
    if end not in rows:
        return int(rows[way[-1]]["claimants_root"])
    return min(way[way.index(end) :], key=lambda one: (rows[one]["namespace"], rows[one]["name"]))


def _dataset_named(connection: sqlite3.Connection, namespace: str, name: str) -> int:
    values = {"namespace": namespace, "name": name}
    row = connection.execute(_SQL["dataset_named"], values).fetchone() or connection.execute(_SQL["add_dataset"], values).fetchone()
    return int(row["id"])
