"""SQL in two faces: what is judged, and what the judge runs in its place.

The judge's face has the same tables, names, subqueries, stars and joins. Each of its values is the set of the columns that form it, so that
DuckDB, which decides what names mean, tells the lineage. The rules of docs/lineage.md say which operands form a value; what only filters
is left out of that face, and UNION, INTERSECT and EXCEPT become the rows of the branches that give any.
"""

from dataclasses import dataclass

NOTHING = "nothing()"
"""The set without a column."""
SIDE = "<side>"
"""Stands for LEFT and RIGHT in turn: an inner or full join USING has the value of both sides."""


@dataclass(frozen=True)
class Twin:
    """A piece of SQL, and its other face."""

    sql: str
    judged: str


def same(text: str) -> Twin:
    """What is written alike in both."""
    return Twin(text, text)


def put(form: Twin | str, *parts: Twin) -> Twin:
    """The parts in the places {} of a form."""
    form = same(form) if isinstance(form, str) else form
    return Twin(form.sql.format(*(part.sql for part in parts)), form.judged.format(*(part.judged for part in parts)))


def value(form: str, *parts: Twin) -> Twin:
    """An expression, formed by all of its parts."""
    mixed = f"mix([{', '.join(part.judged for part in parts)}])" if parts else NOTHING
    return Twin(form.format(*(part.sql for part in parts)), mixed)


def listed(parts: list[Twin]) -> Twin:
    """The parts with commas between them."""
    return Twin(", ".join(part.sql for part in parts), ", ".join(part.judged for part in parts))
