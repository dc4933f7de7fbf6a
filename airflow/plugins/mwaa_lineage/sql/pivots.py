"""PIVOT and UNPIVOT: the columns they take away, and those they make."""

from collections.abc import Callable

from sqlglot import exp

from mwaa_lineage.sql.origins import Origins, Role, deciding, lost, union
from mwaa_lineage.sql.rows import NOTHING_KNOWN, Field, Rows


def pivoted(rows: Rows, pivot: exp.Pivot, origins: Callable[[exp.Expr], Origins]) -> Rows:
    """`rows` behind `pivot`. `origins` gives those of an expression over `rows`."""
    return (_unpivot if pivot.unpivot else _pivot)(rows, pivot, origins)


def _pivot(rows: Rows, pivot: exp.Pivot, origins: Callable[[exp.Expr], Origins]) -> Rows:
    """A column for each value and aggregate, derived from what is aggregated; what is not named groups, and stays."""
    used = {column.name.lower() for node in (*pivot.expressions, *pivot.fields) for column in node.find_all(exp.Column)}
    kept = rows.without(used).items
    names = [column.name.lower() for column in pivot.args.get("columns") or ()]
    if not names:
        return Rows([*kept, NOTHING_KNOWN], rows.decided_by)
    chosen = [deciding(origins(field.this), Role.CONDITIONAL) for field in pivot.fields]
    aggregates = [union(origins(aggregate), *chosen) for aggregate in pivot.expressions]
    pivoted_rows = Rows([*kept, *(Field(name, aggregates[index % len(aggregates)]) for index, name in enumerate(names))])
    return pivoted_rows.also(rows.decided_by, *(deciding(item.origins, Role.GROUP_BY) for item in kept if isinstance(item, Field)))


def _unpivot(rows: Rows, pivot: exp.Pivot, origins: Callable[[exp.Expr], Origins]) -> Rows:
    """A column with the names of the unpivoted ones, which comes from nothing, then their values."""
    values = [name.name.lower() for expression in pivot.expressions for name in expression.find_all(exp.Identifier)]
    entries = [list(entry.find_all(exp.Column)) for field in pivot.fields for entry in field.expressions]
    kept = rows.without(column.name.lower() for entry in entries for column in entry).items
    names = [Field(field.this.name.lower(), {}) for field in pivot.fields]
    even = all(len(entry) == len(values) for entry in entries)
    fields = [
        Field(value, union(*(origins(entry[index]) for entry in entries)) if even else lost(value)) for index, value in enumerate(values)
    ]
    return Rows([*kept, *names, *fields], rows.decided_by)
