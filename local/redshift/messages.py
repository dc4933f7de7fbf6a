"""The messages between a client and PostgreSQL, as bytes (PostgreSQL documentation, Message Formats)."""

import struct
from asyncio import StreamReader
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LENGTH = struct.Struct("!i")
MIN_STARTUP, MAX_STARTUP = 8, 10_000
CANCEL, SSL, GSS = 80877102, 80877103, 80877104
"""The codes that stand in a startup packet where the version of the protocol would."""


@dataclass(frozen=True)
class Startup:
    """A packet that opens a connection: a code or a version of the protocol, and what else it has."""

    code: int
    body: bytes

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of a version's packet, such as user, database and client_encoding."""
        texts = [text.decode() for text in self.body.split(b"\0")]
        return dict(zip(texts[::2], texts[1::2], strict=False)) if self.body.strip(b"\0") else {}

    def encoded(self) -> bytes:
        """As it is sent."""
        return LENGTH.pack(len(self.body) + 8) + LENGTH.pack(self.code) + self.body

    def with_parameters(self, parameters: Mapping[str, str]) -> "Startup":
        """The same version's packet with these parameters."""
        texts = [text for name, value in parameters.items() if name for text in (name, value)]
        return Startup(self.code, b"".join(text.encode() + b"\0" for text in texts) + b"\0")


@dataclass(frozen=True)
class Message:
    """A message of either side, once a connection is open."""

    kind: bytes
    body: bytes

    def encoded(self) -> bytes:
        """As it is sent."""
        return self.kind + LENGTH.pack(len(self.body) + 4) + self.body


async def read_startup(reader: StreamReader) -> Startup:
    """Raises IncompleteReadError when the other side is gone, ConnectionError when it speaks something else.

    PostgreSQL's limit keeps browsers out as well: any method of HTTP is a length beyond it (postmaster.c, ProcessStartupPacket).
    """
    (length,) = LENGTH.unpack(await reader.readexactly(4))
    if not MIN_STARTUP <= length <= MAX_STARTUP:
        raise ConnectionError(f"no startup packet has {length} bytes")
    (code,) = LENGTH.unpack(await reader.readexactly(4))
    return Startup(code, await reader.readexactly(length - 8))


async def read_message(reader: StreamReader) -> Message:
    """Raises IncompleteReadError when the other side is gone."""
    kind = await reader.readexactly(1)
    (length,) = LENGTH.unpack(await reader.readexactly(4))
    return Message(kind, await reader.readexactly(length - 4))


def texts(body: bytes) -> list[str]:
    """The texts of a body that has nothing else."""
    return [text.decode(errors="replace") for text in body.split(b"\0")[:-1]]


def of_texts(kind: bytes, parts: Iterable[str]) -> Message:
    """A message that has nothing but texts."""
    return Message(kind, b"".join(part.encode() + b"\0" for part in parts))


def error(sqlstate: str, message: str, severity: str = "ERROR") -> Message:
    """ErrorResponse."""
    return of_texts(b"E", [f"S{severity}", f"C{sqlstate}", f"M{message}", ""])
