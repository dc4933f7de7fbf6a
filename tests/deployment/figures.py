"""What a life cycle has found out, kept for the end of the test run's output."""

from dataclasses import dataclass, field

import pytest


@dataclass
class Figures:
    """{phase: seconds}, {stack: how many resources it had}, and what was left at the end: None while it has not ended."""

    seconds: dict[str, float] = field(default_factory=dict)
    resources: dict[str, int] = field(default_factory=dict)
    left: list[str] | None = None


FIGURES = pytest.StashKey[Figures]()
