"""JSON of any shape in any place of an event: it is taken or refused, and everything that reads the store works afterwards."""

import copy
import json
import random
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from lineage.check import compare
from lineage.expected import Expected
from lineage.report import print_verdict
from tests.lineage.tickit import FACET, JOBS, Json, Store, dataset, run_event

Path = tuple[str | int, ...]

LEAVES: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, 10**30, "", "x", "\x1b[31m\n", "..", "a\0b", "__proto__", "{{ graph }}", "2026-13-45",
    "9999-12-31T23:59:59-14:00", [], ["x"], [None], [["x"]], [{}], [{"a": 1}], {}, {"a": 1}, {"errors": 5}, {"fields": [1]},
)  # fmt: skip
RUN, PARENT_RUN = "7c2a0a1e-0000-4000-8000-000000000001", "7c2a0a1e-0000-4000-9000-000000000001"


def _full_event() -> Json:
    """An event with every facet that the store, the check or the page reads."""
    symlinks = {**FACET, "identifiers": [{"namespace": "ns", "name": "alias", "type": "TABLE"}]}
    source = {
        "namespace": "ns",
        "name": "in",
        "field": "id",
        "transformations": [{"type": "DIRECT", "subtype": "IDENTITY", "description": "x"}],
    }
    columns = {"fields": {"id": {"inputFields": [source], "transformationType": "IDENTITY", "transformationDescription": "x"}}}
    about = {"documentation": {"description": "x"}, "dataSource": {"name": "x", "uri": "x"}}
    return run_event(
        "dag.load",
        "FAIL",
        "12:00:00",
        run=RUN,
        run_facets={
            "parent": {**FACET, "run": {"runId": PARENT_RUN}, "job": {"namespace": JOBS, "name": "dag"}},
            "nominalTime": {"nominalStartTime": "2026-01-31T12:00:00Z", "nominalEndTime": "2026-01-31T13:00:00Z"},
            "errorMessage": {"message": "x", "programmingLanguage": "x", "stackTrace": "x"},
            "extractionError": {"totalTasks": 1, "failedTasks": 1, "errors": [{"errorMessage": "x", "stackTrace": "x", "task": "x"}]},
        },
        job_facets={
            "sql": {"query": "select 1"},
            "jobType": {"processingType": "BATCH", "integration": "x", "jobType": "x"},
            "sourceCodeLocation": {"url": "x"},
            "documentation": {"description": "x"},
        },
        inputs=[dataset("ns", "in", "id", symlinks=symlinks, **about)],
        outputs=[dataset("ns", "out", "id", columnLineage=columns, **about)],
    )


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in entries:
        yield from _paths(entry, (*path, key))


def _put(event: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    parent = event
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = value
    return event


def _post(store: Store, event: Any) -> int:
    return int(store.client.post("/api/v1/lineage", content=json.dumps(event)).status_code)


def _read_everything(store: Store, expected: Expected) -> None:
    """The page, the check with its report, and every answer of the API."""
    graph = store.graph()
    assert store.client.get("/").status_code == 200
    print_verdict(compare(expected, graph), Console(file=StringIO()))
    for node in ("job:tickit:dag.load", "dataset:ns:out", "dataset:ns:in"):
        assert store.client.get("/api/v1/lineage", params={"nodeId": node}).status_code in (200, 404)
        assert store.client.get("/api/v1/column-lineage", params={"nodeId": node, "withDownstream": "true"}).status_code in (200, 404)
    assert store.client.get("/api/v1/events/lineage").status_code == 200
    for part in ("run", "job"):
        assert store.client.get(f"/api/v1/jobs/runs/{RUN}/facets", params={"type": part}).status_code in (200, 404)


@pytest.mark.parametrize("definition", ["DatasetEvent", *(pytest.param(it, marks=pytest.mark.system) for it in ("RunEvent", "JobEvent"))])
def test_any_json_in_any_place(new_store: Callable[[], Store], expected: Expected, definition: str) -> None:
    whole = {**_full_event(), "schemaURL": f"https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/{definition}"}
    whole["dataset"] = copy.deepcopy(whole["outputs"][0])
    mixed = random.Random(definition)
    store = new_store()
    for number, path in enumerate(_paths(whole), start=1):
        if number % 20 == 0:  # what one event leaves behind is met by the next ones, but not for ever
            store = new_store()
        value = mixed.choice(LEAVES)
        status = _post(store, _put(copy.deepcopy(whole), path, value))
        assert status == 201 or 400 <= status < 500, (path, value)
        if status != 201:
            continue
        try:
            _read_everything(store, expected)
        except Exception as error:
            raise AssertionError(f"{path} = {value!r}") from error


@pytest.mark.parametrize("errors", [5, "x", ["x", 5, None, {}], {"a": 1}, [{"errorMessage": {"a": 1}}], None])
def test_extraction_errors_of_any_shape(store: Store, expected: Expected, errors: Any) -> None:
    store.post(run_event("load", "COMPLETE", "12:00:00", run_facets={"extractionError": {"errors": errors}}))
    _read_everything(store, expected)
    (job,) = store.graph().jobs
    assert job.run is not None
    assert len(job.run.extraction_errors) == (len(errors) if isinstance(errors, list) else 0)


MANY = [0] * 2_000_000
LARGE: dict[str, tuple[Json, Json]] = {
    "errors": ({"extractionError": {"errors": MANY}}, {}),
    "an error": ({"extractionError": {"errors": [MANY]}}, {}),
    "the message of an error": ({"extractionError": {"errors": [{"errorMessage": "x" * 4_000_000}]}}, {}),
    "the message of a failure": ({"errorMessage": {"message": "x" * 4_000_000}}, {}),
    "an operator": ({"airflow": {"task": {"operator_class": MANY}}}, {}),
    "a facet that nobody knows": ({"x": {"values": MANY}}, {}),
    "SQL": ({}, {"sql": {"query": "x" * 4_000_000}}),
}


@pytest.mark.parametrize("what", LARGE)
def test_the_page_shows_little_of_what_is_very_large(store: Store, expected: Expected, what: str) -> None:
    run, job = LARGE[what]
    store.post(run_event("load", "COMPLETE", "12:00:00"))
    before = len(store.client.get("/").text)
    store.post(run_event("load", "COMPLETE", "12:00:00", run_facets=run, job_facets=job))
    assert len(store.client.get("/").text) - before < 101_000
    assert len(compare(expected, store.graph()).findings) < 200


def test_of_many_errors_the_first_are_told_and_how_many_there_are_more(store: Store) -> None:
    errors = [{"errorMessage": f"error {number}"} for number in range(2_000)]
    store.post(run_event("load", "COMPLETE", "12:00:00", run_facets={"extractionError": {"errors": errors}}))
    (job,) = store.graph().jobs
    assert job.run is not None
    assert job.run.extraction_errors[0] == "error 0"
    assert job.run.extraction_errors[99:] == ("error 99", "and 1900 more")


@pytest.mark.parametrize("namespace", [["x"], {"a": 1}, 5, None, "a b", "..", "", True])
def test_a_namespace_of_any_shape_in_a_part_that_the_event_does_not_need(store: Store, expected: Expected, namespace: Any) -> None:
    schema = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetEvent"
    event = {**_full_event(), "schemaURL": schema, "dataset": dataset("ns", "t"), "job": {"namespace": namespace, "name": "x"}}
    assert _post(store, event) == 400
    _read_everything(store, expected)


@pytest.mark.parametrize("namespace", ["..", ".", "a b", "x" * 2000, "\0"])
def test_a_parent_in_a_namespace_that_no_path_can_name_is_left_out(store: Store, namespace: str) -> None:
    parent = {"run": {"runId": PARENT_RUN}, "job": {"namespace": namespace, "name": "dag"}}
    store.post(run_event("load", "COMPLETE", "12:00:00", run_facets={"parent": parent}))
    assert [one["name"] for one in store.get("/namespaces")["namespaces"]] == [JOBS]


@pytest.mark.parametrize("levels", [100, 400, 495])
def test_a_facet_as_deep_as_is_taken_is_read_again(store: Store, expected: Expected, levels: int) -> None:
    facet: Any = 0
    for _ in range(levels - 4):
        facet = {"a": facet}
    store.post(run_event("load", "COMPLETE", "12:00:00", run_facets={"deep": facet}, outputs=[dataset("ns", "t", deep=facet)]))
    _read_everything(store, expected)
    assert len(store.get(f"/namespaces/{JOBS}/jobs")["jobs"]) == 1
