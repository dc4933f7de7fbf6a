"""A logger whose lines show no credentials, and of long ones the beginning only: a hook logs every statement that it runs."""

import sys
import traceback
from collections.abc import Callable, Mapping
from functools import partial
from logging import CRITICAL, DEBUG, ERROR, INFO, WARNING
from typing import Any

LONGEST = 30_000  # characters of a line that are looked through,
MARGIN = 10_000  # of which so many are left out, as a secret may begin there and go on
_CALLER = 1  # frame above the caller's, which is this module's
_LEVELS = {
    "debug": DEBUG,
    "info": INFO,
    "warning": WARNING,
    "warn": WARNING,
    "error": ERROR,
    "exception": ERROR,
    "critical": CRITICAL,
    "fatal": CRITICAL,
    "log": None,
}
_NEW = frozenset(["getChild", "bind", "unbind", "try_unbind", "new"])
"""What makes another logger of this one."""


class MaskedLog:
    """In the place of `logger`, of logging (Airflow 2) or structlog (Airflow 3)."""

    def __init__(self, logger: Any, mask: Callable[[str], str]) -> None:
        self._logger = logger
        self._mask = mask

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or "_logger" not in vars(self):  # while it is copied or unpacked
            raise AttributeError(name)
        found = getattr(self._logger, name)
        if name in _LEVELS:
            return partial(self._write, name)
        return (lambda *given, **named: MaskedLog(found(*given, **named), self._mask)) if name in _NEW else found

    def _write(self, method: str, *given: Any, **options: Any) -> None:
        level, message, arguments = (given[0], given[1], given[2:]) if _LEVELS[method] is None else (_LEVELS[method], given[0], given[1:])
        is_enabled = getattr(self._logger, "isEnabledFor", None)
        if is_enabled and not is_enabled(level):
            return
        trace = _trace(options.pop("exc_info", method == "exception"))
        text = self._short(_formatted(message, arguments)) + (f"\n{self._short(trace)}" if trace else "")
        options = {name: self._value(value) for name, value in options.items()}
        if hasattr(self._logger, "findCaller"):
            options["stacklevel"] = options.get("stacklevel", 1) + _CALLER
        if _LEVELS[method] is None:
            self._logger.log(level, "%s", text, **options)
        else:
            getattr(self._logger, {"exception": "error", "warn": "warning"}.get(method, method))("%s", text, **options)

    def _value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._value(each) for name, each in value.items()}
        return self._short(value) if isinstance(value, str) else value

    def _short(self, text: str) -> str:
        return self._mask(text[:LONGEST])[:-MARGIN] + "... (cut)" if len(text) > LONGEST else self._mask(text)


def _formatted(message: object, arguments: tuple[Any, ...]) -> str:
    """As logging does it; what does not fit, or cannot be shown, stops nothing."""
    try:
        text = str(message)
        if not arguments:
            return text
        try:
            by_name = len(arguments) == 1 and isinstance(arguments[0], Mapping) and arguments[0]
            return text % ({key: _cut(value) for key, value in arguments[0].items()} if by_name else tuple(map(_cut, arguments)))
        except (TypeError, ValueError, KeyError):
            return f"{text} {tuple(map(_cut, arguments))}"
    except Exception as error:
        return f"(a line that cannot be shown: {type(error).__name__})"


def _trace(given: Any) -> str:
    """Of the exception that a line is to show, which no handler can then show as it is."""
    if not given:
        return ""
    error = given if isinstance(given, BaseException) else given[1] if isinstance(given, tuple) else sys.exc_info()[1]
    return "".join(traceback.format_exception(error)).rstrip() if error else ""


def _cut(argument: Any) -> Any:
    """What is long anyway need not be formatted first."""
    if type(argument) in (list, tuple):
        return type(argument)(_cut(each) for each in argument[:LONGEST])
    return argument[: LONGEST + 1] if isinstance(argument, str) else argument
