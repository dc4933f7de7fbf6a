"""What a crawler makes of a folder of files."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from local.aws.crawled import UnusableLake, columns, partitions, tables


def put(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def parquet(folder: Path, name: str, **values: Any) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(values), file)
    return file


def crawled(folder: Path) -> dict[str, dict[str, Any]]:
    return {table["Name"]: table for table in tables(folder, "s3://lake/landing")}


def named(table: dict[str, Any]) -> dict[str, str]:
    return {column["Name"]: column["Type"] for column in table["StorageDescriptor"]["Columns"]}


def test_a_table_is_a_folder_or_a_file_at_the_top(tmp_path: Path) -> None:
    put(tmp_path, "Web Orders/one.csv", "id,name\n1,a\n")
    put(tmp_path, "shops-2024.csv", "id,name\n1,a\n")
    put(tmp_path, "_SUCCESS", "")
    put(tmp_path, "Web Orders/.one.csv.crc", "x")
    found = crawled(tmp_path)
    assert {name: table["StorageDescriptor"]["Location"] for name, table in found.items()} == {
        "web_orders": "s3://lake/landing/Web Orders/",
        "shops_2024_csv": "s3://lake/landing/shops-2024.csv",
    }
    assert found["web_orders"]["Parameters"] == {"classification": "csv", "skip.header.line.count": "1"}
    assert found["web_orders"]["StorageDescriptor"]["SerdeInfo"]["Parameters"] == {"field.delim": ","}


def test_parquet_has_the_types_of_its_footer_and_names_in_lower_case(tmp_path: Path) -> None:
    kinds = {
        "Tiny": (pa.int8(), "tinyint"),
        "small": (pa.int16(), "smallint"),
        "int": (pa.int32(), "int"),
        "big": (pa.int64(), "bigint"),
        "real": (pa.float32(), "float"),
        "double": (pa.float64(), "double"),
        "text": (pa.string(), "string"),
        "yes": (pa.bool_(), "boolean"),
        "day": (pa.date32(), "date"),
        "moment": (pa.timestamp("us"), "timestamp"),
        "money": (pa.decimal128(8, 2), "decimal(8,2)"),
        "bytes": (pa.binary(), "binary"),
    }
    parquet(tmp_path, "t/f.parquet", **{name: pa.array([None], kind) for name, (kind, _) in kinds.items()})
    assert named(crawled(tmp_path)["t"]) == {name.lower(): told for name, (_, told) in kinds.items()}


CSVS = {
    "a heading above numbers": ("Id,Price,Name\n1,2.5,a\n-2,3e4,b\n", {"id": "bigint", "price": "double", "name": "string"}),
    "texts alone have no heading": ("name,city\na,b\n", {"col0": "string", "col1": "string"}),
    "numbers alone have none": ("1,2\n3,4.5\n", {"col0": "bigint", "col1": "double"}),
    "nothing and \\N are no texts": ("id;n\n1;\n\\N;5\n", {"id": "bigint", "n": "bigint"}),
    "a number longer than a bigint": ("id|n\n1|123456789012345678901\n", {"id": "bigint", "n": "double"}),
    "tabs": ("id\tn\n1\t2\n", {"id": "bigint", "n": "bigint"}),
    "days are texts": ("id,day\n1,2024-01-01\n", {"id": "bigint", "day": "string"}),
    "quotes stay": ('id,"name"\n1,"a"\n', {"id": "bigint", "name": "string"}),
}


@pytest.mark.parametrize("kind", CSVS)
def test_csv_has_the_types_of_its_values(tmp_path: Path, kind: str) -> None:
    text, told = CSVS[kind]
    assert dict(columns(put(tmp_path, "t.csv", text)).columns) == told


def test_folders_below_a_table_are_partitions(tmp_path: Path) -> None:
    for year in (2023, 2024):
        parquet(tmp_path, f"sales/Year={year}/eu/f.parquet", id=[year])
    (table,) = crawled(tmp_path).values()
    assert table["PartitionKeys"] == [{"Name": "year", "Type": "string"}, {"Name": "partition_1", "Type": "string"}]
    assert partitions("Year=2024/eu/f.parquet") == [("year", "2024"), ("partition_1", "eu")]
    assert partitions("f.parquet") == partitions("") == []


def test_files_of_a_table_may_have_more_columns_than_others(tmp_path: Path) -> None:
    parquet(tmp_path, "t/1.parquet", a=[1])
    parquet(tmp_path, "t/2.parquet", a=[1], b=["x"])
    assert named(crawled(tmp_path)["t"]) == {"a": "bigint", "b": "string"}


def unusable(folder: Path) -> str:
    with pytest.raises(UnusableLake) as raised:
        list(tables(folder, "s3://lake/landing"))
    return str(raised.value)


def test_an_empty_folder_is_no_lake(tmp_path: Path) -> None:
    assert unusable(tmp_path) == f"{tmp_path} holds no Parquet and no CSV file"


BAD = {
    "notes.json": ("{}", "is neither Parquet nor CSV"),
    "t.parquet": ("no", "is no Parquet"),
    "one.csv": ("a\n1\n", "two columns"),
    "ragged.csv": ("a,b\n1\n", "as many values in each row"),
    "empty.csv": ("", "two columns"),
    "twice.csv": ("id,ID\n1,2\n", "there are two columns id"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_crawled_is_named(tmp_path: Path, name: str) -> None:
    text, told = BAD[name]
    put(tmp_path, name, text)
    said = unusable(tmp_path)
    assert str(tmp_path / name) in said
    assert told in said


def test_latin_1_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("id,name\n1,é\n".encode("latin-1"))
    assert "t.csv is no UTF-8" in unusable(tmp_path)


def test_columns_that_the_warehouse_does_not_have_are_refused(tmp_path: Path) -> None:
    parquet(tmp_path, "t.parquet", id=[1], tags=[["a"]], gone=pa.array([None], pa.null()))
    assert "does not have: tags is list<element:string>, gone is null" in unusable(tmp_path)


def test_two_names_that_become_one_are_refused(tmp_path: Path) -> None:
    put(tmp_path, "a-b/f.csv", "id,n\n1,2\n")
    put(tmp_path, "a b/f.csv", "id,n\n1,2\n")
    assert "would both be the table a_b" in unusable(tmp_path)


def test_a_folder_of_both_kinds_or_of_two_shapes_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "t/f.csv", "id,n\n1,2\n")
    put(tmp_path, "t/g.csv", "id,m\n1,2\n")
    assert "do not have the same columns" in unusable(tmp_path)
    parquet(tmp_path, "t/h.parquet", id=[1])
    assert "holds Parquet and CSV" in unusable(tmp_path)
