"""Which versions' lineage counts as the same, and what the table says of each."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import psycopg2
import pytest
from rich.console import Console

from lineage.check import compare
from lineage.expected_files import load
from lineage.graph import Column, ColumnEdge, Dataset, Field, Graph, Job, Run
from local import every_runtime
from local.airflow_python import AirflowPython
from local.demo import Outcome
from local.every_runtime import DIFFERENT, SAME, WRONG, Row, differences, run_all, table, verdict
from local.settings import Settings
from modules.runtimes import runtime
from tests.lineage.tickit import EXPECTED_FILES, VALUES

WANTED = load(EXPECTED_FILES, VALUES)
RUN = Run("1", "COMPLETED", None, None, None, ())


def right() -> Graph:
    """What is expected, as a store would give it."""
    datasets = tuple(Dataset(id_, tuple(Field(name, "int") for name in fields)) for id_, fields in WANTED.datasets.items())
    jobs = tuple(Job("tickit", job.name, job.inputs, job.outputs, "select", RUN) for job in WANTED.jobs)
    return Graph(jobs, datasets, WANTED.column_edges)


def row(version: str, graph: Graph, python: str = "3.11.7") -> Row:
    outcome = Outcome((), graph, compare(WANTED, graph), 22)
    return Row(runtime(version), outcome, AirflowPython(runtime(version), Path("python"), python), 12.3)


def other_type(graph: Graph) -> Graph:
    first, *others = graph.datasets
    field, *fields = first.fields
    return replace(graph, datasets=(replace(first, fields=(replace(field, type="text"), *fields)), *others))


def other_sql(graph: Graph) -> Graph:
    return replace(graph, jobs=(replace(graph.jobs[0], sql="select 1"), *graph.jobs[1:]))


def without_a_column(graph: Graph) -> Graph:
    return replace(graph, column_edges=frozenset(list(graph.column_edges)[1:]))


def another_column(graph: Graph) -> Graph:
    dataset = graph.jobs[0].outputs[0]
    return replace(graph, column_edges=graph.column_edges | {ColumnEdge(Column(dataset, "a"), Column(dataset, "b"))})


def test_a_job_of_a_whole_dag_makes_no_difference() -> None:
    graph = right()
    with_dag = replace(graph, jobs=(*graph.jobs, Job("tickit", "rs_staging_to_dm", (), (), None, RUN)))
    rows = [row("2.7.2", graph), row("3.3.1", with_dag)]
    assert [verdict(each, rows) for each in rows] == [SAME, SAME]


@pytest.mark.parametrize(
    ("change", "expected"), [(other_type, DIFFERENT), (other_sql, DIFFERENT), (without_a_column, WRONG), (another_column, WRONG)]
)
def test_what_differs_is_seen(change: Callable[[Graph], Graph], expected: str) -> None:
    rows = [row("2.7.2", right()), row("3.3.1", change(right()))]
    assert verdict(rows[1], rows) == expected
    assert bool(rows[1].findings) == (expected == WRONG)


def test_what_differs_is_told_on_both_sides_and_not_at_endless_length() -> None:
    first, other = row("2.7.2", right()), row("3.3.1", other_sql(right()))
    only_there, only_here = differences(other, first)[1], differences(other, first)[0]
    assert only_here.startswith("only on 2.7.2: ('tickit', 'rs_s")
    assert only_there.startswith("only on 3.3.1: ('tickit', 'rs_s")
    assert "select 1" in only_there
    assert differences(first, first) == []
    renamed = replace(right(), jobs=tuple(replace(job, namespace="n" * 1000) for job in right().jobs))
    many = differences(row("3.3.1", renamed), first)
    assert len(many) == 11
    assert many[-1] == "and 10 differences more"
    assert max(map(len, many)) == 300


def test_a_wrong_row_has_findings_instead_of_differences() -> None:
    assert differences(row("3.3.1", without_a_column(right())), row("2.7.2", right())) == []


def test_whatever_stops_one_version_the_others_have_their_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(settings: Settings, progress: object) -> NoReturn:
        raise psycopg2.OperationalError(f"no database on {settings.airflow_version}")

    monkeypatch.setattr(every_runtime, "airflow_python", lambda runtime: AirflowPython(runtime, Path("python"), "3.11.7"))
    monkeypatch.setattr(every_runtime, "running", fail)
    out = Console(width=160, record=True)
    assert run_all([runtime("2.7.2"), runtime("3.3.1")], 0.01, tmp_path, out) == 1
    shown = out.export_text()
    assert shown.count("WRONG") == 2
    assert "✗ 3.3.1: OperationalError: no database on 3.3.1" in shown


def test_the_table_says_where_python_is_not_mwaas_and_what_failed() -> None:
    rows = [row("2.7.2", right()), row("3.3.1", right()), Row(runtime("3.0.6"), Outcome(("uv venv failed",)))]
    out = Console(width=160)
    with out.capture() as shown:
        out.print(table(rows))
    lines = [line.split() for line in shown.get().splitlines()[1:]]
    assert lines[0] == ["2.7.2", "3.11.7", "openlineage-airflow", "1.41.0", "22", "14", "104", "of", "104", "12", "the", "same"]
    assert lines[1][1:5] == ["3.11.7,", "not", "3.12", "apache-airflow-providers-openlineage"]
    assert lines[2] == ["3.0.6", "apache-airflow-providers-openlineage", "2.6.1", "0", "0", "WRONG"]
