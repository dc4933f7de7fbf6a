"""The page that draws lineage: one HTML file with everything in it, which asks nothing of any network."""

import json
import re
from importlib import resources
from typing import Any

from lineage.graph import Dataset, DatasetId, Graph, Job

_FILES = resources.files(__package__)
_MARK = re.compile(r"\{\{ ([\w./]+) \}\}")


def render(graph: Graph) -> str:
    """The page with this graph in it."""
    parts = {"graph": _json(graph)}
    return _MARK.sub(lambda mark: parts.get(mark[1]) or _text(mark[1]), _text("page.html"))


def _text(file: str) -> str:
    return (_FILES / file).read_text(encoding="utf-8")


def _json(graph: Graph) -> str:
    """The graph as the page's scripts take it: datasets by their place in the list. Nothing in it can end the script element."""
    places = {dataset.id: place for place, dataset in enumerate(graph.datasets)}
    content = {
        "datasets": [_dataset(dataset) for dataset in graph.datasets],
        "jobs": [_job(job, places) for job in graph.jobs],
        "columnEdges": [
            [places[edge.origin.dataset], edge.origin.name, places[edge.target.dataset], edge.target.name]
            for edge in sorted(graph.column_edges)
            if edge.origin.dataset in places
        ],
        "pairs": len(graph.pairs),
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
        "sql": job.sql,
        "state": run.state if run else None,
        "startedAt": run.started_at if run else None,
        "durationMs": run.duration_ms if run else None,
        "problems": [*filter(None, [run.error]), *run.extraction_errors] if run else [],
    }
