"""The files of a folder that MWAA receives, without what editors and interpreters leave behind. Standard library only."""

from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

IGNORE_FILE = ".airflowignore"
LEFT_OUT = (".*", "__pycache__", "*~", "#*#", "*.orig", "*.rej")


def source_files(folder: Path) -> Iterator[Path]:
    """Every file and symlink in the folder, however deep."""
    for path in folder.iterdir():
        if path.name != IGNORE_FILE and any(fnmatch(path.name, pattern) for pattern in LEFT_OUT):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from source_files(path)
        else:
            yield path
