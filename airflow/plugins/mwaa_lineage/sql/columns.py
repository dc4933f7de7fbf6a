"""What a query reads: its tables, and which of their columns each of its own columns is derived from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from mwaa_lineage.sql.origins import NOWHERE, Origins
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


def read(query: exp.Query, resolve: Callable[[exp.Table], Table], columns: Callable[[Table], tuple[str, ...]]) -> Reading:
    """Follows the columns of `query`; `columns` gives those of a table in order, () where they are not known.

    Only what forms a value counts: a column that merely filters or joins is no origin, though its table is read.
    """
    queries = Queries(resolve, columns)
    try:
        rows = queries.query(query)
    except Exception as error:  # what sqlglot parses and nobody has foreseen: the tables are told all the same
        queries.tables.update(dict.fromkeys(map(resolve, _tables(query))))
        return Reading(list(queries.tables), complete=False, problems=[f"columns cannot be told: {error}"])
    told = [(column.name, column.origins) for column in rows.prefix()]
    problems = dict.fromkeys(origin.column for _, origins in told for origin in origins if origin.table == NOWHERE)
    if rows.opens:
        problems[STAR] = None
    return Reading(list(queries.tables), told, not rows.opens, [problem for problem in problems if problem])


def _tables(query: exp.Query) -> list[exp.Table]:
    ctes = {cte.alias.lower() for cte in query.find_all(exp.CTE)}
    tables = (node for node in query.find_all(exp.Table) if isinstance(node.this, exp.Identifier))
    return [node for node in tables if node.db or node.name.lower() not in ctes]
