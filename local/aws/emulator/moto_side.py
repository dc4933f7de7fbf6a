"""What moto answers: its applications, with its gaps closed before a service is first used."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.test import run_wsgi_app

from local.aws.emulator import ec2_gaps, glue_gaps, moto_gaps, role_gaps  # noqa: F401 - each says which gaps it closes


@dataclass(frozen=True)
class Answer:
    """An HTTP response, whole."""

    status: str
    headers: Iterable[tuple[str, str]]
    body: bytes

    def send(self, start_response: Callable[..., Any]) -> list[bytes]:
        """Give it to the WSGI server."""
        start_response(self.status, list(self.headers))
        return [self.body]


class Moto:
    """moto's server, as one WSGI application."""

    def __init__(self) -> None:
        self._application = DomainDispatcherApplication(create_backend_app)

    def answer(self, environ: dict[str, Any]) -> Answer:
        """Let moto answer. Raises whatever moto raises, NotImplementedError among it."""
        body, status, headers = run_wsgi_app(self._application, environ, buffered=True)
        return Answer(status, list(headers.items()), b"".join(body))

    def reset(self) -> None:
        """Empty every service."""
        from moto.moto_api._internal.models import moto_api_backend  # noqa: PLC0415 - imports moto's recorder

        moto_api_backend.reset()
