"""The columns of anything that rows can be read from: a table, a query, a join."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from mwaa_lineage.sql.origins import Origins, lost, union, unknown

STAR = "the columns of * cannot be told: those of a table are not known"


@dataclass(frozen=True)
class Field:
    """One column."""

    name: str
    origins: Origins


@dataclass(frozen=True)
class Open:
    """Any number of columns that are not known; `column` gives the origins of one that must be among them."""

    column: Callable[[str], Origins]


Item = Field | Open
NOTHING_KNOWN = Open(lost)


@dataclass(frozen=True)
class Rows:
    """Columns in the order in which * gives them, and what decides which rows there are. Names may repeat."""

    items: Sequence[Item] = ()
    decided_by: Origins = field(default_factory=dict)

    @cached_property
    def named(self) -> dict[str, list[Field]]:
        """The known columns by name."""
        found: dict[str, list[Field]] = {}
        for item in self.items:
            if isinstance(item, Field):
                found.setdefault(item.name, []).append(item)
        return found

    @cached_property
    def opens(self) -> list[Open]:
        """What may have columns besides the known ones."""
        return [item for item in self.items if isinstance(item, Open)]

    def find(self, name: str) -> Origins | None:
        """The origins of the column `name`, None where there is none. A known one goes first, as valid SQL names no two."""
        fields = self.named.get(name, [])
        if len(fields) + (not fields) * len(self.opens) > 1:
            return lost(name)
        return fields[0].origins if fields else self.opens[0].column(name) if self.opens else None

    def all(self) -> Origins:
        """The origins of all columns together."""
        return union(*(item.origins if isinstance(item, Field) else unknown(STAR) for item in self.items))

    def without(self, names: Iterable[str]) -> "Rows":
        """The columns but for those called so."""
        gone = set(names)
        return replace(self, items=[item for item in self.items if not (isinstance(item, Field) and item.name in gone)])

    def renamed(self, names: Sequence[str]) -> "Rows":
        """The columns with other names for the first of them, as in `t (a, b)`."""
        if not names:
            return self
        known = self.prefix()[: len(names)]
        fields = [Field(name, column.origins) for name, column in zip(names, known, strict=False)]
        return replace(self, items=[*fields, *(Field(name, lost(name)) for name in names[len(known) :]), *self.items[len(known) :]])

    def also(self, *decided_by: Origins) -> "Rows":
        """The same columns, of rows that more decides about."""
        return replace(self, decided_by=union(self.decided_by, *decided_by))

    def prefix(self) -> list[Field]:
        """The columns whose position is known: those before any that are not."""
        return list(_until_open(self.items))


def _until_open(items: Iterable[Item]) -> Iterator[Field]:
    for item in items:
        if isinstance(item, Open):
            return
        yield item


def stacked(branches: Sequence[Rows]) -> Rows:
    """The rows of all branches of a UNION: columns match by position, and have the names of the first branch."""
    first, *others = branches
    decided_by = union(*(branch.decided_by for branch in branches))
    prefixes = [branch.prefix() for branch in others]
    fields: list[Item] = []
    for position, column in enumerate(first.prefix()):
        parts = [prefix[position].origins if position < len(prefix) else unknown(STAR) for prefix in prefixes]
        fields.append(Field(column.name, union(column.origins, *parts)))
    rest = first.items[len(fields) :]
    if not rest or not others:
        return Rows([*fields, *rest], decided_by)
    return Rows([*fields, *(_doubtful(item) for item in rest)], decided_by)


def _doubtful(item: Item) -> Item:
    """A column of a union's first branch whose position, and with that what the other branches give, is not known."""
    if isinstance(item, Field):
        return Field(item.name, union(item.origins, unknown(STAR)))
    return Open(lambda name: union(item.column(name), unknown(STAR)))
