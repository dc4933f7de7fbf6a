"""The columns that a query gives, and the tables it reads, by the rules of scope that SQL has.

sqlglot parses; what names mean is decided here, in one pass from the inner to the outer query, the same for every version of sqlglot.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from sqlglot import exp

from mwaa_lineage.sql.clauses import READ, compared, decided, sorted_by
from mwaa_lineage.sql.expressions import origins, output_name, parts, queries
from mwaa_lineage.sql.joins import From
from mwaa_lineage.sql.origins import Derivation, Origin, Origins, lost, rows_of
from mwaa_lineage.sql.relations import Table
from mwaa_lineage.sql.rows import NOTHING_KNOWN, Field, Item, Open, Rows, stacked
from mwaa_lineage.sql.scope import Scope

Ctes = dict[str, Rows]


class Queries:
    """Reads queries. `tables` are those they read, in the order met, whatever for. `ordered`: the one whose order of rows counts."""

    def __init__(
        self, resolve: Callable[[exp.Table], Table], columns: Callable[[Table], tuple[str, ...]], ordered: exp.Expr | None = None
    ) -> None:
        self.resolve = resolve
        self.columns = columns
        self.ordered = ordered
        self.tables: dict[Table, None] = {}

    def query(self, query: exp.Expr, parent: Scope | None = None, ctes: Ctes | None = None) -> Rows:
        """The columns of `query`, which stands within `parent` and sees `ctes`. Raises ValueError for what is no query."""
        ctes = self._ctes(query, parent, ctes or {})
        if isinstance(query, exp.Subquery):
            return self._in_order(query, self.query(query.this, parent, ctes), parent, ctes)
        if isinstance(query, exp.SetOperation):
            return self._in_order(query, self._set_operation(query, parent, ctes), parent, ctes)
        if isinstance(query, exp.Select):
            return self._select(query, parent, ctes)
        raise ValueError(f"{query.key.upper()} within a query is not supported")

    def _in_order(self, query: exp.Expr, rows: Rows, parent: Scope | None, ctes: Ctes) -> Rows:
        """`rows` of a query in brackets or of a set operation, which may be sorted and limited as a whole."""
        scope = Scope(parent, ctes, columns=rows)
        return rows.also(*sorted_by(query, rows, lambda key: self.origins(key, scope), query is self.ordered))

    def table(self, node: exp.Table) -> tuple[Sequence[str], Rows]:
        """Database, schema and name of a table, and its columns."""
        table = self.resolve(node)
        self.tables[table] = None

        def column(name: str) -> Origins:
            return {Origin(table, name): Derivation.IDENTITY}

        return table, Rows([Field(name, column(name)) for name in self.columns(table)] or [Open(column)], rows_of(table))

    def exists(self, node: exp.Table) -> bool:
        """Whether the warehouse is known to have the table."""
        return isinstance(node.this, exp.Identifier) and bool(self.columns(self.resolve(node)))

    def origins(self, expression: exp.Expr, scope: Scope) -> Origins:
        """The origins of an expression."""
        return origins(expression, scope, self._nested)

    def _nested(self, query: exp.Expr, scope: Scope) -> Rows:
        return self.query(query, scope, scope.ctes)

    def _ctes(self, query: exp.Expr, parent: Scope | None, ctes: Ctes) -> Ctes:
        """`ctes` and those of the query's own WITH."""
        if not (clause := query.args.get("with_")):
            return ctes
        ctes = dict(ctes)
        for cte in _in_order(clause) if clause.recursive else clause.expressions:
            name, names = cte.alias.lower(), [column.name.lower() for column in cte.args["alias"].columns]
            if clause.recursive and isinstance(cte.this, exp.SetOperation) and name in _mentioned(cte.this):
                first, *_ = _operands(cte.this)
                ctes[name] = self.query(first[1], parent, self._ctes(cte.this, parent, ctes)).renamed(names)
                while not _same(rows := self.query(cte.this, parent, ctes).renamed(names), ctes[name]):
                    ctes[name] = rows
            else:
                ctes[name] = self.query(cte.this, parent, ctes).renamed(names)
        return ctes

    def _set_operation(self, query: exp.SetOperation, parent: Scope | None, ctes: Ctes) -> Rows:
        """UNION, and INTERSECT, which binds tighter, have all branches. EXCEPT takes rows away from the ones before it and gives none."""
        if query.args.get("by_name"):
            raise ValueError("UNION BY NAME is not supported")
        terms: list[tuple[type[exp.Expr], list[Rows]]] = []
        for kind, operand in _operands(query):
            rows = self.query(operand, parent, ctes)
            if kind is exp.Intersect:
                terms[-1][1].append(rows)
            else:
                terms.append((kind, [rows]))
        branches: list[Rows] = []
        decides: list[Origins] = []
        for kind, term in terms:
            if len(term) > 1:
                decides.append(compared(term))
            if kind is exp.Except:
                decides.append(compared([*branches, *term]))
            else:
                branches += term
        return stacked(branches).also(*decides)

    def _select(self, select: exp.Select, parent: Scope | None, ctes: Ctes) -> Rows:
        scope = Scope(parent, ctes)
        joins = From(self, scope).read(select)
        if select.args.get("connect"):
            scope.aliases["level"] = {}
        scope.windows = {window.name.lower(): window for window in select.args.get("windows") or ()}
        rows = Rows([item for node in select.expressions for item in self._output(node, scope)])
        for clause in _others(select):
            for query in queries(clause):
                self._nested(query, scope)
        decides = decided(select, rows, lambda expression: self.origins(expression, scope), select is self.ordered)
        return rows.also(*(source.rows.decided_by for source in scope.sources), *joins, *decides).without(
            _named(select.args.get("exclude"))
        )

    def _output(self, node: exp.Expr, scope: Scope) -> Iterable[Item]:
        """The columns of one item of the SELECT list."""
        if isinstance(node, exp.Star | exp.Column) and node.is_star:
            return self._star(node, scope)
        if isinstance(node, exp.Dot) and node.expression.is_star:  # all fields of nested data
            return [NOTHING_KNOWN]
        found = self.origins(node.unalias(), scope)
        if isinstance(node, exp.Alias):
            name = node.alias.lower()
            scope.aliases[name] = lost(name) if name in scope.aliases else found
        return [Field(output_name(node), found)]

    @staticmethod
    def _star(node: exp.Star | exp.Column, scope: Scope) -> Sequence[Item]:
        star = node.this if isinstance(node, exp.Column) else node
        source = scope.source(parts(node)[:-1]) if isinstance(node, exp.Column) else scope.columns
        if source is None or any(value for key, value in star.args.items() if key != "except_"):  # REPLACE, RENAME: not of Redshift
            return [NOTHING_KNOWN]
        rows = source if isinstance(source, Rows) else source.rows
        return rows.without(_named(star.args.get("except_"))).items


def _named(columns: Iterable[exp.Expr] | None) -> set[str]:
    return {column.name.lower() for column in columns or ()}


def _same(one: Rows, other: Rows) -> bool:
    return one.prefix() == other.prefix() and one.decided_by == other.decided_by


def _others(select: exp.Select) -> Iterator[exp.Expr]:
    """What a SELECT has besides its list, its sources, and what decides about its rows."""
    for key, value in select.args.items():
        if key not in READ and key not in {"expressions", "from_", "joins", "laterals", "with_"}:
            yield from (item for item in (value if isinstance(value, list) else [value]) if isinstance(item, exp.Expr))


def _operands(query: exp.SetOperation) -> Iterator[tuple[type[exp.Expr], exp.Expr]]:
    """The branches in the order written, each with the operation before it; sqlglot's versions nest them in different ways."""
    stack: list[tuple[type[exp.Expr], exp.Expr]] = [(exp.Union, query)]
    while stack:
        kind, node = stack.pop()
        if isinstance(node, exp.SetOperation) and (node is query or not node.args.get("with_")):
            stack += [(type(node), node.expression), (kind, node.this)]
        else:
            yield kind, node


def _mentioned(node: exp.Expr) -> set[str]:
    return {table.name.lower() for table in node.find_all(exp.Table) if not table.db}


def _in_order(clause: exp.With) -> Iterator[exp.CTE]:
    """The CTEs of WITH RECURSIVE, which may name later ones, each after those it names."""
    waiting = list(clause.expressions)
    while waiting:
        names = {cte.alias.lower() for cte in waiting}
        chosen = next((cte for cte in waiting if not names & _mentioned(cte.this) - {cte.alias.lower()}), waiting[0])
        waiting.remove(chosen)
        yield chosen
