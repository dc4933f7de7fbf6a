"""The page that draws lineage: one HTML file with everything in it, which asks nothing of any network but the store that has served it."""

import base64
import hashlib
import json
import re
from functools import cache
from importlib import resources
from typing import Any

from lineage.coverage import kind_of, measured
from lineage.graph import Dataset, DatasetId, Graph, Job, shortened

_FILES = resources.files(__package__)
_MARK = re.compile(r"\{\{ ([\w./]+) \}\}")
_INLINE = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)
_LIVE = " connect-src 'self';"
_LONGEST_SQL = 100_000  # characters
_FILLED_LATER = ("graph", "policy")


def render(graph: Graph, version: str = "") -> str:
    """The page with this graph in it.

    With a version, the ETag under which a store serves it at /, it asks there with If-None-Match for a newer one, and draws that.
    """
    parts = {"graph": _json(graph, version), "policy": policy(live=bool(version))}
    return _MARK.sub(lambda mark: parts.get(mark[1], mark[0]), _frame())


@cache
def policy(*, live: bool = False) -> str:
    """The page's content security policy: no script and no style sheet but its own, known by their hashes (https://www.w3.org/TR/CSP3/).

    A live page may ask the store that it comes from.

    Colours stand in style attributes, which no hash is needed for.
    """
    hashes: dict[str, list[str]] = {"script": [], "style": []}
    for kind, content in _INLINE.findall(_frame()):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        hashes[kind].append(f"'sha256-{digest}'")
    return (
        f"default-src 'none'; script-src {' '.join(hashes['script'])}; style-src {' '.join(hashes['style'])}; "
        f"style-src-attr 'unsafe-inline'; img-src data:;{_LIVE if live else ''} base-uri 'none'; form-action 'none'"
    )


@cache
def _frame() -> str:
    """The page as it is whatever the graph."""
    return _MARK.sub(lambda mark: mark[0] if mark[1] in _FILLED_LATER else _text(mark[1]), _text("page.html"))


def _text(file: str) -> str:
    return (_FILES / file).read_text(encoding="utf-8")


def _json(graph: Graph, version: str) -> str:
    """The graph as the page's scripts take it: datasets by their place in the list. Nothing in it can end the script element."""
    places = {dataset.id: place for place, dataset in enumerate(graph.datasets)}
    content = {
        "datasets": [_dataset(dataset) for dataset in graph.datasets],
        "jobs": [_job(job, places) for job in graph.jobs],
        "columnEdges": [
            [
                places[edge.origin.dataset],
                edge.origin.name,
                places[edge.target.dataset],
                edge.target.name,
                *sorted(graph.ways.get(edge, ())),
            ]
            for edge in sorted(graph.column_edges)
            if edge.origin.dataset in places
        ],
        "indirectEdges": [
            [places[edge.origin.dataset], edge.origin.name, places[edge.target], edge.column, edge.how]
            for edge in sorted(graph.indirect_edges)
            if edge.origin.dataset in places and edge.target in places
        ],
        "pairs": len(graph.pairs),
        "gaps": [{"name": row.job, "operator": row.operator, "level": row.level.value, "cause": row.cause} for row in measured(graph).gaps],
        "version": version,
    }
    text = json.dumps(content, separators=(",", ":"))
    return text.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026")


def _dataset(dataset: Dataset) -> dict[str, Any]:
    fields = [{"name": field.name, "type": field.type} for field in dataset.fields]
    return {"namespace": dataset.id.namespace, "name": dataset.id.name, "fields": fields}


def _job(job: Job, places: dict[DatasetId, int]) -> dict[str, Any]:
    run = job.run
    return {
        "namespace": job.namespace,
        "name": job.name,
        "inputs": [places[id_] for id_ in job.inputs if id_ in places],
        "outputs": [places[id_] for id_ in job.outputs if id_ in places],
        "kind": kind_of(job),
        "sql": job.sql and shortened(job.sql, _LONGEST_SQL),
        "state": run.state if run else None,
        "startedAt": run.started_at if run else None,
        "durationMs": run.duration_ms if run else None,
        "problems": [*filter(None, [run.error]), *run.extraction_errors] if run else [],
    }
