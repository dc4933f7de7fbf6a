"""The external schema of the warehouse: what Redshift Spectrum does over the Glue catalog, done once by loading the files.

The tables are ordinary ones here; `svv_external_schemas`, `_tables` and `_columns` say what the catalog knows of them, as
Redshift's views do.
"""

import io
import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - a class, named as one
from psycopg2.sql import SQL, Identifier

from local.aws import crawled
from local.aws.machine import Aws
from local.postgres import Postgres
from local.queries import query
from local.settings import DATABASE, EXTERNAL_SCHEMA, GLUE_DATABASE

LAKE_READER = "lake-reader"  # the role's name says nothing; its account is the catalog's
POSTGRES_TYPES = {"string": "text", "tinyint": "smallint", "double": "double precision", "float": "real", "binary": "bytea"}


def fill(warehouse: Postgres, aws: Aws, database: str = GLUE_DATABASE) -> None:
    """Make every table of a Glue database an external table of the warehouse, in place of those that are there, in one transaction."""
    options = json.dumps({"IAM_ROLE": f"arn:aws:iam::{aws.account}:role/{LAKE_READER}"})
    with warehouse.connect() as connection, connection.cursor() as cursor:
        _empty(cursor)
        cursor.execute(query("add_external_schema"), (EXTERNAL_SCHEMA, database, options))
        for table in aws.catalog(database):
            _describe(cursor, table)
            _create(cursor, table)
            for place, content in aws.objects(table):
                _load(cursor, table, place, content)
        cursor.execute(SQL("analyze"))


def _empty(cursor: Cursor) -> None:
    cursor.execute(query("external_tables"), (EXTERNAL_SCHEMA,))
    for (name,) in cursor.fetchall():
        cursor.execute(SQL("drop table {} cascade").format(Identifier(EXTERNAL_SCHEMA, name)))
    for view in ("schemas", "tables", "columns"):
        cursor.execute(SQL("truncate {}").format(Identifier("public", f"svv_external_{view}")))


def _columns(table: dict[str, Any]) -> Iterator[tuple[str, str, int]]:
    """Name, type and place among the partition keys, 0 for a column that is none."""
    keys = enumerate(table.get("PartitionKeys", []), start=1)
    yield from ((column["Name"], column["Type"], 0) for column in table["StorageDescriptor"]["Columns"])
    yield from ((column["Name"], column["Type"], place) for place, column in keys)


def _describe(cursor: Cursor, table: dict[str, Any]) -> None:
    key = (DATABASE, EXTERNAL_SCHEMA, table["Name"])
    cursor.execute(query("add_external_table"), (*key, table["StorageDescriptor"]["Location"]))
    for number, (name, kind, part) in enumerate(_columns(table), start=1):
        cursor.execute(query("add_external_column"), (*key, name, kind, number, part))


def _create(cursor: Cursor, table: dict[str, Any]) -> None:
    columns = [SQL("{} {}").format(Identifier(name), SQL(POSTGRES_TYPES.get(kind, kind))) for name, kind, _ in _columns(table)]
    cursor.execute(SQL("create table {} ({})").format(Identifier(EXTERNAL_SCHEMA, table["Name"]), SQL(", ").join(columns)))


def _load(cursor: Cursor, table: dict[str, Any], place: str, content: bytes) -> None:
    rows = _parquet(content) if table.get("Parameters", {}).get("classification", "parquet") == "parquet" else _csv(table, content)
    for name, value in crawled.partitions(place):
        rows = rows.append_column(name, pa.array([value] * len(rows), pa.string()))
    written = io.BytesIO()
    quoted = pacsv.WriteOptions(include_header=False, quoting_style="all_valid")  # an unquoted nothing is null, a quoted one is ''
    pacsv.write_csv(rows, written, quoted)
    written.seek(0)
    names = SQL(", ").join(map(Identifier, rows.column_names))
    copy = SQL("copy {} ({}) from stdin with (format csv)").format(Identifier(EXTERNAL_SCHEMA, table["Name"]), names)
    cursor.copy_expert(copy, written)


def _parquet(content: bytes) -> pa.Table:
    rows = pq.read_table(io.BytesIO(content))
    return rows.rename_columns([name.lower() for name in rows.column_names])


def _csv(table: dict[str, Any], content: bytes) -> pa.Table:
    """As LazySimpleSerDe reads it: no quotes, \\N for null, and null for a number that is none."""
    delimiter = table["StorageDescriptor"]["SerdeInfo"]["Parameters"]["field.delim"]
    columns = table["StorageDescriptor"]["Columns"]
    lines = [line for line in content.decode().splitlines() if line][int(table["Parameters"].get("skip.header.line.count", "0")) :]
    values = [[*line.split(delimiter), *[r"\N"] * len(columns)][: len(columns)] for line in lines]
    nothing = [{r"\N"} if column["Type"] == "string" else {r"\N", ""} for column in columns]
    by_column = [[None if row[place] in nothing[place] else row[place] for row in values] for place in range(len(columns))]
    return pa.table({column["Name"]: pa.array(found, pa.string()) for column, found in zip(columns, by_column, strict=True)})
