"""Build plugins.zip, the archive of airflow/plugins that MWAA unpacks: `make package-plugin`.

The same files give the same bytes on every machine: sorted entries, one timestamp and one mode for all, no compression (zlib's versions
differ). What MWAA would choke on is refused, every problem at once, and an archive that stands already stays as it was.
"""

import hashlib
import os
import stat
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib.metadata import packages_distributions
from pathlib import Path, PurePosixPath

import click

ROOT = Path(__file__).parent.parent
IGNORE_FILE = ".airflowignore"
LEFT_OUT = (".*", "__pycache__", "*~", "#*#", "*.orig", "*.rej")
COMPILED = {".pyc", ".pyo", ".so", ".pyd"}
SOURCE = {".py", ".sql"}
EARLIEST = (1980, 1, 1, 0, 0, 0)  # the earliest that zip can tell


@dataclass(frozen=True)
class Package:
    """A built archive: its size in bytes, its SHA-256 in hex, its members in order."""

    path: Path
    size: int
    sha256: str
    members: tuple[str, ...]


class Refused(Exception):  # noqa: N818
    """What stands in the way of an archive, each as (file, reason)."""

    def __init__(self, source: Path, problems: list[tuple[str, str]]) -> None:
        self.problems = problems
        lines = [f"  {file}: {reason}" for file, reason in problems]
        super().__init__("\n".join([f"{source} cannot become a plugins.zip:", *lines]))


def files(folder: Path) -> Iterator[Path]:
    """Every file and symlink in the folder that is not an editor's or an interpreter's leftover."""
    for path in sorted(folder.iterdir()):
        if path.name != IGNORE_FILE and any(fnmatch(path.name, pattern) for pattern in LEFT_OUT):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from files(path)
        else:
            yield path


def source_problem(path: Path) -> str | None:
    data = path.read_bytes()
    try:
        data.decode("utf-8")
        if path.suffix == ".py":
            with warnings.catch_warnings(action="ignore"):
                compile(data, path.name, "exec", dont_inherit=True)
    except UnicodeDecodeError as error:
        return f"not UTF-8: byte {error.start + 1} is 0x{data[error.start]:02x}"
    except SyntaxError as error:
        return f"line {error.lineno}: {error.msg}"
    except ValueError as error:
        return str(error)
    return None
