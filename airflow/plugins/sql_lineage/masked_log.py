"""A logger whose lines show no credentials, and of long ones the beginning only: a hook logs every statement that it runs."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

LONGEST = 30_000  # characters of a line that are looked through,
MARGIN = 10_000  # of which so many are left out, as a secret may begin there and go on
_CALLER = 2  # frames above this module's
_METHODS = frozenset(["debug", "info", "warning", "error", "exception", "critical"])


class MaskedLog:
    """In the place of `logger`, of logging (Airflow 2) or structlog (Airflow 3)."""

    def __init__(self, logger: Any, mask: Callable[[str], str]) -> None:
        self._logger = logger
        self._mask = mask

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._logger, name)
        return partial(self._write, found) if name in _METHODS else found

    def _write(self, write: Callable[..., None], message: object, *arguments: Any, **options: Any) -> None:
        text = str(message)
        with suppress(TypeError, ValueError):  # arguments that do not fit: the logger says so
            text = text % tuple(map(_cut, arguments)) if arguments else text
        text = self._mask(text[:LONGEST])[:-MARGIN] + "... (cut)" if len(text) > LONGEST else self._mask(text)
        if hasattr(self._logger, "findCaller"):
            options.setdefault("stacklevel", _CALLER)
        write("%s", text, **options)


def _cut(argument: Any) -> Any:
    """What is long anyway need not be formatted first."""
    if isinstance(argument, list | tuple):
        return [_cut(each) for each in argument[:LONGEST]]
    return argument[: LONGEST + 1] if isinstance(argument, str) else argument
