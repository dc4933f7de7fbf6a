"""The lineage store of this repository behind a door: a test says which requests are answered at the door instead."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from lineage.store.app import create_app
from lineage.store.database import Database
from tests.local.waiting import eventually


class Asked(NamedTuple):
    """One request."""

    method: str
    path: str
    key: str


Door = Callable[[Asked], tuple[int, str] | None]


class Marquez:
    """Its address, and what its door does: status and text for a request that it answers itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.url = ""
        self.door: Door = lambda _: None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope)
            answer = self.door(Asked(request.method, request.url.path, request.headers.get("authorization", "")))
            if answer:
                await request_body(receive)
                await Response(answer[1], answer[0])(scope, receive, send)
                return
        await self._app(scope, receive, send)


async def request_body(receive: Receive) -> None:
    """Take all that was sent: an answer before that would break the connection."""
    while (await receive()).get("more_body"):
        pass


@contextmanager
def marquez(folder: Path) -> Iterator[Marquez]:
    app = Marquez(create_app(Database(folder / "lineage.db")))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        app.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            eventually(lambda: server.started, "the store has started")
            yield app
        finally:
            server.should_exit = True
            thread.join(20)
