"""What the store understands of OpenLineage's facets. A facet that does not keep to its specification is read as far as it does."""

from dataclasses import dataclass
from typing import Any, TypeGuard

from lineage.shapes import Json, as_object, as_objects, as_text
from lineage.store.events import BadEventError, is_namespace, run_uuid, utc


@dataclass(frozen=True)
class Parent:
    """The job and run that a run belongs to."""

    namespace: str
    job: str
    run_id: str


def facets(part: Json) -> dict[str, Json]:
    """The facets of a run, job or dataset of an event, by name."""
    return {name: facet for name, facet in (part.get("facets") or {}).items() if facet is not None}


def parent(run_facets: dict[str, Json], job_name: str) -> Parent | None:
    """The parent of a run of the job `job_name`.

    Old integrations wrote the job's own name where the parent's belongs: the parent's is then what stands before the last dot.
    """
    facet = run_facets.get("parent") or run_facets.get("parentRun") or {}
    job, run = as_object(facet.get("job")), as_object(facet.get("run"))
    namespace, name, run_id = job.get("namespace"), job.get("name"), run.get("runId")
    if not (is_namespace(namespace) and _is_name(name) and _is_name(run_id)):
        return None
    if name == job_name and "." in name:
        name = name.rpartition(".")[0]
    return Parent(namespace, name, run_uuid(run_id))


def nominal_times(run_facets: dict[str, Json]) -> tuple[str | None, str | None]:
    """When a run was due to start and to end."""
    facet = run_facets.get("nominalTime", {})
    return _time(facet.get("nominalStartTime")), _time(facet.get("nominalEndTime"))


def part_and_try(run_facets: dict[str, Json]) -> tuple[int, int] | None:
    """Which part of a mapped task a run of Airflow's is, -1 for a task that is not mapped, and which try of it (AirflowRunFacet)."""
    instance = as_object(run_facets.get("airflow", {}).get("taskInstance"))
    part, number = instance.get("map_index"), instance.get("try_number")
    if not _is_count(number):
        return None
    return (part if _is_count(part) else -1), number


def _is_count(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def symlinks(dataset_facets: dict[str, Json]) -> list[tuple[str, str]]:
    """The other (namespace, name)s of a dataset."""
    identifiers = as_objects(dataset_facets.get("symlinks", {}).get("identifiers"))
    return [(i["namespace"], i["name"]) for i in identifiers if _is_name(i.get("namespace")) and _is_name(i.get("name"))]


def fields(dataset_facets: dict[str, Json]) -> list[Json]:
    """The columns of a dataset: name, type and description of each."""
    listed = as_objects(dataset_facets.get("schema", {}).get("fields"))
    return [
        {"name": field["name"], "type": as_text(field.get("type")), "description": as_text(field.get("description"))}
        for field in listed
        if _is_name(field.get("name"))
    ]


def _time(value: Any) -> str | None:
    try:
        return utc(value) if isinstance(value, str) else None
    except BadEventError:
        return None


def _is_name(value: Any) -> TypeGuard[str]:
    return as_text(value) is not None
