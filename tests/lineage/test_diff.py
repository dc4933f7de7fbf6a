"""What differs between two lineages, and what is downstream: of stores, times and exports."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from lineage import __main__ as command_line
from lineage import exports, impact, sources, where
from lineage.diff import Change, differences, sheet
from lineage.graph import Column, ColumnEdge, Dataset, DatasetId, Field, Graph, IndirectEdge, Job, Run
from tests.lineage.served import Serve
from tests.lineage.tickit import VALUES, Json, Store, dataset, run_event

A, B, C = (DatasetId("wh", f"dev.dm.{name}") for name in "abc")
EDGE = ColumnEdge(Column(A, "id"), Column(B, "id"))
BEFORE = Graph(
    (Job("ns", "dag.make_b", (A,), (B,), "select 1", None),),
    (Dataset(A, (Field("id", "int"), Field("x", "int"))), Dataset(B, (Field("id", "int"),))),
    frozenset({EDGE}),
)


def _changed(**parts: Any) -> list[Change]:
    return differences(BEFORE, replace(BEFORE, **parts))


def test_the_same_differs_in_nothing() -> None:
    assert differences(BEFORE, BEFORE) == []
    assert sheet([]).verdict == "No difference"


def test_jobs_datasets_columns_and_their_edges() -> None:
    jobs = (
        replace(BEFORE.jobs[0], inputs=(C,), sql="select 2"),
        Job("ns", "dag.new", (B,), (), None, None),
        Job("ns", "dag.idle", (), (), None, None),
    )
    datasets = (Dataset(A, (Field("id", "bigint"), Field("y", "int"))), Dataset(C, (Field("id", "int"), Field("z", "int"))))
    assert _changed(jobs=jobs) == [
        Change("changed", "job", "dag.make_b", "reads dev.dm.c; no longer reads dev.dm.a; its SQL differs"),
        Change("appeared", "job", "dag.new", "reads dev.dm.b; writes nothing"),
    ]
    assert _changed(datasets=datasets) == [
        Change("changed", "column", "wh dev.dm.a.id", "int became bigint"),
        Change("vanished", "column", "wh dev.dm.a.x", "int"),
        Change("appeared", "column", "wh dev.dm.a.y", "int"),
        Change("vanished", "dataset", "wh dev.dm.b", "1 columns"),
        Change("appeared", "dataset", "wh dev.dm.c", "2 columns"),
    ]
    other = ColumnEdge(Column(A, "x"), Column(B, "id"))
    assert _changed(column_edges=frozenset({other})) == [
        Change("vanished", "column edge", str(EDGE)),
        Change("appeared", "column edge", str(other)),
    ]
    assert sheet(_changed(column_edges=frozenset({other}))).verdict == "1 vanished, 0 changed, 1 appeared"


def test_columns_that_decide_about_others() -> None:
    """An edge whose dataset is on one side only is told by the dataset."""
    rows, one = IndirectEdge(Column(A, "x"), B, "", "FILTER"), IndirectEdge(Column(A, "x"), B, "id", "WINDOW")
    gone = IndirectEdge(Column(C, "z"), B, "", "JOIN")
    before, after = replace(BEFORE, indirect_edges=frozenset({rows, gone})), replace(BEFORE, indirect_edges=frozenset({one}))
    assert differences(before, after) == [
        Change("vanished", "deciding edge", "wh dev.dm.a.x -> wh dev.dm.b (FILTER)"),
        Change("appeared", "deciding edge", "wh dev.dm.a.x -> wh dev.dm.b.id (WINDOW)"),
    ]


def test_an_export_is_read_back_and_is_the_same_for_the_same_lineage(tmp_path: Path) -> None:
    file = tmp_path / "lineage.json"
    file.write_text(exports.written(BEFORE), encoding="utf-8")
    assert exports.read(file) == BEFORE
    assert differences(sources.read(str(file)), BEFORE) == []


def test_an_export_that_somebody_has_kept_is_read(tmp_path: Path) -> None:
    """As this version of the form stands in files: only another number may mean another form."""
    file, a, b = tmp_path / "kept.json", {"namespace": "wh", "name": "a"}, {"namespace": "wh", "name": "b"}
    kept = {
        "version": 1,
        "jobs": [{"namespace": "ns", "name": "dag.t", "inputs": [a], "outputs": [b], "sql": "select 1"}],
        "datasets": [{**a, "fields": [{"name": "x", "type": "int"}]}],
        "columnEdges": [[{**a, "column": "x"}, {**b, "column": "y"}]],
        "indirectEdges": [[{**a, "column": "x"}, b, None, "FILTER"]],
    }
    file.write_text(json.dumps(kept))
    graph = exports.read(file)
    assert graph.jobs == (Job("ns", "dag.t", (DatasetId("wh", "a"),), (DatasetId("wh", "b"),), "select 1", None),)
    assert graph.datasets == (Dataset(DatasetId("wh", "a"), (Field("x", "int"),)),)
    assert json.loads(exports.written(graph)) == kept


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"version": 2}', '{"version": 1}', '{"version": 1, "jobs": [1], "datasets": [], "columnEdges": []}']
)
def test_what_is_no_export(tmp_path: Path, text: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(text)
    with pytest.raises(exports.BadExportError, match=r"x\.json"):
        exports.read(file)


@pytest.mark.parametrize("source", ["nothing.json", "2026-13-01", "yesterday", "2026-01-31T99:00Z"])
def test_what_is_no_source(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(where, "running", lambda: "http://127.0.0.1:9")
    with pytest.raises(sources.BadSourceError):
        sources.read(source)


def test_now_without_a_store_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(where, "running", lambda: None)
    with pytest.raises(where.NoStoreError, match="`make up` starts one"):
        sources.read("now")


def _write(at: str, source: str) -> Json:
    traced = {"id": {"inputFields": [{"namespace": "wh", "name": source, "field": "id"}]}}
    output = dataset("wh", "b", "id", columnLineage={"_producer": "x", "_schemaURL": "x", "fields": traced})
    return run_event("dag.b", "COMPLETE", at, run=at, inputs=[dataset("wh", source, "id")], outputs=[output])


@pytest.mark.system
def test_two_times_of_one_store(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    import httpx  # noqa: PLC0415

    store = serve()
    for event in (
        *(_write(f"10:{minute:02d}:00", "old") for minute in range(59)),
        *(_write(f"11:{minute:02d}:00", "old") for minute in range(59)),
    ):
        httpx.post(f"{store.url}/api/v1/lineage", json=event, trust_env=False).raise_for_status()
    httpx.post(f"{store.url}/api/v1/lineage", json=_write("12:00:00", "new"), trust_env=False).raise_for_status()
    monkeypatch.setattr(where, "running", lambda: store.url)
    then = sources.read("2026-01-31T11:59Z")
    assert [(job.name, [id_.name for id_ in job.inputs], job.run and job.run.started_at) for job in then.jobs] == [("dag.b", ["old"], None)]
    assert sources.read(f"{store.url}@2026-01-31") == Graph((), (), frozenset())
    changes = differences(then, sources.read(store.url))
    assert [(change.change, change.what, change.name) for change in changes] == [
        ("changed", "job", "dag.b"),
        ("appeared", "dataset", "wh new"),
        ("vanished", "column edge", "wh old.id -> wh b.id"),
    ]
    assert differences(sources.read("2026-01-31 13:00+00:00"), sources.read("now")) == []


def _impact(graph: Graph, name: str) -> list[tuple[int, str, tuple[str, ...], str]]:
    return [(row.hops, row.dataset.partition(" ")[2], row.columns, row.job) for row in impact.impact(graph, *impact.found(graph, name))]


def test_the_impact_goes_through_views_that_no_job_writes() -> None:
    """`c` is a view of `b`, which another job reads."""
    view = ColumnEdge(Column(B, "id"), Column(C, "id"))
    end = DatasetId("wh", "dev.dm.d")
    graph = Graph(
        (*BEFORE.jobs, Job("ns", "dag.make_d", (C,), (end,), None, None)),
        (*BEFORE.datasets, Dataset(C, ()), Dataset(end, ())),
        frozenset({EDGE, view, ColumnEdge(Column(C, "id"), Column(end, "id"))}),
    )
    assert _impact(graph, "dm.a") == [
        (1, "dev.dm.b", (), "dag.make_b"),
        (2, "dev.dm.c", (), ""),
        (3, "dev.dm.d", (), "dag.make_d"),
    ]
    assert [row[1:] for row in _impact(graph, "dm.a.id")] == [
        ("dev.dm.b", ("id",), "dag.make_b"),
        ("dev.dm.c", ("id",), ""),
        ("dev.dm.d", ("id",), "dag.make_d"),
    ]


def test_the_impact_of_a_dataset_and_of_a_column(store: Store, events: list[Json]) -> None:
    store.post(*events)
    graph = store.graph()
    assert _impact(graph, "tickit/date") == [
        (1, "dev.staging.date", (), "rs_source_to_staging.load_date"),
        (2, "dev.dm.dim_event", (), "rs_staging_to_dm.load_dim_event"),
        (2, "dev.dm.fact_sales", (), "rs_staging_to_dm.load_fact_sales"),
    ]
    assert _impact(graph, "staging.date.caldate") == [
        (1, "dev.dm.dim_event", ("eventdate",), "rs_staging_to_dm.load_dim_event"),
        (1, "dev.dm.fact_sales", ("saledate",), "rs_staging_to_dm.load_fact_sales"),
    ]
    assert _impact(graph, f"{VALUES['warehouse']} dev.staging.sales.pricepaid") == [
        (1, "dev.dm.fact_sales", ("netproceeds", "pricepaid", "priceperticket"), "rs_staging_to_dm.load_fact_sales")
    ]
    assert _impact(graph, "dim_users") == []


@pytest.mark.parametrize(
    ("name", "says"),
    [("date", "may be redshift://.*; s3://"), ("nowhere", "no dataset"), ("dim_users.nothing", "no column"), ("", "no dataset")],
)
def test_a_name_that_means_no_dataset_or_several(store: Store, events: list[Json], name: str, says: str) -> None:
    store.post(*events)
    with pytest.raises(impact.NotOneError, match=says):
        impact.found(store.graph(), name)


def test_the_impact_of_a_column_that_decides() -> None:
    """`x` of `a` filters `b`, and `id` of `b`, which comes from `id` of `a`, joins `c`."""
    jobs = (*BEFORE.jobs, Job("ns", "dag.make_c", (B,), (C,), None, None))
    decisions = [
        IndirectEdge(Column(A, "x"), B, "", "SORT"),
        IndirectEdge(Column(A, "x"), B, "id", "FILTER"),
        IndirectEdge(EDGE.target, C, "", "JOIN"),
    ]
    graph = replace(BEFORE, jobs=jobs, datasets=(*BEFORE.datasets, Dataset(C, ())), indirect_edges=frozenset(decisions))
    (row,) = impact.impact(graph, A, "x")
    assert (row.hops, row.dataset, row.columns, row.decides, row.job) == (1, str(B), (), ("FILTER", "SORT"), "dag.make_b")
    assert impact.sheet("a.x", [row]).rows[0][2] == "(FILTER), (SORT)"
    of_id = [(row.hops, row.dataset, row.columns, row.decides, row.job) for row in impact.impact(graph, A, "id")]
    assert of_id == [(1, str(B), ("id",), (), "dag.make_b"), (2, str(C), (), ("JOIN",), "dag.make_c")]
    assert impact.found(replace(graph, datasets=(Dataset(A, ()),)), "a.x") == (A, "x"), "a column that only decides is one, too"


def test_cycles_come_to_an_end() -> None:
    jobs = (Job("ns", "x", (A,), (B,), None, None), Job("ns", "y", (B,), (A, B), None, None))
    edges = frozenset({EDGE, ColumnEdge(EDGE.target, EDGE.origin), ColumnEdge(EDGE.target, EDGE.target)})
    graph = replace(BEFORE, jobs=jobs, column_edges=edges)
    assert _impact(graph, "a") == [(1, "dev.dm.b", (), "x"), (2, "dev.dm.b", (), "y")]
    assert {row[1] for row in _impact(graph, "a.id")} == {"dev.dm.a", "dev.dm.b"}


def test_owners_are_those_of_the_facet_else_airflows() -> None:
    facet = {"ownership": {"owners": [{"name": "team-b"}, {"name": "team-a"}, 5]}}
    airflow = Run("r", "FAILED", "2026-01-31T12:00:00Z", None, None, (), None, {"airflow": {"task": {"owner": "airflow"}}})
    jobs = (
        Job("ns", "own", (A,), (B,), None, None, facet),
        Job("ns", "task", (A,), (B,), None, airflow),
        Job("ns", "odd", (A,), (B,), None, None),
    )
    rows = impact.impact(replace(BEFORE, jobs=jobs), A, None)
    assert [(row.job, row.owners, row.state, row.at) for row in rows] == [
        ("odd", (), "no run", ""),
        ("own", ("team-a", "team-b"), "no run", ""),
        ("task", ("airflow",), "FAILED", "2026-01-31T12:00:00Z"),
    ]


def test_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_line, "_read", lambda _: BEFORE)
    run = CliRunner().invoke
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    assert run(command_line.main, ["export", "--output", str(old)]).exit_code == 0
    new.write_text(exports.written(replace(BEFORE, datasets=BEFORE.datasets[:1])), encoding="utf-8")
    same, other = (run(command_line.main, ["diff", str(old), str(file), "--format", "markdown"]) for file in (old, new))
    assert (same.exit_code, same.output, other.exit_code) == (0, "No difference\n", 1)
    assert "| vanished | dataset | wh dev.dm.b | 1 columns |" in other.output
    assert json.loads(run(command_line.main, ["impact", "a", "--format", "json"]).output)["downstream"][0]["job"] == "dag.make_b"
    assert run(command_line.main, ["impact", "a.x"]).output == "Nothing is downstream of a.x\n"
    assert run(command_line.main, ["impact", "nowhere"]).exit_code == 2
