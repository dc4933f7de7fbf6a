"""The stored lineage without HTTP, for the page that the store serves itself."""

import sqlite3
from collections.abc import Iterable

from lineage.shapes import Json
from lineage.store.views import datasets, events, jobs

_ALL = -1  # SQLite's "no limit"


class StoredLineage:
    """Answers what `lineage.graph.LineageApi` asks, out of one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def namespaces(self) -> Iterable[str]:
        """The names of all namespaces."""
        return [namespace["name"] for namespace in events.namespaces(self._connection, _ALL, 0)]

    def jobs(self, namespace: str) -> Iterable[Json]:
        """The jobs of a namespace."""
        return jobs.jobs(self._connection, namespace, _ALL, 0).items

    def datasets(self, namespace: str) -> Iterable[Json]:
        """The datasets of a namespace."""
        return datasets.datasets(self._connection, namespace, _ALL, 0).items

    def run_facets(self, run_id: str) -> Json:
        """The run facets of a run, by name."""
        run = jobs.run(self._connection, run_id)
        return dict(run["facets"]) if run else {}
