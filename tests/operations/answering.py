"""An HTTP server that answers as a test wants it: what an AWS service says where the emulated one cannot be brought to say it."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

DENIED = "AccessDeniedException"


@dataclass(frozen=True)
class Request:
    """What was asked; the names in `headers` are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What is said to it."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@contextmanager
def answering(answer: Callable[[Request], Answer]) -> Iterator[str]:
    """The URL of a loopback server that runs as long as the context."""

    class Handler(BaseHTTPRequestHandler):
        def respond(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            said = answer(Request(self.command, self.path, headers, body))
            self.send_response(said.status)
            for name, value in (said.headers | {"content-length": str(len(said.body))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said.body)

        do_DELETE = do_GET = do_HEAD = do_PATCH = do_POST = do_PUT = respond  # noqa: N815 - the names that http.server looks for

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing: a test's output is its own."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def operations(answers: Mapping[str, Any], refusal: str = DENIED) -> Callable[[Request], Answer]:
    """For AWS: `answers` is {operation, or path of a REST service: JSON or text}, and all else fails with the code `refusal`."""

    def answer(request: Request) -> Answer:
        target = request.headers.get("x-amz-target", "").rpartition(".")[2]
        path = urlsplit(request.path).path
        operation = target or parse_qs(request.body.decode()).get("Action", [path])[0]
        if operation in answers:
            said = answers[operation]
            return Answer(HTTPStatus.OK, (said if isinstance(said, str) else json.dumps(said)).encode())
        error = f"<ErrorResponse><Error><Code>{refusal}</Code><Message>no</Message></Error></ErrorResponse>"
        refused = json.dumps({"__type": refusal, "message": "no"}) if target else error
        return Answer(
            HTTPStatus.FORBIDDEN, refused.encode(), {"x-amzn-errortype": refusal}
        )  # where a REST service that speaks JSON says it

    return answer
