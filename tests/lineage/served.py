"""A store as a real process."""

import resource
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from tests.lineage.tickit import ROOT

SECONDS = 60
_FILES = 1024  # what a login shell may open; a machine may allow more


class Served(NamedTuple):
    """A running store."""

    process: subprocess.Popen[str]
    url: str

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def stop(self, number: signal.Signals) -> tuple[int, str]:
        """Exit code and what it wrote on standard error, after a signal."""
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, errors

    def peak(self) -> int:
        """Bytes of memory that it has had at most."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))


Serve = Callable[[], Served]


def command(database: Path, port: int = 0) -> list[str]:
    return [sys.executable, "-m", "lineage", "store", "--port", str(port), "--database", str(database)]


def start(database: Path, stack: ExitStack) -> Served:
    """It runs until the stack ends."""
    process = subprocess.Popen(command(database), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (_FILES, _FILES))
    stack.enter_context(process)
    stack.callback(process.kill)
    assert process.stdout is not None
    assert select.select([process.stdout], [], [], SECONDS)[0], f"the store did not start within {SECONDS} s"
    line = process.stdout.readline()
    assert line.startswith("Lineage store: http://127.0.0.1:"), process.communicate()
    return Served(process, line.split()[2])
