"""What a person sees while the local system works: each step when it is done and how long it took, and what is being done right now."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.status import Status


@dataclass
class Step:
    """What is being done; whoever does it says whether it has failed."""

    failed: bool = False


class Progress:
    """Steps on a console, several at a time."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._running: list[str] = []
        self._lock = threading.Lock()
        self._status: Status | None = None

    @contextmanager
    def live(self) -> Iterator[None]:
        """Show what is running, on a terminal."""
        with self.console.status("starting") as self._status:
            yield
        self._status = None

    @contextmanager
    def step(self, name: str) -> Iterator["Step"]:
        """One step; its line is printed when it ends, marked when it failed."""
        self._change(started=name)
        started, step = time.monotonic(), Step()
        try:
            yield step
        except BaseException:
            step.failed = True
            raise
        finally:
            mark = "[red]✗[/]" if step.failed else "[green]✓[/]"
            self.console.print(f"  {mark} {name:<58}{time.monotonic() - started:5.1f} s", highlight=False)
            self._change(ended=name)

    def _change(self, *, started: str | None = None, ended: str | None = None) -> None:
        with self._lock:
            if started:
                self._running.append(started)
            if ended:
                self._running.remove(ended)
            if self._status:
                self._status.update(", ".join(self._running))
