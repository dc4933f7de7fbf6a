"""The wall around the emulated AWS: pages in the browser of the person who works here get neither its secrets nor anything done."""

from collections.abc import Callable
from typing import Any

from werkzeug.datastructures import EnvironHeaders

from lineage.wall import FORMS, Wall, is_loopback, media_type
from local.aws.emulator import protocol
from local.aws.emulator.errors import Refused

FOR_PAGES = "access-control-"
"""What the names of headers begin with that let other pages read an answer; moto sets them."""
PROXIED = (".aws.test", ".amazonaws.com", ".127.0.0.1")
"""What hosts end with that clients reach through this AWS as their proxy: machine.py says why. No browser has it for one."""


class Walled:
    """A WSGI application behind the wall. `forms` tells whether it takes what a form can send from who does not sign it."""

    def __init__(self, application: Callable[..., Any], *, forms: bool = False) -> None:
        self._application, self._forms = application, forms

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        """The WSGI interface."""
        if reason := self._refusal(environ, EnvironHeaders(environ)):
            return protocol.failure(None, Refused("AccessDeniedException", reason)).send(start_response)

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            return start_response(status, [header for header in headers if not header[0].lower().startswith(FOR_PAGES)], *error)

        return self._application(environ, start)

    def _refusal(self, environ: dict[str, Any], headers: EnvironHeaders) -> str | None:
        is_proxied = not environ["RAW_URI"].startswith("/")
        wall = Wall(_is_proxied if is_proxied else is_loopback)
        method = environ["REQUEST_METHOD"]
        if reason := wall.refusal(method, environ["wsgi.url_scheme"], environ["PATH_INFO"], headers):
            return reason
        if not self._forms and method == "POST" and media_type(headers) in FORMS and "Authorization" not in headers:
            return "a form can send this: sign it in an Authorization header, as every AWS SDK does"
        return None


def _is_proxied(name: str) -> bool:
    return f".{name}".endswith(PROXIED)
