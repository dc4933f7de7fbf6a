"""The external schema of the warehouse: what Redshift Spectrum does over the Glue catalog, done once by loading the Parquet.

The tables are ordinary ones here; `svv_external_schemas`, `_tables` and `_columns` say what the catalog knows of them, as
Redshift's views do.
"""

import io
import json
from collections.abc import Iterator
from typing import Any

import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - a class, named as one
from psycopg2.sql import SQL, Identifier

from local.aws.machine import Aws
from local.postgres import Postgres
from local.queries import query
from local.settings import DATABASE, EXTERNAL_SCHEMA, GLUE_DATABASE

LAKE_READER = "lake-reader"  # the role's name says nothing; its account is the catalog's
POSTGRES_TYPES = {"string": "text"}


def fill(warehouse: Postgres, aws: Aws, database: str = GLUE_DATABASE) -> None:
    """Make every table of a Glue database an external table of the warehouse, in one transaction."""
    options = json.dumps({"IAM_ROLE": f"arn:aws:iam::{aws.account}:role/{LAKE_READER}"})
    with warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.execute(query("add_external_schema"), (EXTERNAL_SCHEMA, database, options))
        for table in aws.catalog(database):
            _describe(cursor, table)
            _create(cursor, table)
            for content in aws.objects(table):
                _load(cursor, table, content)
        cursor.execute(SQL("analyze"))


def _columns(table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    return ((column["Name"], column["Type"]) for column in table["StorageDescriptor"]["Columns"])


def _describe(cursor: Cursor, table: dict[str, Any]) -> None:
    key = (DATABASE, EXTERNAL_SCHEMA, table["Name"])
    cursor.execute(query("add_external_table"), (*key, table["StorageDescriptor"]["Location"]))
    for number, column in enumerate(_columns(table), start=1):
        cursor.execute(query("add_external_column"), (*key, *column, number))


def _create(cursor: Cursor, table: dict[str, Any]) -> None:
    columns = [SQL("{} {}").format(Identifier(name), SQL(POSTGRES_TYPES.get(kind, kind))) for name, kind in _columns(table)]
    cursor.execute(SQL("create table {} ({})").format(Identifier(EXTERNAL_SCHEMA, table["Name"]), SQL(", ").join(columns)))


def _load(cursor: Cursor, table: dict[str, Any], parquet: bytes) -> None:
    rows = io.BytesIO()
    quoted = pacsv.WriteOptions(include_header=False, quoting_style="all_valid")  # an unquoted nothing is null, a quoted one is ''
    pacsv.write_csv(pq.read_table(io.BytesIO(parquet)), rows, quoted)
    rows.seek(0)
    copy = SQL("copy {} from stdin with (format csv)").format(Identifier(EXTERNAL_SCHEMA, table["Name"]))
    cursor.copy_expert(copy, rows)
