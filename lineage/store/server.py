"""The store as a process of its own."""

import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import uvicorn

from lineage.store.app import create_app
from lineage.store.database import Database

_SECONDS_TO_FINISH = 5


class PortTakenError(Exception):
    """The address cannot be listened on; the message says why."""


def serve(database: Path, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serves until SIGTERM or Ctrl-C, then ends requests and returns. Port 0 takes a free one.

    `ready` is called with the URL once the address is bound: from then on connections are accepted.
    Raises PortTakenError and DatabaseError.
    """
    listener = _listen(host, port)
    with listener:
        app = create_app(Database(database))
        ready(f"http://{host}:{listener.getsockname()[1]}")
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn stops by itself, then raises the signal once more
        config = uvicorn.Config(app, log_level="warning", lifespan="on", timeout_graceful_shutdown=_SECONDS_TO_FINISH)
        try:
            uvicorn.Server(config).run(sockets=[listener])
        except KeyboardInterrupt:
            return


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), backlog=128)
    except OSError as error:
        raise PortTakenError(f"cannot listen on {host}:{port}: {os.strerror(error.errno or 0)}") from error
