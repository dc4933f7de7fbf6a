"""Random queries, of which every one is valid."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tools.lineage_judge.chance import Chance
from tools.lineage_judge.expressions import Expressions
from tools.lineage_judge.sources import Sources, Visible
from tools.lineage_judge.tables import CTES, OUTPUTS
from tools.lineage_judge.twins import Twin, decided, decides, either, listed, put, same

Columns = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Query:
    """A query and the names of its columns. `bare`: an operand of a set operation without brackets."""

    twin: Twin
    columns: tuple[str, ...]
    bare: bool = True


@dataclass
class Queries:
    """Makes queries by chance. `tables`: those that can be read, a temporary one by its bare name."""

    chance: Chance
    tables: Columns
    sides: int = 3
    """Joins of which each doubles the work of the judge."""
    before: tuple[frozenset[str], ...] = ()
    """The names before each derived table that is being made."""

    def query(self, depth: int, outer: Sequence[Visible] = (), ctes: Columns | None = None, width: int | None = None) -> Query:
        """A query that stands within `outer`, innermost first, with `width` columns."""
        kinds: dict[Callable[..., Query], float] = {self._select: 6}
        if depth > 0:
            kinds |= {self._set_operation: 2, self._with: 2, self._brackets: 1}
        return self.chance.one_of(kinds)(depth, outer, ctes or {}, width)

    def _brackets(self, depth: int, outer: Sequence[Visible], ctes: Columns, width: int | None) -> Query:
        query = self.query(depth - 1, outer, ctes, width)
        tail = self.chance.choice([" order by 1", " order by 1 limit 3", ""]) if query.bare else ""
        judged = decided(query.twin.judged, query.columns, "v0", decides("SORT", "v0")) if "limit" in tail else query.twin.judged
        return Query(Twin(f"({query.twin.sql}{tail})", f"({judged})"), query.columns)

    def _with(self, depth: int, outer: Sequence[Visible], ctes: Columns, width: int | None) -> Query:
        links: list[Twin] = []
        visible = dict(ctes)
        for name in self.chance.sample(CTES, self.chance.randint(1, 3)):
            correlated = outer if self.chance.happens(0.2) else ()
            query = self.query(depth - 1, correlated, visible)
            columns = self.renamed(query.columns)
            named = f"{name}{self.listing(query.columns, columns)} as"
            # Where DuckDB keeps the rows of a CTE that reads an outer query, a query within another finds none.
            links.append(put(Twin(f"{named} ({{}})", f"{named} {'not materialized ' if correlated else ''}({{}})"), query.twin))
            visible[name] = columns
        query = self.query(depth - 1, outer, visible, width)
        if not query.bare:
            query = Query(put("({})", query.twin), query.columns)
        return Query(put("with {} {}", listed(links), query.twin), query.columns, bare=False)

    def renamed(self, columns: Sequence[str]) -> tuple[str, ...]:
        """Other names for the columns, sometimes, and always where a name repeats: nobody could use that."""
        if len(set(columns)) == len(columns) and self.chance.happens(0.7):
            return tuple(columns)
        pool = [*OUTPUTS, *(f"v{number}" for number in range(len(columns)))]
        return tuple(self.chance.sample(pool, len(columns)))

    @staticmethod
    def listing(columns: Sequence[str], renamed: Sequence[str]) -> str:
        """The list of new names behind an alias, where there are any."""
        return "" if tuple(columns) == tuple(renamed) else f" ({', '.join(renamed)})"

    def _set_operation(self, depth: int, outer: Sequence[Visible], ctes: Columns, width: int | None) -> Query:
        """Without brackets, from left to right; INTERSECT binds tighter. The judge unites what gives rows, and what is compared."""
        first = self._operand(depth, outer, ctes, width or self.chance.randint(1, 3))
        sql, terms = first.twin.sql, [("union", [first])]
        for _ in range(self.chance.randint(1, 2)):
            word = self.chance.choice(["union all", "union", "except", "intersect"])
            other = self._operand(depth, outer, ctes, len(first.columns))
            sql += f" {word} {other.twin.sql}"
            if word == "intersect":
                terms[-1][1].append(other)
            else:
                terms.append((word, [other]))
        last = max((place for place, (word, _) in enumerate(terms) if word == "except"), default=-1)
        branches = [
            _compared(operand, gives=word != "except") if place <= last or len(term) > 1 else operand.twin.judged
            for place, (word, term) in enumerate(terms)
            for operand in term
        ]
        names = [f"v{number}" for number in range(len(first.columns))]
        united = ", ".join(f"mixall({name}) as {column}" for name, column in zip(names, first.columns, strict=True))
        return Query(Twin(sql, f"select {united} from ({' union all '.join(branches)}) s ({', '.join(names)})"), first.columns)

    def _operand(self, depth: int, outer: Sequence[Visible], ctes: Columns, width: int) -> Query:
        query = self.query(depth - 1, outer, ctes, width)
        plain = query.bare and query.twin.sql.startswith("select") and not _is_set(query)
        return query if plain else Query(put("({})", query.twin), query.columns)

    def _select(self, depth: int, outer: Sequence[Visible], ctes: Columns, width: int | None) -> Query:
        source = Sources(self, outer, ctes).read(depth)
        visible = Visible(source.sources, source.columns, before=self.before)
        make = Expressions(self, [visible, *outer], ctes)
        grouped = self.chance.happens(0.2)
        if grouped:
            items, columns, tail, keys = self._grouped(make, width or self.chance.randint(1, 3), depth)
        else:
            items, columns, tail = self._plain(make, visible, source.star, width, depth)
            keys = 0
        start = self.chance.choice(["", "", "", " distinct"])
        where = make.condition(depth) if self.chance.happens(0.3) else None
        filters = [decides("FILTER", each.judged) for each in (where, tail) if each and each.judged]
        rows = either([*(each.first for each in source.sources), *source.joins, *filters])
        read = f"select {f'mixall({rows})' if grouped else rows}, {items.judged} from {source.twin.judged}"
        groups = [decides("GROUP_BY", f"v{key}") for key in range(1, keys + 1)]
        return Query(
            Twin(
                f"select{start} {items.sql} from {source.twin.sql}{f' where {where.sql}' if where else ''}{tail.sql}",
                decided(read, columns, "v0", *groups, besides=1),
            ),
            columns,
        )

    def _plain(self, make: Expressions, visible: Visible, star: bool, width: int | None, depth: int) -> tuple[Twin, tuple[str, ...], Twin]:
        if width is None and self.chance.happens(0.3):
            found = self._stars(make, visible, star, depth)
        else:
            found = [self._item(make, depth) for _ in range(width or self.chance.randint(1, 4))]
        qualify = put(Twin(" qualify row_number() over (order by {}) = 1", "{}"), make.inner()) if self.chance.happens(0.1) else same("")
        return listed([item for item, _ in found]), tuple(name for _, names in found for name in names), qualify

    def _item(self, make: Expressions, depth: int) -> tuple[Twin, tuple[str, ...]]:
        item = make.value(depth)
        if "." not in item.sql and item.sql.isidentifier() and self.chance.happens(0.5):
            return item, (item.sql,)
        name = self.chance.choice([name for name in OUTPUTS if name not in make.aliases] or ["last"])
        make.visible[0].outputs.add(name)
        if not any(word in item.sql for word in ("select ", " over ")):
            make.alias(name)
        return put(f"{{}} as {name}", item), (name,)

    def _stars(self, make: Expressions, visible: Visible, star: bool, depth: int) -> list[tuple[Twin, tuple[str, ...]]]:
        if star and self.chance.happens(0.6):
            once = [name for name in visible.columns if visible.columns.count(name) == 1]
            if once and len(visible.columns) > 1 and self.chance.happens(0.2):
                gone = self.chance.choice(once)
                found = [(same(f"* exclude ({gone})"), tuple(name for name in visible.columns if name != gone))]
            else:
                found = [(same("*"), tuple(visible.columns))]
        else:
            chosen = self.chance.sample(visible.sources, self.chance.randint(1, len(visible.sources)))
            found = [(same(f"{source.name.split('.')[-1]}.*"), tuple(source.columns)) for source in chosen]
        place = self.chance.randint(0, len(found))
        return [*found[:place], self._item(make, depth), *found[place:]] if self.chance.happens(0.5) else found

    def _grouped(self, make: Expressions, width: int, depth: int) -> tuple[Twin, tuple[str, ...], Twin, int]:
        keys = self.chance.randint(0, width - 1)
        items = [put(Twin("{}", "mixall({})"), make.inner()) for _ in range(keys)]
        items += [make.aggregate(depth) for _ in range(width - keys)]
        names = tuple(self.chance.choice(OUTPUTS) for _ in items)
        named = listed([put(f"{{}} as {name}", item) for item, name in zip(items, names, strict=True)])
        having = self.chance.choice([same(""), put(Twin(" having max({}) > 'x'", "{}"), make.inner())])
        by = ", ".join(str(number) for number in range(1, keys + 1))
        return named, names, put(Twin(f" group by {by}{{}}" if by else "{}", "{}"), having), keys


def _compared(operand: Query, gives: bool) -> str:
    """What INTERSECT and EXCEPT compare as a whole."""
    places = [f"v{number}" for number in range(len(operand.columns))]
    return f"({decided(operand.twin.judged, operand.columns, 'v0', decides('FILTER', *places), gives=gives)})"


def _is_set(query: Query) -> bool:
    return any(f" {word} " in query.twin.sql for word in ("union", "except", "intersect"))
