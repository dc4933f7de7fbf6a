"""A command in a process of its own, which a person can interrupt."""

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil


class Driven:
    """The command runs in `folder` from the start of the context, and is killed with all its descendants at the end if it still does."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self._command, self._folder = command, folder
        self._log = folder / "driven.log"

    def __enter__(self) -> Self:
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                self._command, cwd=self._folder, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._process.poll() is None:
            for process in self.descendants():
                with suppress(psutil.NoSuchProcess):  # the end of another may have ended it
                    process.kill()
            self._process.kill()
            self._process.wait()

    @property
    def output(self) -> str:
        """All it has written."""
        return self._log.read_text()

    def press_ctrl_c(self) -> None:
        """As a terminal does it: every process of the foreground gets the signal."""
        os.killpg(self._process.pid, signal.SIGINT)

    def descendants(self) -> list[psutil.Process]:
        """What it has started, directly or not."""
        return psutil.Process(self._process.pid).children(recursive=True)

    def named(self, name: str) -> list[psutil.Process]:
        """Those of its descendants that run this program."""
        return [process for process in self.descendants() if _name(process) == name]

    def end(self, seconds: float = 60) -> int:
        """Its exit code, once it has ended. Raises TimeoutExpired."""
        return self._process.wait(timeout=seconds)


def _name(process: psutil.Process) -> str:
    """Empty for one that has just ended."""
    try:
        return process.name()
    except psutil.NoSuchProcess:
        return ""
