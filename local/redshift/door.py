"""The door: passes on what client and server say, and changes what Redshift would say otherwise.

A statement that Redshift refuses goes on as a word that PostgreSQL cannot read, so that the transaction fails there as well; the error that
comes back for it is Redshift's.
"""

import asyncio
import itertools
import re
import ssl
import tempfile
from asyncio import IncompleteReadError, StreamReader, StreamWriter
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from local.certificates import issue
from local.redshift.messages import CANCEL, GSS, SSL, Message, Startup, error, of_texts, read_message, read_startup, texts
from local.redshift.refusals import Refusal, refusal
from local.redshift.reported import AS_8_0, VERSION, reported, unknown

HOST = "127.0.0.1"
AUTHENTICATION, ERROR, PARAMETER, PARSE, QUERY = b"R", b"E", b"S", b"P", b"Q"
NEGATIVE, POSITIVE = b"N", b"S"
"""Answers to a client that asks for encryption."""
UNREADABLE = re.compile(r"\bredshift_refuses_\d+\b")
ASKS_VERSION = re.compile(r"\s*select\s+(pg_catalog\.)?version\(\)\s*;?\s*", re.IGNORECASE)
TRUNCATE = re.compile(r"\s*(truncate\b[^;]*?)[;\s]*", re.IGNORECASE)


async def serve(port: int, server: int) -> None:
    """Serve for ever on a loopback port, in front of the PostgreSQL on another."""
    async with await asyncio.start_server(partial(_admit, server, _encryption()), HOST, port) as door:
        await door.serve_forever()


def _encryption() -> ssl.SSLContext:
    """With a certificate that nobody need trust: `sslmode=require`, as a deployment's connection has it, does not ask who signed it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        certificate = issue(Path(folder) / "authority.pem")
        context.load_cert_chain(certificate)
        certificate.unlink()
    return context


async def _admit(server: int, encryption: ssl.SSLContext, reader: StreamReader, writer: StreamWriter) -> None:
    """One client, from its first packet to its last."""
    try:
        startup = await read_startup(reader)
        while startup.code in (SSL, GSS):
            writer.write(POSITIVE if startup.code == SSL else NEGATIVE)
            if startup.code == SSL:
                await writer.start_tls(encryption)
            startup = await read_startup(reader)
        await _connect(server, startup, reader, writer)
    except (IncompleteReadError, ConnectionError, ssl.SSLError):
        pass  # either side is gone, or is no client: the other is told by the end of its connection
    finally:
        writer.close()


async def _connect(server: int, startup: Startup, reader: StreamReader, writer: StreamWriter) -> None:
    asked = startup.parameters if startup.code != CANCEL else {}
    stranger = unknown(asked)
    if stranger:
        writer.write(error("42704", f'unrecognized configuration parameter "{stranger}"', "FATAL").encoded())
        await writer.drain()
        return
    behind, before = await asyncio.open_connection(HOST, server)
    try:
        before.write((startup.with_parameters({**asked, **AS_8_0}) if asked else startup).encoded())
        conversation = Conversation(asked)
        ways = [_pass_on(reader, before, conversation.to_server), _pass_on(behind, writer, conversation.to_client)]
        done, others = await asyncio.wait(map(asyncio.ensure_future, ways), return_when=asyncio.FIRST_COMPLETED)
        for other in others:
            other.cancel()
        await asyncio.gather(*done, *others, return_exceptions=True)
    finally:
        before.close()


async def _pass_on(reader: StreamReader, writer: StreamWriter, change: Callable[[Message], Message | None]) -> None:
    while True:
        message = change(await read_message(reader))
        if message:
            writer.write(message.encoded())
            await writer.drain()


class Conversation:
    """What is to be remembered between the messages of a client that `asked` for some parameters when it connected."""

    def __init__(self, asked: Mapping[str, str]) -> None:
        self._asked = asked
        self._refused: dict[str, Refusal] = {}
        self._numbers = itertools.count(1)

    def to_server(self, message: Message) -> Message:
        """A client's message as PostgreSQL is to read it."""
        if message.kind == QUERY:
            (sql,) = texts(message.body)
            return of_texts(QUERY, [self._statement(sql, simple=True)])
        if message.kind == PARSE:
            name, text, rest = message.body.split(b"\0", 2)
            return Message(PARSE, b"\0".join([name, self._statement(text.decode(), simple=False).encode(), rest]))
        return message

    def to_client(self, message: Message) -> Message | None:
        """PostgreSQL's message as Redshift would send it, None for one that it would not send."""
        if message.kind == PARAMETER:
            name, value = texts(message.body)
            said = reported(name, value, self._asked)
            return of_texts(PARAMETER, said) if said else None
        if message.kind == ERROR:
            word = UNREADABLE.search(message.body.decode(errors="replace"))
            refused = self._refused.pop(word[0], None) if word else None
            return error(refused.sqlstate, refused.message) if refused else message
        return message

    def _statement(self, sql: str, *, simple: bool) -> str:
        refused = refusal(sql)
        if refused:
            word = f"redshift_refuses_{next(self._numbers)}"
            self._refused[word] = refused
            return word
        if ASKS_VERSION.fullmatch(sql):
            return f"select '{VERSION}'::text as version"
        truncates = TRUNCATE.fullmatch(sql)
        if simple and truncates:
            return f"{truncates[1]}; commit"  # it commits its transaction (Redshift's guide, TRUNCATE)
        return sql
