"""The HTTP interface: what it takes, what it refuses, and Marquez's shapes."""

import gzip
import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.lineage.tickit import JOBS, VALUES, Store, dataset, run_event

LAKE = "s3://tickit-raw"
WAREHOUSE = VALUES["warehouse"]


def _seg(name: str) -> str:
    return quote(name, safe="")


def _post(store: Store, body: bytes, **headers: str) -> tuple[int, Any]:
    response = store.client.post("/api/v1/lineage", content=body, headers=headers)
    return response.status_code, response.json() if response.content else None


def _deep(levels: int) -> bytes:
    event = json.dumps(run_event("a", "START", "12:00:00", run_facets={"x": {"y": 0}}))
    return event.replace('{"y": 0}', '{"y": ' * levels + "0" + "}" * levels).encode()


BAD = {
    "not JSON": (b"{", 400),
    "empty": (b"", 400),
    "not UTF-8": (b'"\xff"', 400),
    "NaN": (json.dumps(run_event("a", "START", "12:00:00", run_facets={"x": {"y": float("nan")}})).encode(), 400),
    "infinite": (json.dumps(run_event("a", "START", "12:00:00", run_facets={"x": {"y": 1}})).replace('"y": 1', '"y": 1e999').encode(), 400),
    "lone surrogate": (json.dumps(run_event("a\ud800", "START", "12:00:00")).encode(), 400),
    "nested too deeply": (_deep(100_000), 400),
    "bad time": (json.dumps(run_event("a", "START", "25:00:00")).encode(), 400),
    "time of no kind": (json.dumps({**run_event("a", "START", "12:00:00"), "eventTime": "noon"}).encode(), 400),
    "time before all time": (json.dumps({**run_event("a", "START", "12:00:00"), "eventTime": "0001-01-01T00:00:00+14:00"}).encode(), 400),
    "namespace": (json.dumps({**run_event("a", "START", "12:00:00"), "job": {"namespace": "a b", "name": "c"}}).encode(), 400),
    "dataset's namespace": (json.dumps(run_event("a", "START", "12:00:00", inputs=[dataset("a\nb", "c")])).encode(), 400),
    "namespace that no path can name": (
        json.dumps({**run_event("a", "START", "12:00:00"), "job": {"namespace": "..", "name": "c"}}).encode(),
        400,
    ),
    "nested more deeply than readers can take": (_deep(600), 400),
    "no object": (b"[]", 422),
    "null": (b"null", 422),
    "nothing in it": (b"{}", 422),
    "inputs no list": (json.dumps({**run_event("a", "START", "12:00:00"), "inputs": {}}).encode(), 422),
    "dataset without name": (json.dumps(run_event("a", "START", "12:00:00", outputs=[{"namespace": "x"}])).encode(), 422),
    "facets no object": (json.dumps(run_event("a", "START", "12:00:00", run_facets=["x"])).encode(), 422),
    "facet no object": (json.dumps(run_event("a", "START", "12:00:00", job_facets={"x": 1})).encode(), 422),
    "name no text": (json.dumps({**run_event("a", "START", "12:00:00"), "job": {"namespace": "a", "name": 1}}).encode(), 422),
    "NUL in a name": (json.dumps(run_event("a\0b", "START", "12:00:00")).encode(), 422),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_event_is_refused_and_the_next_one_is_taken(store: Store, case: str) -> None:
    body, expected_status = BAD[case]
    status, answer = _post(store, body)
    assert (status, answer["code"]) == (expected_status, expected_status)
    assert answer["message"]
    store.post(run_event("next", "START", "12:00:00"))
    assert [job["name"] for job in store.get(f"/namespaces/{JOBS}/jobs")["jobs"]] == ["next"]


def test_every_missing_field_is_named_at_once(store: Store) -> None:
    status, answer = _post(store, json.dumps({"run": {}, "outputs": [{}]}).encode())
    assert status == 422
    for field in ("eventTime", "producer", "run.runId", "job.namespace", "job.name", "outputs: namespace", "outputs: name"):
        assert field in answer["message"]


def test_gzip_is_taken_and_broken_gzip_refused(store: Store) -> None:
    body = json.dumps(run_event("zipped", "START", "12:00:00")).encode()
    zipped = gzip.compress(body)
    assert _post(store, zipped, **{"content-encoding": "gzip"}) == (201, None)
    for broken in (body, zipped[:-9], zipped + b"more", b""):
        assert _post(store, broken, **{"content-encoding": "gzip"})[0] == 400
    assert _post(store, body, **{"content-encoding": "br"})[0] == 415
    assert store.get(f"/namespaces/{JOBS}/jobs")["totalCount"] == 1


def test_too_large_an_event_is_refused_packed_or_not(store: Store) -> None:
    bomb = gzip.compress(b" " * (33 * 1024 * 1024))
    assert _post(store, bomb, **{"content-encoding": "gzip"})[0] == 413
    assert _post(store, b" " * (33 * 1024 * 1024))[0] == 413
    store.post(run_event("next", "START", "12:00:00"))


def test_an_unknown_path_or_method_is_answered_in_json(store: Store) -> None:
    for method, path, status in (("GET", "/nothing", 404), ("GET", "/api/v1/nothing", 404), ("DELETE", "/api/v1/namespaces", 405)):
        response = store.client.request(method, path)
        assert (response.status_code, response.json()["code"]) == (status, status)


def test_health(store: Store) -> None:
    assert store.client.get("/healthcheck").json() == {"status": "ok"}


def test_namespaces_of_jobs_and_datasets(store: Store, events: list[Any]) -> None:
    store.post(*events)
    namespaces = store.get("/namespaces")["namespaces"]
    assert [namespace["name"] for namespace in namespaces] == [WAREHOUSE, LAKE, JOBS]
    assert namespaces[2]["isHidden"] is False
    assert namespaces[2]["createdAt"] == "2026-01-31T12:01:00.000000Z"
    assert namespaces[2]["updatedAt"] == "2026-01-31T12:10:07.250000Z"
    assert [namespace["name"] for namespace in store.get("/namespaces", limit=1, offset=1)["namespaces"]] == [LAKE]


def test_jobs_newest_first_in_pages(store: Store, events: list[Any]) -> None:
    store.post(*events)
    whole = store.get(f"/namespaces/{JOBS}/jobs")
    assert whole["totalCount"] == len(whole["jobs"]) == 12
    updated = [job["updatedAt"] for job in whole["jobs"]]
    assert updated == sorted(updated, reverse=True)
    page = store.get(f"/namespaces/{JOBS}/jobs", limit=2, offset=1)
    assert (page["jobs"], page["totalCount"]) == (whole["jobs"][1:3], 12)
    assert store.get(f"/namespaces/{JOBS}/jobs", limit=0)["jobs"] == []
    assert store.get("/namespaces/unknown/jobs") == {"jobs": [], "totalCount": 0}


def test_a_job(store: Store, events: list[Any]) -> None:
    store.post(*events)
    name = "rs_staging_to_dm.load_fact_sales"
    job = store.get(f"/namespaces/{JOBS}/jobs/{name}")
    assert job["id"] == {"namespace": JOBS, "name": name}
    assert (job["type"], job["simpleName"], job["parentJobName"]) == ("BATCH", "load_fact_sales", "rs_staging_to_dm")
    assert [one["name"] for one in job["inputs"]] == ["dev.staging.date", "dev.staging.sales"]
    assert job["outputs"] == [{"namespace": WAREHOUSE, "name": "dev.dm.fact_sales"}]
    assert job["facets"]["sql"]["query"].startswith("delete from")
    run = job["latestRun"]
    assert run["state"] == "COMPLETED"
    assert (run["startedAt"], run["endedAt"]) == ("2026-01-31T12:08:00.000000Z", "2026-01-31T12:08:07.250000Z")
    assert run["durationMs"] == 7250
    assert run["facets"]["parent"]["job"]["name"] == "rs_staging_to_dm"
    assert job["latestRuns"] == [run]
    assert store.client.get(f"/api/v1/namespaces/{JOBS}/jobs/none").status_code == 404


def test_latest_runs_are_at_most_ten_and_never_an_empty_list(store: Store) -> None:
    for number in range(12):
        store.post(run_event("a", "START", f"12:{number:02d}:00", run=f"7c2a0a1e-0000-4000-8000-{number:012d}"))
    job = store.get(f"/namespaces/{JOBS}/jobs/a")
    assert [run["startedAt"][14:16] for run in job["latestRuns"]] == [f"{number:02d}" for number in range(11, 1, -1)]
    event = run_event("declared", None, "12:00:00")
    store.post({**event, "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/JobEvent"})
    assert store.get(f"/namespaces/{JOBS}/jobs/declared")["latestRuns"] is None


def test_runs_of_a_job_and_a_run_with_its_facets(store: Store) -> None:
    first, second = "7c2a0a1e-0000-4000-8000-000000000001", "7c2a0a1e-0000-4000-8000-000000000002"
    nominal = {"nominalTime": {"nominalStartTime": "2026-01-31T13:00:00+01:00"}}
    store.post(run_event("a", "START", "12:00:00", run=first, run_facets=nominal, job_facets={"sql": {"query": "select 1"}}))
    store.post(run_event("a", "START", "13:00:00", run=second))
    runs = store.get(f"/namespaces/{JOBS}/jobs/a/runs")
    assert runs["totalCount"] == 2
    assert [run["id"] for run in runs["runs"]] == [second, first]
    assert store.get(f"/namespaces/{JOBS}/jobs/a/runs", limit=1, offset=1)["runs"][0]["id"] == first
    run = store.get(f"/jobs/runs/{first}")
    assert (run["id"], run["state"], run["nominalStartTime"]) == (first, "RUNNING", "2026-01-31T12:00:00.000000Z")
    assert store.get(f"/jobs/runs/{first}/facets", type="run") == {"runId": first, "facets": nominal}
    assert store.get(f"/jobs/runs/{first}/facets", type="job")["facets"] == {"sql": {"query": "select 1"}}
    assert store.client.get(f"/api/v1/jobs/runs/{first}/facets?type=other").status_code == 400
    assert store.client.get("/api/v1/jobs/runs/7c2a0a1e-0000-4000-8000-00000000000f").status_code == 404


def test_datasets_of_a_namespace_and_one_of_them(store: Store, events: list[Any]) -> None:
    store.post(*events)
    page = store.get(f"/namespaces/{_seg(LAKE)}/datasets", limit=2)
    assert page["totalCount"] == 7
    assert [one["name"] for one in page["datasets"]] == ["tickit/category", "tickit/date"]
    assert store.client.get("/api/v1/namespaces/unknown/datasets").status_code == 404
    one = store.get(f"/namespaces/{_seg(WAREHOUSE)}/datasets/dev.dm.dim_event")
    assert one["id"] == {"namespace": WAREHOUSE, "name": "dev.dm.dim_event"}
    assert one["fields"][0] == {"name": "eventid", "type": "bigint", "tags": [], "description": None}
    lineage = {entry["name"]: [source["field"] for source in entry["inputFields"]] for entry in one["columnLineage"]}
    assert lineage["quarter"] == ["qtr", "year"]
    assert one["lastModifiedAt"] == "2026-01-31T12:09:07.250000Z"
    assert store.client.get(f"/api/v1/namespaces/{_seg(WAREHOUSE)}/datasets/none").status_code == 404


def test_names_with_slashes_colons_and_percent_signs_come_back(store: Store) -> None:
    namespace, name, job = "s3://bucket:9000", "a/b c%2Fd:e/ü?#", "dag/task:50%"
    store.post(run_event(job, "COMPLETE", "12:00:00", outputs=[dataset(namespace, name, "x")]))
    assert store.get(f"/namespaces/{_seg(namespace)}/datasets/{_seg(name)}")["name"] == name
    assert store.get(f"/namespaces/{JOBS}/jobs/{_seg(job)}")["outputs"] == [{"namespace": namespace, "name": name}]
    assert len(store.get("/lineage", nodeId=f"dataset:{namespace}:{name}")["graph"]) == 2


def test_raw_events_between_two_times(store: Store) -> None:
    sent = [run_event("a", "START", f"12:00:0{second}", job_facets={"z": {"b": 1, "a": 2}}) for second in range(4)]
    store.post(*sent)
    answer = store.get("/events/lineage")
    assert (answer["events"], answer["totalCount"]) == (sent[::-1], 4)
    assert store.get("/events/lineage", sortDirection="asc", limit=2, offset=1)["events"] == sent[1:3]
    between = store.get("/events/lineage", after="2026-01-31T12:00:01Z", before="2026-01-31T13:00:03+01:00", sortDirection="asc")
    assert (between["events"], between["totalCount"]) == (sent[1:3], 2)


@pytest.mark.parametrize(
    "path",
    [
        "/namespaces?limit=-1",
        "/namespaces?offset=x",
        "/namespaces?limit=99999999999999999999",
        "/events/lineage?before=yesterday",
        "/events/lineage?sortDirection=up",
        "/lineage",
        "/lineage?nodeId=job:tickit:a&depth=-1",
        "/lineage?nodeId=datasetField:ns:d:x",
    ],
)
def test_a_bad_parameter_is_refused(store: Store, path: str) -> None:
    store.post(run_event("a", "START", "12:00:00", inputs=[dataset("ns", "d", "x")]))
    response = store.client.get(f"/api/v1{path}")
    assert (response.status_code, response.json()["code"]) == (400, 400)


def test_the_page_is_served(store: Store, events: list[Any]) -> None:
    assert "No lineage yet" in store.client.get("/").text
    store.post(*events)
    response = store.client.get("/")
    assert response.headers["content-type"].startswith("text/html")
    assert "dev.dm.dim_event" in response.text
