"""The check: a whole pipeline passes, and each thing that is wrong is named."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from lineage.check import Verdict, compare
from lineage.column_facet import WHOLE
from lineage.expected import Expected
from lineage.graph import Column, ColumnEdge, Dataset, DatasetId, Field, Graph, IndirectEdge, Job, Run
from lineage.report import print_verdict, verdict_line
from tests.lineage.tickit import JOBS, VALUES, Json, Store, dataset, pipeline_events, run_event

WAREHOUSE = VALUES["warehouse"]
DIM_EVENT = DatasetId(WAREHOUSE, "dev.dm.dim_event")
JOB = "rs_staging_to_dm.load_dim_event"
DATASET_EVENT = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetEvent"


@pytest.fixture
def graph(store: Store, events: list[Json]) -> Graph:
    store.post(*events)
    return store.graph()


def _findings(verdict: Verdict) -> list[str]:
    return [str(finding) for finding in verdict.findings]


def _with_job(graph: Graph, name: str, change: Callable[[Job], Job]) -> Graph:
    return replace(graph, jobs=tuple(change(job) if job.name == name else job for job in graph.jobs))


def _with_dataset(graph: Graph, id_: DatasetId, *columns: str) -> Graph:
    fields = tuple(Field(column, "int") for column in columns)
    return replace(graph, datasets=tuple(Dataset(id_, fields) if one.id == id_ else one for one in graph.datasets))


def _with_columns(graph: Graph, without: Iterable[ColumnEdge] = (), more: Iterable[ColumnEdge] = ()) -> Graph:
    return replace(graph, column_edges=(graph.column_edges - set(without)) | set(more))


def test_the_whole_pipeline_is_complete(expected: Expected, graph: Graph) -> None:
    verdict = compare(expected, graph)
    assert (verdict.is_complete, _findings(verdict)) == (True, [])
    assert (verdict.columns_right, graph.pairs) == (104, expected.pairs)
    assert verdict_line(verdict) == "Lineage complete: 10 jobs, 17 datasets, 14 pairs, 104 of 104 column edges"


def test_nothing_captured(expected: Expected) -> None:
    verdict = compare(expected, Graph((), (), frozenset()))
    assert [finding.kind for finding in verdict.findings] == ["job missing"] * 10 + ["dataset missing"] * 17
    assert verdict_line(verdict) == "Lineage INCOMPLETE: 27 findings"


def test_what_the_doctor_runs_is_no_finding_even_when_it_has_failed(expected: Expected, graph: Graph) -> None:
    failed = next(job.run for job in graph.jobs if job.run and job.run.state == "COMPLETED")
    runs = [Job("tickit", name, (), (), None, replace(failed, state="FAILED")) for name in ("lineage_doctor", "lineage_doctor.examine")]
    assert compare(expected, replace(graph, jobs=(*graph.jobs, *runs))).is_complete
    other = replace(runs[0], name="lineage_doctors")
    assert _findings(compare(expected, replace(graph, jobs=(*graph.jobs, other)))) == ["run not completed: lineage_doctors (FAILED)"]


def test_an_input_edge_missing(expected: Expected, graph: Graph) -> None:
    broken = _with_job(graph, JOB, lambda job: replace(job, inputs=job.inputs[1:]))
    assert _findings(compare(expected, broken)) == [f"edge missing: {WAREHOUSE} dev.staging.category -> {JOB}"]


def test_an_output_edge_missing_and_another_there(expected: Expected, graph: Graph) -> None:
    other = DatasetId(WAREHOUSE, "dev.dm.dim_users")
    broken = _with_job(graph, JOB, lambda job: replace(job, outputs=(other,)))
    assert _findings(compare(expected, broken)) == [f"edge missing: {JOB} -> {DIM_EVENT}", f"edge not expected: {JOB} -> {other}"]


def test_one_column_wrong(expected: Expected, graph: Graph) -> None:
    right = ColumnEdge(Column(DatasetId(WAREHOUSE, "dev.staging.date"), "caldate"), Column(DIM_EVENT, "eventdate"))
    wrong = ColumnEdge(Column(DatasetId(WAREHOUSE, "dev.staging.event"), "starttime"), Column(DIM_EVENT, "eventdate"))
    verdict = compare(expected, _with_columns(graph, [right], [wrong]))
    assert _findings(verdict) == [f"column edge missing: {right}", f"column edge not expected: {wrong}"]
    assert next(result.columns_right for result in verdict.results if result.job.name == JOB) == 12


def _filtered(expected: Expected, graph: Graph, wanted: Iterable[Column] | None, *found: IndirectEdge) -> list[str]:
    jobs = tuple(replace(job, filters=wanted if wanted is None else frozenset(wanted)) if job.name == JOB else job for job in expected.jobs)
    return _findings(compare(replace(expected, jobs=jobs), replace(graph, indirect_edges=frozenset(found))))


def test_filters_that_are_wanted(expected: Expected, graph: Graph) -> None:
    name, date = (Column(DatasetId(WAREHOUSE, f"dev.staging.{table}"), table) for table in ("event", "date"))
    right, other = (IndirectEdge(column, DIM_EVENT, WHOLE, "FILTER") for column in (name, date))
    elsewhere = [
        replace(right, how="JOIN"),
        replace(right, column="eventid"),
        replace(other, target=DatasetId(WAREHOUSE, "dev.dm.fact_sales")),
    ]
    assert _filtered(expected, graph, [name], right, *elsewhere) == []
    assert _filtered(expected, graph, [name], *elsewhere) == [f"filter missing: {name} -> {DIM_EVENT}"]
    assert _filtered(expected, graph, [], right) == [f"filter not expected: {name} -> {DIM_EVENT}"]
    assert _filtered(expected, graph, None, right, other) == []


def test_what_decides_is_not_counted(expected: Expected, graph: Graph) -> None:
    edge = next(iter(graph.column_edges))
    more = replace(graph, indirect_edges=frozenset({IndirectEdge(edge.origin, edge.target.dataset, WHOLE, "FILTER")}))
    assert compare(expected, more) == compare(expected, graph)


def test_an_output_without_column_lineage_is_one_finding(expected: Expected, graph: Graph) -> None:
    edges = [edge for edge in graph.column_edges if edge.target.dataset == DIM_EVENT]
    assert _findings(compare(expected, _with_columns(graph, edges))) == [f"column lineage missing: {DIM_EVENT}"]


def test_a_schema_missing_and_one_that_differs(expected: Expected, graph: Graph) -> None:
    lake = DatasetId("s3://tickit-raw", "tickit/category")
    broken = _with_dataset(_with_dataset(graph, DIM_EVENT), lake, "catid", "catgroup", "catname", "other")
    assert _findings(compare(expected, broken)) == [
        f"schema missing: {DIM_EVENT}",
        f"schema differs: {lake} (lacks catdesc; has other)",
    ]


def test_a_failed_job_says_why(store: Store, expected: Expected) -> None:
    store.post(*pipeline_events(expected, failed=JOB))
    assert _findings(compare(expected, store.graph())) == [f"run not completed: {JOB} (FAILED: permission denied)"]


def test_a_run_that_goes_on_and_a_job_that_never_ran(expected: Expected, graph: Graph) -> None:
    running = _with_job(graph, JOB, lambda job: replace(job, run=Run("1", "RUNNING", None, None, None, ())))
    assert _findings(compare(expected, running)) == [f"run not completed: {JOB} (RUNNING)"]
    never = _with_job(graph, JOB, lambda job: replace(job, run=None))
    assert _findings(compare(expected, never)) == [f"run not completed: {JOB} (no run)"]


def test_an_unexpected_job_with_its_dataset(store: Store, expected: Expected, events: list[Json]) -> None:
    extra = run_event("extra", "COMPLETE", "13:00:00", run="x", outputs=[dataset("ns", "copy", "id")])
    store.post(*events, extra)
    graph = store.graph()
    assert _findings(compare(expected, graph)) == ["job not expected: extra (in namespace tickit)", "dataset not expected: ns copy"]


def test_jobs_without_datasets_are_welcome_unless_they_failed(store: Store, expected: Expected, events: list[Json]) -> None:
    store.post(*events, run_event("dag.wait_for_lake", "COMPLETE", "11:00:00", run="w"), run_event("dag", "START", "11:00:00", run="d"))
    assert compare(expected, store.graph()).is_complete
    store.post(run_event("dag", "FAIL", "11:00:09", run="d"))
    assert _findings(compare(expected, store.graph())) == ["run not completed: dag (FAILED)"]


def test_an_extraction_error_of_any_run(store: Store, expected: Expected, events: list[Json]) -> None:
    error = {"errorMessage": "cannot parse the SQL", "stackTrace": "..."}
    events[1]["run"]["facets"]["extractionError"] = {"totalTasks": 1, "failedTasks": 1, "errors": [error]}
    store.post(*events)
    (finding,) = compare(expected, store.graph()).findings
    assert (finding.kind, finding.detail) == ("lineage not extracted", "cannot parse the SQL")


def test_the_rest_of_a_shared_store_is_left_out_by_namespace(store: Store, expected: Expected, events: list[Json]) -> None:
    other = run_event("rs_staging_to_dm.load_dim_event", "FAIL", "13:00:00", run="x", outputs=[dataset("ns", "t", "id")])
    other["job"]["namespace"] = "elsewhere"
    store.post(*events, other)
    graph = store.graph()
    assert compare(expected, graph, "tickit").is_complete
    kinds = {finding.kind for finding in compare(expected, graph).findings}
    assert {"job in several namespaces", "dataset not expected", "run not completed"} <= kinds
    assert {finding.kind for finding in compare(expected, graph, "nowhere").findings} == {"job missing"}


def test_the_report_shows_a_row_a_job_the_findings_and_the_verdict(expected: Expected, graph: Graph) -> None:
    out = StringIO()
    print_verdict(compare(expected, _with_dataset(graph, DIM_EVENT)), Console(file=out, width=120))
    lines = out.getvalue().splitlines()
    row = next(line.split() for line in lines if line.startswith(JOB))
    assert row == [JOB, "dev.staging.event", "dev.dm.dim_event", "13/13", "COMPLETED"]
    assert lines[-4:] == [
        "schema missing (1)",
        f"  {DIM_EVENT}  [tests/lineage/expected/rs_staging_to_dm.lineage.yaml:5]",
        "",
        "Lineage INCOMPLETE: 1 finding",
    ]
    assert "\x1b" not in out.getvalue()
    assert re.search(r"^Job {30,}Inputs {10,}Outputs {10,}Columns   Run *$", lines[0]), "three blanks between the columns"


@pytest.mark.parametrize("trick", ["\x1b[2K", "\x9b31m", "\u202e", "\u2028", "\r", "\nLineage complete:", "\ud800"])
def test_no_name_and_no_message_reaches_the_terminal_as_more_than_text(expected: Expected, graph: Graph, trick: str) -> None:
    odd = DatasetId(f"ns{trick}", f"name{trick}")
    run = Run("1", "FAILED", None, None, f"message{trick}", (f"error{trick}",))
    job = Job(f"space{trick}", f"job{trick}", (odd,), (odd,), None, run)
    strange = replace(graph, jobs=(*graph.jobs, job), datasets=(*graph.datasets, Dataset(odd, (Field(f"field{trick}", None),))))
    renamed = replace(expected.jobs[0], name=f"expected{trick}", inputs=(odd,), outputs=(odd,))
    out = StringIO()
    print_verdict(compare(replace(expected, jobs=(renamed, *expected.jobs[1:])), strange), Console(file=out, width=400))
    assert {"job", "message", "error", "expected", "space"} <= set(re.findall(r"[a-z]+(?=\\)", out.getvalue()))
    assert all(line.isprintable() for line in out.getvalue().split("\n"))
    assert out.getvalue().count("\nLineage complete") == 0


def test_what_views_are_made_of_is_no_finding(expected: Expected, store: Store, events: list[Json]) -> None:
    """It comes from no job, so that no file of expected lineage can have it. What a job writes is held against the file as ever."""
    outputs = {id_ for job in expected.jobs for id_ in job.outputs}
    read = next(id_ for job in expected.jobs for id_ in job.inputs if id_ not in outputs)
    facet = {"fields": {"catid": {"inputFields": [{"namespace": WAREHOUSE, "name": "dev.raw.category", "field": "id"}]}}}
    static = {"eventTime": events[-1]["eventTime"], "producer": events[0]["producer"], "schemaURL": DATASET_EVENT}
    store.post(*events)
    for made in (read, DatasetId(WAREHOUSE, "dev.raw.view"), DIM_EVENT):
        store.post({**static, "dataset": {"namespace": made.namespace, "name": made.name, "facets": {"columnLineage": facet}}})
    graph = store.graph()
    assert sum(edge.origin.dataset.name == "dev.raw.category" for edge in graph.column_edges) == 3
    unexpected = f"column edge not expected: {WAREHOUSE} dev.raw.category.id -> {WAREHOUSE} dev.dm.dim_event.catid"
    assert [_findings(compare(expected, graph, namespace)) for namespace in (None, JOBS)] == [[unexpected]] * 2
