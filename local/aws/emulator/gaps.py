"""The gaps between moto and AWS: which function closes which, in moto's own classes."""

import functools
import threading
from collections.abc import Callable
from typing import Any

CLOSING: dict[str, list[Callable[[], None]]] = {}
_preparing = threading.Lock()


def prepare(service: str) -> None:
    """Close moto's gaps in a service, by botocore's or moto's name, when it is first used: importing all of moto would take seconds."""
    with _preparing:
        _close(service.replace("-", ""))


@functools.cache
def _close(service: str) -> None:
    for gap in CLOSING.get(service, []):
        gap()


def gap_in(service: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """The decorated function closes a gap in a service of moto."""

    def register(gap: Callable[[], None]) -> Callable[[], None]:
        CLOSING.setdefault(service, []).append(gap)
        return gap

    return register


def replace(owner: Any, name: str) -> Callable[[Callable[..., Any]], None]:
    """The decorated function replaces a method; it gets the old one first."""
    old = getattr(owner, name)

    def by(new: Callable[..., Any]) -> None:
        setattr(owner, name, functools.wraps(old)(lambda *given, **named: new(old, *given, **named)))

    return by
