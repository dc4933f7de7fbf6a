"""What a query reads: its tables, and which of their columns each of its own columns is derived from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from mwaa_lineage.sql.origins import NOWHERE, Origins, forms
from mwaa_lineage.sql.queries import Queries
from mwaa_lineage.sql.relations import Table
from mwaa_lineage.sql.rows import STAR


@dataclass(frozen=True)
class Reading:
    """What a query reads: its tables, and its output columns in order, as far as these can be told."""

    tables: Sequence[Table] = ()
    columns: Sequence[tuple[str, Origins]] = ()
    complete: bool = True  # False: more columns follow, or all are missing
    problems: list[str] = field(default_factory=list)
    decided_by: Origins = field(default_factory=dict)  # what decides which rows there are
    undecided: list[str] = field(default_factory=list)  # what is not known of that, or of what decides about a column


def read(
    query: exp.Query, resolve: Callable[[exp.Table], Table], columns: Callable[[Table], tuple[str, ...]], ordered: bool = False
) -> Reading:
    """Follows the columns of `query`; `columns` gives those of a table in order, () where they are not known.

    `ordered`: the order of its rows counts. What decides about a value or about rows, and is not known, is said and no more.
    """
    queries = Queries(resolve, columns, query if ordered else None)
    try:
        rows = queries.query(query)
    except Exception as error:  # what sqlglot parses and nobody has foreseen: the tables are told all the same
        queries.tables.update(dict.fromkeys(map(resolve, _tables(query))))
        return Reading(list(queries.tables), complete=False, problems=[f"columns cannot be told: {error}"])
    told = [(column.name, column.origins) for column in rows.prefix()]
    every = [origins for _, origins in told] + [rows.decided_by]
    lost = [origin for origins in every for origin in origins if origin.table == NOWHERE and origin.column]
    problems = dict.fromkeys(origin.column for origin in lost if forms(origin))
    if rows.opens:
        problems[STAR] = None
    undecided = dict.fromkeys(origin.column for origin in lost if not forms(origin))
    told = [(name, _without_unknown_roles(origins)) for name, origins in told]
    return Reading(list(queries.tables), told, not rows.opens, list(problems), _without_unknown_roles(rows.decided_by), list(undecided))


def _without_unknown_roles(origins: Origins) -> Origins:
    return {origin: how for origin, how in origins.items() if origin.table != NOWHERE or forms(origin)}


def _tables(query: exp.Query) -> list[exp.Table]:
    ctes = {cte.alias.lower() for cte in query.find_all(exp.CTE)}
    tables = (node for node in query.find_all(exp.Table) if isinstance(node.this, exp.Identifier))
    return [node for node in tables if node.db or node.name.lower() not in ctes]
