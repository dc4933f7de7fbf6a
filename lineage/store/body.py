"""The bodies of requests: bounded, unpacked when they come compressed, and only some large ones in memory at a time."""

import zlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.requests import ClientDisconnect, Request

from lineage import wall
from lineage.store.events import BadEventError
from lineage.store.turns import Turns, in_a_thread

MAX_BYTES = 32 * 1024 * 1024  # Spark's events reach tens of megabytes; much more would only fill the memory
SMALL = 256 * 1024
LARGE_AT_A_TIME = 4
_MAX_MARKS = 4_000_000  # Spark's densest events have one in ten bytes
_GZIP = 16 + zlib.MAX_WBITS


class Bodies:
    """Takes bodies in: small ones at once, of large ones some at a time, and only one to be worked on.

    A large one may need ten times its size while it is read as JSON; as only one can be written at a time, nothing is lost by waiting.
    """

    def __init__(self) -> None:
        self._arriving, self._worked_on = Turns(LARGE_AT_A_TIME), Turns(1)

    @asynccontextmanager
    async def body(self, request: Request) -> AsyncIterator[bytes]:
        """The body as the sender wrote it, while it is worked on.

        Raises BadEventError: 400 for broken gzip, 413 for too much, 415 for another encoding or media type; HTTPException: 503 if too many
        large ones come at once.
        """
        if wall.media_type(request.headers) != "application/json":
            raise BadEventError(415, "an event is sent as Content-Type: application/json")
        async with AsyncExitStack() as turns:
            content = await self._unpacked(await self._received(request, turns), request, turns)
            if len(content) > SMALL:
                await turns.enter_async_context(self._worked_on.turn())
                await in_a_thread(_check_marks, content)
            yield content

    async def _received(self, request: Request, turns: AsyncExitStack) -> bytes:
        body = bytearray()
        is_large = False
        try:
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise _too_large()
                if len(body) > SMALL and not is_large:
                    is_large = True
                    await turns.enter_async_context(self._arriving.turn())
        except ClientDisconnect as error:
            raise BadEventError(400, "the body ended too early") from error
        return bytes(body)

    async def _unpacked(self, body: bytes, request: Request, turns: AsyncExitStack) -> bytes:
        match request.headers.get("content-encoding", "identity").lower():
            case "identity":
                return body
            case "gzip":
                pass
            case other:
                raise BadEventError(415, f"content encoding {other!r} is not known here: send gzip or none")
        decoder = zlib.decompressobj(_GZIP)
        try:
            content = decoder.decompress(body, SMALL)
            if decoder.unconsumed_tail:
                if len(body) <= SMALL:
                    await turns.enter_async_context(self._arriving.turn())
                content += await in_a_thread(decoder.decompress, decoder.unconsumed_tail, MAX_BYTES - SMALL)
        except zlib.error as error:
            raise BadEventError(400, f"the body is no gzip: {error}") from error
        if decoder.unconsumed_tail:
            raise _too_large()
        if not decoder.eof or decoder.unused_data:
            raise BadEventError(400, "the body is not one whole gzip stream")
        return content


def _check_marks(content: bytes) -> None:
    """Raises BadEventError for a body of very many tiny values: each takes some sixty bytes of memory, whatever it takes on the way."""
    if len(content) - len(content.translate(None, b",:[{")) > _MAX_MARKS:
        raise BadEventError(413, f"the event has more than {_MAX_MARKS} values")


def _too_large() -> BadEventError:
    return BadEventError(413, f"the event is larger than {MAX_BYTES // 1024 // 1024} MiB")
