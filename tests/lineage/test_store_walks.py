"""The two lineage endpoints."""

from typing import Any

import pytest

from lineage.store import walks
from tests.lineage.tickit import FACET, JOBS, VALUES, Json, Store, dataset, run_event

WAREHOUSE = VALUES["warehouse"]


def _run(number: int) -> str:
    return f"7c2a0a1e-0000-4000-8000-{number:012d}"


def _chain(length: int) -> list[Json]:
    """Jobs j1, j2... from dataset d0 by d1 on, each column `c` made from the one before."""
    return [
        run_event(
            f"j{number}",
            "COMPLETE",
            "12:00:00",
            run=_run(number),
            inputs=[dataset("ns", f"d{number - 1}", "c")],
            outputs=[dataset("ns", f"d{number}", "c", columnLineage=_from("c", f"d{number - 1}", "c"))],
        )
        for number in range(1, length + 1)
    ]


def _from(output: str, name: str, field: str) -> Json:
    return {**FACET, "fields": {output: {"inputFields": [{"namespace": "ns", "name": name, "field": field}]}}}


def _ids(answer: Json) -> set[str]:
    return {node["id"].rpartition(":")[2] for node in answer["graph"]}


def _columns(answer: Json) -> set[str]:
    return {node["data"]["dataset"] for node in answer["graph"]}


@pytest.mark.parametrize(
    ("start", "depth", "reached"),
    [
        ("job:tickit:j3", 0, {"j3", "d2", "d3"}),
        ("job:tickit:j3", 1, {"j2", "j3", "j4", "d1", "d2", "d3", "d4"}),
        ("dataset:ns:d3", 0, {"j3", "j4", "d2", "d3", "d4"}),
        ("dataset:ns:d0", 1, {"j1", "j2", "d0", "d1", "d2"}),
        ("dataset:ns:d0", 20, {f"d{n}" for n in range(6)} | {f"j{n}" for n in range(1, 6)}),
    ],
)
def test_depth_counts_job_hops_both_ways(store: Store, start: str, depth: int, reached: set[str]) -> None:
    store.post(*_chain(5))
    assert _ids(store.get("/lineage", nodeId=start, depth=depth)) == reached


def test_the_default_depth_is_twenty(store: Store) -> None:
    store.post(*_chain(25))
    assert "j21" in _ids(store.get("/lineage", nodeId="job:tickit:j1"))
    assert "j22" not in _ids(store.get("/lineage", nodeId="job:tickit:j1"))


def test_nodes_have_marquez_shape_and_edges_within_the_answer(store: Store) -> None:
    store.post(*_chain(3))
    graph = {node["id"]: node for node in store.get("/lineage", nodeId="job:tickit:j2", depth=0)["graph"]}
    assert list(graph) == ["dataset:ns:d1", "dataset:ns:d2", "job:tickit:j2"]
    incoming = {"origin": "dataset:ns:d1", "destination": "job:tickit:j2"}
    outgoing = {"origin": "job:tickit:j2", "destination": "dataset:ns:d2"}
    job = graph["job:tickit:j2"]
    assert (job["type"], job["inEdges"], job["outEdges"]) == ("JOB", [incoming], [outgoing])
    assert (job["data"]["name"], job["data"]["latestRun"]["state"]) == ("j2", "COMPLETED")
    origin = graph["dataset:ns:d1"]
    assert (origin["type"], origin["inEdges"], origin["outEdges"]) == ("DATASET", [], [incoming])
    assert origin["data"]["fields"][0]["name"] == "c"


def test_an_orphan_answers_with_itself(store: Store) -> None:
    event = {**run_event("x", None, "12:00:00"), "dataset": dataset("ns", "alone", "c")}
    store.post({**event, "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetEvent"})
    store.post(run_event("idle", "START", "12:00:00"))
    for node_id in ("dataset:ns:alone", f"job:{JOBS}:idle"):
        (node,) = store.get("/lineage", nodeId=node_id)["graph"]
        assert (node["id"], node["inEdges"], node["outEdges"]) == (node_id, [], [])


def test_a_cycle_ends(store: Store) -> None:
    back = dataset("ns", "d0", "c", columnLineage=_from("c", "d2", "c"))
    store.post(*_chain(2), run_event("back", "COMPLETE", "12:00:00", run=_run(9), inputs=[dataset("ns", "d2", "c")], outputs=[back]))
    assert _ids(store.get("/lineage", nodeId="job:tickit:j1", depth=50)) == {"d0", "d1", "d2", "j1", "j2", "back"}
    assert _columns(store.get("/column-lineage", nodeId="dataset:ns:d2", depth=50, withDownstream="true")) == {"d0", "d1", "d2"}


def test_node_ids_with_colons_are_resolved_against_what_is_stored(store: Store) -> None:
    store.post(run_event("dag:task:1", "COMPLETE", "12:00:00", outputs=[dataset(WAREHOUSE, "2024:dev.t", "a:b")]))
    for node_id in (f"job:{JOBS}:dag:task:1", f"dataset:{WAREHOUSE}:2024:dev.t"):
        assert len(store.get("/lineage", nodeId=node_id)["graph"]) == 2
    assert store.get("/column-lineage", nodeId=f"datasetField:{WAREHOUSE}:2024:dev.t:a:b") == {"graph": []}


@pytest.mark.parametrize("node_id", ["job:ns:none", "dataset:ns:none", "datasetField:ns:d1:none", "run:1", "", "job", "job:"])
def test_an_unknown_node_is_not_found(store: Store, node_id: str) -> None:
    store.post(*_chain(1))
    for path in ("lineage", "column-lineage"):
        response = store.client.get(f"/api/v1/{path}", params={"nodeId": node_id})
        assert (response.status_code, response.json()["code"]) == (404, 404)


@pytest.mark.parametrize(
    ("parameters", "reached"),
    [
        ({"nodeId": "dataset:ns:d3", "depth": 1}, {"d3", "d2"}),
        ({"nodeId": "dataset:ns:d3", "depth": 2}, {"d3", "d2", "d1"}),
        ({"nodeId": "datasetField:ns:d3:c", "depth": 0}, set()),
        ({"nodeId": "datasetField:ns:d3:c", "depth": 1, "withDownstream": "true"}, {"d2", "d3", "d4"}),
        ({"nodeId": "job:tickit:j2"}, {"d0", "d1", "d2"}),
        ({"nodeId": "dataset:ns:d0"}, set()),
        ({"nodeId": "dataset:ns:d0", "withDownstream": "true"}, {f"d{n}" for n in range(6)}),
    ],
)
def test_column_lineage_depth_counts_edges(store: Store, parameters: Json, reached: set[str]) -> None:
    store.post(*_chain(5))
    assert _columns(store.get("/column-lineage", **parameters)) == reached


def test_column_lineage_has_marquez_turned_in_edges(store: Store) -> None:
    store.post(*_chain(2))
    graph: dict[str, Any] = {node["id"]: node for node in store.get("/column-lineage", nodeId="dataset:ns:d2")["graph"]}
    first, middle, last = (f"datasetField:ns:d{number}:c" for number in range(3))
    assert list(graph) == [first, middle, last]
    assert graph[middle]["type"] == "DATASET_FIELD"
    assert graph[middle]["inEdges"] == [{"origin": middle, "destination": first}]
    assert graph[middle]["outEdges"] == [{"origin": middle, "destination": last}]
    assert graph[middle]["data"]["inputFields"][0]["dataset"] == "d0"
    assert (graph[first]["data"]["fieldType"], graph[first]["data"]["inputFields"]) == ("varchar(100)", [])


def test_a_node_id_is_found_whatever_is_stored_beside_it(store: Store) -> None:
    """Every way to split it is another dataset's."""
    names = [("a", "b:c:d"), ("a:b", "c:d"), ("a:b:c", "d"), ("a", "b"), ("a:b", "c")]
    store.post(
        *(run_event(f"j{n}", "COMPLETE", "12:00:00", run=_run(n), outputs=[dataset(*name, f"x{n}")]) for n, name in enumerate(names))
    )
    (found,) = [node for node in store.get("/lineage", nodeId="dataset:a:b:c:d")["graph"] if node["type"] == "DATASET"]
    assert found["data"]["namespace"] == "a", "the shortest namespace"
    for number, (namespace, name) in enumerate(names):
        assert store.get("/column-lineage", nodeId=f"datasetField:{namespace}:{name}:x{number}") == {"graph": []}
    for node_id in (
        "dataset:a:b:c:d:x0",
        "datasetField:a:b:c:d",
        "datasetField:a:b:x4",
        "job:tickit:j",
        "job::tickit:j0",
        "dataset:a%b:c:d",
    ):
        path = "column-lineage" if node_id.startswith("datasetField") else "lineage"
        assert store.client.get(f"/api/v1/{path}", params={"nodeId": node_id}).status_code == 404


def test_a_node_id_costs_as_many_queries_however_many_colons_it_has(store: Store) -> None:
    store.post(*_chain(1))
    asked: list[str] = []
    with store.database.read() as connection:
        connection.set_trace_callback(asked.append)
        for type_ in ("job", "dataset", "datasetField"):
            for colons in (1, 2, 15_000):
                asked.clear()
                with pytest.raises(walks.UnknownNodeError):
                    walks.resolve(connection, f"{type_}:" + ":" * colons)
                assert len(asked) == 1, (type_, colons)
        connection.set_trace_callback(None)
