"""The file of the expected lineage, and its mistakes."""

from pathlib import Path

import pytest

from lineage.expected import Expected, ExpectedLineageError, load
from lineage.graph import Column, ColumnEdge, DatasetId
from tests.lineage.tickit import EXPECTED_FILE, VALUES

GOOD = """
datasets:
  lake.a: {namespace: "s3://{bucket}", name: tickit/a, fields: [id, x]}
  staging.a: {namespace: wh, name: "{database}.staging.a"}
jobs:
  dag.load_a:
    inputs: [lake.a]
    output: staging.a
    columns:
      id: [lake.a.id]
      loaded: []
"""


def _problems(tmp_path: Path, text: str, **values: str) -> list[str]:
    path = tmp_path / "expected.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ExpectedLineageError) as error:
        load(path, values)
    assert str(path) in str(error.value)
    return error.value.problems


def test_the_pipelines_own_file(expected: Expected) -> None:
    assert (len(expected.jobs), len(expected.datasets), len(expected.pairs), len(expected.column_edges)) == (10, 17, 14, 104)
    lake = DatasetId("s3://tickit-raw", "tickit/date")
    assert expected.datasets[lake][:2] == ("dateid", "caldate")
    assert expected.datasets[DatasetId(VALUES["warehouse"], "dev.dm.dim_users")][2] == "fullname"


def test_a_small_file(tmp_path: Path) -> None:
    path = tmp_path / "expected.yaml"
    path.write_text(GOOD, encoding="utf-8")
    expected = load(path, {"bucket": "raw", "database": "dev"})
    source, target = DatasetId("s3://raw", "tickit/a"), DatasetId("wh", "dev.staging.a")
    assert expected.datasets == {source: ("id", "x"), target: ("id", "loaded")}
    assert expected.pairs == {(source, target)}
    assert expected.column_edges == {ColumnEdge(Column(source, "id"), Column(target, "id"))}


def test_placeholders_without_a_value_are_named_once_each() -> None:
    with pytest.raises(ExpectedLineageError) as error:
        load(EXPECTED_FILE, {"bucket": "x"})
    assert [problem.split()[0] for problem in error.value.problems] == ["{warehouse}", "{database}"]


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    text = """
datasets:
  lake.a: {namespace: s3://b, name: a, fields: [id]}
  lake.a: {namespace: s3://b, name: c, fields: [id]}
  lake.b: {namespace: s3://b, name: c, fields: [id]}
  lake.c: {name: d, fields: id}
  staging.a: {namespace: wh, name: a}
  staging.b: {namespace: wh, name: b}
jobs:
  one:
    inputs: [lake.a, lake.nowhere]
    output: staging.a
    columns: {id: [lake.a.id], x: [lake.a.y, lake.b.id], y: lake.a.id}
  two:
    inputs: [lake.a]
    output: staging.a
    columns: {id: [lake.a.id]}
  three:
    inputs: lake.a
    output: staging.nowhere
"""
    problems = "\n".join(_problems(tmp_path, text))
    for mistake in (
        "lake.a stands twice",
        "dataset s3://b c: stands under 2 aliases",
        "dataset lake.c: namespace is missing",
        "dataset lake.c: fields is missing, or no list",
        "dataset staging.b: no job writes it, so it needs fields",
        "job one: there is no dataset lake.nowhere",
        "job one, column x: lake.a has no column y",
        "job one, column x: lake.b.id is of no input of the job",
        "job one, column y: y is missing, or no list of names",
        "job two: its columns are not those that staging.a has elsewhere",
        "job three: columns is missing",
        "job three: inputs is missing, or no list",
        "job three: there is no dataset staging.nowhere",
    ):
        assert mistake in problems
    assert problems.count("job three: columns is missing") == 1


@pytest.mark.parametrize("text", ["", "[]", "datasets: [", "jobs: {a: 1}\ndatasets: {b: 2}", "\x00"])
def test_what_is_no_such_file_at_all(tmp_path: Path, text: str) -> None:
    assert _problems(tmp_path, text)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ExpectedLineageError, match="No such file"):
        load(tmp_path / "none.yaml", {})
