"""The gaps between moto and AWS: which function closes which, in moto's own classes."""

import functools
from collections.abc import Callable
from typing import Any

CLOSING: dict[str, list[Callable[[], None]]] = {}


def close(service: str) -> None:
    """Called once for a service of moto (its name without hyphens), before it is first used."""
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
