"""A lineage store that answers as a test tells it to, and remembers what it was sent; and events to send."""

import gzip
import json
import socket
import ssl
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from openlineage.client.event_v2 import Job, Run, RunEvent, RunState

Answer = Callable[["Request"], object]
HANG = 20  # seconds, more than anything waits for


class Seen(NamedTuple):
    """What one POST was."""

    path: str
    headers: Message


class Request(BaseHTTPRequestHandler):
    """One POST, or what a bucket is sent: `body` is unpacked; `answer` sends a status and a text."""

    protocol_version = "HTTP/1.1"
    endpoint: "Endpoint"
    body: bytes

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        self.body = gzip.decompress(sent) if self.headers["Content-Encoding"] == "gzip" else sent
        self.endpoint.requests.append(Seen(self.path, self.headers))
        self.endpoint.how(self)

    def do_GET(self) -> None:
        self.endpoint.how(self)

    do_PUT = do_POST  # noqa: N815 - the name that http.server looks for

    def answer(self, status: int, text: str = "", kind: str = "application/json") -> None:
        if status == 201:
            self.endpoint.accepted.append(self.body)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Says nothing."""


class Endpoint:
    """The server's address, how it answers, what it was asked and what it accepted."""

    def __init__(self) -> None:
        self.requests: list[Seen] = []
        self.accepted: list[bytes] = []
        self.connections = 0
        self.how: Answer = lambda request: request.answer(201)
        self.url = ""
        self.over = threading.Event()
        """Ends what hangs."""

    @property
    def jobs(self) -> list[str]:
        """The jobs of the accepted events."""
        return [json.loads(body)["job"]["name"] for body in self.accepted]


def hang(request: Request) -> None:
    """Answer nothing, until the test says that it is over, and hang up."""
    request.endpoint.over.wait(HANG)
    request.close_connection = True


def raw(*parts: bytes) -> Answer:
    """Send these bytes as the answer, and hang up."""

    def send(request: Request) -> None:
        request.close_connection = True
        for part in parts:
            request.wfile.write(part)

    return send


def drip(before: bytes, again: bytes = b"x") -> Answer:
    """Begin an answer with `before`, and send `again` time and again, until the test is over or the client has gone."""

    def send(request: Request) -> None:
        request.close_connection = True
        request.wfile.write(before)
        while not request.endpoint.over.wait(0.05):
            request.wfile.write(again)

    return send


OK = b"HTTP/1.1 200 OK\r\n"
DRIPS = {
    "status": drip(b"HTTP/1.1 2"),
    "header": drip(OK + b"X-Long: "),
    "headers": drip(OK, b"X: y\r\n"),
    "interim": drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "body": drip(OK + b"Content-Length: 60000\r\n\r\n", b" "),
    "endless": drip(OK + b"\r\n", b" " * 9),
    "chunks": drip(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
}
"""Answers that never end, though something comes all the time."""


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[Endpoint]:
    endpoint = Endpoint()

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def get_request(self) -> tuple[socket.socket, Any]:
            endpoint.connections += 1
            return super().get_request()

        def handle_error(self, *_: object) -> None:
            """A client that has gone is no news."""

    server = Server(("127.0.0.1", 0), type("Bound", (Request,), {"endpoint": endpoint}))
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    endpoint.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield endpoint
    finally:
        endpoint.over.set()
        server.shutdown()
        thread.join(10)
        server.server_close()


_NOBODY = socket.socket()  # bound as long as the tests run, so that nobody else gets the port; who connects to it is refused
_NOBODY.bind(("127.0.0.1", 0))


def nobody() -> str:
    """An address at which nobody listens."""
    return f"http://127.0.0.1:{_NOBODY.getsockname()[1]}"


def event(job: str, second: int = 0, run: str | None = None, state: RunState = RunState.START) -> RunEvent:
    """An event of a job, `second` seconds after midnight, of a run of its own unless one is named."""
    time = f"2026-01-31T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}.000000+00:00"
    run_id = run or str(uuid.uuid5(uuid.NAMESPACE_URL, job))
    return RunEvent(
        eventTime=time,
        run=Run(runId=run_id),
        job=Job(namespace="tickit", name=job),
        eventType=state,
        producer="https://tickit.test",
    )
