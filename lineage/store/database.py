"""The SQLite file: one writer at a time, readers beside it, nothing acknowledged that is not on disk."""

import re
import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

SCHEMA_VERSION = 1
_NEEDED = (3, 37)  # strict tables
_SQL = resources.files(__package__) / "sql"
_NAMED = re.compile(r"^-- name: (\w+)\n(.*?)(?=^-- name: |\Z)", re.MULTILINE | re.DOTALL)


class DatabaseError(Exception):
    """The database file cannot be used; the message says why and what to do."""


def statements(file: str) -> dict[str, str]:
    """The statements of `sql/<file>`, by the name in the `-- name:` line above each."""
    return dict(_NAMED.findall((_SQL / file).read_text(encoding="utf-8")))


def script(file: str) -> list[str]:
    """The statements of `sql/<file>`, in order."""
    return (_SQL / file).read_text(encoding="utf-8").split(";\n")[:-1]


class Database:
    """A database file, made when it is missing.

    Write-ahead logging lets readers go on while one thread writes, and `synchronous = full` has every commit on
    disk before it returns, so that what was acknowledged outlives a killed process (https://www.sqlite.org/wal.html).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connections: list[sqlite3.Connection] = []
        self._idle_readers: deque[sqlite3.Connection] = deque()
        self._lock = threading.Lock()
        if sqlite3.sqlite_version_info < _NEEDED:
            raise DatabaseError(
                f"this Python carries SQLite {sqlite3.sqlite_version}; the store needs {'.'.join(map(str, _NEEDED))} or newer"
            )
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = self._connect()
            self._prepare()
        except (OSError, sqlite3.Error) as error:
            raise DatabaseError(f"cannot use {path} as the lineage database: {error}") from error

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=10)
        connection.row_factory = sqlite3.Row
        connection.execute("pragma synchronous = full")
        self._connections.append(connection)
        return connection

    def _prepare(self) -> None:
        (version,) = self._writer.execute("pragma user_version").fetchone()
        if version not in (0, SCHEMA_VERSION):
            raise DatabaseError(f"{self.path} was written by another version of this store ({version}): name another file, or remove it")
        self._writer.execute("pragma journal_mode = wal")
        with self.write() as connection:
            for statement in script("schema.sql"):
                connection.execute(statement)
            connection.execute(f"pragma user_version = {SCHEMA_VERSION}")

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """The writer's connection in a transaction: all of it is on disk afterwards, or nothing."""
        with self._lock, _transaction(self._writer, "begin immediate"):
            yield self._writer

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A reader's connection in a transaction: one unchanging state of the database."""
        try:
            reader = self._idle_readers.pop()
        except IndexError:
            reader = self._connect()
        try:
            with _transaction(reader, "begin"):
                yield reader
        finally:
            self._idle_readers.append(reader)

    def close(self) -> None:
        """Closes every connection; nothing may use the database afterwards."""
        for connection in self._connections:
            connection.close()


@contextmanager
def _transaction(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    connection.execute(begin)
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
