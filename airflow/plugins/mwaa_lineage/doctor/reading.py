"""Reads Marquez's API at the store that events are sent to."""

import http.client
import json
from typing import Any
from urllib.parse import quote, urlsplit

from mwaa_lineage.transport.settings import DEFAULT_ENDPOINT, Settings
from mwaa_lineage.transport.store import WHOLE, connection, headers, watched

_LONGEST_ANSWER = 33_554_432  # bytes: fifty jobs with all that their runs say


class Unreadable(Exception):
    """The store does not let itself be read; the message says how it answered."""


class Reader:
    """Reads at the address that `store` has for events, with its key."""

    def __init__(self, store: Settings) -> None:
        self._store = store
        self._base = urlsplit(store.url).path.removesuffix(f"/{DEFAULT_ENDPOINT}")

    def namespaces(self) -> list[str]:
        """Some namespaces' names. Raises Unreadable."""
        found = self._get("namespaces?limit=10")
        if found is None or not isinstance(found.get("namespaces"), list):
            raise Unreadable("its answer lists no namespaces")
        return [str(each.get("name")) for each in found["namespaces"]]

    def state(self, run_id: str) -> str:
        """The state of a run; empty when the store does not know it. Raises Unreadable."""
        return str((self._get(f"jobs/runs/{run_id}") or {}).get("state") or "")

    def started(self, namespace: str, job: str) -> str:
        """When a job's latest run has started; empty when there is none. Raises Unreadable."""
        found = self._get(f"namespaces/{quote(namespace, safe='')}/jobs/{quote(job, safe='')}") or {}
        return str((found.get("latestRun") or {}).get("startedAt") or "")

    def page(self, path: str, items: str, *, limit: int, offset: int) -> list[dict[str, Any]]:
        """Some of a list of objects; an empty one where there is nothing. Raises Unreadable."""
        found = self._get(f"{path}?limit={limit}&offset={offset}")
        listed = [] if found is None else found.get(items)
        if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
            raise Unreadable(f"its answer lists no {items}")
        return listed

    def run_facets(self, run_id: str) -> dict[str, Any]:
        """The facets of a run by name. Raises Unreadable."""
        found = (self._get(f"jobs/runs/{quote(run_id, safe='')}/facets?type=run") or {}).get("facets")
        return found if isinstance(found, dict) else {}

    def _get(self, path: str) -> dict[str, Any] | None:
        """An answer; None when there is nothing at the path."""
        line = connection(self._store)
        try:
            line.connect()
            with watched(line, self._store.timeout * WHOLE):
                line.request("GET", f"{self._base}/api/v1/{path}", headers=headers(self._store))
                answer = line.getresponse()
                body = answer.read(_LONGEST_ANSWER)
            if answer.status == http.client.NOT_FOUND:
                return None
            if answer.status != http.client.OK:
                raise Unreadable(f"HTTP {answer.status}")
            found = json.loads(body)
        except (OSError, http.client.HTTPException, ValueError, RuntimeError) as error:  # RuntimeError: too deep, or no thread is to be had
            raise Unreadable(f"{type(error).__name__}: {error}") from error
        finally:
            line.close()
        if not isinstance(found, dict):
            raise Unreadable("its answer is not Marquez's")
        return found
