"""The order in which events arrive makes no difference to anything that the store answers."""

import json
import random
from collections.abc import Callable, Iterator
from difflib import unified_diff
from typing import Any
from urllib.parse import quote

import pytest

from tests.lineage.tickit import FACET, JOBS, Json, Store, dataset, run_event

RUNS = [f"7c2a0a1e-0000-4000-8000-{number:012d}" for number in range(4)]
TIMES = ("12:00:00", "12:00:01", "12:00:01", "12:00:02", "12:00:03")
NAMES = ("x", "y", "z")
DEFINITIONS = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/"


def _parent(mixed: random.Random) -> Json:
    job = {"namespace": JOBS, "name": mixed.choice(["dag", "root", "root.dag"])}
    return {"parent": {**FACET, "run": {"runId": mixed.choice(RUNS)}, "job": job}}


def _nominal(mixed: random.Random) -> Json:
    times = {
        name: f"2026-01-{mixed.randint(1, 9):02d}T00:00:00Z" for name in ("nominalStartTime", "nominalEndTime") if mixed.random() < 0.7
    }
    return {"nominalTime": times}


def _dataset(mixed: random.Random, links: float) -> Json:
    facets: Json = {}
    if mixed.random() < links:
        others = mixed.sample(NAMES, mixed.randint(1, 2))
        facets["symlinks"] = {"identifiers": [{"namespace": "ns", "name": name, "type": "TABLE"} for name in others]}
    if mixed.random() < 0.5:
        source = {"namespace": "ns", "name": mixed.choice(NAMES), "field": mixed.choice("ab")}
        facets["columnLineage"] = {"fields": {mixed.choice("ab"): {"inputFields": [source]}}}
    return dataset("ns", mixed.choice(NAMES), *mixed.sample("ab", mixed.randint(0, 2)), **facets)


def _event(mixed: random.Random, kind: str) -> Json:
    """One event; its kind says in what it may contradict others."""
    links = 0.6 if kind in ("symlinks", "all") else 0
    parts: Json = {
        "run": mixed.choice(RUNS if kind == "all" else RUNS[:2]),
        "run_facets": {
            **(_parent(mixed) if kind in ("parents", "all") and mixed.random() < 0.6 else {}),
            **(_nominal(mixed) if kind in ("nominal times", "all") else {}),
        },
        "job_facets": {"sql": {"query": str(mixed.random())}} if mixed.random() < 0.5 else {},
        "inputs": [_dataset(mixed, links) for _ in range(mixed.randint(0, 2))],
        "outputs": [_dataset(mixed, links) for _ in range(mixed.randint(0, 2))],
    }
    jobs = ("load", "store", "dag.load", "dag") if kind in ("shared runs", "all", "parents") else ("load",)
    event = run_event(mixed.choice(jobs), mixed.choice([None, "START", "RUNNING", "COMPLETE", "FAIL"]), mixed.choice(TIMES), **parts)
    if kind == "all" and mixed.random() < 0.2:
        return {**event, "schemaURL": f"{DEFINITIONS}{mixed.choice(['JobEvent', 'DatasetEvent'])}", "dataset": _dataset(mixed, links)}
    return event


def _segment(name: str) -> str:
    return quote(name, safe="")


def _answers(store: Store) -> Iterator[Any]:
    """Everything that the store can be asked."""
    for run in RUNS:
        yield run, store.client.get(f"/api/v1/jobs/runs/{run}").json()
        for part in ("run", "job"):
            yield run, part, store.client.get(f"/api/v1/jobs/runs/{run}/facets", params={"type": part}).json()
    yield store.get("/events/lineage"), store.get("/events/lineage", sortDirection="asc")
    namespaces = store.get("/namespaces")
    yield namespaces
    nodes = [f"dataset:ns:{name}" for name in NAMES]
    for namespace in (one["name"] for one in namespaces["namespaces"]):
        path = f"/namespaces/{_segment(namespace)}"
        jobs = store.get(f"{path}/jobs")
        yield jobs, store.get(f"{path}/datasets")
        for job in jobs["jobs"]:
            nodes.append(f"job:{namespace}:{job['name']}")
            yield store.get(f"{path}/jobs/{_segment(job['name'])}/runs")
    for name in NAMES:
        yield store.client.get(f"/api/v1/namespaces/ns/datasets/{name}").json()
    for node in nodes:
        yield store.client.get("/api/v1/lineage", params={"nodeId": node}).json()
        yield store.client.get("/api/v1/column-lineage", params={"nodeId": node, "withDownstream": "true"}).json()
    graph = store.graph()
    yield repr(graph.jobs), repr(graph.datasets), sorted(map(str, graph.column_edges))


@pytest.mark.parametrize("kind", ["parents", "nominal times", "symlinks", "shared runs", "all"])
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.system) for seed in range(1, 12))])
def test_the_order_of_contradicting_events_makes_no_difference(new_store: Callable[[], Store], kind: str, seed: int) -> None:
    mixed = random.Random(f"{kind} {seed}")
    events = [_event(mixed, kind) for _ in range(mixed.randint(3, 6))]
    told = []
    for _ in range(3):
        store = new_store()
        store.post(*events)
        told.append(json.dumps(list(_answers(store)), indent=1, sort_keys=True).splitlines())
        mixed.shuffle(events)
    for other in told[1:]:
        assert not list(unified_diff(told[0], other, n=3))[:40]
