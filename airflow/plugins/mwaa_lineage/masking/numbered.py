"""A mapping that loses no value to another of the same key."""

from typing import Any


class Numbered:
    """Fills the mapping `kept`: what comes under a key that is taken stands there under that key with a number."""

    __slots__ = ("_numbers", "kept")

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}
        self._numbers: dict[str, int] = {}

    @property
    def repeated(self) -> bool:
        """Whether a key has come twice."""
        return bool(self._numbers)

    def put(self, key: str, value: Any) -> None:
        """Keep a value."""
        free = key
        while free in self.kept:
            self._numbers[key] = number = self._numbers.get(key, 0) + 1
            free = f"{key} ({number})"
        self.kept[free] = value
