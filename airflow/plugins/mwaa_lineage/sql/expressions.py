"""What an expression is derived from: every column in it, and what the queries in it give."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from sqlglot import exp

from mwaa_lineage.sql.origins import Derivation, Origins, Role, lost, union
from mwaa_lineage.sql.rows import Rows
from mwaa_lineage.sql.scope import Scope
from mwaa_lineage.sql.uses import Use, parts_of

Bind = Callable[[exp.Expr, Scope], Rows]  # reads a query that stands within an expression


def origins(expression: exp.Expr, scope: Scope, bind: Bind) -> Origins:
    """The origins of the value of `expression`, and what decides about it. A query that EXISTS asks only for its rows gives no value."""
    if isinstance(expression, exp.Column) and not expression.is_star:
        return scope.column(parts(expression))
    found: list[Origins] = []
    how = Derivation.TRANSFORMATION
    for node, use in _parts(expression, scope):
        if isinstance(node, exp.Query):
            rows = bind(node, scope)
            found += [rows.decided_by, {} if isinstance(node.parent, exp.Exists) else use.of(rows.all())]
        elif isinstance(node, exp.Column):
            found.append(use.of(_whole(node, scope) if node.is_star else scope.column(parts(node))))
        elif isinstance(node, exp.AggFunc) and not use.in_window:
            how = Derivation.AGGREGATION
    return union(*found, derivation=how)


def queries(expression: exp.Expr) -> Iterator[exp.Query]:
    """The outermost queries within an expression."""
    return (node for node, _ in _parts(expression, Scope()) if isinstance(node, exp.Query))


def parts(node: exp.Column | exp.Table) -> list[str]:
    """The names of a column or a table that are joined by dots, folded as the warehouse folds them."""
    return [part.name.lower() for part in node.parts]


def output_name(node: exp.Expr) -> str:
    """The name that the warehouse gives to an output column."""
    if isinstance(node, exp.Alias):
        return node.alias.lower()
    if isinstance(node, exp.Cast | exp.Paren | exp.Window | exp.Bracket):
        return output_name(node.this)
    if isinstance(node, exp.Column | exp.Anonymous):
        return node.name.lower()
    if isinstance(node, exp.Dot):
        last = node.expression
        return str(last.name).lower() if isinstance(last, exp.Identifier) else output_name(last)
    if isinstance(node, exp.Func) and not isinstance(node, exp.Connector):
        return node.sql_name().lower()
    return "?column?"


def _parts(expression: exp.Expr, scope: Scope) -> Iterator[tuple[exp.Expr, Use]]:
    """The nodes of an expression and how each is used, but not the insides of columns and queries."""
    stack = [(expression, Use())]
    while stack:
        node, use = stack.pop()
        yield node, use
        if isinstance(node, exp.Query | exp.Column):
            continue
        stack += parts_of(node, use)
        if isinstance(node, exp.Window) and (named := scope.windows.get(node.alias.lower())):
            stack.append((named, replace(use, in_window=True).also(Role.WINDOW)))


def _whole(star: exp.Column, scope: Scope) -> Origins:
    """All columns of `source.*` as one value; how many rows there are, COUNT, is derived from none of them."""
    if isinstance(star.parent, exp.Count):
        return {}
    source = scope.source(parts(star)[:-1])
    return source.rows.all() if source else lost(star.sql())
