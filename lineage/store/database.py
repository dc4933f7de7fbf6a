"""The SQLite file: one writer at a time, readers beside it, nothing acknowledged that is not on disk."""

import re
import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from lineage.store.files import identities, make, make_private

SCHEMA_VERSION = 2
_NEEDED = (3, 37)  # strict tables
_SECONDS_TO_CHECK = 10  # enough for two gigabytes; what is larger is taken as it is
_OF_THE_FILE = {  # https://www.sqlite.org/rescode.html: not the statement is at fault, but the disk, the file or another process
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_PERM, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_SCHEMA, sqlite3.SQLITE_INTERRUPT,
}  # fmt: skip
_SQL = resources.files(__package__) / "sql"
_PRIMARY = 0xFF  # of a result code
_MARK = f"pragma user_version = {SCHEMA_VERSION}"
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
    """A database file, made when it is missing, readable by its owner only.

    Write-ahead logging lets readers go on while one thread writes, and `synchronous = full` has every commit on
    disk before it returns, so that what was acknowledged outlives a killed process (https://www.sqlite.org/wal.html).
    Everything raises DatabaseError when the file cannot be used.
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
            make(path)
            self._writer = self._connect()
            self._prepare()
            make_private(path)
            self._files = identities(path)
        except (OSError, sqlite3.Error) as error:
            raise DatabaseError(f"cannot use {path} as the lineage database: {error}") from error

    def _connect(self) -> sqlite3.Connection:
        address = f"{self.path.resolve().as_uri()}?mode=rw"  # a file that was removed is not made anew, empty
        connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False, timeout=10)
        connection.row_factory = sqlite3.Row
        connection.execute("pragma synchronous = full")
        self._connections.append(connection)
        return connection

    def _prepare(self) -> None:
        (version,) = self._writer.execute("pragma user_version").fetchone()
        if version not in (0, SCHEMA_VERSION):
            raise DatabaseError(f"{self.path} was written by another version of this store ({version}): name another file, or remove it")
        self._check_content()
        self._writer.execute("pragma journal_mode = wal")
        with _transaction(self._writer, "begin immediate"):
            for statement in script("schema.sql"):
                self._writer.execute(statement)
            self._writer.execute(_MARK)

    def _check_content(self) -> None:
        alarm = threading.Timer(_SECONDS_TO_CHECK, self._writer.interrupt)
        alarm.start()
        try:
            (result,) = self._writer.execute("pragma quick_check(1)").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
            return
        finally:
            alarm.cancel()
            alarm.join()
        if result != "ok":
            reason = " ".join(result.split())
            raise DatabaseError(f"{self.path} is damaged ({reason}): put a sound copy in its place, or name another file")

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """The writer's connection in a transaction: all of it is on disk afterwards, in the file of this name, or nothing counts."""
        with self._usable(), self._lock, _transaction(self._writer, "begin immediate"):
            yield self._writer
        self._check_files()

    def check(self) -> None:
        """Writes as an event does, and changes nothing."""
        with self.write() as connection:
            connection.execute(_MARK)

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A reader's connection in a transaction: one unchanging state of the database."""
        self._check_files()
        with self._usable():
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

    def _check_files(self) -> None:
        if identities(self.path) != self._files:
            raise DatabaseError(
                f"the file {self.path}, or one beside it, was removed or replaced while the store ran: start the store anew"
            )

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & _PRIMARY not in _OF_THE_FILE:
                raise
            raise DatabaseError(f"the lineage database {self.path} cannot be used: {error}") from error


@contextmanager
def _transaction(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    connection.execute(begin)
    try:
        yield
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
