"""What one statement writes: into which target, which of its columns, and from which query."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import singledispatch
from typing import Any, cast

from sqlglot import exp

from mwaa_lineage.sql.redshift import REMOVES_DUPLICATES, is_filled
from mwaa_lineage.sql.relations import Location


class Naming(Enum):
    """Which columns of the target a query's columns fill when the statement does not list them."""

    BY_POSITION = auto()  # the target's own, in order
    BY_NAME = auto()  # those of the same name


@dataclass(frozen=True)
class Write:
    """Rows for `target` (None: the rows are only read) from `query`, or from the files at `location`."""

    target: exp.Table | Location | None
    query: exp.Query | None
    columns: tuple[str, ...] | Naming = Naming.BY_NAME
    location: Location | None = None
    in_place: bool = False  # the query names the target only because its rows are changed where they are
    replaces: bool = False  # the written columns have nothing of what was in them before
    empties: bool = False  # nothing of what was in the target before is left
    decided_by: exp.Query | None = None  # gives no rows, but decides about those of the other, as the ON of a MERGE


@singledispatch
def writes(tree: exp.Expr) -> Iterator[Write]:
    """The writes of a statement; none where it moves no data. Raises ValueError where they cannot be told."""
    del tree
    yield from ()


@writes.register
def _(tree: exp.Query) -> Iterator[Write]:
    into = tree.find(exp.Into)
    if into:
        into.pop()
    yield Write(into.this if into else None, tree, Naming.BY_POSITION if into else Naming.BY_NAME)


@writes.register
def _(tree: exp.Create) -> Iterator[Write]:
    query = tree.expression
    if isinstance(query, exp.Query):
        target, columns = _target(tree.this)
        yield Write(target, query, columns or Naming.BY_POSITION)


@writes.register
def _(tree: exp.Insert) -> Iterator[Write]:
    target, columns = _target(tree.this)
    naming = Naming.BY_NAME if tree.args.get("by_name") else Naming.BY_POSITION
    rows = tree.expression
    query = _values(rows) if isinstance(rows, exp.Values) else rows
    if query:  # not so for DEFAULT VALUES
        yield Write(target, _with_ctes(tree, query), columns or naming)
        if conflict := tree.args.get("conflict"):
            yield from _on_conflict(conflict, target, columns, query)


@writes.register
def _(tree: exp.Update) -> Iterator[Write]:
    columns, values = _assignments(tree.expressions)
    sources = [tree.args["from_"].this] if tree.args.get("from_") else []
    query = _select(values, [*sources, tree.this], tree.args.get("where"))
    everywhere = not sources and _is_always(tree.args.get("where"))
    yield Write(tree.this, _with_ctes(tree, query), columns, in_place=True, replaces=everywhere)


@writes.register
def _(tree: exp.Delete) -> Iterator[Write]:
    target = tree.this or tree.args["tables"][0]  # DELETE FROM target and DELETE target
    others = tree.args.get("using") or []
    query = _select([], [*others, target], tree.args.get("where"))
    yield Write(target, _with_ctes(tree, query), (), in_place=True, empties=not others and _is_always(tree.args.get("where")))


@writes.register
def _(tree: exp.Merge) -> Iterator[Write]:
    using, on = tree.args["using"], tree.args["on"]

    def matched(values: Iterable[exp.Expr], where: exp.Expr | None = None) -> exp.Query:
        return _with_ctes(tree, _select(values, [using, tree.this], where, on))

    if tree.args.get(REMOVES_DUPLICATES):  # it matches columns by position
        yield Write(tree.this, exp.select("*").from_(using.copy()), Naming.BY_POSITION, decided_by=matched([]))
        return
    decided_by: exp.Query | None = matched([])
    for when in tree.args["whens"].expressions:
        then = when.args["then"]
        where = exp.Where(this=when.args["condition"]) if when.args.get("condition") else None
        if isinstance(then, exp.Update):
            columns, values = _assignments(then.expressions)
            yield Write(tree.this, matched(values, where), columns, in_place=True)
            decided_by = None  # told already, by the target as it was before
        elif isinstance(then, exp.Insert):
            rows = _with_ctes(tree, _select(_row(then), [using], where))
            yield Write(tree.this, rows, _merged(then), decided_by=decided_by)


@writes.register
def _(tree: exp.Copy) -> Iterator[Write]:
    (file,) = tree.args["files"]
    location = Location.parse(file.name)
    if location is None:
        raise ValueError("only files in S3 are supported as the other side of COPY and UNLOAD")
    if isinstance(tree.this, exp.Subquery):
        yield Write(location, tree.this.this)
    else:
        target, columns = _target(tree.this)
        yield Write(target, None, columns or Naming.BY_POSITION, location)


def _on_conflict(conflict: exp.OnConflict, target: exp.Table, listed: tuple[str, ...], rows: exp.Query) -> Iterator[Write]:
    """ON CONFLICT DO UPDATE SET: `excluded` are the rows to insert, whose columns have names only where the INSERT lists them."""
    columns, values = _assignments(conflict.expressions)
    names = exp.TableAlias(this=exp.to_identifier("excluded"), columns=[exp.to_identifier(name) for name in listed])
    excluded = [exp.Subquery(this=rows.copy(), alias=names)] if listed else []
    if columns:
        yield Write(target, _select(values, [*excluded, target], None), columns, in_place=True)


def _is_always(where: exp.Where | None) -> bool:
    """Whether a condition holds for every row: there is none, TRUE, or 1 = 1."""
    condition = where.this if where else exp.true()
    same = isinstance(condition, exp.EQ) and isinstance(condition.this, exp.Literal) and condition.this == condition.expression
    return same or (isinstance(condition, exp.Boolean) and bool(condition.this))


def _target(node: exp.Expr) -> tuple[exp.Table, tuple[str, ...]]:
    """The table of `t` or `t (a, b)`, and the listed columns."""
    if isinstance(node, exp.Schema):
        return node.this, tuple(column.name.lower() for column in node.expressions)
    return cast(exp.Table, node), ()


def _with_ctes(tree: exp.Expr, query: exp.Query) -> exp.Query:
    """`query` with the CTEs that stand before the whole statement."""
    if ctes := tree.args.get("with_"):
        query.set("with_", ctes)
    return query


def _select(values: Iterable[exp.Expr], tables: Iterable[exp.Expr], where: exp.Expr | None, on: exp.Expr | None = None) -> exp.Select:
    """SELECT values FROM tables WHERE where, with the joins of each table. `on` joins the last of them."""
    first, *others = (table.copy() for table in tables)
    joins = [join for table in (first, *others) for join in table.args.pop("joins", None) or ()]
    select = exp.Select(expressions=[value.copy() for value in values] or [exp.Null()], from_=exp.From(this=first))
    how: dict[str, Any] = {"on": on.copy()} if on else {"kind": "CROSS"}
    select.set("joins", [*joins, *(exp.Join(this=other, **how) for other in others)])
    select.set("where", where.copy() if where else None)
    return select


def _assignments(items: Iterable[exp.Expr]) -> tuple[tuple[str, ...], list[exp.Expr]]:
    """The columns and values of SET a = 1, (b, c) = (default, 2), (d, e) = (SELECT ...)."""
    pairs = [pair for item in items for pair in _pairs(item.this, item.expression)]
    return tuple(column.name.lower() for column, _ in pairs), [_value(value) for _, value in pairs]


def _pairs(column: exp.Expr, value: exp.Expr) -> Iterable[tuple[exp.Expr, exp.Expr]]:
    """Each column with its value. Raises ValueError where a query gives several values that cannot be told apart."""
    if not isinstance(column, exp.Tuple):
        return [(column, value)]
    query = value.unnest() if isinstance(value, exp.Subquery) else None
    values = [_only(query, item) for item in query.expressions] if isinstance(query, exp.Select) else value.expressions
    if len(values) != len(column.expressions) or any(item.is_star for item in values):
        raise ValueError("the values of SET (columns) cannot be told apart")
    return zip(column.expressions, values, strict=True)


def _only(query: exp.Select, item: exp.Expr) -> exp.Subquery:
    """The query with one item of its list alone."""
    copy = query.copy()
    copy.set("expressions", [item.copy()])
    return exp.Subquery(this=copy)


def _value(node: exp.Expr) -> exp.Expr:
    """The expression `node`, where the word DEFAULT is read as a column of that name."""
    return exp.Null() if isinstance(node, exp.Column | exp.Var) and node.name.upper() == "DEFAULT" else node


def _values(rows: exp.Values) -> exp.Query:
    """VALUES as a union of SELECTs; of the rows without a subquery or a variable one stands for all, as they are derived from nothing."""
    constant, *_ = rows.expressions
    queries = [row for row in rows.expressions if any(isinstance(node, exp.Query) or is_filled(node) for node in row.walk())]
    first, *others = (exp.Select(expressions=[_value(value) for value in row.expressions]) for row in queries or [constant])
    query: exp.Query = first
    for other in others:
        query = exp.Union(this=query, expression=other, distinct=False)
    return query


def _row(insert: exp.Insert) -> list[exp.Expr]:
    """The values of a MERGE's INSERT (columns) VALUES (values); without columns sqlglot reads VALUES as a function."""
    row = insert.expression or insert.this.expressions[0]
    return [_value(value) for value in row.expressions]


def _merged(insert: exp.Insert) -> tuple[str, ...] | Naming:
    return tuple(column.name.lower() for column in insert.this.expressions) if insert.expression else Naming.BY_POSITION
