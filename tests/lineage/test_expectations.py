"""Expectations that scale: names with `*`, what may be missing, what is ignored, where to change it, and drafts of what was captured."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from lineage import placeholders, skeleton
from lineage.check import Verdict, compare
from lineage.expected import Expected
from lineage.expected_files import load
from lineage.graph import DatasetId, Graph
from tests.lineage.tickit import EXPECTED_FILES, FACET, VALUES, Json, Store, dataset, run_event

FILE = """
datasets:
  source: {namespace: wh, name: dm.source, fields: [id]}
  daily: {namespace: wh, name: "dm.daily_*"}
  files: {namespace: "s3://{bucket}", name: out/*, fields: []}
  log: {namespace: wh, name: dm.log, fields: [line], optional: true}
jobs:
  team.build_*:
    inputs: [source]
    outputs:
      daily:
        id: [source.id]
      files: {}
      log: {}
  team.rare: {inputs: [source], outputs: {log: {}}, optional: true}
ignore:
  jobs: [team.report_*]
  datasets: [wh tmp.*]
"""


def _columns(*names: str) -> Json:
    sources = {name: {"inputFields": [{"namespace": "wh", "name": "dm.source", "field": name}]} for name in names}
    return {"columnLineage": {**FACET, "fields": sources}}


def _build(day: str, *columns: str, outputs: list[Json] | None = None) -> Json:
    made = [dataset("wh", f"dm.daily_{day}", *columns, **_columns("id")), dataset("s3://raw", f"out/{day}")]
    outputs = made if outputs is None else outputs
    return run_event(f"team.build_{day}", "COMPLETE", "12:00:00", run=day, inputs=[dataset("wh", "dm.source", "id")], outputs=outputs)


@pytest.fixture
def judge(tmp_path: Path, store: Store) -> Callable[..., Verdict]:
    """Compares the lineage of events with the file, to which text may be added."""

    def against(*events: Json, more: str = "") -> Verdict:
        (tmp_path / "team.lineage.yaml").write_text(FILE + more, encoding="utf-8")
        store.post(*events)
        return compare(load(tmp_path, {"bucket": "raw"}), store.graph())

    return against


def _said(verdict: Verdict) -> list[str]:
    return [f"{finding.kind}: {finding.subject} @ {str(finding.place).rpartition(':')[2]}" for finding in verdict.findings]


def test_names_with_a_star_optional_and_ignored_ones(judge: Callable[..., Verdict]) -> None:
    report = run_event("team.report_1", "FAIL", "12:00:00", run="r", inputs=[dataset("wh", "else", "x")])
    work = run_event("team.build_b", "COMPLETE", "12:00:01", run="b", outputs=[dataset("wh", "tmp.work", "x")])
    verdict = judge(_build("a", "id"), _build("b", "id"), report, work)
    assert verdict.findings == ()
    assert [(result.job.name, result.state, result.columns_right) for result in verdict.results] == [
        ("team.build_*", "COMPLETED", 1),
        ("team.rare", None, 0),
    ]


def test_each_of_several_is_looked_at_and_the_line_named(judge: Callable[..., Verdict]) -> None:
    wrong = _build("b", "other", outputs=[dataset("wh", "dm.daily_b", "other"), dataset("wh", "dm.more", "x")])
    assert _said(judge(_build("a", "id"), wrong)) == [
        "edge missing: team.build_b -> s3://raw out/* @ 13",
        "edge not expected: team.build_b -> wh dm.more @ 8",
        "dataset not expected: wh dm.more @ 8",
        "schema differs: wh dm.daily_b @ 4",
    ]


def test_an_optional_job_that_is_there_is_held_to_its_word(judge: Callable[..., Verdict]) -> None:
    rare = run_event("team.rare", "COMPLETE", "12:00:00", run="rare", outputs=[dataset("wh", "dm.log", "line")])
    assert _said(judge(_build("a", "id"), rare)) == ["edge missing: wh dm.source -> team.rare @ 15"]


def test_a_job_that_is_new_belongs_behind_the_last_of_its_dag(judge: Callable[..., Verdict]) -> None:
    new = run_event("team.new", "COMPLETE", "12:00:00", run="n", inputs=[dataset("wh", "dm.source", "id")])
    other = run_event("other.new", "COMPLETE", "12:00:00", run="o", inputs=[dataset("wh", "dm.source", "id")])
    assert _said(judge(_build("a", "id"), new, other)) == ["job not expected: other.new @ None", "job not expected: team.new @ 15"]


def test_a_dataset_that_ignored_jobs_alone_touch_is_ignored_and_one_that_others_touch_is_not(judge: Callable[..., Verdict]) -> None:
    report = run_event("team.report_1", "COMPLETE", "12:00:00", run="r", outputs=[dataset("wh", "shared", "x")])
    assert judge(_build("a", "id"), report).is_complete
    used = run_event("other.use", "COMPLETE", "12:00:00", run="o", inputs=[dataset("wh", "shared", "x")])
    assert _said(judge(used)) == ["job not expected: other.use @ None", "dataset not expected: wh shared @ None"]


def test_what_is_expected_is_never_ignored(judge: Callable[..., Verdict]) -> None:
    everything = FILE.replace("[team.report_*]", "['*']").replace("[wh tmp.*]", "['*']")
    assert _said(judge(_build("a", "id"), more="")) == []
    assert load_text(everything).job("team.build_x") is not None
    assert [load_text(everything).ignores_job(name) for name in ("team.build_x", "any")] == [False, True]
    assert load_text(everything).ignores_dataset(DatasetId("wh", "dm.source")) is False


def load_text(text: str) -> Expected:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "x.lineage.yaml").write_text(text, encoding="utf-8")
        return load(Path(folder), {})


def test_placeholders_are_found_in_the_store(store: Store, events: list[Json]) -> None:
    store.post(*events, run_event("x", "COMPLETE", "12:00:00", run="x", inputs=[dataset("s3://other", "tickit/date", "x")]))
    open_ = load(EXPECTED_FILES, {})
    assert placeholders.found(open_, (one.id for one in store.graph().datasets)) == VALUES
    assert placeholders.completed(open_, {"bucket": "mine"}, store.graph()) == {**VALUES, "bucket": "mine"}
    assert placeholders.found(open_, []) == {}


def test_a_draft_of_what_was_captured_is_what_the_check_asks_for(store: Store, events: list[Json], tmp_path: Path) -> None:
    store.post(*events)
    graph = store.graph()
    for dag in ("rs_source_to_staging", "rs_staging_to_dm"):
        known = load(tmp_path, VALUES, leaving_out=tmp_path / "none")
        text = skeleton.draft(dag, graph, known, VALUES)
        assert text.startswith(f"# The lineage of {dag}, as it was captured. Review it ")
        (tmp_path / f"{dag}.lineage.yaml").write_text(text, encoding="utf-8")
    verdict = compare(load(tmp_path, VALUES), graph)
    assert (verdict.findings, verdict.columns_right, len(verdict.expected.column_edges)) == ((), 104, 104)
    assert (
        'tickit.date: {namespace: "s3://{bucket}", name: tickit/date, fields: [dateid, '
        in (tmp_path / "rs_source_to_staging.lineage.yaml").read_text()
    )
    assert "staging.date:" not in (tmp_path / "rs_staging_to_dm.lineage.yaml").read_text()


def test_a_draft_holds_whatever_the_names_are(store: Store, tmp_path: Path) -> None:
    names = ("a: b", "yes", "{x}", "x # y", "\u00fc.\U0001f600", "- a", "'\"", "a.b", "c.b", "dev.dev_x.x-dev", "a\nb", "*", "1", "null")
    odd = [dataset("ns:/", name, name, "true") for name in names]
    written = [
        {
            **one,
            "facets": {
                **one["facets"],
                "columnLineage": {**FACET, "fields": {"true": {"inputFields": [{"namespace": "ns:/", "name": "yes", "field": "yes"}]}}},
            },
        }
        for one in odd
    ]
    store.post(run_event("dag.odd: job", "COMPLETE", "12:00:00", run="1", inputs=odd[:7], outputs=written[7:]))
    graph = store.graph()
    (tmp_path / "dag.lineage.yaml").write_text(skeleton.draft("dag", graph, None, {"database": "dev"}), encoding="utf-8")
    expected = load(tmp_path, {"database": "dev"})
    assert set(expected.datasets) == {one.id for one in graph.datasets}
    assert compare(expected, graph).findings == ()


def test_a_dag_of_which_nothing_was_captured_is_said_so(store: Store, events: list[Json]) -> None:
    store.post(*events)
    with pytest.raises(
        skeleton.NothingCapturedError, match="no job of nowhere touches a dataset; DAGs that do: rs_source_to_staging, rs_stag"
    ):
        skeleton.draft("nowhere", store.graph(), None, {})
    with pytest.raises(skeleton.NothingCapturedError, match="none"):
        skeleton.draft("nowhere", Graph((), (), frozenset()), None, {})
