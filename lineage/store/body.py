"""The body of a request: bounded, and unpacked when it comes compressed."""

import zlib

from starlette.requests import ClientDisconnect, Request

from lineage.store.events import BadEventError

MAX_BYTES = 32 * 1024 * 1024  # Spark's events reach tens of megabytes; much more would only fill the memory
_GZIP = 16 + zlib.MAX_WBITS


async def read_body(request: Request) -> bytes:
    """The body as the sender wrote it. Raises BadEventError: 400 for broken gzip, 413 for too much, 415 for another encoding."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BYTES:
                raise _too_large()
    except ClientDisconnect as error:
        raise BadEventError(400, "the body ended too early") from error
    match request.headers.get("content-encoding", "identity").lower():
        case "identity":
            return bytes(body)
        case "gzip":
            return _gunzip(bytes(body))
        case other:
            raise BadEventError(415, f"content encoding {other!r} is not known here: send gzip or none")


def _gunzip(body: bytes) -> bytes:
    decoder = zlib.decompressobj(_GZIP)
    try:
        content = decoder.decompress(body, MAX_BYTES)
    except zlib.error as error:
        raise BadEventError(400, f"the body is no gzip: {error}") from error
    if decoder.unconsumed_tail:
        raise _too_large()
    if not decoder.eof or decoder.unused_data:
        raise BadEventError(400, "the body is not one whole gzip stream")
    return content


def _too_large() -> BadEventError:
    return BadEventError(413, f"the event is larger than {MAX_BYTES // 1024 // 1024} MiB")
