"""The files of a database: readable by their owner only, and still the ones that were opened."""

import os
from contextlib import suppress
from pathlib import Path

_SUFFIXES = ("", "-wal", "-shm")  # https://www.sqlite.org/walformat.html
_PRIVATE = 0o600

Identities = tuple[tuple[int, int] | None, ...]


def make(path: Path) -> None:
    """Makes the database file when it is missing; SQLite gives the files beside it the same rights. Raises OSError."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, _PRIVATE))


def make_private(path: Path) -> None:
    """Takes the files from everybody but their owner. Raises OSError."""
    for file in _files(path):
        with suppress(FileNotFoundError, PermissionError):  # what belongs to another user is theirs to close
            file.chmod(_PRIVATE)


def identities(path: Path) -> Identities:
    """Device and inode of each file, None for one that is not there: what is written to a removed file is lost with its process."""
    return tuple(_identity(file) for file in _files(path))


def _files(path: Path) -> list[Path]:
    return [path.with_name(path.name + suffix) for suffix in _SUFFIXES]


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino
