"""FROM: the tables, queries, functions and nested data in it, and the columns that they give together."""

from collections.abc import Sequence
from typing import Protocol

from sqlglot import exp

from mwaa_lineage.sql.expressions import parts
from mwaa_lineage.sql.origins import Derivation, Origins, Role, deciding, lost, union
from mwaa_lineage.sql.pivots import pivoted
from mwaa_lineage.sql.rewriting import AT
from mwaa_lineage.sql.rows import NOTHING_KNOWN, Field, Item, Open, Rows
from mwaa_lineage.sql.scope import Scope, Source


class Reader(Protocol):
    """Reads what stands in FROM."""

    def query(self, query: exp.Expr, parent: Scope | None, ctes: dict[str, Rows]) -> Rows:
        """The columns of a query."""

    def table(self, node: exp.Table) -> tuple[Sequence[str], Rows]:
        """Database, schema and name of a table, and its columns."""

    def exists(self, node: exp.Table) -> bool:
        """Whether the warehouse is known to have the table."""

    def origins(self, expression: exp.Expr, scope: Scope) -> Origins:
        """The origins of an expression."""


class From:
    """The FROM of one SELECT, read into its scope from left to right, as LATERAL and nested data see what stands before them."""

    def __init__(self, reader: Reader, scope: Scope) -> None:
        self.reader = reader
        self.scope = scope
        self.decides: list[Origins] = []

    def read(self, select: exp.Select) -> list[Origins]:
        """Fills the scope with the sources of `select`, and with the columns that these have together. Gives what joins them."""
        start = select.args.get("from_")
        items = [start.this] if start else []
        for node in (*items, *(select.args.get("laterals") or ())):
            self.scope.columns = Rows([*self.scope.columns.items, *self._chain(node).items])
        before: list[Item] = []
        joined = self.scope.columns
        for join in select.args.get("joins") or ():
            if _is_comma(join):
                before += joined.items
                joined = self._chain(join.this)
            else:
                joined = self._joined(joined, join)
            self.scope.columns = Rows([*before, *joined.items])
        return self.decides

    def _chain(self, node: exp.Expr) -> Rows:
        """The columns of one item with the joins that hang on it."""
        rows = self._item(node)
        for join in node.args.get("joins") or ():
            rows = self._joined(rows, join)
        return rows

    def _joined(self, left: Rows, join: exp.Join) -> Rows:
        right = self._chain(join.this)
        rows = joined(left, right, join)
        decides = [side.find(name) or {} for name in _shared_names(left, right, join) for side in (left, right)]
        if condition := join.args.get("on"):  # sees what is joined so far
            so_far = Scope(self.scope.parent, self.scope.ctes, list(self.scope.sources), rows)
            decides.append(self.reader.origins(condition, so_far))
        self.decides += [deciding(origins, Role.JOIN) for origins in decides]
        return rows

    def _item(self, node: exp.Expr) -> Rows:
        if _is_join(node):
            return self._parenthesised(node)
        source = self._source(node)
        for pivot in node.args.get("pivots") or ():
            source = self._pivoted(source, pivot)
        self.scope.sources.append(source)
        return source.rows

    def _parenthesised(self, node: exp.Expr) -> Rows:
        before = len(self.scope.sources)
        rows = self._chain(node.this)
        if node.alias:  # hides the names of what is joined
            rows = rows.renamed(_columns(node)).also(*(source.rows.decided_by for source in self.scope.sources[before:]))
            self.scope.sources[before:] = [Source([node.alias.lower()], rows)]
        return rows

    def _source(self, node: exp.Expr) -> Source:
        if isinstance(values := node.this if isinstance(node, exp.Subquery) else node, exp.Values):
            return _aliased(node, self._values(values))
        if isinstance(node, exp.Subquery):
            return _aliased(node, self.reader.query(node, self.scope.parent, self.scope.ctes))
        if isinstance(node, exp.Lateral) and isinstance(node.this, exp.Subquery):
            return _aliased(node, self.reader.query(node.this, self.scope, self.scope.ctes))
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier | exp.Dot):
            return self._named(node, parts(node))
        return self._function(node)

    def _named(self, node: exp.Table, names: Sequence[str]) -> Source:
        """A CTE, nested data of a source that is in sight, or a table, in this order."""
        if len(names) == 1 and names[0] in self.scope.ctes:
            return _aliased(node, self.scope.ctes[names[0]], names)
        path = self.scope.path(names) if len(names) > 1 else None
        if path is not None and not self.reader.exists(node):
            return _element(node, union(path, derivation=Derivation.TRANSFORMATION))
        if isinstance(node.this, exp.Dot):
            return _element(node, lost(".".join(names)))
        full, rows = self.reader.table(node)
        return _aliased(node, rows, full)

    def _values(self, node: exp.Values) -> Rows:
        rows = [[self.reader.origins(value, self.scope) for value in row.expressions] for row in node.expressions]
        return Rows([Field(f"column{index}", union(*column)) for index, column in enumerate(zip(*rows, strict=False), 1)])

    def _function(self, node: exp.Expr) -> Source:
        """A function in FROM: whatever it gives is derived from its arguments, but for the number of the row."""
        arguments = node.expressions if isinstance(node, exp.Unnest) else [node.this]
        given = union(*(self.reader.origins(item, self.scope) for item in arguments), derivation=Derivation.TRANSFORMATION)
        name = (node.alias or (node.this.name if isinstance(node.this, exp.Anonymous) else "") or "unnest").lower()
        names = _columns(node)
        fields: list[Item] = [Field(column, given) for column in names or [name]]
        number = (node.this if isinstance(node, exp.Lateral) else node).args.get("offset")
        if isinstance(number, exp.Identifier):
            fields.append(Field(number.name.lower(), {}))
        elif names and (number or node.args.get("ordinality")):
            fields[-1] = Field(names[-1], {})
        scalar = names or isinstance(node, exp.Unnest) or isinstance(node.this, exp.GenerateSeries)
        return Source([name], Rows(fields if scalar else [*fields, Open(lambda name: given)]))

    def _pivoted(self, source: Source, pivot: exp.Pivot) -> Source:
        over = Scope(self.scope.parent, self.scope.ctes, [source], source.rows)
        rows = pivoted(source.rows, pivot, lambda expression: self.reader.origins(expression, over)).renamed(_columns(pivot))
        return Source([pivot.alias.lower()] if pivot.alias else source.names, rows)


def _is_comma(join: exp.Join) -> bool:
    """Whether a comma stands before the item; a comma binds weaker than JOIN, of which USING and NATURAL see nothing before it."""
    return not any(value for key, value in join.args.items() if key != "this")


def _is_join(node: exp.Expr) -> bool:
    """Whether parentheses hold a join, not a query."""
    if not isinstance(node, exp.Subquery):
        return False
    inner = node.this
    return (
        isinstance(inner, exp.Table)
        or _is_join(inner)
        or (isinstance(inner, exp.Subquery) and bool(inner.alias or inner.args.get("joins")))
    )


def joined(left: Rows, right: Rows, join: exp.Join) -> Rows:
    """The columns of a join: those of USING first and once, with the value of the side that gives it, or of both."""
    if _is_natural(join) and (left.opens or right.opens):
        return Rows([NOTHING_KNOWN])
    names = _shared_names(left, right, join)
    return Rows(
        [*(_shared(name, left, right, join.side.upper()) for name in names), *left.without(names).items, *right.without(names).items]
    )


def _shared_names(left: Rows, right: Rows, join: exp.Join) -> list[str]:
    """The columns that both sides must have the same value of, by USING or NATURAL."""
    if _is_natural(join):
        return [name for name in left.named if name in right.named]
    return [name.name.lower() for name in join.args.get("using") or ()]


def _is_natural(join: exp.Join) -> bool:
    return (join.method or "").upper() == "NATURAL"


def _shared(name: str, left: Rows, right: Rows, side: str) -> Field:
    """The column that both sides have: an outer join gives the value of the side whose rows all stay."""
    sides = {"LEFT": [left], "RIGHT": [right]}.get(side, [left, right])
    found = [lost(name) if (origins := rows.find(name)) is None else origins for rows in sides]
    return Field(name, found[0] if len(found) == 1 else union(*found, derivation=Derivation.TRANSFORMATION))


def _element(node: exp.Expr, origins: Origins) -> Source:
    """Elements of nested data, and what AT names: the number of each, or the name of each attribute (see redshift.nested)."""
    alias = node.alias_or_name.lower()
    marker, *names = [name.name for name in (node.args["alias"].columns if node.args.get("alias") else ())] or [""]
    named: Origins = {} if marker == AT else origins
    return Source([alias], Rows([Field(alias, origins), *(Field(name.lower(), named) for name in names)]), origins)


def _aliased(node: exp.Expr, rows: Rows, names: Sequence[str] = ("",)) -> Source:
    return Source([node.alias.lower()] if node.alias else names, rows.renamed(_columns(node)))


def _columns(node: exp.Expr) -> list[str]:
    alias = node.args.get("alias")
    return [name.name.lower() for name in alias.columns] if alias else []
