"""Chance, the same for a seed."""

from collections.abc import Mapping
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Chance(Random):
    """Decides what is made."""

    def happens(self, share: float) -> bool:
        """True in this share of all cases, 0 to 1."""
        return self.random() < share

    def one_of(self, weights: Mapping[T, float]) -> T:
        """One of the keys, as often as its weight says."""
        return self.choices(list(weights), list(weights.values()))[0]
