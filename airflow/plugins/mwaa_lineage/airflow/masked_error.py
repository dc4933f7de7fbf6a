"""Exceptions without credentials: whoever logs one shows its causes, its notes and what else it holds."""

from collections.abc import Callable, Iterator
from contextlib import suppress

_OF_THE_SYSTEM = ("strerror", "filename", "filename2")  # what OSError shows besides its arguments
_MOST = 50  # exceptions that one has come from


def masked(error: BaseException, mask: Callable[[str], str]) -> bool:
    """Takes the credentials out of `error` and of all that it has come from; says whether there were any."""
    return sum(_masked(each, mask) for each in _all(error)) > 0


def _all(error: BaseException) -> Iterator[BaseException]:
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting and len(seen) < _MOST:
        each = waiting.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        members = each.exceptions if isinstance(each, BaseExceptionGroup) else ()
        waiting += [other for other in (each.__cause__, each.__context__, *members) if other is not None]


def _masked(error: BaseException, mask: Callable[[str], str]) -> bool:
    """What it says becomes its only argument, as arguments may be of any type; texts that it holds besides are masked one by one."""
    shown = str(error)
    if hidden := shown != (message := mask(shown)):
        error.args = (message,)
    elif any(str(each) != mask(str(each)) for each in error.args):
        hidden, error.args = True, tuple(each if str(each) == mask(str(each)) else mask(str(each)) for each in error.args)
    for name, value in [*vars(error).items(), *((name, getattr(error, name, None)) for name in _OF_THE_SYSTEM)]:
        text = value if isinstance(value, str) else "\n".join(value) if name == "__notes__" else repr(value) if _is_plain(value) else ""
        if text != (without := mask(text)):
            hidden = True
            with suppress(AttributeError, TypeError):
                setattr(error, name, [without] if name == "__notes__" else without)
    return hidden


def _is_plain(value: object) -> bool:
    return isinstance(value, dict | list | tuple | bytes)
