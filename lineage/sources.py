"""Where a graph comes from: a store as it is now, a store as it was at a time, or an exported file."""

import json
import re
import tempfile
from pathlib import Path

from lineage import exports, where
from lineage.client import MarquezClient, as_marquez_does, read_lineage
from lineage.graph import Graph, read_graph
from lineage.store import ingest
from lineage.store.database import Database
from lineage.store.events import BadEventError, parse, utc
from lineage.store.local import StoredLineage

_NOW = "now"
_TIME = r"\d{4}-\d\d-\d\d(?:[Tt ][\d:.]+(?:[Zz]|[+-]\d\d:?\d\d)?)?"
_AT = re.compile(rf"(?:(?P<url>https?://.+)@)?(?P<time>{_TIME})")


class BadSourceError(Exception):
    """A source that nobody understands; the message says what there is."""


def read(source: str, api_key: str | None = None) -> Graph:
    """The graph of `now`, of a time such as 2026-01-31T12:00Z, of an address, of `<address>@<time>`, or of a file.

    A time without a zone is UTC, one without an hour the day's beginning; without an address they are of the store of `make up`.
    Raises BadSourceError, NoStoreError, LineageApiError, BadExportError, OSError.
    """
    if source == _NOW:
        return read_lineage(where.store(None), api_key)
    if found := _AT.fullmatch(source):
        return _as_of(where.store(found["url"]), _time(found["time"]), api_key)
    if source.startswith(("http://", "https://")):
        return read_lineage(source, api_key)
    if Path(source).is_file():
        return exports.read(Path(source))
    raise BadSourceError(
        f"{source} is no file here: a source is now, a time (2026-01-31T12:00Z), an address, <address>@<time>, or an export"
    )


def _time(text: str) -> str:
    whole = text if len(text) > len("2026-01-31") else f"{text}T00:00:00"
    try:
        return utc(whole if re.search(r"(?:[Zz]|[+-]\d\d:?\d\d)$", whole[len("2026-01-31") :]) else f"{whole}Z")
    except (BadEventError, ValueError) as error:
        raise BadSourceError(f"{text} is no time: write it as 2026-01-31T12:00:00Z") from error


def _as_of(url: str, time: str, api_key: str | None) -> Graph:
    """What the events before a time make of a store that is empty at first."""
    with tempfile.TemporaryDirectory(prefix="lineage-") as folder, MarquezClient(url, api_key=api_key) as client, as_marquez_does(url):
        database = Database(Path(folder) / "lineage.db")
        try:
            with database.write() as connection:
                for event in client.events(time):
                    try:
                        ingest.record(connection, parse(json.dumps(event).encode()))
                    except BadEventError:
                        continue  # Marquez keeps what it does not understand
            with database.read() as connection:
                return read_graph(StoredLineage(connection))
        finally:
            database.close()
