"""SQL in two faces: what is judged, and what the judge runs in its place.

The judge's face has the same tables, names, subqueries, stars and joins. Each of its values is a set: of the columns that form it, of those
that decide about it, and of those that decide which rows there are (see judge.sql). DuckDB, which decides what names mean, tells the
lineage. The rules of docs/lineage-sql.md say which operands form a value and which decide; what filters is no filter in that face, as every
row must stay, and UNION, INTERSECT and EXCEPT become the rows of the branches that give any.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

NOTHING = "nothing()"
"""The set without a column."""
SIDE = "<side>"
"""Stands for LEFT and RIGHT in turn: an inner or full join USING has the value of both sides."""
ROLES = ("FILTER", "JOIN", "GROUP_BY", "SORT", "WINDOW", "CONDITIONAL")
"""What a column does that forms no value. Only the first four decide which rows there are."""
_PLACE = re.compile(r"\{(\w*)\}")


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
    """An expression, formed by all of its parts. What stands in a place such as {WINDOW} also decides about it."""
    roles = _PLACE.findall(form)
    sets = [f"used({part.judged}, {_number(role)})" if role else part.judged for role, part in zip(roles, parts, strict=True)]
    return Twin(_PLACE.sub("{}", form).format(*(part.sql for part in parts)), f"mix([{', '.join(sets)}])" if sets else NOTHING)


def listed(parts: list[Twin]) -> Twin:
    """The parts with commas between them."""
    return Twin(", ".join(part.sql for part in parts), ", ".join(part.judged for part in parts))


def scalar(query: Twin) -> Twin:
    """What stands in brackets as a value."""
    return Twin(query.sql, f"scalar(({query.judged}))")


def asked(query: Twin) -> Twin:
    """What stands in the brackets of EXISTS."""
    return Twin(query.sql, f"asked(({query.judged}))")


def decides(role: str, *sets: str) -> str:
    """The set of what decides which rows there are, where values that are these sets do."""
    return f"decides({either(sets)}, {_number(role)})"


def decided(query: str, columns: Sequence[str], *by: str, besides: int = 0, gives: bool = True) -> str:
    """The rows of a query with these columns, and `besides` before them, which are called v0, v1 and so on in `by`: the sets that say
    what decides which rows there are. `gives`: whether there are values at all."""
    names = [f"v{number}" for number in range(besides + len(columns))]
    values = names[besides:] if gives else [NOTHING] * len(columns)
    items = ", ".join(f"rowed({each}, {either(by)}) as {column}" for each, column in zip(values, columns, strict=True))
    return f"select {items} from ({query}) s ({', '.join(names)})"


def either(sets: Sequence[str]) -> str:
    """All of several sets together."""
    return sets[0] if len(sets) == 1 else f"either([{', '.join(sets)}])"


def _number(role: str) -> int:
    return ROLES.index(role) + 1
