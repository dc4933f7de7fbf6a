"""The files of the expected lineage, and their mistakes."""

from pathlib import Path

import pytest

from lineage.expected import Expected
from lineage.expected_files import ExpectedLineageError, load
from lineage.graph import Column, ColumnEdge, DatasetId
from tests.lineage.tickit import VALUES

FIRST = """
datasets:
  lake.a: {namespace: "s3://{bucket}", name: tickit/a, fields: [id, x]}
  staging.a: {namespace: wh, name: "{database}.staging.a"}
jobs:
  dag.load_a:
    inputs: [lake.a]
    outputs:
      staging.a:
        id: [lake.a.id]
        loaded: []
"""
SECOND = """
datasets:
  lake.out: {namespace: "s3://{bucket}", name: "out/*", fields: []}
  dm.a: {namespace: wh, name: dm.a}
  dm.log: {namespace: wh, name: dm.log, fields: [line], optional: true}
jobs:
  next.split_*:
    inputs: [staging.a]
    outputs:
      dm.a: {id: [staging.a.id]}
      lake.out: {}
      dm.log:
  next.sometimes: {inputs: [], outputs: {dm.log: {}}, optional: true}
ignore:
  jobs: [next.report_*]
  datasets: [wh tmp.*]
"""


def _write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.lineage.yaml").write_text(text, encoding="utf-8")
    return folder


def _problems(path: Path, **values: str) -> list[str]:
    with pytest.raises(ExpectedLineageError) as error:
        load(path, values)
    assert str(path) in str(error.value)
    return error.value.problems


def test_the_files_of_a_whole_pipeline(expected: Expected) -> None:
    assert (len(expected.jobs), len(expected.datasets), len(expected.pairs), len(expected.column_edges)) == (10, 17, 14, 104)
    lake = DatasetId("s3://tickit-raw", "tickit/date")
    assert expected.datasets[lake][:2] == ("dateid", "caldate")
    assert expected.datasets[DatasetId(VALUES["warehouse"], "dev.dm.dim_users")][2] == "fullname"


def test_the_files_of_a_folder_are_one(tmp_path: Path) -> None:
    expected = load(_write(tmp_path, first=FIRST, next=SECOND), {"bucket": "raw", "database": "dev"})
    source, target, model = DatasetId("s3://raw", "tickit/a"), DatasetId("wh", "dev.staging.a"), DatasetId("wh", "dm.a")
    files, log = DatasetId("s3://raw", "out/*"), DatasetId("wh", "dm.log")
    assert expected.datasets == {source: ("id", "x"), target: ("id", "loaded"), model: ("id",), files: (), log: ("line",)}
    assert expected.pairs == {(source, target), (target, model), (target, files), (target, log)}
    assert expected.column_edges == {
        ColumnEdge(Column(source, "id"), Column(target, "id")),
        ColumnEdge(Column(target, "id"), Column(model, "id")),
    }
    assert [(job.name, job.optional) for job in expected.jobs] == [("dag.load_a", False), ("next.split_*", False), ("next.sometimes", True)]
    assert (expected.optional, expected.ignored_jobs, expected.ignored_datasets) == (frozenset({log}), ("next.report_*",), ("wh tmp.*",))
    assert expected.aliases[files] == "lake.out"
    assert [
        str(expected.places[key]).rpartition("/")[2] for key in ("next.split_*", model, Column(target, "loaded"), ("next.split_*", files))
    ] == [
        "next.lineage.yaml:7",
        "next.lineage.yaml:4",
        "first.lineage.yaml:11",
        "next.lineage.yaml:11",
    ]


def test_filters_are_columns_of_inputs_and_outputs(tmp_path: Path) -> None:
    text = FIRST.replace("    outputs:\n      staging.a:", "    filters: [lake.a.x, staging.a.id]\n    outputs:\n      staging.a:", 1)
    (job,) = load(_write(tmp_path, first=text), {"bucket": "raw", "database": "dev"}).jobs
    assert job.filters == frozenset({Column(DatasetId("s3://raw", "tickit/a"), "x"), Column(DatasetId("wh", "dev.staging.a"), "id")})
    wrong = text.replace("[lake.a.x, staging.a.id]", "[lake.a.y, lake.b.id]")
    problems = "\n".join(_problems(_write(tmp_path, first=wrong), bucket="raw", database="dev"))
    assert "filters: lake.a has no column y" in problems
    assert "filters: lake.b.id is of no input of the job" in problems


def test_one_file_may_be_left_out(tmp_path: Path) -> None:
    folder = _write(tmp_path, first=FIRST, next=SECOND)
    assert [job.name for job in load(folder, {}, leaving_out=folder / "next.lineage.yaml").jobs] == ["dag.load_a"]


def test_a_star_stands_for_any_characters_and_an_exact_name_goes_first(tmp_path: Path) -> None:
    more = "\n  next.split_up: {inputs: [], outputs: {}}\nignore:"
    expected = load(_write(tmp_path, first=FIRST, next=SECOND.replace("\nignore:", more)), {"bucket": "raw", "database": "dev"})
    found = {
        name: job.name if (job := expected.job(name)) else None for name in ("next.split_1", "next.split_up", "next.split", "xnext.split_1")
    }
    assert found == {"next.split_1": "next.split_*", "next.split_up": "next.split_up", "next.split": None, "xnext.split_1": None}
    assert expected.dataset(DatasetId("s3://raw", "out/2026/01")) == DatasetId("s3://raw", "out/*")
    assert expected.dataset(DatasetId("s3://other", "out/2026")) == DatasetId("s3://other", "out/2026")
    assert [expected.ignores_job(name) for name in ("next.report_1", "next.split_1", "next.reports")] == [True, False, False]
    assert [expected.ignores_dataset(DatasetId("wh", name)) for name in ("tmp.a", "dm.a")] == [True, False]


def test_a_placeholder_without_a_value_stays(tmp_path: Path) -> None:
    expected = load(_write(tmp_path, first=FIRST), {"bucket": "x"})
    assert {id_.name for id_ in expected.datasets} == {"tickit/a", "{database}.staging.a"}


def test_every_mistake_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    text = """
datasets:
  lake.a: {namespace: s3://b, name: a, fields: [id]}
  lake.a: {namespace: s3://b, name: g, fields: [id]}
  lake.d: {namespace: s3://b, name: c, fields: []}
  lake.b: {namespace: s3://b, name: c, fields: [id]}
  lake.c: {name: d, fields: id}
  staging.a: {namespace: wh, name: a}
  staging.b: {namespace: wh, name: b, optional: perhaps}
jobs:
  one:
    inputs: [lake.a, lake.nowhere]
    outputs:
      staging.a: {id: [lake.a.id], x: [lake.a.y, lake.b.id], y: lake.a.id}
  two:
    inputs: [lake.a]
    outputs:
      staging.a: {id: [lake.a.id]}
  three:
    inputs: lake.a
    output: staging.nowhere
  four: {inputs: [], outputs: {staging.nowhere: {}, staging.b: all}}
ignore: {dags: [], jobs: next}
"""
    other = "datasets:\n  lake.b: {namespace: s3://b, name: e, fields: [id]}\njobs:\n  two: {inputs: [], outputs: {}}\nmore: 1\n"
    problems = "\n".join(_problems(_write(tmp_path, a=text, b=other)))
    for mistake in (
        "a.lineage.yaml:3: lake.a stands twice",
        "a.lineage.yaml:5: dataset s3://b c: stands under 2 aliases",
        "a.lineage.yaml:7: dataset lake.c: namespace is missing",
        "a.lineage.yaml:7: dataset lake.c: fields is missing, or no list",
        "a.lineage.yaml:9: dataset staging.b: no job writes its columns, so it needs fields",
        "a.lineage.yaml:9: dataset staging.b: optional is true or false",
        "a.lineage.yaml:12: job one: there is no dataset lake.nowhere",
        "a.lineage.yaml:14: job one, staging.a.x: lake.a has no column y",
        "a.lineage.yaml:14: job one, staging.a.x: lake.b.id is of no input of the job",
        "a.lineage.yaml:14: job one, staging.a.y: y is missing, or no list of names",
        "a.lineage.yaml:18: job two: its columns are not those that staging.a has elsewhere",
        "a.lineage.yaml:19: job three: outputs is missing",
        "a.lineage.yaml:20: job three: inputs is missing, or no list",
        "a.lineage.yaml:21: job three: there is no output, only filters, inputs, optional, outputs",
        "a.lineage.yaml:22: job four: there is no dataset staging.nowhere",
        "job four, staging.b: columns are a mapping",
        "a.lineage.yaml:23: ignore: there is no dags, only datasets, jobs",
        "a.lineage.yaml:23: ignore, jobs: jobs is missing, or no list of names",
        "b.lineage.yaml:2: dataset lake.b is another one in",
        "b.lineage.yaml:4: job two stands in",
        "b.lineage.yaml:5: the file: there is no more, only datasets, ignore, jobs",
    ):
        assert mistake in problems


@pytest.mark.parametrize(
    "text", ["", "[]", "datasets: [", "jobs: {a: 1}\ndatasets: {b: 2}", "\x00", "jobs: []", "&a [*a]", "ignore: 3", "- " * 2000]
)
def test_what_is_no_such_file_at_all(tmp_path: Path, text: str) -> None:
    assert _problems(_write(tmp_path, odd=text))


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(ExpectedLineageError, match="No such file"):
        load(tmp_path / "none.yaml", {})
    assert _problems(tmp_path)[0].startswith("there is no file *.lineage.yaml: `python -m lineage expect <dag>`")
