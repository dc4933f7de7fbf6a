"""What a server on this machine refuses, so that no web page from elsewhere uses it through the browser of the person who works here.

Loopback is no wall. Any page can make the browser send a request to 127.0.0.1, and a page whose own name is given this machine's
address (DNS rebinding) can read the answers as well. Browsers say what they do: Host has the name that the page used, Origin (RFC 6454)
and Sec-Fetch-Site (https://www.w3.org/TR/fetch-metadata/) say where the page is from. A page at another port of this machine is foreign
too; browsers call it `same-site`. Programs send neither Origin nor Sec-Fetch-Site.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

FORMS = ("text/plain", "multipart/form-data", "application/x-www-form-urlencoded")
"""The media types that a page can send anywhere without asking first."""

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^\s:/@\[\]]+)(?::\d{1,5})?")
_OWN_PAGES = (None, "none", "same-origin")
"""What Sec-Fetch-Site says of a request that no other page is behind: `none` is a person's, by the address bar or a bookmark."""
_A_LINK = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


def is_loopback(name: str) -> bool:
    """Whether a host's name, without its port, means this machine and cannot be given to another."""
    return name in _LOOPBACK


def media_type(headers: Mapping[str, str]) -> str:
    """The media type of a body, in lower case and without parameters; "" when none is told."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True)
class Wall:
    """Tells whose requests are refused.

    `is_own` says whether a name, in lower case, without a port, and an IPv6 address in brackets, is the server's.
    `page` is the path that a link on another page may open in the browser's window, where nobody but the person sees it.
    """

    is_own: Callable[[str], bool] = is_loopback
    page: str | None = None

    def refusal(self, method: str, scheme: str, path: str, headers: Mapping[str, str]) -> str | None:
        """Why a request is refused, and what to do; None for one that is not. The names of `headers` are found in any case."""
        host = headers.get("host", "").lower()
        parts = _HOST.fullmatch(host)
        if not (parts and self.is_own(parts[1])):
            return (
                f"{host!r} is no name of this server: ask for it by 127.0.0.1, localhost or [::1], "
                "or by the name or address that it was told to listen on"
            )
        origin = headers.get("origin")
        if origin is not None and origin.lower() != f"{scheme}://{host}":
            return f"a page of {origin!r} may not use this server: use it from its own page, or from a program that is no browser"
        if headers.get("sec-fetch-site") not in _OWN_PAGES and not self._is_link(method, path, headers):
            return "another page made the browser ask for this: type the address into the browser yourself, or use a program"
        return None

    def _is_link(self, method: str, path: str, headers: Mapping[str, str]) -> bool:
        return method == "GET" and path == self.page and all(headers.get(name) == value for name, value in _A_LINK.items())
