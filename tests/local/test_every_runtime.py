"""Which versions' lineage counts as the same, and what the table says of each."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from lineage.check import compare
from lineage.expected import load
from lineage.graph import Column, ColumnEdge, Dataset, Field, Graph, Job, Run
from local.airflow_python import AirflowPython
from local.demo import EXPECTED, Outcome
from local.every_runtime import DIFFERENT, SAME, WRONG, Row, table, verdict
from local.settings import BUCKET, DATABASE, WAREHOUSE_NAMESPACE
from modules.runtimes import runtime

WANTED = load(EXPECTED, {"bucket": BUCKET, "warehouse": WAREHOUSE_NAMESPACE, "database": DATABASE})
RUN = Run("1", "COMPLETED", None, None, None, ())


def right() -> Graph:
    """What is expected, as a store would give it."""
    datasets = tuple(Dataset(id_, tuple(Field(name, "int") for name in fields)) for id_, fields in WANTED.datasets.items())
    jobs = tuple(Job("tickit", job.name, tuple(job.inputs), (job.output,), "select", RUN) for job in WANTED.jobs)
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
    dataset = graph.datasets[0].id
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


def test_the_table_says_where_python_is_not_mwaas_and_what_failed() -> None:
    rows = [row("2.7.2", right()), row("3.3.1", right()), Row(runtime("3.0.6"), Outcome(("uv venv failed",)))]
    out = Console(width=160)
    with out.capture() as shown:
        out.print(table(rows))
    lines = [line.split() for line in shown.get().splitlines()[1:]]
    assert lines[0] == ["2.7.2", "3.11.7", "openlineage-airflow", "1.41.0", "22", "14", "104", "of", "104", "12", "the", "same"]
    assert lines[1][1:5] == ["3.11.7,", "not", "3.12", "apache-airflow-providers-openlineage"]
    assert lines[2] == ["3.0.6", "apache-airflow-providers-openlineage", "2.6.1", "0", "0", "WRONG"]
