"""Lineage stores that are well or fail in one way, and count the events that they accept."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HANG = 30  # seconds
HEALTHY = "healthy"


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    how: "Callable[[_Answer], None]"
    accepted: list[str]

    def do_POST(self) -> None:
        """Read an event, and do with it what this store does."""
        self.rfile.read(int(self.headers["Content-Length"]))
        type(self).how(self)

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def reply(self, status: int) -> None:
        """An answer without a body."""
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def fail(self) -> None:
        """A server in trouble, which closes the connection, too."""
        self.reply(500)
        self.close_connection = True

    def accept(self) -> None:
        """Take the event."""
        self.accepted.append(self.path)
        self.reply(201)

    def hang(self) -> None:
        """Hold the connection."""
        time.sleep(HANG)
        self.close_connection = True

    def babble(self) -> None:
        """Answer what is no HTTP."""
        self.wfile.write(b"\x00\xff220 smtp.example.org\r\n\r\n")
        self.close_connection = True


DOWN, HANGS, FAILS, BABBLES = "down", f"hangs {HANG} s", "answers 500", "answers garbage"
STORES: dict[str, Callable[[_Answer], None] | None] = {
    HEALTHY: _Answer.accept,
    DOWN: None,
    HANGS: _Answer.hang,
    FAILS: _Answer.fail,
    BABBLES: _Answer.babble,
}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False


@contextmanager
def endpoint(name: str, port: int) -> Iterator[tuple[str, list[str]]]:
    """The address of a store of this kind at a port, and a list that gets longer with each event it accepts."""
    how, accepted = STORES[name], list[str]()
    if how is None:
        yield f"http://127.0.0.1:{port}", accepted
        return
    server = _Server(("127.0.0.1", port), type("Answer", (_Answer,), {"how": how, "accepted": accepted}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}", accepted
    finally:
        server.shutdown()
        server.server_close()
