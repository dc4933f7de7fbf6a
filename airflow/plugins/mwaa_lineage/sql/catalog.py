"""Reads the real schemas of tables from the warehouse.

Ordinary relations stand in information_schema. External tables (Redshift Spectrum) do not: they stand in the views
svv_external_tables and svv_external_columns, which list other databases' relations too. A warehouse without these views
(PostgreSQL) has no external tables. svv_external_schemas tells in which database of Glue they are catalogued, under the same names.
The views answer on Redshift's leader node only, so nothing is joined with them.
"""

from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from mwaa_lineage.sql.relations import SYSTEM_SCHEMA, Catalog, Column, GlueTable, Location, Relation, Table

QUERIES = Path(__file__).with_name("queries")
STATEMENT_TIMEOUT = "set statement_timeout to 30000"  # ms; no task waits for it, and a catalog that hangs must not be asked for ever
UNDEFINED_TABLE = "42P01"  # SQLSTATE


class Name(NamedTuple):
    """A table as SQL writes it: no schema where the name is bare."""

    schema: str | None
    table: str


def read_catalog(connection: Any, names: Iterable[Name]) -> Catalog:
    """What the warehouse knows of the tables `names`.

    `connection` is a DB-API connection in autocommit mode with %s parameters. Raises what its driver raises, except
    for a warehouse that has no external tables.
    """
    with closing(connection.cursor()) as cursor:
        cursor.execute(STATEMENT_TIMEOUT)
        ((database, user, search_path),) = _rows(cursor, "session")
        path = _schemas(search_path, user)
        mentioned = _Mentioned(names, path)
        relations = {**_ordinary(cursor, database, mentioned), **_external(cursor, database, mentioned)}
    return Catalog(database, path, relations)


class _Mentioned:
    """The schemas and tables to ask for, as lists for IN (...)."""

    def __init__(self, names: Iterable[Name], search_path: tuple[str, ...]) -> None:
        names = list(names)
        bare = (SYSTEM_SCHEMA, *search_path) if any(name.schema is None for name in names) else ()
        self.schemas = sorted({*bare, *(name.schema for name in names if name.schema)})
        self.tables = sorted({name.table for name in names})

    @property
    def marks(self) -> Mapping[str, str]:
        return {"schemas": ", ".join(["%s"] * len(self.schemas)), "tables": ", ".join(["%s"] * len(self.tables))}


def _rows(cursor: Any, query: str, parameters: Iterable[str] = (), marks: Mapping[str, str] | None = None) -> list[tuple[Any, ...]]:
    sql = (QUERIES / f"{query}.sql").read_text()
    cursor.execute(sql.format_map(marks or {}), tuple(parameters))
    return list(cursor.fetchall())


def _schemas(search_path: str, user: str) -> tuple[str, ...]:
    """The schemas of a search_path setting, such as `"$user", public`."""
    names = [name.strip().strip('"') for name in search_path.split(",")]
    return tuple(user if name == "$user" else name for name in names if name) or ("public",)


def _ordinary(cursor: Any, database: str, mentioned: _Mentioned) -> dict[Table, Relation]:
    rows = _rows(cursor, "ordinary_columns", [*mentioned.schemas, *mentioned.tables], mentioned.marks)
    return {table: Relation(columns) for table, columns in _by_table(database, rows).items()}


def _external(cursor: Any, database: str, mentioned: _Mentioned) -> dict[Table, Relation]:
    parameters = [database, *mentioned.schemas, *mentioned.tables]
    try:
        tables = _rows(cursor, "external_tables", parameters, mentioned.marks)
        columns = _by_table(database, _rows(cursor, "external_columns", parameters, mentioned.marks))
    except Exception as error:
        if sqlstate(error) == UNDEFINED_TABLE:
            return {}
        raise
    locations = {_table(database, schema, name): Location.parse(location) for schema, name, location in tables}
    external = sorted({schema for schema, _, location in tables if location})
    schemas = {schema.lower(): (database, options) for schema, database, options in _external_schemas(cursor, external)}
    return {
        table: Relation(columns.get(table, ()), location, GlueTable.parse(table.name, *schemas.get(table.schema, ())) if location else None)
        for table, location in locations.items()
    }


def _external_schemas(cursor: Any, schemas: list[str]) -> list[tuple[Any, ...]]:
    """Name, Glue database and options of those that are of the Glue catalog."""
    if not schemas:
        return []
    try:
        return _rows(cursor, "external_schemas", schemas, {"schemas": ", ".join(["%s"] * len(schemas))})
    except Exception as error:
        if sqlstate(error) == UNDEFINED_TABLE:
            return []
        raise


def _by_table(database: str, rows: Iterable[tuple[str, str, str, str]]) -> dict[Table, tuple[Column, ...]]:
    columns: dict[Table, tuple[Column, ...]] = {}
    for schema, name, column, type_ in rows:
        table = _table(database, schema, name)
        columns[table] = (*columns.get(table, ()), Column(column.lower(), type_))
    return columns


def _table(database: str, schema: str, name: str) -> Table:
    return Table(database.lower(), schema.lower(), name.lower())


def sqlstate(error: Exception) -> str | None:
    """The SQLSTATE of a psycopg2 (pgcode) or psycopg (sqlstate) error."""
    return getattr(error, "pgcode", None) or getattr(error, "sqlstate", None)
