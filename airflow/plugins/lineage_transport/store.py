"""The lineage store over HTTP: one connection kept open, compressed events, and what each answer means for an event."""

import gzip
import http.client
import select
import threading
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from socket import SHUT_RDWR
from urllib.parse import urlsplit

from lineage_transport.settings import Settings

_SHOWN = 200  # characters of an answer
_LONGEST_ANSWER = 65536  # bytes
_WHOLE = 3  # time-outs that a whole request may last: each alone bounds a silence only
_LATER = {401, 403, 404, 405, 407, 408, 421, 425, 429, 502, 503, 504}  # the address, the key or the moment is wrong, not the event
_UNPACKED = {400, 415}  # what a store may say that does not know gzip
_DENIED = {401, 403}


class Verdict(Enum):
    """What became of an event that was sent."""

    ACCEPTED = auto()
    REFUSED = auto()
    """Never acceptable: sending it again is of no use."""
    FAILED = auto()
    """The store failed at this event; others may pass."""
    AWAY = auto()
    """There is no store to speak to now."""
    DENIED = auto()
    """The store does not accept the key."""


@dataclass(frozen=True)
class Answer:
    """A verdict, in words why, and the HTTP status; 0 where there was none."""

    verdict: Verdict
    reason: str = ""
    status: int = 0


class Store:
    """Takes events at `settings.url`. Not for several threads at once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._parts = urlsplit(settings.url)
        self._connection: http.client.HTTPConnection | None = None
        self._compress = True

    def send(self, event: bytes) -> Answer:
        """Send one event, once; a connection that the store has closed meanwhile is opened anew. Raises nothing."""
        kept = self._connection is not None
        try:
            return self._send(event)
        except ConnectionError as error:
            self.close()
            return self.send(event) if kept else self._away(error)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            return self._away(error)

    def close(self) -> None:
        """Close the connection."""
        if self._connection:
            self._connection.close()
        self._connection = None

    def _away(self, error: Exception) -> Answer:
        return Answer(Verdict.AWAY, self._shown(f"{type(error).__name__}: {error}"))

    def _shown(self, text: str) -> str:
        return self._settings.clean(text)[:_SHOWN]  # cut last: no half of a key is known as one

    def _send(self, event: bytes) -> Answer:
        status, kind, text = self._post(event, compress=self._compress)
        if self._compress and status in _UNPACKED:
            status, kind, text = self._post(event, compress=False)
            self._compress = not _accepted(status)
        return Answer(_verdict(status, kind, text), self._shown(f"HTTP {status} {text}"), status)

    def _post(self, event: bytes, *, compress: bool) -> tuple[int, str, str]:
        """Status, content type and text of the answer."""
        connection = self._connect()
        overdue = threading.Event()
        watch = threading.Timer(self._settings.timeout * _WHOLE, _break, [connection, overdue])
        watch.daemon = True
        watch.start()
        try:
            connection.request("POST", self._path(), gzip.compress(event, mtime=0) if compress else event, self._headers(compress=compress))
            answer = connection.getresponse()
            text = answer.read(_LONGEST_ANSWER).decode("utf-8", "replace")
            if overdue.is_set():
                raise TimeoutError("the answer took too long")
            if (
                answer.will_close or not answer.isclosed() or answer.status < http.client.OK
            ):  # the final answer of an interim one comes later
                self.close()
            return answer.status, answer.headers.get_content_type(), text
        finally:
            watch.cancel()

    def _connect(self) -> http.client.HTTPConnection:
        if self._connection and select.select([self._connection.sock], [], [], 0)[0]:
            self.close()  # closed by the store, or with an answer to nothing in it, which would be taken for that to the next event
        if self._connection is None:
            opened = connection(self._settings)
            opened.connect()
            self._connection = opened
        return self._connection

    def _path(self) -> str:
        return self._parts.path + (f"?{self._parts.query}" if self._parts.query else "")

    def _headers(self, *, compress: bool) -> dict[str, str]:
        packed = {"Content-Encoding": "gzip"} if compress else {}
        return {**headers(self._settings), "Content-Type": "application/json", **packed}


def connection(settings: Settings) -> http.client.HTTPConnection:
    """A connection to the store, not yet made."""
    parts = urlsplit(settings.url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    return kind(parts.hostname or "", parts.port, timeout=settings.timeout)


def headers(settings: Settings) -> dict[str, str]:
    """Who is asking."""
    asking = {"User-Agent": "lineage-transport"}
    return {**asking, "Authorization": settings.authorization} if settings.authorization else asking


def _break(connection: http.client.HTTPConnection, overdue: threading.Event) -> None:
    overdue.set()
    with suppress(OSError, AttributeError):  # it has ended meanwhile
        connection.sock.shutdown(SHUT_RDWR)


def _accepted(status: int) -> bool:
    return http.client.OK <= status < http.client.MULTIPLE_CHOICES


def _verdict(status: int, kind: str, text: str) -> Verdict:
    if _accepted(status):
        is_page = "html" in kind or text.lstrip().startswith("<")  # a proxy's, or a sign-in's
        return Verdict.AWAY if is_page else Verdict.ACCEPTED
    if status in _DENIED:
        return Verdict.DENIED
    if status in _LATER or status < http.client.BAD_REQUEST:
        return Verdict.AWAY
    return Verdict.REFUSED if status < http.client.INTERNAL_SERVER_ERROR else Verdict.FAILED
