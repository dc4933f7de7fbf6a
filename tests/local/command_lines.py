"""What every user of a machine can read of the processes that run on it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

_SHORTEST = 8  # characters of a secret: `local` is none
_BETWEEN = 0.05  # seconds between two looks, of processes that live for a second or more


@contextmanager
def command_lines() -> Iterator[set[str]]:
    """The command lines of all processes that run meanwhile, as far as a look finds them."""
    seen: set[str] = set()
    over = threading.Event()

    def look() -> None:
        while not over.wait(_BETWEEN):
            for process in psutil.process_iter():
                try:
                    seen.add("\0".join(process.cmdline()))
                except psutil.Error:
                    continue

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join(60)


def secret_values(processes: list[psutil.Process]) -> set[str]:
    """The values of the variables of these processes that are named like a secret."""
    found = set()
    for process in processes:
        try:
            variables = process.environ()
        except psutil.Error:
            continue
        found |= {value for name, value in variables.items() if name.endswith(("PASSWORD", "SECRET", "SECRET_KEY", "API_KEY", "_CONN"))}
    return {value for value in found if len(value) > _SHORTEST}
