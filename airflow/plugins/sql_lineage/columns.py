"""What a query reads: its tables, and which of their columns each of its own columns is derived from."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from sqlglot import exp
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import traverse_scope
from sqlglot.schema import MappingSchema

from sql_lineage.origins import PSEUDO_COLUMNS, TABLE, Origins, Tracer
from sql_lineage.redshift import DIALECT
from sql_lineage.relations import Table

UNKNOWN = exp.DataType.build("unknown")


@dataclass(frozen=True)
class Reading:
    """What a query reads: its tables, and its output columns in order (None where they cannot be told)."""

    tables: list[Table]
    columns: list[tuple[str, Origins]] | None = None
    problems: list[str] = field(default_factory=list)


def read(query: exp.Query, resolve: Callable[[exp.Table], Table], columns: Callable[[Table], tuple[str, ...]]) -> Reading:
    """Follows the columns of `query`; `columns` gives those of a table in order, () where they are not known.

    Only what forms a value counts: a column that merely filters or joins is no origin, though its table is read.
    """
    query = cast(exp.Query, normalize_identifiers(query.unnest().copy(), dialect=DIALECT))
    _name_outputs(query)
    tables = _resolve_tables(query, resolve)
    known = {table: names for table in tables.values() if (names := columns(table))}
    schema = _schema({key: known[table] for key, table in tables.items() if table in known})
    reading = Reading(list(tables.values()))
    tracer = Tracer(known)
    try:
        qualified = qualify(query, dialect=DIALECT, schema=schema, validate_qualify_columns=False)
        if any(select.is_star for select in qualified.selects):
            return replace(reading, problems=["the columns of * cannot be told: those of a table are not known"])
        return replace(reading, columns=tracer.trace(qualified, schema), problems=list(tracer.problems))
    except Exception as error:  # SQL that does not fit the tables, and what sqlglot does not foresee: the tables are told all the same
        return replace(reading, problems=[f"columns cannot be told: {error}"])


def _name_outputs(query: exp.Query) -> None:
    """Gives unnamed output columns the name that the warehouse gives them, so that no literal becomes a name."""
    for select in query.selects:
        if not isinstance(select, exp.Alias | exp.Column) and not select.is_star:
            select.replace(exp.alias_(select.copy(), _implicit_name(select), quoted=True))


def _implicit_name(node: exp.Expr) -> str:
    if isinstance(node, exp.Cast | exp.Paren | exp.Window):
        return _implicit_name(node.this)
    if isinstance(node, exp.Column | exp.Anonymous):
        return node.name.lower()
    if isinstance(node, exp.Func) and not isinstance(node, exp.Connector):
        return node.sql_name().lower()
    return "?column?"


Key = tuple[str, str]  # schema and table as sqlglot's schema has them


def _resolve_tables(query: exp.Query, resolve: Callable[[exp.Table], Table]) -> dict[Key, Table]:
    """Marks each node that stands for a table, not for a CTE, with that table."""
    tables: dict[Key, Table] = {}
    for node in _table_nodes(query):
        table = node.meta[TABLE] = resolve(node)
        schema = f"{table.database}.{table.schema}" if node.catalog else table.schema
        node.set("catalog", None)
        node.set("db", exp.to_identifier(schema, quoted=True))
        tables[schema, table.name] = table
    return tables


def _table_nodes(query: exp.Query) -> Iterator[exp.Table]:
    for scope in traverse_scope(query):
        for source in scope.sources.values():
            is_cte = isinstance(source, exp.Table) and not source.db and source.name in scope.cte_sources
            if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier) and TABLE not in source.meta and not is_cte:
                yield source


def _schema(columns: Mapping[Key, tuple[str, ...]]) -> MappingSchema:
    mapping: dict[str, Any] = {}
    visible: dict[str, Any] = {}
    for (schema, table), names in columns.items():
        mapping.setdefault(schema, {})[table] = dict.fromkeys((*names, *PSEUDO_COLUMNS), UNKNOWN)
        visible.setdefault(schema, {})[table] = names
    return MappingSchema(mapping, visible=visible, dialect=DIALECT, normalize=False)
