"""Some at a time: what costs memory or time waits for its turn, and not for long; and the threads that they go on in."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

PATIENCE = 10
"""Seconds that a request waits for its turn."""

T = TypeVar("T")


async def in_a_thread(do: Callable[..., T], *given: Any) -> T:
    """What `do` gives. Raises HTTPException: 503 where the system gives no thread, as the request is not at fault, nor the store."""
    begun = False

    def work() -> T:
        nonlocal begun
        begun = True
        return do(*given)

    try:
        return await run_in_threadpool(work)
    except RuntimeError as error:
        if begun:
            raise
        raise _busy() from error


def _busy() -> HTTPException:
    return HTTPException(503, "the store is busy: try again", {"Retry-After": str(PATIENCE)})


class Turns:
    """Lets `count` requests go on at a time."""

    def __init__(self, count: int) -> None:
        self._places = asyncio.Semaphore(count)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """A place, given back in the end. Raises HTTPException: 503, which says when to try again, if there is none for too long."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._places.acquire()
        except TimeoutError as error:
            raise _busy() from error
        try:
            yield
        finally:
            self._places.release()
