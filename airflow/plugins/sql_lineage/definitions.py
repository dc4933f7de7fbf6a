"""What CREATE says of the table it makes, and which tables a piece of SQL makes for itself alone."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlglot import exp

from sql_lineage.redshift import DIALECT
from sql_lineage.relations import Column, Location
from sql_lineage.sql import Statement


@dataclass(frozen=True)
class Definition:
    """A table or view to be made; `columns` is empty where a query or the table `like` gives them."""

    target: exp.Table
    columns: tuple[Column, ...] = ()
    like: exp.Table | None = None
    location: Location | None = None
    temporary: bool = False
    keeps_existing: bool = False  # IF NOT EXISTS


def definition(tree: exp.Expr) -> Definition | None:
    """The table that a statement makes, None where it makes none."""
    if into := tree.find(exp.Into):
        return Definition(into.this, temporary=bool(into.args.get("temporary")) or _is_session_name(into.this))
    if not isinstance(tree, exp.Create) or tree.kind not in {"TABLE", "VIEW"}:
        return None
    target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    like, location = tree.find(exp.LikeProperty), tree.find(exp.LocationProperty)
    return Definition(
        target,
        tuple(_column(item) for item in tree.this.expressions if isinstance(item, exp.ColumnDef | exp.Identifier)),
        like.this if like else None,
        Location.parse(location.name) if location else None,
        temporary=tree.find(exp.TemporaryProperty) is not None or _is_session_name(target),
        keeps_existing=bool(tree.args.get("exists")),
    )


def scratch(statements: Iterable[Statement]) -> set[tuple[str, str]]:
    """Schema ('' where it is not named) and name of the tables that are both made and dropped again here."""
    made: set[tuple[str, str]] = set()
    dropped: set[tuple[str, str]] = set()
    for tree in (statement.tree for statement in statements if statement.tree):
        tables = {(table.db.lower(), table.name.lower()) for table in tree.find_all(exp.Table)}
        if made_here := definition(tree):
            key = made_here.target.db.lower(), made_here.target.name.lower()
            made.add(key)
            dropped.discard(key)
        elif isinstance(tree, exp.Drop):
            dropped |= tables & made
    return dropped


def _is_session_name(table: exp.Table) -> bool:
    """Whether the name alone makes the table a temporary one (Redshift: `#name`)."""
    return table.name.startswith("#")


def _column(item: exp.ColumnDef | exp.Identifier) -> Column:
    kind = item.args.get("kind")
    return Column(item.name.lower(), kind.sql(DIALECT).lower() if kind else None)
