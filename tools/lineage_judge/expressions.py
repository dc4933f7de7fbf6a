"""Random expressions over what a SELECT sees, each formed by all columns that stand in it; {ROLE}: what else they do there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from tools.lineage_judge.sources import Visible
from tools.lineage_judge.twins import NOTHING, Twin, asked, put, same, scalar, value

if TYPE_CHECKING:
    from tools.lineage_judge.queries import Queries

FORMS = (
    *("upper({})", "{} || {}", "coalesce({}, {})", "nullif({}, {})", "cast({} as varchar(20))", "{}::varchar", "substring({}, 1, 2)"),
    *(
        "case when {CONDITIONAL} = {CONDITIONAL} then {} else {} end",
        "case {CONDITIONAL} when 'x' then {} when 'y' then {} end",
        "case when {CONDITIONAL} is null then 'x' else {} end",
    ),
    "case when {CONDITIONAL} between {CONDITIONAL} and 'z' or {CONDITIONAL} like 'x%' then {} end",
    *("replace({}, {}, 'x')", "greatest({}, {})", "({} || 'x')"),
)
WINDOWS = (
    *(
        "max({}) over (partition by {WINDOW} order by {WINDOW})",
        "row_number() over (order by {WINDOW})::varchar",
        "min({}) over ()",
        "lag({}) over (order by {WINDOW})",
    ),
    *(
        "first_value({}) over (partition by {WINDOW} order by {WINDOW} rows between unbounded preceding and current row)",
        "count(*) over (partition by {WINDOW})::varchar",
    ),
)
AGGREGATES = (
    *(
        "max({})",
        "min({} || {})",
        "count({})::varchar",
        "count(distinct {})::varchar",
        "listagg({}, ',')",
        "listagg({}, ',') within group (order by {SORT})",
    ),
    *("coalesce(max({}), min({}))", "max(case when {CONDITIONAL} = 'x' then {} end)"),
)


class Expressions:
    """Makes expressions. `visible`: what the SELECT sees, and what those around it see, innermost first."""

    def __init__(self, queries: Queries, visible: Sequence[Visible], ctes: Mapping[str, Sequence[str]]) -> None:
        self.queries, self.chance = queries, queries.chance
        self.visible, self.ctes = visible, ctes
        self.aliases: dict[str, int] = {}

    def alias(self, name: str) -> None:
        """Notes that an item of the SELECT, which can be used in others, is called so."""
        self.aliases[name] = self.aliases.get(name, 0) + 1

    def inner(self) -> Twin:
        """A column of the SELECT itself."""
        here = self.visible[0]
        source = self.chance.choice(here.sources)
        name = self.chance.choice(source.columns)
        bare = here.columns.count(name) == 1 and not self._is_source(name) and self.chance.happens(0.6)
        return same(name if bare else f"{source.name}.{name}")

    def _is_source(self, name: str) -> bool:
        """Whether a source is called like a column, which DuckDB then takes for the whole row where an outer query has the column."""
        return any(each.has(name) for each in self.visible)

    def reference(self) -> Twin:
        """A column, of the SELECT itself or of one around it, or an alias that stands before."""
        free = [name for name, times in self.aliases.items() if times == 1 and not self._is_known(name)]
        if free and self.chance.happens(0.2):
            return same(self.chance.choice(free))
        level = min(int(self.chance.expovariate(1.2)), len(self.visible) - 1)
        here, hiding = self.visible[level], self.visible[:level]
        source = self.chance.choice(here.sources)
        name = self.chance.choice(source.columns)
        taken = set().union(*self.visible[0].before[len(here.before) :])
        hidden = any(name in each.columns for each in hiding) or name in self.aliases or name in taken
        if here.columns.count(name) == 1 and not (level and hidden) and not self._is_source(name) and self.chance.happens(0.6):
            return same(name)
        hidden = any(each.has(source.name) for each in hiding) or source.name.split(".")[-1] in taken
        return self.inner() if hidden else same(f"{source.name}.{name}")

    def _is_known(self, name: str) -> bool:
        """Whether a column is called so, or in a query around it an alias, which DuckDB takes before one of the same SELECT."""
        here, *around = self.visible
        return name in {*here.columns, *(name for each in around for name in (*each.columns, *each.outputs))}.union(*here.before)

    def value(self, depth: int) -> Twin:
        """Any expression."""
        kinds: dict[Callable[[], Twin], float] = {
            self.reference: 8,
            self._constant: 1,
            self._window: 2,
            self._form: 5,
            lambda: self._subquery(depth): 4 * (depth > 0),
        }
        return self.chance.one_of(kinds)()

    def updated(self, depth: int) -> Twin:
        """A value for SET or VALUES, where no window may stand."""
        kinds: dict[Callable[[], Twin], float] = {self.reference: 4, self._form: 3, lambda: self._subquery(depth): 3 * (depth > 0)}
        return self.chance.one_of(kinds)()

    def aggregate(self, depth: int) -> Twin:
        """An expression over a group."""
        if self.chance.happens(0.1):
            return Twin("count(*)::varchar", NOTHING)
        form = self.chance.choice(AGGREGATES)
        found = value(form, *(self.inner() for _ in range(form.count("{"))))
        found = Twin(found.sql, f"mixall({found.judged})")
        if depth > 0 and self.chance.happens(0.1):
            return value("{} || {}", found, self._scalar(depth, ()))
        return found

    def condition(self, depth: int) -> Twin:
        """What filters, where no alias can be used."""
        self.aliases.clear()
        if depth > 0 and self.chance.happens(0.3):
            query = self.queries.query(depth - 1, self.visible, self.ctes, 1)
            forms = [
                *(value(f"{word} ({{}})", asked(query.twin)) for word in ("exists", "not exists")),
                *(value(f"{{}} {word} ({{}})", self.reference(), scalar(query.twin)) for word in ("in", "not in")),
            ]
            return self.chance.choice(forms)
        return value(f"{{}} {self.chance.choice(['=', '>', '<>'])} {{}}", self.reference(), self.reference())

    @staticmethod
    def _constant() -> Twin:
        return Twin("'x'", NOTHING)

    def _form(self) -> Twin:
        return self._filled(FORMS)

    def _window(self) -> Twin:
        aliases, self.aliases = self.aliases, {}  # no alias can be used in it
        found = self._filled(WINDOWS)
        self.aliases = aliases
        return found

    def _filled(self, forms: Sequence[str]) -> Twin:
        form = self.chance.choice(forms)
        return value(form, *(self.reference() for _ in range(form.count("{"))))

    def _subquery(self, depth: int) -> Twin:
        self.aliases.clear()  # DuckDB takes none beside a subquery
        if self.chance.happens(0.6):
            return self._scalar(depth, self.visible)
        query = self.queries.query(depth - 1, self.visible, self.ctes, 1)
        if self.chance.happens(0.4):
            return value("case when exists ({}) then {} end", asked(query.twin), self.reference())
        return value("case when {CONDITIONAL} in ({CONDITIONAL}) then {} end", self.reference(), scalar(query.twin), self.reference())

    def _scalar(self, depth: int, outer: Sequence[Visible]) -> Twin:
        query = self.queries.query(depth - 1, outer, self.ctes, 1)
        limited = query.bare and query.twin.sql.startswith("select") and self.chance.happens(0.7)
        return put(Twin("({} limit 1)" if limited else "(select max(s.v) from ({}) s (v))", "{}"), scalar(query.twin))
