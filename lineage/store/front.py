"""What stands before the store's application: who may ask, how long a request's head may be, and what every answer says to browsers."""

import ipaddress
from collections.abc import Callable, Iterator

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lineage.wall import Wall, is_loopback

MOST_OF_A_HEAD = 16 * 1024
"""Bytes of a request's target, and of its headers together. The longest node ids are names of 1024 characters, each escaped."""

_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared, not listened on
_FOR_BROWSERS = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def refused(status: int, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """An answer that says no, as Marquez's server does."""
    return JSONResponse({"code": status, "message": message}, status, headers)


class Front:
    """The application behind its wall; `host` is what the server listens on.

    Routes go by the path as it was sent: names hold slashes, which come as %2F and must not part a path.
    """

    def __init__(self, app: ASGIApp, host: str) -> None:
        self._app, self._wall = app, Wall(_names(host.lower()), page="/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI interface."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def to_browsers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _FOR_BROWSERS.items():
                    headers.setdefault(name, value)
            await send(message)

        path = scope["raw_path"].decode("latin-1")
        app = next(self._refusals(scope, path), self._app)
        await app({**scope, "path": path}, receive, to_browsers)

    def _refusals(self, scope: Scope, path: str) -> Iterator[ASGIApp]:
        if len(scope["raw_path"]) + len(scope["query_string"]) > MOST_OF_A_HEAD:
            yield refused(414, f"the address is longer than {MOST_OF_A_HEAD} bytes")
        if sum(len(name) + len(value) for name, value in scope["headers"]) > MOST_OF_A_HEAD:
            yield refused(431, f"the headers are longer than {MOST_OF_A_HEAD} bytes")
        if reason := self._wall.refusal(scope["method"], scope["scheme"], path, Headers(scope=scope)):
            yield refused(403, reason)


def _names(host: str) -> Callable[[str], bool]:
    """Which names a server answers to: a server that listens everywhere has any address, but no name that others could give it."""
    if host in _EVERYWHERE:
        return lambda name: is_loopback(name) or _is_address(name)
    return lambda name: is_loopback(name) or name.strip("[]") == host


def _is_address(name: str) -> bool:
    try:
        return bool(ipaddress.ip_address(name.strip("[]")))
    except ValueError:
        return False
