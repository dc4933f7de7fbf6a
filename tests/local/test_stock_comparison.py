"""How both DAGs, written with stock operators, are judged, and what of the README's table is written anew."""

from dataclasses import replace
from pathlib import Path

import pytest

from lineage.expected_files import load
from lineage.graph import Column, ColumnEdge, Dataset, DatasetId, Field, Graph
from local.settings import BUCKET, DAGS, DATABASE, WAREHOUSE_NAMESPACE
from local.stock_comparison import README, Score, _by_our_name, _requirements, score, table_in
from modules.runtimes import load_runtimes

EXPECTED = load(DAGS, {"bucket": BUCKET, "warehouse": WAREHOUSE_NAMESPACE, "database": DATABASE})
STOCK = "postgres://127.0.0.1:5439"


def graph() -> Graph:
    """All that is expected."""
    datasets = tuple(Dataset(id_, tuple(Field(name, "int") for name in fields)) for id_, fields in EXPECTED.datasets.items())
    return Graph((), datasets, EXPECTED.column_edges)


def test_all_of_it_is_right() -> None:
    assert score(EXPECTED, graph()) == Score(len(EXPECTED.column_edges), 0, len(EXPECTED.datasets))
    assert Score(3, 2, 1).cells(EXPECTED) == [f"3 of {len(EXPECTED.column_edges)}", "2", f"1 of {len(EXPECTED.datasets)}"]


def test_what_is_missing_and_what_is_wrong_count_apart() -> None:
    whole = graph()
    wrong = ColumnEdge(Column(whole.datasets[0].id, "a"), Column(whole.datasets[1].id, "b"))
    edges = frozenset([*list(whole.column_edges)[3:], wrong])
    found = replace(whole, datasets=whole.datasets[1:], column_edges=edges)
    assert score(EXPECTED, found) == Score(len(EXPECTED.column_edges) - 3, 1, len(EXPECTED.datasets) - 1)


def test_an_integration_is_not_judged_by_its_names() -> None:
    def stock(id_: DatasetId) -> DatasetId:
        lake = f"s3://{BUCKET}"
        if id_.namespace == lake:
            return DatasetId(STOCK, f"{DATABASE}.s3_datalake.{id_.name.rpartition('/')[2]}")
        return replace(id_, namespace=STOCK)

    def column(one: Column) -> Column:
        return replace(one, dataset=stock(one.dataset))

    whole = graph()
    edges = frozenset(ColumnEdge(column(edge.origin), column(edge.target)) for edge in whole.column_edges)
    found = replace(whole, datasets=tuple(replace(each, id=stock(each.id)) for each in whole.datasets), column_edges=edges)
    assert score(EXPECTED, found).tables == 0
    assert score(EXPECTED, _by_our_name(found)) == score(EXPECTED, whole)


def row(version: str, text: str = "") -> str:
    return f"| {version} | {text} |"


def test_rows_of_other_versions_stay_and_all_are_in_order() -> None:
    versions = sorted(load_runtimes(), key=lambda version: tuple(map(int, version.split("."))))
    text = README.read_text()
    text = table_in(text, {version: row(version, "old") for version in versions})
    text = table_in(text, {version: row(version, "new") for version in (versions[-1], versions[1])})
    changed = {versions[1], versions[-1]}
    rows = [row(version, "new" if version in changed else "old") for version in versions]
    assert "\n".join([*rows, "", "<!-- end of stock operators -->"]) in text
    assert table_in(text, {}) == text


def test_a_document_without_its_place_is_refused() -> None:
    with pytest.raises(ValueError, match=r"README\.md needs the lines <!-- stock operators"):
        table_in("nothing", {})


def test_another_wheel_makes_another_environment(tmp_path: Path) -> None:
    wheel = tmp_path / "mwaa_lineage-1.0.0-py3-none-any.whl"
    wheel.write_bytes(b"one")
    first = _requirements(wheel).read_text()
    wheel.write_bytes(b"two")
    assert _requirements(wheel).read_text() != first
    assert first.startswith(f"mwaa-lineage @ {wheel.as_uri()}#sha256=")
