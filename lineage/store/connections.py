"""Connections that nobody can hold: a request has to arrive in time, and who has not asked yet gives way when there are too many."""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import STATUS_PHRASES, H11Protocol

HEAD_SECONDS, BODY_SECONDS, ANSWER_SECONDS = 10, 60, 60
MOST_WAITING, MOST = 128, 320
"""Connections beyond which the oldest that has no whole request is closed, and beyond which requests are answered with 503.

Between them is room for those that have come, or have been closed, a moment ago. More than MOST hardly are: 1024 files are what a
process may open.
"""


class Connection(H11Protocol):
    """uvicorn's connection, with what uvicorn has no limits for: how long a head, a body and the reading of an answer may take."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._arriving: Any = None
        self._deadline: asyncio.TimerHandle | None = None
        self._since = self.loop.time()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody has connected."""
        super().connection_made(transport)
        self._watch()
        if len(self.connections) > MOST_WAITING:
            others = [other for other in self.connections if isinstance(other, Connection) and other.is_waiting]
            min(others, key=lambda other: other._since).end(503, "too many connections")

    def connection_lost(self, exc: Exception | None) -> None:
        """It has ended."""
        super().connection_lost(exc)
        self._forget_deadline()

    def handle_events(self) -> None:
        """Something has arrived, or an answer is complete, and what has arrived meanwhile is looked at."""
        super().handle_events()
        self._watch()

    def timeout_keep_alive_handler(self) -> None:
        """Nothing has arrived after an answer, or the answer itself has not been read."""
        super().timeout_keep_alive_handler()
        self._abort_later()

    @property
    def is_waiting(self) -> bool:
        """Whether there is no whole request that is being answered."""
        return not self.transport.is_closing() and (self.cycle is None or self.cycle.response_complete or self.cycle.more_body)

    def end(self, status: int, message: str) -> None:
        """Close the connection, with an answer if none has begun."""
        if self.transport.is_closing():
            return
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
            answer = h11.Response(status_code=status, headers=headers, reason=STATUS_PHRASES[status])
            for part in (answer, h11.Data(data=message.encode()), h11.EndOfMessage()):
                self.transport.write(self.conn.send(part) or b"")
        self.transport.close()
        self._abort_later()

    def _should_upgrade(self) -> bool:
        return False  # uvicorn would say so in the log each time

    def _watch(self) -> None:
        """Sets the deadline of what arrives: not anew for each piece of it."""
        arriving = self.conn.their_state
        if arriving is self._arriving:
            return
        self._forget_deadline()
        self._arriving, self._since = arriving, self.loop.time()
        if arriving is h11.IDLE:
            self._deadline = self.loop.call_later(HEAD_SECONDS, self.end, 408, "the head of the request took too long")
        elif arriving is h11.SEND_BODY:
            self._deadline = self.loop.call_later(BODY_SECONDS, self.end, 408, "the body of the request took too long")

    def _forget_deadline(self) -> None:
        if self._deadline:
            self._deadline.cancel()

    def _abort_later(self) -> None:
        """A connection that is closed stays until all is read, which may be never."""
        self.loop.call_later(ANSWER_SECONDS, self.transport.abort)
