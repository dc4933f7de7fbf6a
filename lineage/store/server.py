"""The store as a process of its own."""

import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from lineage.store.app import create_app
from lineage.store.connections import MOST, Connection
from lineage.store.database import Database
from lineage.store.front import MOST_OF_A_HEAD

_SECONDS_TO_FINISH = 5
_BACKLOG = 64


class PortTakenError(Exception):
    """The address cannot be listened on; the message says why."""


def serve(database: Path, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serves until SIGTERM or Ctrl-C, then ends requests and returns. Port 0 takes a free one.

    `ready` is called with the URL once the address is bound: from then on connections are accepted.
    Raises PortTakenError and DatabaseError.
    """
    listener = _listen(host, port)
    with listener:
        app = create_app(Database(database), host)
        ready(f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}")
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn stops by itself, then raises the signal once more
        try:
            uvicorn.Server(configured(app)).run(sockets=[listener])
        except KeyboardInterrupt:
            return


def configured(app: ASGIApp) -> uvicorn.Config:
    """How uvicorn serves the application."""
    return uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        lifespan="on",
        log_level="warning",
        proxy_headers=False,
        server_header=False,
        backlog=_BACKLOG,  # as many are accepted before any is looked at
        limit_concurrency=MOST,
        h11_max_incomplete_event_size=2 * MOST_OF_A_HEAD,
        timeout_graceful_shutdown=_SECONDS_TO_FINISH,
    )


def _listen(host: str, port: int) -> socket.socket:
    """Without Nagle's algorithm, which would hold an answer's body back; connections have it from the listener.

    asyncio switches it off only for sockets that say they are TCP, which this one does not.
    """
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=_BACKLOG)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listener
    except OSError as error:
        raise PortTakenError(f"cannot listen on {host}:{port}: {os.strerror(error.errno or 0)}") from error
