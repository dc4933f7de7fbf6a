"""What keeps lineage from being known."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """Why lineage is missing, and in which statement (counted from 0; None: in all)."""

    message: str
    statement: int | None = None
