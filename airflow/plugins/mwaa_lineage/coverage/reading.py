"""Reads from a store what the coverage is made of, through Marquez's API."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from mwaa_lineage.coverage.seen import Dataset, Seen
from mwaa_lineage.doctor.reading import Reader, Unreadable

PAGE = 50
MOST = 100_000  # jobs, and datasets, of a namespace


def jobs(reader: Reader, namespace: str) -> list[Seen]:
    """The jobs of a namespace with their latest runs. Raises Unreadable."""
    return [_seen(reader, job) for job in _all(reader, f"namespaces/{_segment(namespace)}/jobs", "jobs")]


def traced(reader: Reader, found: list[Seen]) -> set[tuple[Dataset, Dataset]]:
    """The pairs of datasets (from, to) between which columns are known, of all that the jobs write. Raises Unreadable."""
    pairs: set[tuple[Dataset, Dataset]] = set()
    for namespace in sorted({output[0] for job in found for output in job.outputs}):
        for dataset in _all(reader, f"namespaces/{_segment(namespace)}/datasets", "datasets"):
            target = str(dataset.get("namespace")), str(dataset.get("name"))
            for column in dataset.get("columnLineage") or ():
                pairs |= {((str(origin["namespace"]), str(origin["dataset"])), target) for origin in column.get("inputFields") or ()}
    return pairs


def _all(reader: Reader, path: str, items: str) -> Iterator[dict[str, Any]]:
    for offset in range(0, MOST, PAGE):
        page = reader.page(path, items, limit=PAGE, offset=offset)
        yield from page
        if len(page) < PAGE:
            return
    raise Unreadable(f"it lists more than {MOST:,} {items}, which is more than a task should read")


def _seen(reader: Reader, job: dict[str, Any]) -> Seen:
    io = _ids(job.get("inputs")), _ids(job.get("outputs"))
    run = job.get("latestRun") or {}
    run_id = str(run.get("id") or "")
    facets = run.get("facets") or (reader.run_facets(run_id) if run_id else {})
    at = str(run.get("startedAt") or run.get("endedAt") or "")
    return Seen(str(job["namespace"]), str(job["name"]), *io, run.get("state"), run_id.lower(), at, job.get("facets") or {}, facets)


def _ids(parts: Any) -> frozenset[Dataset]:
    return frozenset((str(part["namespace"]), str(part["name"])) for part in parts or ())


def _segment(name: str) -> str:
    return quote(name, safe="")
