"""The phases of a rehearsal: each with its seconds, its log and its result, shown while it works and in a table at the end."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from local.console import Progress
from local.processes import Supervisor
from rehearsal.progress import Watched, complaints
from rehearsal.project import Project

LOOK_SECONDS = 0.5
QUIET_SECONDS = 30
"""Where there is no terminal to draw on: how often a line says what is under way."""


class PhaseFailed(Exception):
    """A phase did not do what it is for; the message says why, `log` is where more stands."""

    def __init__(self, message: str, log: Path | None = None) -> None:
        super().__init__(message)
        self.log = log


@dataclass(frozen=True)
class Phase:
    """One that has ended."""

    name: str
    seconds: float
    result: str


class Phases:
    """They go one after the other; the first that fails ends the rehearsal."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.ended: list[Phase] = []
        self._progress = Progress(console)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """One; whatever is raised in it is its failure."""
        began, result = time.monotonic(), "failed"
        try:
            with self.console.status(name) as self._status, self._progress.step(name):
                yield
            result = "ok"
        except KeyboardInterrupt:
            result = "interrupted"
            raise
        finally:
            self.ended.append(Phase(name, time.monotonic() - began, result))

    def make(
        self, name: str, project: Project, supervisor: Supervisor, *arguments: str, variables: Mapping[str, str] | None = None
    ) -> None:
        """Run `make` in the copy to its end, in a phase. Raises PhaseFailed with what it said."""
        log = supervisor.logs / f"make-{arguments[0]}.log"
        with self.phase(name):
            process = supervisor.start(
                f"make {arguments[0]}",
                project.command(*arguments),
                environment=project.variables | dict(variables or {}),
                folder=project.folder,
                log=log.name,
                stop_signal="SIGKILL",  # all that it makes is thrown away
            )
            self._follow(log, lambda: process.running)
            if process.code:
                said = "\n".join(complaints(log))
                raise PhaseFailed(f"`make {' '.join(arguments)}` failed (exit code {process.code}):\n{said}", log)

    def table(self) -> Table:
        """All that have ended, and the sum of their seconds."""
        table = Table("Phase", "Seconds", "Result", box=None, pad_edge=False)
        table.columns[1].justify = "right"
        colours = {"ok": "green", "failed": "bold red"}
        for phase in self.ended:
            table.add_row(phase.name, f"{phase.seconds:.0f}", Text(phase.result, colours.get(phase.result, "yellow")))
        table.add_row("in all", f"{sum(phase.seconds for phase in self.ended):.0f}", "")
        return table

    def _follow(self, log: Path, running: Callable[[], bool]) -> None:
        watched, told = Watched(log), time.monotonic()
        while running():
            doing = watched.look()
            self._status.update(Text(doing))
            if not self.console.is_terminal and time.monotonic() - told > QUIET_SECONDS:
                told = time.monotonic()
                self.console.print(Text(f"    {doing}"), soft_wrap=True)
            time.sleep(LOOK_SECONDS)
