"""Some at a time: what costs memory or time waits for its turn, and not for long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.exceptions import HTTPException

PATIENCE = 10
"""Seconds that a request waits for its turn."""


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
            raise HTTPException(503, "the store is busy: try again", {"Retry-After": str(PATIENCE)}) from error
        try:
            yield
        finally:
            self._places.release()
