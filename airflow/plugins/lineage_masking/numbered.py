"""A mapping that loses no value to another of the same key."""

from collections import Counter
from typing import Any


class Numbered(dict[str, Any]):
    """What comes under a key that is taken stands under that key with a number; `repeated` says whether anything did."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers: Counter[str] = Counter()

    @property
    def repeated(self) -> bool:
        """Whether a key has come twice."""
        return bool(self._numbers)

    def put(self, key: str, value: Any) -> None:
        """Keep a value."""
        free = key
        while free in self:
            self._numbers[key] += 1
            free = f"{key} ({self._numbers[key]})"
        self[free] = value
