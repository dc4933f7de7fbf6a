"""What the clauses of a query decide: which rows there are, and of a limited number which come first."""

from collections.abc import Callable, Iterable, Iterator

from sqlglot import exp

from mwaa_lineage.sql.expressions import parts
from mwaa_lineage.sql.origins import Origins, Role, deciding, union
from mwaa_lineage.sql.rows import Field, Rows

Read = Callable[[exp.Expr], Origins]  # gives the origins of an expression
FILTERS = ("where", "having", "qualify", "connect")
READ = frozenset([*FILTERS, "group", "order"])
"""The clauses that are read here."""


def decided(select: exp.Select, rows: Rows, read: Read, ordered: bool) -> Iterator[Origins]:
    """What the clauses of `select`, which gives `rows`, decide. `ordered`: the order of its rows counts."""
    for name in FILTERS:
        if clause := select.args.get(name):
            yield deciding(read(clause), Role.FILTER)
    if group := select.args.get("group"):
        yield from (deciding(found, Role.GROUP_BY) for found in _groups(group, select, rows, read))
    yield from sorted_by(select, rows, read, ordered)


def sorted_by(query: exp.Expr, rows: Rows, read: Read, ordered: bool) -> Iterator[Origins]:
    """What ORDER BY decides: nothing, where all rows are taken and their order does not count."""
    order = query.args.get("order")
    if order is None:
        return
    found = [_of_output(key.this, rows) or read(key.this) for key in order.expressions]
    if ordered or _is_limited(query):
        yield from (deciding(origins, Role.SORT) for origins in found)


def _is_limited(query: exp.Expr) -> bool:
    return any(query.args.get(name) for name in ("limit", "offset", "fetch"))


def _of_output(key: exp.Expr, rows: Rows) -> Origins | None:
    """The origins of an output column that stands there by its name, which goes before all else, or its position."""
    if (placed := _at_position(key, rows)) is not None:
        return placed
    if isinstance(key, exp.Column) and not key.is_star and len(parts(key)) == 1:
        fields = rows.named.get(key.name.lower(), ())
        return fields[0].origins if len(fields) == 1 else None
    return None


def _groups(group: exp.Group, select: exp.Select, rows: Rows, read: Read) -> Iterator[Origins]:
    if group.args.get("all"):
        fields = [item for item in rows.items if isinstance(item, Field)]
        if len(fields) == len(rows.items) == len(select.expressions):
            yield from (field.origins for field, node in zip(fields, select.expressions, strict=True) if not _aggregates(node))
    for key in _keys([item for value in group.args.values() if isinstance(value, list) for item in value]):
        placed = _at_position(key, rows)
        yield read(key) if placed is None else placed


def _keys(nodes: Iterable[exp.Expr]) -> Iterator[exp.Expr]:
    """The columns and expressions in the brackets of ROLLUP, CUBE and GROUPING SETS."""
    for node in nodes:
        if isinstance(node, exp.Rollup | exp.Cube | exp.GroupingSets | exp.Tuple):
            yield from _keys(node.expressions)
        elif isinstance(node, exp.Paren):
            yield from _keys([node.this])
        else:
            yield node


def _at_position(key: exp.Expr, rows: Rows) -> Origins | None:
    """The origins of the column at a position, counted from 1; none where there is no such, as in a constant. None: it is no position."""
    if not (isinstance(key, exp.Literal) and key.is_int):
        return None
    place, known = int(key.this), rows.prefix()
    return known[place - 1].origins if 0 < place <= len(known) else {}


def _aggregates(node: exp.Expr) -> bool:
    return any(not found.find_ancestor(exp.Window) for found in node.find_all(exp.AggFunc))


def compared(branches: Iterable[Rows]) -> Origins:
    """What decides where rows are compared as a whole, as INTERSECT and EXCEPT do."""
    return union(*(deciding(branch.all(), Role.FILTER) for branch in branches), *(branch.decided_by for branch in branches))
