"""A bound for what knows none itself."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


def within(seconds: float, act: Callable[[], T]) -> T:
    """What `act` gives, from a thread that is waited for so long. Raises TimeoutError, and what `act` raises."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(act())
        except BaseException as error:  # who waits raises it
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    return future.result(seconds)
