"""Random FROM clauses: tables, CTEs, derived tables, VALUES, LATERAL, and joins of all kinds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tools.lineage_judge.tables import ALIASES
from tools.lineage_judge.twins import NOTHING, SIDE, Twin, decides, listed, put, same

if TYPE_CHECKING:
    from tools.lineage_judge.queries import Queries


@dataclass(frozen=True)
class Source:
    """One item of FROM under the name by which its columns are called."""

    name: str
    columns: tuple[str, ...]

    @property
    def first(self) -> str:
        """One of its columns, which knows like all of them what decides which rows it has."""
        return f"{self.name}.{self.columns[0]}"


@dataclass(frozen=True)
class Visible:
    """What one SELECT sees. `columns`: without a name before them, those of USING once. `outputs`: what its list names so far.

    `before`: for each derived table around it the names, of columns or of sources, that stand before that: it is LATERAL to DuckDB.
    """

    sources: Sequence[Source]
    columns: Sequence[str]
    outputs: set[str] = field(default_factory=set)
    before: Sequence[frozenset[str]] = ()

    def has(self, name: str) -> bool:
        """Whether a source is called so, by the last part of its name."""
        return any(source.name.split(".")[-1] == name.rsplit(".", maxsplit=1)[-1] for source in self.sources)


@dataclass(frozen=True)
class Part:
    """A part of FROM. `star`: its columns stand in one order for all engines. `joins`: the sets of what joins it."""

    twin: Twin
    sources: tuple[Source, ...]
    columns: tuple[str, ...]
    star: bool = True
    joins: tuple[str, ...] = ()


class Sources:
    """Makes the FROM of one SELECT."""

    def __init__(self, queries: Queries, outer: Sequence[Visible], ctes: Mapping[str, Sequence[str]]) -> None:
        self.queries, self.chance = queries, queries.chance
        self.outer, self.ctes = outer, ctes
        self.used: set[str] = set()
        self.before: set[str] = set()

    def read(self, depth: int) -> Part:
        """A FROM without its first word."""
        found = self._chain(depth)
        while self.chance.happens(0.2):
            other = self._lateral(depth, found) if depth > 0 and self.chance.happens(0.3) else self._chain(depth)
            found = self._beside(put("{}, {}", found.twin, other.twin), found, other)
        return found

    @staticmethod
    def _beside(twin: Twin, left: Part, right: Part) -> Part:
        columns, joins = (*left.columns, *right.columns), (*left.joins, *right.joins)
        return Part(twin, (*left.sources, *right.sources), columns, left.star and right.star, joins)

    def _chain(self, depth: int) -> Part:
        found = self._item(depth)
        while self.chance.happens(0.4):
            other = self._item(depth)
            if depth > 0 and self.chance.happens(0.1):
                bracketed = self._join(other, self._item(depth))
                other = replace(bracketed, twin=put("({})", bracketed.twin))
            found = self._join(found, other)
        return found

    def _join(self, left: Part, right: Part) -> Part:
        shared = [name for name in left.columns if name in right.columns]
        once = [name for name in shared if left.columns.count(name) == right.columns.count(name) == 1]
        kind = self.chance.choice(["", "", "inner ", "left ", "left ", "right ", "full "])
        if once and self.chance.happens(0.6):
            side = {"left ": "left", "right ": "right"}.get(kind, SIDE)
            if side == SIDE and not self.queries.sides:
                kind = side = "left "
            self.queries.sides -= side == SIDE
            natural = once == shared and self.chance.happens(0.3)
            names = once if natural else self.chance.sample(once, self.chance.randint(1, min(2, len(once))))
            words = Twin(f"natural {kind}join" if natural else f"{kind}join", f"{side.strip()} join")
            return self._shared(left, right, names, words)
        if self.chance.happens(0.2):
            return self._beside(put("{} cross join {}", left.twin, right.twin), left, right)
        both = [*left.sources, *right.sources]
        on = [f"{source.name}.{self.chance.choice(source.columns)}" for source in self.chance.choices(both, k=2)]
        words = Twin(f"{{}} {kind}join {{}} on {' = '.join(on)}", "{} cross join {}")
        found = self._beside(put(words, left.twin, right.twin), left, right)
        return replace(found, joins=(*found.joins, decides("JOIN", *on)))

    def _shared(self, left: Part, right: Part, names: Sequence[str], words: Twin) -> Part:
        using = f" using ({', '.join(names)})"
        form = Twin(f"{{}} {words.sql} {{}}{'' if words.sql.startswith('natural') else using}", f"{{}} {words.judged} {{}}{using}")
        columns = (*left.columns, *(name for name in right.columns if name not in names))
        ordered = list(left.columns[: len(names)]) == list(names)
        sources = (*left.sources, *right.sources)
        joined = [f"{source.name}.{name}" for name in names for source in sources if name in source.columns]
        joins = (*left.joins, *right.joins, decides("JOIN", *joined))
        return Part(put(form, left.twin, right.twin), sources, columns, left.star and right.star and ordered, joins)

    def _item(self, depth: int) -> Part:
        found = self._any_item(depth)
        (source,) = found.sources
        self.before |= {source.name.split(".")[-1], *source.columns}
        return found

    def _any_item(self, depth: int) -> Part:
        if depth > 0 and self.chance.happens(0.25):
            around, self.queries.before = self.queries.before, (*self.queries.before, frozenset(self.before))
            query = self.queries.query(depth - 1, self.outer, self.ctes)
            self.queries.before = around
            return self._derived(put("({})", query.twin), query.columns)
        if self.chance.happens(0.05):
            return self._values()
        if self.ctes and self.chance.happens(0.5):
            name = self.chance.choice(list(self.ctes))
            return self._named(name, tuple(self.ctes[name]))
        tables = {name: columns for name, columns in self.queries.tables.items() if name not in self.ctes}
        table = self.chance.choice(list(tables))
        if table.startswith("public.") and (bare := table.split(".")[1]) not in {*self.ctes, *tables} and self.chance.happens(0.5):
            table, columns = bare, tables[table]
        else:
            columns = tables[table]
        return self._named(table, tuple(columns))

    def _lateral(self, depth: int, before: Part) -> Part:
        query = self.queries.query(depth - 1, [Visible(before.sources, before.columns, before=self.queries.before), *self.outer], self.ctes)
        return self._derived(put("lateral ({})", query.twin), query.columns)

    def _values(self) -> Part:
        constant = Twin("'x'", NOTHING)
        row = listed([constant, constant])
        return self._derived(put(Twin("(values ({}), ({}))", "(values ({}))"), row, row), ("column1", "column2"), ("v1", "v2"))

    def _derived(self, twin: Twin, columns: Sequence[str], names: Sequence[str] = ()) -> Part:
        names = names or self.queries.renamed(columns)
        alias = self._alias()
        source = Source(alias, tuple(names))
        word = self.chance.choice(["", "as "])
        return Part(put(f"{{}} {word}{alias}{self.queries.listing(columns, names)}", twin), (source,), source.columns)

    def _named(self, name: str, columns: tuple[str, ...]) -> Part:
        bare = name.rsplit(".", maxsplit=1)[-1]
        if bare in self.used or self.chance.happens(0.5):
            return self._derived(same(name), columns)
        self.used.add(bare)
        called = name if "." in name and self.chance.happens(0.2) else bare
        return Part(same(name), (Source(called, columns),), columns)

    def _alias(self) -> str:
        free = [name for name in (*ALIASES, *(f"s{number}" for number in range(len(self.used) + 1))) if name not in self.used]
        alias = self.chance.choice(free)
        self.used.add(alias)
        return alias
