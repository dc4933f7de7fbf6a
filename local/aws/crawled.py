"""The tables that a Glue crawler makes of a folder of files: what it calls them, their columns and types, and how they are read.

A table is a folder, or a file that stands at the top. Names are lower case, with `_` for all that is no letter, digit or underscore.
A folder below a table's is a partition: `year=2024` of the column year, any other of partition_0 and so on, of the type string.
docs.aws.amazon.com/glue/latest/dg/add-classifier.html, "Built-in CSV classifier", says what a header is, and that the reader is
LazySimpleSerDe: quotes stay in the values.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PARQUET, CSV = ".parquet", ".csv"
DELIMITERS = (",", "|", "\t", ";", "\u0001")
HIVE_TYPES = {
    "int8": "tinyint",
    "int16": "smallint",
    "int32": "int",
    "int64": "bigint",
    "string": "string",
    "large_string": "string",
    "bool": "boolean",
    "date32[day]": "date",
    "float": "float",
    "double": "double",
    "binary": "binary",
}
FORMATS = {
    PARQUET: {
        "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
        "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
    },
    CSV: {
        "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
        "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"},
    },
}
_READABLE = re.compile("|".join([*HIVE_TYPES.values(), "timestamp", r"decimal\(\d+,\d+\)"]))
_LONGEST_HEADING = 150
_LOOKED_AT = 1000  # lines of a CSV file, for the types


class UnusableLake(Exception):
    """The files are none that can be crawled and read here; the message names the file."""


@dataclass(frozen=True)
class Columns:
    """The columns of a file as [(name, Hive type)]; of CSV also what separates them, and whether a heading tells them."""

    columns: tuple[tuple[str, str], ...]
    delimiter: str = ""
    has_heading: bool = False


def hive_type(arrow_type: str) -> str:
    """The Glue type of a Parquet column, as a crawler gives it; decimals are spelled alike but for the prefix."""
    if arrow_type.startswith("timestamp"):
        return "timestamp"
    return HIVE_TYPES.get(arrow_type) or arrow_type.replace("decimal128", "decimal").replace(" ", "")


def tables(folder: Path, location: str) -> Iterator[dict[str, Any]]:
    """Glue's TableInput of each table of a folder whose files stand at `location`, s3://bucket/prefix. Raises UnusableLake."""
    found: dict[str, list[Path]] = {}
    for file in files(folder):
        found.setdefault(file.relative_to(folder).parts[0], []).append(file)
    if not found:
        raise UnusableLake(f"{folder} holds no Parquet and no CSV file")
    named: dict[str, str] = {}
    for top, members in sorted(found.items()):
        name = re.sub(r"\W", "_", top.lower(), flags=re.ASCII)
        if name in named:
            raise UnusableLake(f"{folder / named[name]} and {folder / top} would both be the table {name}")
        named[name] = top
        yield _table(name, folder / top, members, f"{location}/{top}" + ("/" if (folder / top).is_dir() else ""))


def files(folder: Path) -> list[Path]:
    """The files of data below a folder: not those that Spark and the like leave beside them. Raises UnusableLake for any other."""
    found = sorted(file for file in folder.rglob("*") if file.is_file())
    data = [file for file in found if not any(part.startswith(("_", ".")) for part in file.relative_to(folder).parts)]
    if other := [file for file in data if file.suffix.lower() not in FORMATS]:
        raise UnusableLake(f"{other[0]} is neither Parquet nor CSV, by its name: leave it out")
    return data


def partitions(below: str) -> list[tuple[str, str]]:
    """[(column, value)] of a file by its place below its table's folder."""
    folders = below.split("/")[:-1]
    pairs = (part.partition("=") for part in folders)
    return [(name.lower(), value) if mark else (f"partition_{place}", name) for place, (name, mark, value) in enumerate(pairs)]


def columns(file: Path) -> Columns:
    """What a file tells of its columns. Raises UnusableLake."""
    found = _parquet(file) if file.suffix.lower() == PARQUET else _csv(file)
    names = [name for name, _ in found.columns]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UnusableLake(f"{file}: there are two columns {', '.join(twice)} once names are in lower case")
    return found


def _table(name: str, top: Path, members: list[Path], location: str) -> dict[str, Any]:
    formats = {member.suffix.lower() for member in members}
    if len(formats) > 1:
        raise UnusableLake(f"{top} holds Parquet and CSV: make two folders of it")
    (kind,) = formats
    seen = [columns(member) for member in members]
    if len({(each.delimiter, each.has_heading, each.columns if kind == CSV else ()) for each in seen}) > 1:
        raise UnusableLake(f"{top}: its files do not have the same columns, which makes several tables of them in Glue")
    told = dict(column for each in reversed(seen) for column in each.columns)
    ordered = {column: told[column] for each in seen for column, _ in each.columns}
    keys = partitions(members[0].relative_to(top).as_posix()) if top.is_dir() else []
    serde = FORMATS[kind]["SerdeInfo"] | ({"Parameters": {"field.delim": seen[0].delimiter}} if kind == CSV else {})  # type: ignore[operator]
    return {
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"classification": kind[1:], **({"skip.header.line.count": "1"} if seen[0].has_heading else {})},
        "PartitionKeys": [{"Name": key, "Type": "string"} for key, _ in keys],
        "StorageDescriptor": {
            **FORMATS[kind],
            "SerdeInfo": serde,
            "Columns": [{"Name": column, "Type": ordered[column]} for column in ordered],
            "Location": location,
        },
    }


def _parquet(file: Path) -> Columns:
    import pyarrow as pa  # noqa: PLC0415 - slow, and only a crawl needs it
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        schema = pq.read_schema(file)
    except (pa.ArrowException, OSError) as error:
        raise UnusableLake(f"{file} is no Parquet: {error}") from error
    told = tuple((field.name.lower(), hive_type(str(field.type))) for field in schema)
    if other := [f"{name} is {kind}" for name, kind in told if not _READABLE.fullmatch(kind)]:
        raise UnusableLake(f"{file}: columns that the warehouse here does not have: {', '.join(other)}")
    return Columns(told)


def _csv(file: Path) -> Columns:
    try:
        with file.open(encoding="utf-8", newline="") as opened:
            lines = [line.rstrip("\r\n") for line, _ in zip(opened, range(_LOOKED_AT), strict=False)]
    except UnicodeDecodeError as error:
        raise UnusableLake(f"{file} is no UTF-8: {error}") from error
    lines = [line for line in lines if line]
    for delimiter in DELIMITERS:
        rows = [line.split(delimiter) for line in lines]
        if len(rows) > 1 and len(rows[0]) > 1 and len({len(row) for row in rows}) == 1:
            return _described(rows, delimiter)
    raise UnusableLake(f"{file}: Glue takes it for no CSV: it needs two columns, two rows, and as many values in each row")


def _described(rows: list[list[str]], delimiter: str) -> Columns:
    """A heading is a row of short texts above at least one value that is none."""
    types = [_type(values) for values in zip(*rows[1:], strict=True)]
    first = rows[0]
    is_heading = all(_type([name]) == "string" and 0 < len(name) < _LONGEST_HEADING for name in first) and set(types) != {"string"}
    if is_heading:
        return Columns(tuple((name.strip().strip('"').lower(), kind) for name, kind in zip(first, types, strict=True)), delimiter, True)
    return Columns(tuple((f"col{place}", _type(values)) for place, values in enumerate(zip(*rows, strict=True))), delimiter)


def _type(values: Any) -> str:
    told = [value for value in values if value not in ("", r"\N")]
    if told and all(re.fullmatch(r"[+-]?\d{1,18}", value) for value in told):
        return "bigint"
    if told and all(re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", value) for value in told):
        return "double"
    return "string"
