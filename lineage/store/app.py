"""The store's HTTP interface: Marquez's API under /api/v1, and the page at /."""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from lineage import page
from lineage.graph import read_graph
from lineage.store import endpoints, ingest
from lineage.store.body import Bodies
from lineage.store.database import Database, DatabaseError
from lineage.store.events import BadEventError, parse
from lineage.store.front import Front, refused
from lineage.store.local import StoredLineage
from lineage.store.turns import Turns, in_a_thread
from lineage.store.walks import UnknownNodeError

_NAMESPACE = "/namespaces/{namespace}"
_READING = 8  # more would only take turns of the one processor that Python uses, and keep events waiting


def create_app(database: Database, host: str = "127.0.0.1") -> ASGIApp:
    """The application over an open database, which it closes when it ends; `host` is what it is served on."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        database.close()

    app = Starlette(
        routes=[Route("/", _reading(_draw)), Route("/healthcheck", _healthcheck), Mount("/api/v1", routes=_api())],
        exception_handlers={
            HTTPException: _says(lambda error: refused(error.status_code, error.detail, error.headers)),
            BadEventError: _says(lambda error: refused(error.status, str(error))),
            DatabaseError: _says(lambda error: refused(503, str(error))),
            UnknownNodeError: _says(lambda error: refused(404, str(error))),
            Exception: _says(lambda _: refused(500, "the store failed; its log says why")),
        },
        lifespan=lifespan,
    )
    app.state.database, app.state.bodies, app.state.reading = database, Bodies(), Turns(_READING)
    return Front(app, host)


def _says(answer: Callable[[Any], Response]) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Starlette runs a handler that is no coroutine in a thread, of which there may be none."""

    async def handle(_: Request, error: Exception) -> Response:
        return answer(error)

    return handle


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
    return Route(path, _reading(lambda connection, request: JSONResponse(endpoint(connection, request))))


def _reading(look: Callable[[sqlite3.Connection, Request], Response]) -> Callable[[Request], Awaitable[Response]]:
    """An answer out of one state of the database."""

    def read(request: Request) -> Response:
        with _database(request).read() as connection:
            return look(connection, request)

    async def answer(request: Request) -> Response:
        async with request.app.state.reading.turn():
            return await in_a_thread(read, request)

    return answer


async def _post_lineage(request: Request) -> Response:
    """Acknowledges an event once it is on disk."""
    async with request.app.state.bodies.body(request) as body:
        await in_a_thread(_store, _database(request), body)
    return Response(status_code=201)


def _store(database: Database, body: bytes) -> None:
    event = parse(body)
    with database.write() as connection:
        ingest.record(connection, event)


def _draw(connection: sqlite3.Connection, request: Request) -> Response:
    """The page; to who has it as it is, nothing, which costs no look at the lineage."""
    version = _version(connection)
    headers = {"Content-Security-Policy": f"{page.policy(live=True)}; frame-ancestors 'none'", "ETag": version, "Cache-Control": "no-store"}
    if request.headers.get("if-none-match") == version:
        return Response(status_code=304, headers=headers)
    return HTMLResponse(page.render(read_graph(StoredLineage(connection)), version), headers=headers)


def _version(connection: sqlite3.Connection) -> str:
    """Another one for every event: the last one's number and digest, as an ETag."""
    last = connection.execute("select id, hex(digest) from events order by id desc limit 1").fetchone()
    return f'"{last[0]}-{last[1][:16]}"' if last else '"nothing"'


async def _healthcheck(request: Request) -> JSONResponse:
    await in_a_thread(_database(request).check)
    return JSONResponse({"status": "ok"})


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database
