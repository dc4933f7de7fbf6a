"""Which tasks lack lineage, and why: events as the two integrations send them, read back from a store."""

import json
from typing import Any
from zlib import crc32

import pytest
from click.testing import CliRunner

from lineage import __main__ as command_line
from lineage.check import compare
from lineage.coverage import as_json, measured, sheet, verdict
from lineage.expected import Expected
from lineage.graph import Graph, Job, Run
from lineage.sheets import markdown
from mwaa_lineage.coverage.measure import Coverage, Row
from tests.lineage.tickit import FACET, Json, Store, dataset, pipeline_events, run_event

DAG_RUN, EARLIER = "7c2a0a1e-0000-4000-9000-00000000000a", "7c2a0a1e-0000-4000-9000-00000000000b"
SOURCE, TARGET, FILES = dataset("wh", "dev.a", "id"), dataset("wh", "dev.b", "id"), dataset("s3://bucket", "out")
TRACED = {"id": {"inputFields": [{"namespace": "wh", "name": "dev.a", "field": "id"}]}}
WITH_COLUMNS = dataset("wh", "dev.b", "id", columnLineage={**FACET, "fields": TRACED})


def _parent(job: str, run: str) -> Json:
    return {**FACET, "job": {"namespace": "tickit", "name": job}, "run": {"runId": run}}


def _task(name: str, operator: str, type_: str = "COMPLETE", *, dag_run: str = DAG_RUN, **parts: Any) -> Json:
    """A task's event, of apache-airflow-providers-openlineage; further: errors, sql, near, inputs, outputs, unknown, at."""
    near = {"upstream_task_ids": str(parts.get("near", [])), "downstream_task_ids": "[]"}
    run_facets: Json = {
        "parent": _parent("dag", dag_run),
        "airflow": {**FACET, "task": {"operator_class": operator, "task_id": name, **near}},
    }
    if parts.get("unknown"):
        run_facets["unknownSourceAttribute"] = {**FACET, "unknownItems": [{"name": operator, "type": "operator", "properties": {}}]}
    if errors := parts.get("errors"):
        run_facets["extractionError"] = {
            **FACET,
            "totalTasks": 1,
            "failedTasks": 1,
            "errors": [{"errorMessage": error} for error in errors],
        }
    if message := parts.get("message"):
        run_facets["errorMessage"] = {**FACET, "message": message, "programmingLanguage": "PYTHON"}
    sql = {"sql": {**FACET, "query": parts["sql"]}} if "sql" in parts else {}
    job_facets = {"jobType": {**FACET, "processingType": "BATCH", "integration": "AIRFLOW", "jobType": "TASK"}, **sql}
    io = {key: parts[key] for key in ("inputs", "outputs") if key in parts}
    run = f"7c2a0a1e-0000-4000-8000-{crc32(f'{name} {dag_run}'.encode()):012d}"
    return run_event(f"dag.{name}", type_, parts.get("at", "12:00:01"), run=run, run_facets=run_facets, job_facets=job_facets, **io)


def _dag(
    type_: str = "COMPLETE", *, run: str = DAG_RUN, at: str = "12:01:00", states: Json | None = None, tasks: Json | None = None
) -> Json:
    state = {"airflowState": {**FACET, "dagRunState": "success", "tasksState": states}} if states is not None else {}
    listed = {"airflow": {**FACET, "tasks": tasks}} if tasks is not None else {}
    job_facets = {"jobType": {**FACET, "processingType": "BATCH", "integration": "AIRFLOW", "jobType": "DAG"}, **listed}
    return run_event("dag", type_, at, run=run, run_facets=state, job_facets=job_facets)


def _rows(store: Store, *events: Json, **parts: Any) -> dict[str, Row]:
    store.post(*events)
    return {row.task: row for row in measured(store.graph(), **parts).rows}


@pytest.mark.parametrize(
    ("event", "level", "cause"),
    [
        (_task("t", "LineageSQLOperator", inputs=[SOURCE], outputs=[WITH_COLUMNS]), "columns", ""),
        (_task("t", "LineageSQLOperator", inputs=[SOURCE]), "tables only", ""),
        (_task("t", "S3CopyObjectOperator", inputs=[dataset("s3://raw", "in")], outputs=[FILES]), "tables only", ""),
        (_task("t", "LineageSQLOperator", outputs=[TARGET], sql="insert into b values (1)"), "tables only", ""),
        (
            _task("t", "SQLExecuteQueryOperator", inputs=[SOURCE], outputs=[TARGET]),
            "tables only",
            "SQLExecuteQueryOperator tells no columns of dev.b; docs/lineage.md lists what does",
        ),
        (
            _task("t", "airflow.operators.python.PythonOperator", unknown=True),
            "none",
            "the hooks of PostgreSQL, Redshift, Athena and S3 are seen",
        ),
        (_task("t", "_PythonDecoratedOperator", unknown=True), "none", "the hooks of PostgreSQL, Redshift, Athena and S3 are seen"),
        (_task("t", "GlueJobOperator", unknown=True), "none", "operator without lineage: GlueJobOperator tells no datasets"),
        (_task("t", "LineageSQLOperator", errors=["DO is not supported"], sql="do $$"), "none", "SQL not read: DO is not supported"),
        (
            _task("t", "LineageSQLOperator", errors=["CREATE cannot be parsed"], sql="create table {{ x }}"),
            "none",
            "template not rendered",
        ),
        (
            _task(
                "t",
                "LineageSQLOperator",
                errors=["no schemas are known, as the catalog of the warehouse cannot be read: x"],
                inputs=[SOURCE],
            ),
            "tables only",
            "catalog not reachable",
        ),
        (
            _task("t", "LineageSQLOperator", errors=["not derived in time, as x"], inputs=[SOURCE], outputs=[TARGET]),
            "tables only",
            "not derived in",
        ),
        (
            _task("t", "LineageSQLOperator", errors=["column x is in none"], inputs=[SOURCE], outputs=[WITH_COLUMNS]),
            "columns",
            "SQL not read: column x",
        ),
        (_task("t", "S3CopyObjectOperator", inputs=[dataset("s3://None", "a")], outputs=[FILES]), "tables only", "version pitfall"),
        (_task("t", "LineageSQLOperator", "FAIL", message="no such\ntable", inputs=[SOURCE]), "failed", "no such table"),
        (_task("t", "PythonOperator", "FAIL"), "failed", "the log says why"),
    ],
)
def test_a_task_has_a_level_and_what_it_lacks_a_cause(store: Store, event: Json, level: str, cause: str) -> None:
    row = _rows(store, event)["t"]
    assert (row.level.value, cause in row.cause, bool(row.cause), row.is_gap) == (level, True, bool(cause), bool(cause)), row


@pytest.mark.parametrize(
    "operator",
    ["EmptyOperator", "airflow.operators.python.BranchPythonOperator", "ExternalTablesSensor", "S3KeySensorAsync", "ShortCircuitOperator"],
)
def test_what_moves_no_data_does_not_count(store: Store, operator: str) -> None:
    row = _rows(store, _task("t", operator, unknown=True))["t"]
    assert (row.counts, row.is_gap, row.cause) == (False, False, "moves no data")


def test_the_queries_of_a_hook_are_the_tasks_lineage(store: Store) -> None:
    task = _task("t", "PythonOperator", unknown=True)
    query = run_event("dag.t.query.1", "COMPLETE", "12:00:02", run="q", inputs=[SOURCE], outputs=[WITH_COLUMNS])
    query["run"]["facets"] = {"parent": _parent("dag.t", task["run"]["runId"])}
    rows = _rows(store, task, query)
    assert {name: row.level.value for name, row in rows.items()} == {"t": "columns"}


def test_tasks_without_events_are_known_from_the_dags_own_event(store: Store) -> None:
    states = {
        "t": "success",
        "lost": "success",
        "left": "skipped",
        "later": "upstream_failed",
        "broke": "failed",
        "idle": "success",
        "sent": "success",
    }
    listed = {
        "idle": {"operator": "airflow.operators.empty.EmptyOperator", "emits_ol_events": True},
        "sent": {"operator": "x.Operator", "emits_ol_events": False},
        "lost": {"operator": "airflow.providers.x.XOperator"},
        "begun": {"operator": "x.Other"},
    }
    rows = _rows(store, _dag("START", tasks=listed, at="12:00:00"), _task("t", "EmptyOperator"), _dag(states=states))
    assert {name: (row.level.value, row.counts) for name, row in rows.items()} == {
        "t": ("none", False),
        "lost": ("none", True),
        "left": ("none", False),
        "later": ("failed", True),
        "broke": ("failed", True),
        "idle": ("none", False),
        "sent": ("none", False),
        "begun": ("none", False),
    }
    assert "none of its events arrived" in rows["lost"].cause
    assert (rows["lost"].operator, rows["left"].cause, rows["later"].cause) == (
        "XOperator",
        "did not run: skipped",
        "did not run, as a task before it failed",
    )
    assert "no event of it in this run" in rows["begun"].cause


def test_where_the_dag_says_nothing_its_tasks_name_their_neighbours(store: Store) -> None:
    rows = _rows(store, _task("t", "EmptyOperator", near=["before"]))
    assert sorted(rows) == ["before", "t"]
    assert not rows["before"].counts


def test_only_the_last_run_counts(store: Store) -> None:
    old = _task("gone", "PythonOperator", unknown=True, dag_run=EARLIER, at="11:00:00")
    again = _task("t", "PythonOperator", "FAIL", dag_run=EARLIER, at="11:00:00")
    rows = _rows(store, old, again, _task("t", "LineageSQLOperator", inputs=[SOURCE], outputs=[WITH_COLUMNS]))
    assert {name: row.level.value for name, row in rows.items()} == {"t": "columns"}
    store.post(_dag("COMPLETE", run="7c2a0a1e-0000-4000-9000-00000000000c", at="13:00:00", states={"t": "skipped"}))
    assert [(row.task, row.cause) for row in measured(store.graph()).rows] == [("t", "did not run: skipped")]


def test_the_share_the_allowed_and_the_namespace(store: Store) -> None:
    events = [_task(f"t{number}", "PythonOperator", unknown=True) for number in range(2)]
    store.post(*events, _task("good", "LineageSQLOperator", inputs=[SOURCE], outputs=[WITH_COLUMNS]), _task("s", "EmptyOperator"))
    found = measured(store.graph())
    assert (found.percent, len(found.counted), len(found.gaps)) == (33.3, 3, 2)
    assert verdict(found) == "Coverage 33.3 %: 1 of 3 tasks lack nothing; 1 more needs none"
    assert measured(store.graph(), ["dag.t*"]).percent == 100
    assert measured(store.graph(), ["t0", "g.t0"]).percent == 33.3
    assert measured(store.graph(), namespace="elsewhere").rows == ()
    assert [row[1] for row in sheet(found).rows] == ["t0", "t1", "good", "s"]
    assert [task["task"] for task in as_json(found)["tasks"] if task["is_gap"]] == ["t0", "t1"]


def test_our_own_tools_and_other_producers_have_no_row(store: Store) -> None:
    doctor = _task("examine", "PythonOperator", unknown=True)
    doctor["job"]["name"] = "lineage_doctor.examine"
    doctor["run"]["facets"]["parent"]["job"]["name"] = "lineage_doctor"
    assert _rows(store, doctor, run_event("dbt.model", "COMPLETE", "12:00:00", run="d", outputs=[TARGET])) == {}
    assert verdict(Coverage(())).startswith("Coverage: no task of any DAG is known here")


def test_a_task_without_lineage_is_a_finding_of_the_check_unless_it_is_ignored(store: Store, expected: Expected) -> None:
    store.post(*pipeline_events(expected), _task("t", "PythonOperator", unknown=True))
    found = compare(expected, store.graph())
    assert [finding.kind for finding in found.findings] == ["lineage missing"]
    store.post(_task("stock", "SQLExecuteQueryOperator", inputs=[SOURCE], outputs=[TARGET]), _task("broke", "PythonOperator", "FAIL"))
    kinds = [finding.kind for finding in compare(expected, store.graph()).findings]
    assert [kinds.count(kind) for kind in ("lineage missing", "job not expected", "run not completed")] == [1, 1, 1], "others tell of those"
    ignoring = Expected(expected.jobs, expected.datasets, ignored_jobs=("dag.*",))
    assert compare(ignoring, store.graph()).is_complete


HOSTILE: list[Any] = [None, 1, "x", [], {"task": 1}, {"task": {"operator_class": 5, "upstream_task_ids": "[" * 9999}}, {"tasks": [1]}]


@pytest.mark.parametrize("value", HOSTILE, ids=str)
def test_facets_of_any_shape_are_read_as_far_as_they_go(value: Any) -> None:
    """The graph is made by hand, as the store would refuse some of it."""
    names = (
        "airflow",
        "parent",
        "airflowState",
        "unknownSourceAttribute",
        "extractionError",
        "jobType",
        "processing_engine",
        "errorMessage",
    )
    facets = dict.fromkeys(names, value)
    run = Run("r", "COMPLETED", None, None, None, (), None, facets)
    assert (
        measured(
            Graph((Job("ns", "dag.t", (), (), None, run, facets), Job("ns", "dag", (), (), None, None, facets)), (), frozenset())
        ).percent
        >= 0
    )


def test_the_command(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.post(_task("t|x", "PythonOperator", unknown=True), _task("good", "LineageSQLOperator", inputs=[SOURCE], outputs=[WITH_COLUMNS]))
    monkeypatch.setattr(command_line, "_read", lambda _: store.graph())

    def run(*options: str) -> Any:
        return CliRunner().invoke(command_line.main, ["coverage", *options])

    assert [run(*options).exit_code for options in ([], ["--fail-under", "50"], ["--fail-under", "50.1"])] == [0, 0, 1]
    assert run("--fail-under", "100", "--allow", "dag.t*").exit_code == 0
    assert json.loads(run("--format", "json").output)["percent"] == 50
    assert "| dag | t\\|x | PythonOperator | none |" in run("--format", "markdown").output
    assert run().output.splitlines()[-1] == "Coverage 50 %: 1 of 2 tasks lack nothing"


def test_markdown_of_nothing_is_its_verdict() -> None:
    assert markdown(sheet(Coverage(()))).startswith("Coverage: no task")
