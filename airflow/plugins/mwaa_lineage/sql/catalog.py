"""Reads the real schemas of tables from the warehouse.

Ordinary relations stand in information_schema. External tables (Redshift Spectrum) do not: they stand in the views
svv_external_tables and svv_external_columns, which list other databases' relations too. A warehouse without these views
(PostgreSQL) has no external tables. svv_external_schemas tells in which database of Glue they are catalogued, under the same names.
The views answer on Redshift's leader node only, so nothing is joined with them.

What is a view is told with the columns, so that definitions are asked for only where there are views, and sources only where procedures
are called. On Redshift pg_get_viewdef gives the query of an ordinary view, and the whole CREATE of a late-binding or materialized one
(awslabs/amazon-redshift-utils, v_generate_view_ddl); pg_proc_info has the sources (Amazon Redshift, PG_PROC_INFO).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mwaa_lineage.sql.relations import SYSTEM_SCHEMA, Catalog, Column, GlueTable, Location, Name, Procedure, Relation, Table

if TYPE_CHECKING:  # sqlglot is not for parsing DAGs
    from mwaa_lineage.sql.sql import Statement

QUERIES = Path(__file__).with_name("queries")
STATEMENT_TIMEOUT = "set statement_timeout to 30000"  # ms; no task waits for it, and a catalog that hangs must not be asked for ever
UNDEFINED_TABLE = "42P01"  # SQLSTATE
Ask = Callable[[str, Sequence[str]], Iterable[tuple[Any, ...]]]
"""Sends one query with %s parameters, and these. Its rows come, and its errors are raised, when they are asked for."""
_EXTERNAL = ("external_tables", "external_columns")
DEEPEST = 8  # levels of views on views, and of procedures that call others, that are read


def read_catalog(connection: Any, names: Iterable[Name]) -> Catalog:
    """As `catalog_of`, by a DB-API connection in autocommit mode with %s parameters. Raises what its driver raises."""
    with closing(connection.cursor()) as cursor:
        cursor.execute(STATEMENT_TIMEOUT)
        return catalog_of(partial(_executed, cursor), names)


def _executed(cursor: Any, sql: str, parameters: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    cursor.execute(sql, tuple(parameters))
    yield from cursor.fetchall()


def catalog_of(ask: Ask, names: Iterable[Name]) -> Catalog:
    """What the warehouse knows of `names`, and of what views and procedures among them mention.

    What can be asked at once is asked before any answer is awaited. Raises what `ask` raises, except for a warehouse that has no
    external tables, or does not tell what views and procedures are made of: the catalog then says why.
    """
    ((database, user, search_path),) = _rows(ask, "session")
    reading = _Reading(ask, database, _schemas(search_path, user))
    waiting = set(names)
    for level in range(DEEPEST + 1):
        waiting = reading.read(waiting, is_deepest=level == DEEPEST) if waiting else waiting
    return Catalog(database, reading.path, reading.relations, True, reading.views, reading.procedures, reading.unread)


@dataclass
class _Reading:
    """What has been read of a catalog."""

    ask: Ask
    database: str
    path: tuple[str, ...]
    known: set[Name] = field(default_factory=set)
    relations: dict[Table, Relation] = field(default_factory=dict)
    views: dict[Table, str] = field(default_factory=dict)
    procedures: dict[Table, tuple[Procedure, ...]] = field(default_factory=dict)
    unread: str = ""

    def read(self, names: set[Name], *, is_deepest: bool) -> set[Name]:
        """Reads what is known of `names`. What that mentions, and is not known yet, comes back; nothing of what is too deep."""
        from mwaa_lineage.sql.sql import names as names_in  # noqa: PLC0415 - sqlglot is not for parsing DAGs
        from mwaa_lineage.sql.stored import body, view  # noqa: PLC0415 - as above

        self.known |= names
        called, tables = (_Mentioned([name for name in names if name.is_called is each], self.path) for each in (True, False))
        sources = self._stored("procedures", called)
        views = self._tables(tables)
        self.views.update(dict.fromkeys(views, ""))
        if is_deepest and views:
            self.unread = f"views on views are read {DEEPEST} levels deep"
            return set()
        statements: list[Statement] = []
        for schema, name, text in self._stored("definitions", _Mentioned([Name(each.schema, each.name) for each in views], ())):
            if (table := _table(self.database, schema, name)) in views:
                self.views[table] = text or ""
                statements += filter(None, [view(table, self.views[table])])
        for schema, name, arguments, parameters, source in sources:
            table, procedure = _table(self.database, schema, name), Procedure(source, arguments, _list(parameters))
            self.procedures[table] = (*self.procedures.get(table, ()), procedure)
            with suppress(ValueError):  # it is said where the procedure is called
                statements += body(procedure)
        return names_in(statements) - self.known

    def _tables(self, mentioned: "_Mentioned") -> list[Table]:
        """Reads the columns of tables; those that are views come back."""
        if not mentioned.tables:
            return []
        ordinary = _rows(self.ask, "ordinary_columns", mentioned.parameters * 2, mentioned.marks)
        external = [_rows(self.ask, query, [self.database, *mentioned.parameters], mentioned.marks) for query in _EXTERNAL]
        rows = list(ordinary)
        columns = _by_table(self.database, [row for row in rows if row[2] is not None])
        self.relations |= {table: Relation(found) for table, found in columns.items()}
        self.relations |= _external(self.ask, self.database, *external)
        views = [_table(self.database, schema, name) for schema, name, column, _ in rows if column is None]
        return [view for view in views if not view.is_system]

    def _stored(self, query: str, mentioned: "_Mentioned") -> list[tuple[Any, ...]]:
        """The rows of what is stored as SQL, none where the warehouse does not tell it."""
        if not mentioned.tables:
            return []
        try:
            return list(_rows(self.ask, query, mentioned.parameters, mentioned.marks))
        except Exception as error:  # a right is missing, or the time was over: the columns are known all the same
            self.unread = f"what views and procedures are made of cannot be read: {error}"
            return []


class _Mentioned:
    """The schemas and tables to ask for, as lists for IN (...)."""

    def __init__(self, names: Iterable[Name], search_path: tuple[str, ...]) -> None:
        names = list(names)
        bare = (SYSTEM_SCHEMA, *search_path) if any(name.schema is None for name in names) else ()
        self.schemas = sorted({*bare, *(name.schema for name in names if name.schema)})
        self.tables = sorted({name.table for name in names})

    @property
    def parameters(self) -> list[str]:
        """The values for the marks."""
        return [*self.schemas, *self.tables]

    @property
    def marks(self) -> Mapping[str, str]:
        return {"schemas": ", ".join(["%s"] * len(self.schemas)), "tables": ", ".join(["%s"] * len(self.tables))}


def _rows(ask: Ask, query: str, parameters: Sequence[str] = (), marks: Mapping[str, str] | None = None) -> Iterable[tuple[Any, ...]]:
    return ask((QUERIES / f"{query}.sql").read_text().format_map(marks or {}), parameters)


def _schemas(search_path: str, user: str) -> tuple[str, ...]:
    """The schemas of a search_path setting, such as `"$user", public`."""
    names = [name.strip().strip('"') for name in search_path.split(",")]
    return tuple(user if name == "$user" else name for name in names if name) or ("public",)


def _external(ask: Ask, database: str, tables: Iterable[Any], columns: Iterable[Any]) -> dict[Table, Relation]:
    """The external tables, of whose schemas is asked only where there are any."""
    try:
        tables = list(tables)
        known = _by_table(database, columns)
    except Exception as error:
        if sqlstate(error) == UNDEFINED_TABLE:
            return {}
        raise
    locations = {_table(database, schema, name): Location.parse(location) for schema, name, location in tables}
    external = sorted({schema for schema, _, location in tables if location})
    schemas = {schema.lower(): (glue, options) for schema, glue, options in _external_schemas(ask, external)}
    return {
        table: Relation(known.get(table, ()), location, GlueTable.parse(table.name, *schemas.get(table.schema, ())) if location else None)
        for table, location in locations.items()
    }


def _external_schemas(ask: Ask, schemas: list[str]) -> list[tuple[Any, ...]]:
    """Name, Glue database and options of those that are of the Glue catalog."""
    if not schemas:
        return []
    try:
        return list(_rows(ask, "external_schemas", schemas, {"schemas": ", ".join(["%s"] * len(schemas))}))
    except Exception as error:
        if sqlstate(error) == UNDEFINED_TABLE:
            return []
        raise


def _list(array: Any) -> tuple[str, ...]:
    """An array of names: some drivers give it as a list, others as it is written, {a,b}."""
    items = array.strip("{}").split(",") if isinstance(array, str) else array or ()
    return tuple(str(item).strip('"') for item in items)


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
