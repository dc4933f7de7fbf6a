"""A client of Marquez's API, for what this package reads of it."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self
from urllib.parse import quote

import httpx

from lineage.graph import Graph, read_graph
from lineage.shapes import Json
from lineage.terminal import plain

LONGEST = 1800  # seconds that one client reads: a store of ten thousand jobs on another continent takes less
MOST = 500_000_000  # bytes that it reads, unpacked
_PAGE = 100  # Marquez's own default
_WHOLE = 3  # time-outs


class LineageApiError(Exception):
    """The API could not be read; the message names its address and the cause, on one line that a terminal may be shown."""

    def __init__(self, message: str) -> None:
        super().__init__(plain(message))


class StoreUnreachableError(LineageApiError):
    """Nothing answers at the address."""


class UnexpectedAnswerError(LineageApiError):
    """What answers is not Marquez's API, or reports a fault."""


class RefusedError(LineageApiError):
    """The API wants a key, or another one."""


class MarquezClient:
    """Reads a Marquez API at `url`, its address without `/api/v1`; `api_key` goes along as a bearer token.

    `timeout` is the seconds that it may be silent; an answer may take three times that. LONGEST and MOST bound all that one client reads.
    Methods raise StoreUnreachableError, UnexpectedAnswerError and RefusedError.
    """

    def __init__(self, url: str, timeout: float = 10, api_key: str | None = None) -> None:
        self.url = url.rstrip("/")
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        try:
            self._http = httpx.AsyncClient(base_url=f"{self.url}/api/v1/", timeout=timeout, headers=headers)
        except httpx.InvalidURL as error:
            raise StoreUnreachableError(f"{url!r} is no address of a lineage store: {error}") from error
        self._loop = asyncio.Runner()  # whatever drips, it can be broken off: httpx itself bounds silences only
        self._seconds = timeout * _WHOLE
        self._over = time.monotonic() + LONGEST
        self._left = MOST

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._loop.run(self._http.aclose())
        self._loop.close()

    def namespaces(self) -> list[str]:
        """The names of all namespaces that are not hidden."""
        return [namespace["name"] for namespace in self._pages("namespaces", "namespaces") if not namespace.get("isHidden")]

    def jobs(self, namespace: str) -> Iterator[Json]:
        """The jobs of a namespace."""
        return self._pages(f"namespaces/{_segment(namespace)}/jobs", "jobs")

    def datasets(self, namespace: str) -> Iterator[Json]:
        """The datasets of a namespace."""
        return self._pages(f"namespaces/{_segment(namespace)}/datasets", "datasets")

    def run_facets(self, run_id: str) -> Json:
        """The run facets of a run, by name."""
        facets = self._get(f"jobs/runs/{_segment(run_id)}/facets", type="run")["facets"]
        return dict(facets)

    def events(self, before: str) -> Iterator[Json]:
        """The events before a time (ISO 8601, UTC), the oldest first. A page may hold fewer than were asked for, as events are large."""
        offset = 0
        while page := self._get("events/lineage", limit=_PAGE, offset=offset, before=before, sortDirection="asc")["events"]:
            yield from page
            offset += len(page)

    def event_count(self) -> int:
        """How many events the store has taken."""
        return int(self._get("events/lineage", limit=1)["totalCount"])

    def _pages(self, path: str, items: str) -> Iterator[Json]:
        """All items of a list, page by page: namespaces come without a total, so a page that is not full is the last."""
        offset = 0
        while True:
            page = self._get(path, limit=_PAGE, offset=offset)[items]
            yield from page
            if len(page) < _PAGE:
                return
            offset += len(page)

    def _get(self, path: str, **parameters: str | int) -> Json:
        try:
            response, body = self._loop.run(self._read(path, parameters))
        except TimeoutError as error:
            raise StoreUnreachableError(f"no lineage store answers at {self.url}: it took too long") from error
        except httpx.TransportError as error:
            raise StoreUnreachableError(f"no lineage store answers at {self.url}: {error or type(error).__name__}") from error
        except httpx.DecodingError as error:
            raise UnexpectedAnswerError(f"{self.url} gave an answer that cannot be unpacked: {error}") from error
        if response.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise RefusedError(f"{self.url} answered {response.status_code}: it takes another key, or other clients")
        if response.status_code != httpx.codes.OK:
            raise UnexpectedAnswerError(f"{response.url} answered {response.status_code}: {body.decode(errors='replace')[:200]}")
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise UnexpectedAnswerError(f"{response.url} answered no JSON: is {self.url} a Marquez API?") from error
        if not isinstance(answer, dict):
            raise UnexpectedAnswerError(f"{response.url} answered no JSON object: is {self.url} a Marquez API?")
        return answer

    async def _read(self, path: str, parameters: dict[str, str | int]) -> tuple[httpx.Response, bytes]:
        body = bytearray()
        async with (
            asyncio.timeout(min(self._seconds, self._over - time.monotonic())),
            self._http.stream("GET", path, params=parameters) as response,
        ):
            async for part in response.aiter_bytes():
                body += part
                self._left -= len(part)
                if self._left < 0:
                    raise UnexpectedAnswerError(f"{self.url} answers with more than {MOST:,} bytes: is it a Marquez API?")
        return response, bytes(body)


def read_lineage(url: str, api_key: str | None = None) -> Graph:
    """The whole lineage of the API at `url`. Raises StoreUnreachableError, UnexpectedAnswerError and RefusedError."""
    with MarquezClient(url, api_key=api_key) as client, as_marquez_does(url):
        return read_graph(client)


def count_events(url: str) -> int:
    """How many events the API at `url` has taken. Raises StoreUnreachableError and UnexpectedAnswerError."""
    with MarquezClient(url) as client, as_marquez_does(url):
        return client.event_count()


@contextmanager
def as_marquez_does(url: str) -> Iterator[None]:
    """An answer of another shape is an UnexpectedAnswerError."""
    try:
        yield
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise UnexpectedAnswerError(f"{url} does not answer as Marquez does: {error!r}") from error


def _segment(name: str) -> str:
    """A name as one segment of a path: slashes too are escaped."""
    return quote(name, safe="")
