"""The store's HTTP interface: Marquez's API under /api/v1, and the page at /."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from lineage import page
from lineage.graph import read_graph
from lineage.store import endpoints, ingest
from lineage.store.body import read_body
from lineage.store.database import Database, DatabaseError
from lineage.store.events import BadEventError, parse
from lineage.store.local import StoredLineage
from lineage.store.walks import UnknownNodeError

_NAMESPACE = "/namespaces/{namespace}"


def create_app(database: Database) -> ASGIApp:
    """The application over an open database, which it closes when it ends."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        database.close()

    app = Starlette(
        routes=[Route("/", _draw), Route("/healthcheck", _healthcheck), Mount("/api/v1", routes=_api())],
        exception_handlers={
            HTTPException: lambda _, error: _refuse(error.status_code, error.detail),
            BadEventError: lambda _, error: _refuse(error.status, str(error)),
            DatabaseError: lambda _, error: _refuse(503, str(error)),
            UnknownNodeError: lambda _, error: _refuse(404, str(error)),
            Exception: lambda _, __: _refuse(500, "the store failed; its log says why"),
        },
        lifespan=lifespan,
    )
    app.state.database = database
    return _RawPath(app)


def _api() -> list[Route]:
    return [
        Route("/lineage", _post_lineage, methods=["POST"]),
        _get("/lineage", endpoints.get_lineage),
        _get("/column-lineage", endpoints.get_column_lineage),
        _get("/events/lineage", endpoints.get_events),
        _get("/namespaces", endpoints.get_namespaces),
        _get(f"{_NAMESPACE}/jobs", endpoints.get_jobs),
        _get(f"{_NAMESPACE}/jobs/{{job}}", endpoints.get_job),
        _get(f"{_NAMESPACE}/jobs/{{job}}/runs", endpoints.get_runs),
        _get("/jobs/runs/{id}", endpoints.get_run),
        _get("/jobs/runs/{id}/facets", endpoints.get_run_facets),
        _get(f"{_NAMESPACE}/datasets", endpoints.get_datasets),
        _get(f"{_NAMESPACE}/datasets/{{dataset}}", endpoints.get_dataset),
    ]


def _get(path: str, endpoint: endpoints.Endpoint) -> Route:
    def answer(request: Request) -> JSONResponse:
        with _database(request).read() as connection:
            return JSONResponse(endpoint(connection, request))

    return Route(path, answer)


async def _post_lineage(request: Request) -> Response:
    """Acknowledges an event once it is on disk."""
    await run_in_threadpool(_store, _database(request), await read_body(request))
    return Response(status_code=201)


def _store(database: Database, body: bytes) -> None:
    event = parse(body)
    with database.write() as connection:
        ingest.record(connection, event)


def _draw(request: Request) -> HTMLResponse:
    with _database(request).read() as connection:
        graph = read_graph(StoredLineage(connection))
    return HTMLResponse(page.render(graph))


def _healthcheck(request: Request) -> JSONResponse:
    _database(request).check()
    return JSONResponse({"status": "ok"})


def _refuse(status: int, message: str) -> JSONResponse:
    return JSONResponse({"code": status, "message": message}, status)


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


class _RawPath:
    """Routes on the path as it was sent: names hold slashes, which come as %2F and must not part a path."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = {**scope, "path": scope["raw_path"].decode("latin-1")}
        await self._app(scope, receive, send)
