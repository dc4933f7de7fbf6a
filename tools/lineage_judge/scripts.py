"""Random scripts: statements one after the other, through tables that they make for themselves."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tools.lineage_judge.chance import Chance
from tools.lineage_judge.expressions import Expressions
from tools.lineage_judge.queries import Queries, Query
from tools.lineage_judge.sources import Source, Visible
from tools.lineage_judge.tables import MADE, READ, WORK, WRITTEN
from tools.lineage_judge.twins import NOTHING, decides, either, listed, put


@dataclass(frozen=True)
class Change:
    """A statement that the judge runs, and the columns that it writes. `adds`: into new rows."""

    sql: str
    columns: tuple[str, ...] = ()
    adds: bool = False


@dataclass(frozen=True)
class Step:
    """One statement, and what the judge does for it: it adds the `rows` of a query, or runs `changes`, or empties the table."""

    sql: str
    table: str
    columns: tuple[str, ...] = ()
    rows: str = ""
    changes: tuple[Change, ...] = ()
    makes: bool = False
    empties: bool = False
    drops: bool = False
    replaces: bool = False
    """What was in these columns before is gone."""


@dataclass
class Scripts:
    """Makes one script."""

    chance: Chance
    work: dict[str, tuple[str, ...]] = field(default_factory=dict)
    made: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def script(self, depth: int) -> list[Step]:
        """One statement that writes, or several that go through work tables."""
        if self.chance.happens(0.5):
            return [self._write(depth)]
        steps = [self._work(depth)]
        kinds: list[Callable[[int], Step]] = [self._write, self._work, self._work_filled, self._changed, self._merged, self._altered]
        steps += [self.chance.choice(kinds)(depth - 1) for _ in range(self.chance.randint(1, 5))]
        steps.append(self._write(depth - 1))
        last = [(f"drop table {name}", name) for name in self.work if "." in name]
        return [*steps, *(Step(sql, name, changes=(Change(sql),), drops=True) for sql, name in last)]

    def _queries(self, sides: int = 3) -> Queries:
        return Queries(self.chance, {**READ, **WRITTEN, **self.made, **self.work}, sides)

    def _query(self, depth: int, width: int | None = None) -> Query:
        return self._queries().query(max(depth, 0), width=width)

    def _write(self, depth: int) -> Step:
        """Rows for a table that stays."""
        free = [name for name in MADE if name not in self.made]
        if free and self.chance.happens(0.2):
            query = self._query(depth, len(MADE[free[0]]))
            self.made[free[0]] = MADE[free[0]]
            names = ", ".join(MADE[free[0]])
            kind = self.chance.choice(["table", "table", "view"])
            sql = f"create {kind} {free[0]} as select * from ({query.twin.sql}) s ({names})"
            return Step(sql, free[0], MADE[free[0]], query.twin.judged, makes=True)
        return self._inserted(self.chance.choice(list(WRITTEN)), WRITTEN, depth)

    def _inserted(self, name: str, tables: dict[str, tuple[str, ...]], depth: int) -> Step:
        columns = tables[name]
        query = self._query(depth, self.chance.randint(1, len(columns)))
        if self.chance.happens(0.7):
            columns = tuple(self.chance.sample(columns, len(query.columns)))
            return Step(f"insert into {name} ({', '.join(columns)}) {query.twin.sql}", name, columns, query.twin.judged)
        columns = columns[: len(query.columns)]
        return Step(f"insert into {name} {query.twin.sql}", name, columns, query.twin.judged)

    def _work(self, depth: int) -> Step:
        """A work table made: a temporary one, or one that the script drops in the end."""
        name = self.chance.choice([*WORK, "mart.work1"])
        if name in self.work:
            return self._work_filled(depth)
        query = self._query(depth)
        names = self._queries().renamed(query.columns)
        word = "table" if "." in name else "temp table"
        listing = "" if names == query.columns else f" s ({', '.join(names)})"
        sql = (
            f"create {word} {name} as select * from ({query.twin.sql}){listing}" if listing else f"create {word} {name} as {query.twin.sql}"
        )
        self.work[name] = names
        return Step(sql, name, names, query.twin.judged, makes=True)

    def _work_filled(self, depth: int) -> Step:
        return self._inserted(self.chance.choice(list(self.work)), self.work, depth) if self.work else self._write(depth)

    def _target(self) -> tuple[str, tuple[str, ...], bool]:
        """A table to be changed, its columns, and whether it is a work table."""
        if self.work and self.chance.happens(0.5):
            name = self.chance.choice(list(self.work))
            return name, self.work[name], True
        name = self.chance.choice(list(WRITTEN))
        return name, WRITTEN[name], False

    def _changed(self, depth: int) -> Step:
        """UPDATE, with and without FROM."""
        name, columns, is_work = self._target()
        called = name.split(".")[-1]
        alias = self.chance.choice(["", "", " z"])
        here = Source(alias.strip() or called, columns)
        others = [(table, each) for table, each in {**READ, **self.work}.items() if table.split(".")[-1] != here.name]
        more: tuple[Source, ...] = ()
        start = ""
        if self.chance.happens(0.6):
            table, theirs = self.chance.choice(others)
            more, start = (Source("f", theirs),), f" from {table} f"
        visible = Visible((here, *more), (*columns, *(column for each in more for column in each.columns)))
        make = Expressions(self._queries(0), [visible], {})
        where = make.condition(0) if more or self.chance.happens(0.5) else None
        chosen = tuple(self.chance.sample(columns, self.chance.randint(1, min(2, len(columns)))))
        values = [make.updated(depth) for _ in chosen]
        sets = listed([put(f"{column} = {{}}", value) for column, value in zip(chosen, values, strict=True)])
        kept = [f"{here.name}.{column}" if is_work and where else NOTHING for column in chosen]
        by = either([*(each.first for each in visible.sources), *([decides("FILTER", where.judged)] if where else [])])
        judged = ", ".join(
            f"{column} = rowed(mix([{old}, {value.judged}]), {by})" for column, old, value in zip(chosen, kept, values, strict=True)
        )
        form = f"update {name}{alias} set "
        change = Change(f"{form}{judged}{start}", chosen)
        filtered = f" where {where.sql}" if where else ""
        return Step(f"{form}{sets.sql}{start}{filtered}", name, chosen, changes=(change,), replaces=not where)

    def _merged(self, depth: int) -> Step:
        """MERGE: the judge updates and inserts one after the other."""
        name, columns, is_work = self._target()
        called = name.split(".")[-1]
        table, theirs = self.chance.choice([(table, each) for table, each in {**READ, **self.work}.items()])
        here, there = Source(called, columns), Source("f", theirs)
        both = Expressions(self._queries(0), [Visible((here, there), (*columns, *theirs))], {})
        only = Expressions(self._queries(0), [Visible((there,), theirs)], {})
        column = self.chance.choice(columns)
        value = both.updated(depth)
        listing = tuple(self.chance.sample(columns, self.chance.randint(1, len(columns))))
        row = listed([only.updated(0) for _ in listing])
        keys = f"{called}.{columns[0]}", f"f.{theirs[0]}"
        kept = f"mix([{f'{called}.{column}' if is_work else NOTHING}, {value.judged}])"
        kept = f"rowed({kept}, {either([*keys, decides('JOIN', *keys)])})"
        form = f"merge into {name} using {table} f on "
        update, insert = "when matched then update set ", f"when not matched then insert ({', '.join(listing)}) values "
        sql = f"{form}{' = '.join(keys)} {update}{column} = {value.sql} {insert}({row.sql})"
        updated = Change(f"{form}true {update}{column} = {kept}", (column,))
        inserted = Change(f"{form}false {insert}({row.judged})", listing, adds=True)
        return Step(sql, name, (column, *listing), changes=(updated, inserted))

    def _altered(self, depth: int) -> Step:
        """Some rows or all of them deleted, or columns and names of a work table changed."""
        name, columns, is_work = self._target()
        if is_work and self.chance.happens(0.6):
            return self._ddl(name, list(columns)) or self._write(depth)
        if self.chance.happens(0.4):
            key = f"{name.split('.')[-1]}.{columns[0]}"
            by = either([key, decides("FILTER", key, "f.custid")])
            judged = f"update {name} set {columns[0]} = rowed({key if is_work else NOTHING}, {by}) from raw.customer f"
            sql = f"delete from {name} where {columns[0]} in (select custid from raw.customer)"
            return Step(sql, name, columns[:1], changes=(Change(judged, columns[:1]),))
        return Step(f"{self.chance.choice(['truncate', 'delete from'])} {name}", name, columns, empties=True)

    def _ddl(self, name: str, columns: list[str]) -> Step | None:
        """A work table with another name, or with a column less, more, or called differently."""
        kind = self.chance.choice(["rename to", "drop column", "rename column", "add column"])
        place = self.chance.randrange(len(columns))
        last = name
        written: tuple[str, ...] = ()
        if kind == "rename to" and "." not in name and f"{name}_2" not in self.work:
            last = f"{name}_2"
            said = f" {last}"
        elif kind == "drop column" and len(columns) > 1:
            said = f" {columns.pop(place)}"
        elif kind == "rename column" and "renamed" not in columns:
            said = f" {columns[place]} to renamed"
            columns[place] = "renamed"
        elif kind == "add column" and "added" not in columns:
            said = " added varchar default 'x'"
            columns.append("added")
            written = ("added",)
        else:
            return None
        del self.work[name]
        self.work[last] = tuple(columns)
        sql = f"alter table {name} {kind}{said}"
        return Step(sql, name, changes=(Change(sql.replace("'x'", NOTHING), written),))
