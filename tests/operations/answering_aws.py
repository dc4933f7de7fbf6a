"""A server that answers AWS's operations as a test says, and denies all others: for what the emulated AWS cannot be brought to say."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answers = Mapping[str, Any]
DENIED = "AccessDeniedException"


@contextmanager
def answering(answers: Answers, refusal: str = DENIED) -> Iterator[str]:
    """Its URL. `answers`: {operation, or path of a REST service: the answer's JSON or text}; all else fails with the code `refusal`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(urlsplit(self.path).path)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            target = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
            self._answer(target or parse_qs(body).get("Action", [urlsplit(self.path).path])[0])

        def _answer(self, operation: str) -> None:
            known = operation in answers
            body = _text(answers[operation]) if known else self._refused()
            self.send_response(200 if known else 403)
            self.send_header("Content-Length", str(len(body)))
            if not known:
                self.send_header("x-amzn-errortype", refusal)
            self.end_headers()
            self.wfile.write(body.encode())

        def _refused(self) -> str:
            if "X-Amz-Target" in self.headers:
                return json.dumps({"__type": refusal, "message": "no"})
            error = f"<Error><Code>{refusal}</Code><Message>no</Message></Error>"  # a REST service that speaks JSON reads the header
            return f"<ErrorResponse>{error}</ErrorResponse>"

        def log_message(self, *_: Any) -> None:
            """Nothing on the tests' output."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def _text(answer: Any) -> str:
    return answer if isinstance(answer, str) else json.dumps(answer)
