"""An Airflow plugin that measures how long a task waits for its listeners: it runs inside the Airflow that is measured.

What lineage adds to a task is the time its listeners take when the task starts and when it ends. One line for each goes to the file that
BENCH_CLOCK names: the task, and milliseconds.
"""

import os
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin


def _timed(task_instance: Any) -> Generator[None, None, None]:
    started = time.perf_counter()
    yield
    milliseconds = (time.perf_counter() - started) * 1000
    with Path(os.environ["BENCH_CLOCK"]).open("a", encoding="utf-8") as clock:
        clock.write(f"{task_instance.task_id} {milliseconds}\n")


class Clock:
    """Wraps what all other listeners do."""

    @hookimpl(hookwrapper=True)
    def on_task_instance_running(self, task_instance: Any) -> Generator[None, None, None]:
        """The task starts."""
        yield from _timed(task_instance)

    @hookimpl(hookwrapper=True)
    def on_task_instance_success(self, task_instance: Any) -> Generator[None, None, None]:
        """The task has ended."""
        yield from _timed(task_instance)


class ListenerClock(AirflowPlugin):
    """Registers the clock."""

    name = "listener_clock"
    listeners: list[Any] = [Clock()]  # noqa: RUF012 - as the base class has it
