"""A copy of the tree in which a file is changed, and the fast tests that run there."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

LINKED = (".venv", "node_modules", ".state/tools")
"""What the tests need beside the sources, and do not change."""
PYTEST = (sys.executable, "-m", "pytest", "-q", "-m", "not system", "-p", "no:cacheprovider")
NO_TESTS = 5  # pytest's exit code when it has found none


class Hanging(Exception):
    """The tests have not ended in time."""


@contextmanager
def copied(root: Path, files: Sequence[str]) -> Iterator[Path]:
    """A folder with these files of the tree, as long as the context."""
    with TemporaryDirectory(prefix="mutations-") as folder:
        copy = Path(folder, "tree")
        for file in files:
            (copy / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / file, copy / file)
        for name in LINKED:
            if (root / name).exists():
                (copy / name).parent.mkdir(exist_ok=True)
                (copy / name).symlink_to((root / name).resolve())
        Path(folder, "tmp").mkdir()
        yield copy


@contextmanager
def changed(file: Path, content: bytes) -> Iterator[None]:
    """The file has other content, as long as the context."""
    before = file.with_name(f"{file.name}.before")
    shutil.copy2(file, before)
    try:
        file.write_bytes(content)
        yield
    finally:
        before.replace(file)  # with its time, by which Python knows what it has compiled


def run(copy: Path, *arguments: str, seconds: float | None = None) -> tuple[int, str]:
    """pytest's exit code, and what it says. Raises Hanging."""
    environment = os.environ | {"TMPDIR": str(copy.parent / "tmp")}
    with subprocess.Popen(
        [*PYTEST, *arguments], cwd=copy, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, process_group=0
    ) as process:
        try:
            said, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise Hanging from None
        finally:  # also what the tests have started and left
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    return process.returncode, said
