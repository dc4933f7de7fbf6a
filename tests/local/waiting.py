"""Bounded waiting that says what was awaited."""

import time
from collections.abc import Callable


def eventually(condition: Callable[[], bool], awaited: str, seconds: float = 60) -> None:
    """Wait until `condition` holds; fail, naming what was awaited, when it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {awaited}"
        time.sleep(0.02)
