"""The processes of a family, any of which may end while it is looked at."""

from collections.abc import Iterable

import psutil


def command_line(process: psutil.Process) -> str:
    """Empty for one that has ended, which has none even where nobody has taken note of its end yet."""
    try:
        return " ".join(process.cmdline()) if process.is_running() else ""
    except psutil.Error:
        return ""


def alive(family: Iterable[psutil.Process], command: str = "") -> list[psutil.Process]:
    """Those that have not ended and whose command line contains `command`; their guards do not count as such."""
    return [process for process in family if (line := command_line(process)) and command in line and not (command and "guard.py" in line)]
