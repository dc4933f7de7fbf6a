"""What follows from events: states, edges, names and column lineage, in whatever order they come."""

import json
import random
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest

from tests.lineage.tickit import FACET, JOBS, VALUES, Json, Store, dataset, run_event

FIRST, SECOND, THIRD = (f"7c2a0a1e-0000-4000-8000-{number:012d}" for number in (1, 2, 3))
WAREHOUSE = VALUES["warehouse"]
DEFINITIONS = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/"


def _job(store: Store, name: str = "a") -> Any:
    return store.get(f"/namespaces/{JOBS}/jobs/{quote(name, safe='')}")


def _io(job: Json) -> tuple[list[str], list[str]]:
    return [one["name"] for one in job["inputs"]], [one["name"] for one in job["outputs"]]


def _dataset(store: Store, name: str, namespace: str = "ns") -> Any:
    return store.get(f"/namespaces/{quote(namespace, safe='')}/datasets/{quote(name, safe='')}")


def _columns(**sources: tuple[str, str]) -> Json:
    """A columnLineage facet: output column = (dataset, column)."""
    fields = {output: {"inputFields": [{"namespace": "ns", "name": name, "field": field}]} for output, (name, field) in sources.items()}
    return {**FACET, "fields": fields}


def _parent(job: str, run: str = THIRD) -> Json:
    return {"parent": {**FACET, "run": {"runId": run}, "job": {"namespace": JOBS, "name": job}}}


# states


@pytest.mark.parametrize(
    ("types", "state"),
    [
        ([None], "NEW"),
        (["START"], "RUNNING"),
        (["RUNNING"], "RUNNING"),
        (["OTHER"], "RUNNING"),
        (["something"], "RUNNING"),
        (["START", "COMPLETE"], "COMPLETED"),
        (["START", "FAIL"], "FAILED"),
        (["START", "abort"], "ABORTED"),
        (["COMPLETE", "OTHER"], "COMPLETED"),
        (["FAIL", "START"], "FAILED"),
        (["START", None], "RUNNING"),
        (["FAIL", "COMPLETE"], "COMPLETED"),
    ],
)
def test_the_state_of_a_run(store: Store, types: list[str | None], state: str) -> None:
    store.post(*(run_event("a", type_, f"12:00:0{second}") for second, type_ in enumerate(types)))
    assert store.get(f"/jobs/runs/{FIRST}")["state"] == state


def test_a_late_start_does_not_reopen_a_run_but_tells_when_it_started(store: Store) -> None:
    store.post(run_event("a", "COMPLETE", "12:00:05"), run_event("a", "START", "12:00:00"))
    run = _job(store)["latestRun"]
    assert (run["state"], run["startedAt"], run["durationMs"]) == ("COMPLETED", "2026-01-31T12:00:00.000000Z", 5000)


@pytest.mark.parametrize(("ended", "took"), [("11:59:00", 0), ("12:00:00", 0), ("12:00:01", 1000), ("12:01:00", 60_000)])
def test_a_run_takes_no_less_than_no_time(store: Store, ended: str, took: int) -> None:
    """Whatever the clocks say that gave the times."""
    store.post(run_event("a", "START", "12:00:00"), run_event("a", "COMPLETE", ended))
    assert _job(store)["latestRun"]["durationMs"] == took


def test_a_late_older_end_does_not_replace_the_newer_one(store: Store) -> None:
    store.post(run_event("a", "COMPLETE", "12:00:05"), run_event("a", "FAIL", "12:00:03"))
    assert _job(store)["latestRun"]["state"] == "COMPLETED"


def test_run_ids_in_upper_case_are_the_same_and_others_become_uuids(store: Store) -> None:
    store.post(run_event("a", "START", "12:00:00", run=FIRST.upper()), run_event("a", "COMPLETE", "12:00:01", run=FIRST))
    store.post(run_event("b", "START", "12:00:00", run="scheduled__1"))
    assert store.get(f"/namespaces/{JOBS}/jobs/a/runs")["totalCount"] == 1
    run = store.get("/jobs/runs/scheduled__1")
    assert uuid.UUID(run["id"]).version == 3
    assert run == store.get(f"/jobs/runs/{run['id']}")


def test_times_are_told_in_utc(store: Store) -> None:
    store.post({**run_event("a", "START", "12:00:00"), "eventTime": "2026-01-31T14:00:00.123456789+02:00"})
    assert _job(store)["latestRun"]["startedAt"] == "2026-01-31T12:00:00.123456Z"


@pytest.mark.parametrize("time", ["2026-01-31T12:00:00", "2026-01-31t12:00:00z", "2026-01-31 12:00:00"])
def test_a_time_without_a_zone_is_utc_and_small_letters_do(store: Store, time: str) -> None:
    store.post({**run_event("a", "START", "12:00:00"), "eventTime": time})
    assert _job(store)["latestRun"]["startedAt"] == "2026-01-31T12:00:00.000000Z"


def test_an_event_from_the_future_counts_as_of_its_arrival(store: Store) -> None:
    def event(time: str, run: str, column: str) -> Json:
        return {**run_event("a", "COMPLETE", "12:00:00", run=run, outputs=[dataset("ns", "t", column)]), "eventTime": time}

    store.post(event("2099-01-01T00:00:00Z", FIRST, "wrong_id"))
    arrived = store.get(f"/jobs/runs/{FIRST}")["endedAt"]
    assert "2026-01-31" < arrived < "2099"
    store.post(event(datetime.now(UTC).isoformat(), SECOND, "right_id"))
    assert [field["name"] for field in _dataset(store, "t")["fields"]] == ["right_id"]
    assert _job(store)["latestRun"]["id"] == SECOND


def test_the_same_event_is_stored_once_however_its_keys_are_ordered(store: Store) -> None:
    event = run_event("a", "START", "12:00:00")
    store.post(event, event, dict(reversed(event.items())))
    assert store.get("/events/lineage")["totalCount"] == 1


# edges


def test_a_runs_datasets_are_the_union_over_its_events(store: Store) -> None:
    store.post(
        run_event("a", "START", "12:00:00", inputs=[dataset("ns", "in")]),
        run_event("a", "RUNNING", "12:00:01", inputs=[dataset("ns", "more")]),
        run_event("a", "COMPLETE", "12:00:02", outputs=[dataset("ns", "out")]),
    )
    assert _io(_job(store)) == (["in", "more"], ["out"])


def test_a_run_without_datasets_leaves_the_last_known_edges(store: Store) -> None:
    store.post(run_event("a", "COMPLETE", "12:00:00", inputs=[dataset("ns", "in")], outputs=[dataset("ns", "out")]))
    assert _job(store)["hasOlderEdges"] is False
    store.post(run_event("a", "COMPLETE", "13:00:00", run=SECOND))
    job = _job(store)
    assert (_io(job), job["hasOlderEdges"]) == ((["in"], ["out"]), True)


def test_a_running_job_keeps_its_last_known_edges_until_it_ends(store: Store) -> None:
    store.post(run_event("a", "COMPLETE", "12:00:00", inputs=[dataset("ns", "in")], outputs=[dataset("ns", "out")]))
    store.post(run_event("a", "START", "13:00:00", run=SECOND, inputs=[dataset("ns", "in2")]))
    job = _job(store)
    assert (_io(job), job["hasOlderEdges"]) == ((["in", "in2"], ["out"]), True)
    store.post(run_event("a", "COMPLETE", "13:00:01", run=SECOND, outputs=[dataset("ns", "out2")]))
    job = _job(store)
    assert (_io(job), job["hasOlderEdges"]) == ((["in2"], ["out2"]), False)


def test_a_late_event_of_an_older_run_does_not_change_the_edges(store: Store) -> None:
    store.post(
        run_event("a", "START", "13:00:00", run=SECOND), run_event("a", "COMPLETE", "13:00:01", run=SECOND, outputs=[dataset("ns", "new")])
    )
    store.post(run_event("a", "COMPLETE", "12:00:00", outputs=[dataset("ns", "old")]))
    assert _io(_job(store)) == ([], ["new"])


def test_a_job_event_declares_edges_until_a_newer_run_or_declaration(store: Store) -> None:
    def declare(at: str, output: str) -> Json:
        event = run_event("a", None, at, outputs=[dataset("ns", output)])
        del event["run"]
        return {**event, "schemaURL": f"{DEFINITIONS}JobEvent"}

    store.post(declare("12:00:00", "x"))
    assert _io(_job(store)) == ([], ["x"])
    assert _job(store)["latestRun"] is None
    store.post(declare("13:00:00", "y"), declare("11:00:00", "w"))
    assert _io(_job(store)) == ([], ["y"])
    store.post(run_event("a", "COMPLETE", "12:30:00", outputs=[dataset("ns", "z")]))
    assert _io(_job(store)) == ([], ["y"])
    store.post(run_event("a", "COMPLETE", "14:00:00", run=SECOND, outputs=[dataset("ns", "z")]))
    assert _io(_job(store)) == ([], ["z"])


# datasets


def test_an_older_event_does_not_replace_a_newer_schema(store: Store) -> None:
    store.post(run_event("a", "COMPLETE", "13:00:00", run=SECOND, outputs=[dataset("ns", "t", "new_id")]))
    store.post(run_event("a", "COMPLETE", "12:00:00", outputs=[dataset("ns", "t", "old_id")]))
    assert [field["name"] for field in _dataset(store, "t")["fields"]] == ["new_id"]


def test_an_event_without_a_schema_leaves_the_last_known_one(store: Store) -> None:
    store.post(run_event("a", "COMPLETE", "12:00:00", outputs=[dataset("ns", "t", "id")]))
    store.post(run_event("b", "START", "13:00:00", run=SECOND, inputs=[dataset("ns", "t")]))
    assert [field["name"] for field in _dataset(store, "t")["fields"]] == ["id"]


def test_a_dataset_event_describes_without_a_job(store: Store) -> None:
    event = {
        "eventTime": "2026-01-31T12:00:00Z",
        "producer": FACET["_producer"],
        "schemaURL": f"{DEFINITIONS}DatasetEvent",
        "dataset": dataset("ns", "t", "id", documentation={"description": "All of it"}, columnLineage=_columns(id=("s", "key"))),
    }
    store.post(event)
    described = _dataset(store, "t")
    assert (described["description"], described["lastModifiedAt"]) == ("All of it", None)
    assert described["columnLineage"][0]["inputFields"][0]["field"] == "key"
    assert store.get("/namespaces/ns/jobs")["totalCount"] == 0


def _lake(*columns: str) -> Json:
    identifiers = [{"namespace": WAREHOUSE, "name": "dev.s3_datalake.event", "type": "TABLE"}]
    return dataset("s3://b", "tickit/event", *columns, symlinks={**FACET, "identifiers": identifiers})


@pytest.mark.parametrize("alternate_comes_first", [False, True])
def test_a_symlink_names_the_same_dataset(store: Store, alternate_comes_first: bool) -> None:
    primary = run_event("a", "COMPLETE", "12:00:00", inputs=[_lake("id")])
    alternate = run_event("b", "COMPLETE", "12:30:00", run=SECOND, outputs=[dataset(WAREHOUSE, "dev.s3_datalake.event", "id", "name")])
    store.post(*([alternate, primary] if alternate_comes_first else [primary, alternate]))
    assert _job(store, "b")["outputs"] == [{"namespace": "s3://b", "name": "tickit/event"}]
    one = _dataset(store, "dev.s3_datalake.event", WAREHOUSE)
    assert (one["name"], [field["name"] for field in one["fields"]]) == ("tickit/event", ["id", "name"])
    assert store.get(f"/namespaces/{quote(WAREHOUSE, safe='')}/datasets")["totalCount"] == 0
    graph = store.get("/lineage", nodeId=f"dataset:{WAREHOUSE}:dev.s3_datalake.event")["graph"]
    assert [node["id"] for node in graph] == ["dataset:s3://b:tickit/event", f"job:{JOBS}:a", f"job:{JOBS}:b"]


@pytest.mark.parametrize("alternate_comes_first", [False, True])
def test_column_lineage_through_a_symlink(store: Store, alternate_comes_first: bool) -> None:
    source = {"namespace": WAREHOUSE, "name": "dev.s3_datalake.event", "field": "id"}
    facet = {**FACET, "fields": {"id": {"inputFields": [source], "transformationType": "IDENTITY", "transformationDescription": "as is"}}}
    events = [
        run_event("a", "COMPLETE", "12:00:00", inputs=[_lake("id")]),
        run_event("b", "COMPLETE", "12:30:00", run=SECOND, outputs=[dataset("ns", "t", "id", columnLineage=facet)]),
    ]
    store.post(*(reversed(events) if alternate_comes_first else events))
    (entry,) = _dataset(store, "t")["columnLineage"]
    told = {"transformationType": "IDENTITY", "transformationDescription": "as is"}
    assert entry["inputFields"] == [{"namespace": "s3://b", "dataset": "tickit/event", "field": "id", **told}]
    graph = store.get("/column-lineage", nodeId="datasetField:s3://b:tickit/event:id", withDownstream="true")["graph"]
    assert [node["id"] for node in graph] == ["datasetField:ns:t:id", "datasetField:s3://b:tickit/event:id"]


def test_a_symlink_goes_to_the_dataset_that_claimed_it_last(store: Store) -> None:
    def claim(name: str, at: str, run: str) -> Json:
        links = {"symlinks": {**FACET, "identifiers": [{"namespace": "ns", "name": "table", "type": "TABLE"}]}}
        return run_event("a", "COMPLETE", at, run=run, inputs=[dataset("s3://b", name, "id", **links)])

    store.post(claim("new/place", "13:00:00", SECOND), claim("old/place", "12:00:00", FIRST))
    assert _dataset(store, "table")["name"] == "new/place"
    assert store.get("/namespaces/s3%3A%2F%2Fb/datasets")["totalCount"] == 2


def test_each_job_has_its_own_column_lineage_of_an_output_and_the_newest_counts(store: Store) -> None:
    def writes(job: str, run: str, at: str, source: str) -> Json:
        return run_event(job, "COMPLETE", at, run=run, outputs=[dataset("ns", "t", "id", columnLineage=_columns(id=(source, "id")))])

    store.post(writes("a", FIRST, "12:00:00", "s1"), writes("b", SECOND, "12:00:00", "s2"))
    store.post(writes("a", THIRD, "13:00:00", "s3"), writes("b", SECOND, "11:00:00", "s4"))
    (entry,) = _dataset(store, "t")["columnLineage"]
    assert [source["dataset"] for source in entry["inputFields"]] == ["s2", "s3"]


def test_malformed_facets_are_read_as_far_as_they_go(store: Store) -> None:
    facets = {
        "schema": {"fields": ["x", {"type": "int"}, {"name": "id"}]},
        "columnLineage": {"fields": {"id": {"inputFields": [{"namespace": "ns"}, 1]}, "x": [], "y": None}},
        "symlinks": {"identifiers": {"namespace": "ns"}},
        "nothing": None,
    }
    run_facets = {"parent": {"run": {}, "job": "x"}, "nominalTime": {"nominalStartTime": 1}, "errorMessage": {}}
    store.post(run_event("a", "COMPLETE", "12:00:00", run_facets=run_facets, outputs=[{"namespace": "ns", "name": "t", "facets": facets}]))
    one = _dataset(store, "t")
    assert ([field["name"] for field in one["fields"]], one["columnLineage"]) == (["id"], [])
    assert store.get("/column-lineage", nodeId="dataset:ns:t") == {"graph": []}
    assert _job(store)["latestRun"]["nominalStartTime"] is None


# parents


def test_a_child_is_named_after_its_parent_once(store: Store) -> None:
    store.post(run_event("load", "START", "12:00:00", run=FIRST, run_facets=_parent("dag")))
    store.post(run_event("dag.other", "START", "12:00:00", run=SECOND, run_facets=_parent("dag")))
    names = {job["name"]: (job["simpleName"], job["parentJobName"]) for job in store.get(f"/namespaces/{JOBS}/jobs")["jobs"]}
    assert names == {"dag": ("dag", None), "dag.load": ("load", "dag"), "dag.other": ("other", "dag")}
    assert store.get(f"/jobs/runs/{FIRST}")["parentRunId"] == THIRD
    assert store.get(f"/jobs/runs/{THIRD}")["state"] == "NEW"


def test_a_parent_facet_with_the_jobs_own_name_is_cut_at_the_last_dot(store: Store) -> None:
    store.post(run_event("dag.group.load", "START", "12:00:00", run_facets=_parent("dag.group.load")))
    assert _job(store, "dag.group.load")["parentJobName"] == "dag.group"


def test_a_parent_that_comes_late_takes_its_child_along(store: Store) -> None:
    inputs = [dataset("ns", "in")]
    store.post(run_event("load", "START", "12:00:00", inputs=inputs, job_facets={"sql": {"query": "select 1"}}))
    store.post(run_event("load", "COMPLETE", "12:00:01", run_facets=_parent("dag")))
    job = _job(store, "dag.load")
    assert (_io(job), job["latestRun"]["state"], job["facets"]["sql"]["query"]) == ((["in"], []), "COMPLETED", "select 1")
    assert store.get(f"/namespaces/{JOBS}/jobs")["totalCount"] == 2
    store.post(run_event("load", "OTHER", "12:00:02"))
    assert store.get(f"/namespaces/{JOBS}/jobs")["totalCount"] == 2


def test_a_job_of_the_same_simple_name_with_runs_of_its_own_stays(store: Store) -> None:
    store.post(run_event("load", "COMPLETE", "11:00:00", run=SECOND, outputs=[dataset("ns", "own")]))
    store.post(run_event("load", "START", "12:00:00", outputs=[dataset("ns", "dags")]))
    store.post(run_event("load", "COMPLETE", "12:00:01", run_facets=_parent("dag")))
    assert _io(_job(store, "load")) == ([], ["own"])
    assert _io(_job(store, "dag.load")) == ([], ["dags"])


def test_two_jobs_that_share_a_run_id_are_both_there_with_what_each_has_written(store: Store) -> None:
    store.post(run_event("first", "COMPLETE", "12:00:00", outputs=[dataset("ns", "f")]))
    store.post(run_event("second", "FAIL", "12:00:01", outputs=[dataset("ns", "g")]))
    assert [(_io(_job(store, name)), _job(store, name)["latestRun"]["state"]) for name in ("first", "second")] == [
        (([], ["f"]), "COMPLETED"),
        (([], ["g"]), "FAILED"),
    ]
    assert store.get(f"/jobs/runs/{FIRST}")["state"] == "FAILED"


@pytest.mark.parametrize("names", [("x", "y"), ("y", "x")])
def test_names_that_claim_each_other_are_one_dataset(store: Store, names: tuple[str, str]) -> None:
    for name, other, second in zip(names, reversed(names), (0, 1), strict=True):
        links = {"symlinks": {"identifiers": [{"namespace": "ns", "name": other, "type": "TABLE"}]}}
        store.post(run_event("a", "COMPLETE", f"12:00:0{second}", inputs=[dataset("ns", name, "id", **links)]))
    assert [one["name"] for one in store.get("/namespaces/ns/datasets")["datasets"]] == ["x"]
    assert (_dataset(store, "y")["name"], _io(_job(store))) == ("x", (["x"], []))


def test_a_name_goes_with_all_that_it_has_to_the_dataset_that_claims_it_last(store: Store) -> None:
    def claim(name: str, at: str, run: str) -> Json:
        links = {"symlinks": {"identifiers": [{"namespace": "ns", "name": "table", "type": "TABLE"}]}}
        return run_event("a", "COMPLETE", at, run=run, inputs=[dataset("s3://b", name, **links)])

    store.post(run_event("b", "COMPLETE", "11:00:00", run=THIRD, outputs=[dataset("ns", "table", "id")]))
    for place, at, run in (("old/place", "12:00:00", FIRST), ("new/place", "13:00:00", SECOND)):
        store.post(claim(place, at, run))
        assert _job(store, "b")["outputs"] == [{"namespace": "s3://b", "name": place}]
        assert [field["name"] for field in _dataset(store, place, "s3://b")["fields"]] == ["id"]
    assert _dataset(store, "old/place", "s3://b")["fields"] == []


# order


def _all(store: Store) -> Json:
    """Everything the API tells, but for the raw events' order."""
    told: Json = {}
    for namespace in (one["name"] for one in store.get("/namespaces")["namespaces"]):
        path = f"/namespaces/{quote(namespace, safe='')}"
        jobs = store.get(f"{path}/jobs")["jobs"]
        runs = {job["name"]: store.get(f"{path}/jobs/{quote(job['name'], safe='')}/runs") for job in jobs}
        told[namespace] = (jobs, runs, store.get(f"{path}/datasets"))
    return told


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_arrival_makes_no_difference(new_store: Callable[[], Store], events: list[Json], seed: int) -> None:
    awkward = [
        run_event("load", "START", "12:20:00", run=f"{THIRD[:-1]}a", inputs=[dataset("ns", "x", "id")], job_facets={"sql": {"query": "1"}}),
        run_event("load", "COMPLETE", "12:20:05", run=f"{THIRD[:-1]}a", run_facets=_parent("dag", f"{THIRD[:-1]}b")),
        run_event("b", "COMPLETE", "12:30:00", run=f"{THIRD[:-1]}c", inputs=[dataset(WAREHOUSE, "dev.s3_datalake.event", "eventid")]),
        run_event("b", "START", "12:40:00", run=f"{THIRD[:-1]}d"),
    ]
    events += awkward
    in_order, shuffled = new_store(), new_store()
    in_order.post(*events)
    mixed = events + events[::3]
    random.Random(seed).shuffle(mixed)
    shuffled.post(*mixed)
    assert json.dumps(_all(shuffled), sort_keys=True) == json.dumps(_all(in_order), sort_keys=True)
