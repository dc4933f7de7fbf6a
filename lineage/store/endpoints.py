"""What each path of Marquez's API answers with, read from one state of the database."""

import sqlite3
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import unquote

from starlette.exceptions import HTTPException
from starlette.requests import Request

from lineage.shapes import Json
from lineage.store import walks
from lineage.store.events import run_uuid, utc
from lineage.store.views import datasets, events, graphs, jobs

T = TypeVar("T")
Endpoint = Callable[[sqlite3.Connection, Request], Json]

_LIMIT, _MOST = 100, 1000
_DEPTH, _DEEPEST = 20, 100
_FARTHEST = 10**9
_ALWAYS_AFTER, _ALWAYS_BEFORE = "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"


def get_namespaces(connection: sqlite3.Connection, request: Request) -> Json:
    """All namespaces."""
    return {"namespaces": events.namespaces(connection, *_page(request))}


def get_jobs(connection: sqlite3.Connection, request: Request) -> Json:
    """The jobs of a namespace: none for one that is not known, as in Marquez."""
    page = jobs.jobs(connection, _name(request, "namespace"), *_page(request))
    return {"jobs": page.items, "totalCount": page.total}


def get_job(connection: sqlite3.Connection, request: Request) -> Json:
    """One job."""
    job_id = _job_id(connection, request)
    return jobs.jobs_by_id(connection, [job_id])[job_id]


def get_runs(connection: sqlite3.Connection, request: Request) -> Json:
    """The runs of a job."""
    page = jobs.runs(connection, _job_id(connection, request), *_page(request))
    return {"runs": page.items, "totalCount": page.total}


def get_run(connection: sqlite3.Connection, request: Request) -> Json:
    """One run."""
    run_id = run_uuid(_name(request, "id"))
    return _found(jobs.run(connection, run_id), f"no run {run_id}")


def get_run_facets(connection: sqlite3.Connection, request: Request) -> Json:
    """The facets of a run, or of its job."""
    run = get_run(connection, request)
    match request.query_params.get("type", "run").lower():
        case "run":
            return {"runId": run["id"], "facets": run["facets"]}
        case "job":
            return {"runId": run["id"], "facets": jobs.job_facets_of_run(connection, run["id"])}
        case other:
            raise HTTPException(400, f"type is run or job, not {other!r}")


def get_datasets(connection: sqlite3.Connection, request: Request) -> Json:
    """The datasets of a namespace."""
    namespace = _name(request, "namespace")
    if not events.namespace_exists(connection, namespace):
        raise HTTPException(404, f"no namespace {namespace!r}")
    page = datasets.datasets(connection, namespace, *_page(request))
    return {"datasets": page.items, "totalCount": page.total}


def get_dataset(connection: sqlite3.Connection, request: Request) -> Json:
    """One dataset, under any of its names."""
    namespace, name = _name(request, "namespace"), _name(request, "dataset")
    dataset_id = _found(walks.dataset_named(connection, namespace, name), f"no dataset {name!r} in namespace {namespace!r}")
    return datasets.datasets_by_id(connection, [dataset_id])[dataset_id]


def get_lineage(connection: sqlite3.Connection, request: Request) -> Json:
    """Jobs and datasets around a job or a dataset."""
    node = walks.resolve(connection, _parameter(request, "nodeId"))
    if node.field is not None:
        raise HTTPException(400, "nodeId is a job or a dataset here; columns are at /api/v1/column-lineage")
    return graphs.lineage(connection, walks.lineage(connection, node, _number(request, "depth", _DEPTH, _DEEPEST)))


def get_column_lineage(connection: sqlite3.Connection, request: Request) -> Json:
    """Columns upstream of a column, of a dataset's or of a job's outputs; downstream too when asked."""
    node = walks.resolve(connection, _parameter(request, "nodeId"))
    downstream = request.query_params.get("withDownstream", "false").lower() == "true"
    edges = walks.column_lineage(connection, node, _number(request, "depth", _DEPTH, _DEEPEST), downstream=downstream)
    return graphs.column_lineage(connection, edges)


def get_events(connection: sqlite3.Connection, request: Request) -> Json:
    """Raw events, the newest first unless asked otherwise."""
    before = utc(request.query_params.get("before", _ALWAYS_BEFORE))
    after = utc(request.query_params.get("after", _ALWAYS_AFTER))
    direction = request.query_params.get("sortDirection", "desc").lower()
    if direction not in ("asc", "desc"):
        raise HTTPException(400, f"sortDirection is asc or desc, not {direction!r}")
    page = events.events(connection, before, after, *_page(request), newest_first=direction == "desc")
    return {"events": page.items, "totalCount": page.total}


def _job_id(connection: sqlite3.Connection, request: Request) -> int:
    namespace, name = _name(request, "namespace"), _name(request, "job")
    return _found(walks.job_named(connection, namespace, name), f"no job {name!r} in namespace {namespace!r}")


def _found(value: T | None, otherwise: str) -> T:
    if value is None:
        raise HTTPException(404, otherwise)
    return value


def _name(request: Request, part: str) -> str:
    """A part of the path; it arrives as it was sent, escaped."""
    return unquote(request.path_params[part])


def _parameter(request: Request, name: str) -> str:
    if name not in request.query_params:
        raise HTTPException(400, f"{name} is missing")
    return request.query_params[name]


def _page(request: Request) -> tuple[int, int]:
    return _number(request, "limit", _LIMIT, _MOST), _number(request, "offset", 0, _FARTHEST)


def _number(request: Request, name: str, default: int, most: int) -> int:
    """More than `most` is refused: who got less than was asked for would take it for all there is."""
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and int(text) <= most):
        raise HTTPException(400, f"{name} is a whole number from 0 to {most}, not {text[:20]!r}")
    return int(text)
