"""What CREATE says of the table it makes."""

from dataclasses import dataclass
from typing import cast

from sqlglot import exp

from mwaa_lineage.sql.redshift import DIALECT
from mwaa_lineage.sql.relations import TEMPORARY_SCHEMA, Column, Location


@dataclass(frozen=True)
class Definition:
    """A table or view to be made; `columns` has a table in the place of its columns (LIKE), and is empty where a query gives them."""

    target: exp.Table
    columns: tuple[Column | exp.Table, ...] = ()
    location: Location | None = None
    temporary: bool = False
    keeps_existing: bool = False  # IF NOT EXISTS
    is_view: bool = False  # of which nothing is stored


def definition(tree: exp.Expr) -> Definition | None:
    """The table that a statement makes, None where it makes none."""
    if into := tree.find(exp.Into):
        return Definition(into.this, temporary=bool(into.args.get("temporary")) or _is_session_name(into.this))
    if not isinstance(tree, exp.Create) or tree.kind not in {"TABLE", "VIEW"}:
        return None
    target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    location = tree.find(exp.LocationProperty)
    return Definition(
        target,
        tuple(_column(item) for item in _items(tree) if isinstance(item, exp.ColumnDef | exp.Identifier | exp.LikeProperty)),
        Location.parse(location.name) if location else None,
        temporary=tree.find(exp.TemporaryProperty) is not None or _is_session_name(target),
        keeps_existing=bool(tree.args.get("exists")),
        is_view=tree.kind == "VIEW" and not tree.find(exp.MaterializedProperty),
    )


def _items(tree: exp.Create) -> list[exp.Expr]:
    """What stands in the list of columns, and the columns that an external table is partitioned by, which come last."""
    partitions = [column for by in tree.find_all(exp.PartitionedByProperty) for column in by.this.expressions]
    return [*tree.this.expressions, *(column for column in partitions if isinstance(column, exp.ColumnDef))]


def _is_session_name(table: exp.Table) -> bool:
    """Whether the name alone makes the table a temporary one (Redshift: `#name`)."""
    return table.name.startswith("#") or table.db.lower() == TEMPORARY_SCHEMA


def _column(item: exp.ColumnDef | exp.Identifier | exp.LikeProperty) -> Column | exp.Table:
    if isinstance(item, exp.LikeProperty):
        return cast(exp.Table, item.this)
    kind = item.args.get("kind")
    return Column(item.name.lower(), kind.sql(DIALECT).lower() if kind else None)
