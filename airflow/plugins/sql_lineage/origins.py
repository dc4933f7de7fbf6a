"""Traces each output column of a qualified query back to the columns of tables, by sqlglot's lineage."""

from collections.abc import Mapping
from enum import IntEnum
from typing import NamedTuple, cast

from sqlglot import exp
from sqlglot.lineage import Node, lineage
from sqlglot.optimizer.scope import Scope, build_scope, find_all_in_scope
from sqlglot.schema import MappingSchema

from sql_lineage.redshift import DIALECT
from sql_lineage.relations import Table

PSEUDO_COLUMNS = ("$path", "$size", "$spectrum_oid")  # of every external table; no star yields them, they hold no data of its files
TABLE = "table"  # key of a Table in the meta of the node that stands for it


class Derivation(IntEnum):
    """How a value comes from a column, weakest change first (OpenLineage, subtypes of a DIRECT transformation)."""

    IDENTITY = 0
    TRANSFORMATION = 1
    AGGREGATION = 2


class Origin(NamedTuple):
    """A column of a table that a value is derived from."""

    table: Table
    column: str


Origins = dict[Origin, Derivation]


class Tracer:
    """Traces qualified queries. `known` has the columns of the tables whose schema is known; `problems` says what was not found."""

    def __init__(self, known: Mapping[Table, tuple[str, ...]]) -> None:
        self.known = known
        self.problems: dict[str, None] = {}
        self._traced: dict[int, Origins] = {}

    def trace(self, query: exp.Query, schema: MappingSchema) -> list[tuple[str, Origins]]:
        """Name and origins of each output column of `query`, whose tables bear their Table in their meta."""
        query = _without_removals(query)
        _open_laterals(query)
        scope = cast(Scope, build_scope(query))
        _link(scope)
        names = [select.alias_or_name for select in query.selects]
        for position, select in enumerate(query.selects):  # names may repeat, as in INSERT INTO t (a, b) SELECT x.id, y.id
            select.set("alias", exp.to_identifier(f"_{position}"))
        nodes = lineage(None, query, schema, dialect=DIALECT, scope=scope, trim_selects=False, copy=False)
        return [(name, self._origins(node)) for name, node in zip(names, nodes.values(), strict=True)]

    def _origins(self, node: Node) -> Origins:
        if id(node) not in self._traced:
            self._traced[id(node)] = self._inner(node) if node.downstream else self._leaf(node)
        return self._traced[id(node)]

    def _inner(self, node: Node) -> Origins:
        if isinstance(node.expression, exp.Star):
            return self._starred(node)
        derivation = _derivation(node)
        origins: Origins = {}
        for child in node.downstream:
            merge(origins, self._origins(child), derivation)
        return origins

    def _starred(self, node: Node) -> Origins:
        """A column of SELECT * from a table that is not known, which must have it if it is the only one."""
        tables = [child.expression.meta.get(TABLE) for child in node.downstream]
        if len(tables) == 1 and tables[0]:
            return {Origin(tables[0], exp.to_column(node.name).name): Derivation.IDENTITY}
        return self._lost(node)

    def _leaf(self, node: Node) -> Origins:
        if isinstance(node.expression, exp.Placeholder):
            return self._lost(node)
        table: Table | None = node.expression.meta.get(TABLE)
        column = exp.to_column(node.name).name
        if table is None or column in PSEUDO_COLUMNS:  # no table: a constant, or a function in FROM
            return {}
        if table in self.known and column not in self.known[table]:
            return self._lost(node)
        return {Origin(table, column): Derivation.IDENTITY}

    def _lost(self, node: Node) -> Origins:
        self.problems[f"column {node.name} is in none, or in several, of the tables that it may come from"] = None
        return {}


def merge(into: Origins, origins: Origins, derivation: Derivation = Derivation.IDENTITY) -> None:
    """Adds `origins`, changed at least as `derivation` says."""
    for origin, how in origins.items():
        into[origin] = max(how, derivation, into.get(origin, derivation))


def _derivation(node: Node) -> Derivation:
    expression = node.expression.unalias()
    if isinstance(node.source, exp.SetOperation) or isinstance(expression, exp.Column):
        return Derivation.IDENTITY
    aggregates = find_all_in_scope(expression, exp.AggFunc)
    if any(not aggregate.find_ancestor(exp.Window) for aggregate in aggregates):
        return Derivation.AGGREGATION
    return Derivation.TRANSFORMATION


def _without_removals(query: exp.Query) -> exp.Query:
    """`query` with a MINUS b replaced by a, as b takes rows away and gives none."""
    for node in reversed(list(query.find_all(exp.Except))):  # the innermost first
        kept = node.this.unnest()
        if ctes := node.args.get("with_"):
            kept.set("with_", ctes)
        if node is query:
            query = kept.pop()
        else:
            node.replace(kept)
    return query


def _open_laterals(query: exp.Query) -> None:
    """Makes LATERAL (query) a derived table, as sqlglot's lineage takes every column in a lateral for an origin of each of its outputs."""
    for lateral in list(query.find_all(exp.Lateral)):
        if isinstance(lateral.this, exp.Subquery):
            lateral.replace(exp.Subquery(this=lateral.this.this, alias=lateral.args.get("alias")))


def _link(root: Scope) -> None:
    """Completes the sources of scopes where sqlglot's lineage would lose a column or follow one too many."""
    scopes = {id(scope.expression): scope for scope in root.traverse()}
    for scope in scopes.values():
        for name, source in scope.sources.items():
            if isinstance(source, Scope):  # a recursive CTE's own name: a copy of its first branch, without sources
                scope.sources[name] = scopes.get(id(source.expression), source)
        for column in scope.external_columns:
            if outer := _outer_source(scope, column.table):
                scope.sources[column.table] = outer


def _outer_source(scope: Scope, name: str) -> exp.Table | Scope | None:
    """The source that a correlated subquery's column means."""
    parent = scope.parent
    while parent is not None and name not in parent.sources:
        parent = parent.parent
    return parent.sources[name] if parent is not None else None
