"""The lineage store over HTTP: one connection kept open, compressed events, and what each answer means for an event."""

import gzip
import http.client
import re
import select
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum, auto
from socket import SHUT_RDWR, socket
from ssl import SSLSocket
from urllib.parse import urlsplit

from mwaa_lineage.transport.settings import Settings

_SHOWN = 200  # characters of an answer
_LONGEST_ANSWER = 65536  # bytes
WHOLE = 3  # time-outs that a whole request may last: each alone bounds a silence only
_OVERDUE = "the answer took too long"
_GZIP = b"\x1f\x8b"
_BEFORE_TEXT = re.compile(r"^[\s\0\ufeff\ufffd]+")  # blanks, and what a mark of the byte order becomes
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
        except (OSError, http.client.HTTPException, ValueError, RuntimeError) as error:  # RuntimeError: no thread is to be had
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
        with watched(connection, self._settings.timeout * WHOLE):
            connection.request("POST", self._path(), gzip.compress(event, mtime=0) if compress else event, self._headers(compress=compress))
            answer = connection.getresponse()
            text = _unpacked(answer.read(_LONGEST_ANSWER)).decode("utf-8", "replace")
        is_interim = answer.status < http.client.OK  # the final answer comes later
        if is_interim or answer.will_close or not answer.isclosed():
            self.close()
        return answer.status, answer.headers.get_content_type(), text

    def _connect(self) -> http.client.HTTPConnection:
        if self._connection and _has_more(self._connection.sock):
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
    known = {"Authorization": settings.authorization} if settings.authorization else {}
    return {**asking, **known, **settings.headers}


@contextmanager
def watched(connection: http.client.HTTPConnection, seconds: float) -> Iterator[None]:
    """Break a connection that is made off after so many seconds, however it drips: its own time-out bounds a silence only.

    Raises TimeoutError, and RuntimeError where no thread is to be had.
    """
    overdue = threading.Event()
    sock = connection.sock  # the connection forgets it while an answer without a length is still being read

    def cut() -> None:
        overdue.set()
        with suppress(OSError):  # it has ended meanwhile
            sock.shutdown(SHUT_RDWR)

    watch = threading.Timer(seconds, cut)
    watch.daemon = True
    watch.start()
    try:
        yield
    except (OSError, http.client.HTTPException) as error:
        if not overdue.is_set():
            raise
        raise TimeoutError(_OVERDUE) from error
    finally:
        watch.cancel()
    if overdue.is_set():
        raise TimeoutError(_OVERDUE)


def _has_more(sock: socket) -> bool:
    """Whether something stands in it to be read, unpacked by TLS or not."""
    return bool(isinstance(sock, SSLSocket) and sock.pending()) or bool(select.select([sock], [], [], 0)[0])


def _unpacked(body: bytes) -> bytes:
    """The beginning of an answer that came packed, though nobody asked for that."""
    if not body.startswith(_GZIP):
        return body
    with suppress(zlib.error):
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body, _LONGEST_ANSWER)
    return body


def _accepted(status: int) -> bool:
    return http.client.OK <= status < http.client.MULTIPLE_CHOICES


def _verdict(status: int, kind: str, text: str) -> Verdict:
    if _accepted(status):
        is_page = "html" in kind or _BEFORE_TEXT.sub("", text).startswith("<")  # a proxy's, or a sign-in's
        return Verdict.AWAY if is_page else Verdict.ACCEPTED
    if status in _DENIED:
        return Verdict.DENIED
    if status in _LATER or status < http.client.BAD_REQUEST:
        return Verdict.AWAY
    return Verdict.REFUSED if status < http.client.INTERNAL_SERVER_ERROR else Verdict.FAILED
