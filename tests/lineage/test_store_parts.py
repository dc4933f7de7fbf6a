"""The parts of a mapped task: runs of one job in one parent run, which are one run of the job together."""

import itertools
import json
import random
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from tests.lineage.tickit import FACET, JOBS, Json, Store, dataset, run_event

DAG_RUN, NEXT_DAG_RUN = (f"7c2a0a1e-0000-4000-9000-{number:012d}" for number in (1, 2))


def run_id(number: int) -> str:
    return f"7c2a0a1e-0000-4000-8000-{number:012d}"


def part(
    number: int, type_: str, at: str, *, parent: str | None = DAG_RUN, airflow: tuple[int | None, int] | None = None, **io: Any
) -> Json:
    """An event of one part; `airflow` are map_index and try_number, as Airflow's facet tells them."""
    run_facets: Json = {}
    if parent:
        run_facets["parent"] = {**FACET, "run": {"runId": parent}, "job": {"namespace": JOBS, "name": "dag"}}
    if airflow:
        run_facets["airflow"] = {**FACET, "taskInstance": {"map_index": airflow[0], "try_number": airflow[1]}}
    return run_event("dag.load", type_, at, run=run_id(number), run_facets=run_facets, **io)


def reads_and_writes(source: str, target: str) -> Json:
    origin = {"inputFields": [{"namespace": "ns", "name": source, "field": "id"}]}
    lineage = {"columnLineage": {**FACET, "fields": {"id": origin}}}
    return {"inputs": [dataset("ns", source, "id")], "outputs": [dataset("ns", target, "id", **lineage)]}


def whole(number: int, at: str, source: str, target: str, type_: str = "COMPLETE", **more: Any) -> list[Json]:
    io = reads_and_writes(source, target)
    return [part(number, "START", f"{at}:00", **io, **more), part(number, type_, f"{at}:30", **io, **more)]


def job(store: Store) -> Any:
    return store.get(f"/namespaces/{JOBS}/jobs/dag.load")


def io(store: Store) -> tuple[list[str], list[str], bool]:
    told = job(store)
    return [one["name"] for one in told["inputs"]], [one["name"] for one in told["outputs"]], told["hasOlderEdges"]


def state(store: Store) -> str:
    return str(job(store)["latestRun"]["state"])


def origins(store: Store, target: str) -> list[str]:
    told = store.get(f"/namespaces/ns/datasets/{quote(target, safe='')}")["columnLineage"]
    return [each["dataset"] for field in told for each in field["inputFields"]]


def test_all_parts_count_in_the_job_and_in_the_graph(store: Store) -> None:
    store.post(*whole(1, "12:00", "a", "x"), *whole(2, "12:01", "b", "y"))
    assert io(store) == (["a", "b"], ["x", "y"], False)
    graph = store.get("/lineage", nodeId="dataset:ns:x")["graph"]
    (node,) = [each for each in graph if each["type"] == "JOB"]
    assert [edge["origin"] for edge in node["inEdges"]] == ["dataset:ns:a", "dataset:ns:b"]
    assert [edge["destination"] for edge in node["outEdges"]] == ["dataset:ns:x", "dataset:ns:y"]
    assert (origins(store, "x"), origins(store, "y")) == (["a"], ["b"])


@pytest.mark.parametrize("order", itertools.permutations(range(3)))
def test_a_failed_part_is_a_failed_job(store: Store, order: tuple[int, ...]) -> None:
    parts = [whole(1, "12:00", "a", "x"), whole(2, "12:01", "b", "y", "FAIL"), whole(3, "12:02", "c", "z")]
    for index in order:
        store.post(*parts[index])
    told = job(store)
    assert (told["latestRun"]["id"], told["latestRun"]["state"]) == (run_id(2), "FAILED")
    assert [run["id"] for run in told["latestRuns"]] == [run_id(number) for number in (3, 2, 1)]
    assert io(store)[1] == ["x", "y", "z"]
    assert [each.run.state for each in store.graph().jobs if each.run and each.name == "dag.load"] == ["FAILED"]


def test_a_part_that_goes_on_is_a_job_that_goes_on(store: Store) -> None:
    store.post(part(1, "START", "12:00:00"), *whole(2, "12:01", "b", "y"))
    assert state(store) == "RUNNING"
    store.post(part(1, "COMPLETE", "12:05:00"))
    assert state(store) == "COMPLETED"


def test_a_failed_part_is_told_among_many(store: Store) -> None:
    parts = [whole(number, f"12:{number:02d}", f"a{number}", f"x{number}", "FAIL" if number == 0 else "COMPLETE") for number in range(40)]
    store.post(*itertools.chain(*parts))
    told = job(store)
    assert (told["latestRun"]["id"], told["latestRun"]["state"]) == (run_id(0), "FAILED")
    assert [run["id"] for run in told["latestRuns"]] == [run_id(number) for number in range(39, 29, -1)]
    assert len(told["outputs"]) == 40


@pytest.mark.parametrize("map_index", [None, 0, 3])
def test_another_try_stands_in_the_place_of_the_one_before(store: Store, map_index: int | None) -> None:
    """Airflow gives every try a run of its own, and up to 2.9 counts on when a try ends."""
    store.post(part(1, "START", "12:00:00", airflow=(map_index, 1), **reads_and_writes("a", "x")))
    store.post(part(1, "FAIL", "12:00:30", airflow=(map_index, 2), **reads_and_writes("a", "x")))
    assert (state(store), io(store)) == ("FAILED", (["a"], ["x"], False))
    store.post(part(2, "START", "12:01:00", airflow=(map_index, 2), **reads_and_writes("b", "y")))
    assert (state(store), io(store)) == ("RUNNING", (["b"], ["y"], False))
    store.post(part(2, "COMPLETE", "12:01:30", airflow=(map_index, 3), **reads_and_writes("b", "y")))
    assert (state(store), io(store)) == ("COMPLETED", (["b"], ["y"], False))


def test_another_try_of_one_part_leaves_the_others(store: Store) -> None:
    store.post(*whole(1, "12:00", "a", "x", airflow=(0, 1)), *whole(2, "12:00", "b", "y", "FAIL", airflow=(1, 1)))
    store.post(*whole(3, "12:05", "c", "y", airflow=(1, 2)))
    assert (state(store), io(store)) == ("COMPLETED", (["a", "c"], ["x", "y"], False))


def test_the_next_run_of_the_parent_stands_in_the_place_of_all_parts(store: Store) -> None:
    store.post(*whole(1, "12:00", "a", "x"), *whole(2, "12:01", "b", "y", "FAIL"))
    store.post(part(3, "START", "13:00:00", parent=NEXT_DAG_RUN, **reads_and_writes("c", "z")))
    assert (state(store), io(store)) == ("RUNNING", (["a", "b", "c"], ["x", "y", "z"], True))
    store.post(part(3, "COMPLETE", "13:00:30", parent=NEXT_DAG_RUN))
    assert (state(store), io(store)) == ("COMPLETED", (["c"], ["z"], False))


def test_parts_that_end_without_datasets_leave_the_last_known_ones_of_all(store: Store) -> None:
    store.post(*whole(1, "12:00", "a", "x"), *whole(2, "12:01", "b", "y"))
    store.post(part(3, "COMPLETE", "13:00:00", parent=NEXT_DAG_RUN), part(4, "COMPLETE", "13:01:00", parent=NEXT_DAG_RUN))
    assert io(store) == (["a", "b"], ["x", "y"], True)


def test_runs_without_a_parent_are_no_parts(store: Store) -> None:
    store.post(*whole(1, "12:00", "a", "x", "FAIL", parent=None), *whole(2, "12:01", "b", "y", parent=None))
    assert (state(store), io(store)) == ("COMPLETED", (["b"], ["y"], False))


def test_columns_of_one_table_come_from_all_parts_that_write_it(store: Store) -> None:
    store.post(*whole(1, "12:00", "a", "x"), *whole(2, "12:01", "b", "x"))
    assert origins(store, "x") == ["a", "b"]
    store.post(*whole(3, "13:00", "c", "x", parent=NEXT_DAG_RUN))
    assert origins(store, "x") == ["c"]


def test_columns_of_an_earlier_try_do_not_count(store: Store) -> None:
    store.post(*whole(1, "12:00", "a", "x", "FAIL", airflow=(0, 1)), *whole(2, "12:00", "b", "x", airflow=(1, 1)))
    store.post(*whole(3, "12:05", "c", "x", airflow=(0, 2)))
    assert origins(store, "x") == ["b", "c"]


def test_the_columns_that_a_part_tells_last_count(store: Store) -> None:
    store.post(*whole(1, "12:00", "a", "x"), part(2, "START", "12:01:00", **reads_and_writes("b", "x")))
    store.post(part(2, "COMPLETE", "12:01:30", **reads_and_writes("c", "x")))
    assert origins(store, "x") == ["a", "c"]


@pytest.mark.parametrize("seed", range(10))
def test_the_order_of_arrival_makes_no_difference(new_store: Callable[[], Store], seed: int) -> None:
    events = [
        *whole(1, "12:00", "a", "x", "FAIL", airflow=(0, 1)),
        *whole(2, "12:01", "b", "x", airflow=(1, 1)),
        *whole(3, "12:02", "c", "y", airflow=(0, 2)),
        *whole(4, "13:00", "d", "x", parent=NEXT_DAG_RUN),
        part(5, "START", "13:01:00", parent=NEXT_DAG_RUN, **reads_and_writes("e", "x")),
        *whole(6, "11:00", "f", "x", parent=None),
    ]
    told = []
    for shuffled in (False, True):
        store = new_store()
        if shuffled:
            random.Random(seed).shuffle(events)
        store.post(*events)
        columns = {target: origins(store, target) for target in ("x", "y")}
        told.append(json.dumps([job(store), columns, store.get("/lineage", nodeId="dataset:ns:x")], sort_keys=True))
    assert told[0] == told[1]
