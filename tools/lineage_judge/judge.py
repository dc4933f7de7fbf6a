"""DuckDB as the judge: which columns form which."""

from collections.abc import Iterable, Sequence
from itertools import product

import duckdb

from tools.lineage_judge.scripts import Step
from tools.lineage_judge.tables import ALL, COLUMNS, MADE, READ, WRITTEN
from tools.lineage_judge.twins import SIDE

Edges = set[tuple[str, str, str, str]]
"""Table and column that is written, table and column that it comes from."""

_MACROS = """
create macro nothing() as repeat('a', {size});
create macro mix(l) as translate(list_aggr(list_transform(l, lambda v: translate(v, 'aA', '01')::bit), 'bit_or')::varchar, '01', 'aA');
create macro mixall(x) as translate(bit_or(translate(x, 'aA', '01')::bit)::varchar, '01', 'aA');
"""


class Judge:
    """A set of columns is a text with an upper-case letter for each. In their collation all are equal, so that every join matches."""

    def __init__(self) -> None:
        self.engine = duckdb.connect(config={"threads": 1, "default_collation": "nocase"})
        self.engine.execute(_MACROS.format(size=len(COLUMNS)))
        for schema in sorted({name.split(".")[0] for name in ALL}):
            self.engine.execute(f"create schema {schema}")
        self.engine.execute("set schema = 'public'")
        for name in (*READ, *WRITTEN):
            self._make(name, ALL[name])

    def edges(self, steps: Sequence[Step]) -> Edges:
        """The edges of a script. Raises duckdb.Error where DuckDB cannot run it."""
        found: dict[tuple[str, str], int] = {}
        self.engine.execute("begin")
        try:
            for step in steps:
                self._follow(step, found)
        finally:
            self.engine.execute("rollback")
        return {(table, column, *COLUMNS[bit]) for (table, column), bits in found.items() for bit in range(len(COLUMNS)) if bits >> bit & 1}

    def _follow(self, step: Step, found: dict[tuple[str, str], int]) -> None:
        stays = step.table in WRITTEN or step.table in MADE
        written = self._written(step, stays)
        if stays:
            if step.empties:
                for key in [key for key in found if key[0] == step.table]:
                    del found[key]
            for column, bits in written.items():
                found[step.table, column] = bits | (0 if step.replaces else found.get((step.table, column), 0))
        elif step.rows or step.empties:
            before = dict.fromkeys(written, 0) if step.empties else self._read(step.table, list(written))
            self._set(step.table, {column: bits | before[column] for column, bits in written.items()})

    def _written(self, step: Step, stays: bool) -> dict[str, int]:
        """The sets that a statement writes. A table that stays has its own columns before and after it; a work table is changed."""
        if step.rows:
            rows = self._rows(step.rows)
            if step.makes:
                self._make(step.table, step.columns)
            return dict(zip(step.columns, rows, strict=True))
        written = dict.fromkeys(step.columns, 0)
        for change in step.changes:
            if stays and change.adds:
                self.engine.execute(f"truncate {step.table}")
            self.engine.execute(change.sql)
            if stays:
                for column, bits in self._read(step.table, change.columns).items():
                    written[column] |= bits
                self._restore(step.table)
            elif change.adds:
                self._one_row(step.table)
        return written

    def _make(self, name: str, columns: Sequence[str]) -> None:
        kind = "table" if "." in name else "temp table"
        self.engine.execute(f"create {kind} {name} ({', '.join(f'{column} varchar' for column in columns)})")
        self.engine.execute(f"insert into {name} values ({', '.join('nothing()' for _ in columns)})")
        if name in ALL:
            self._restore(name)

    def _restore(self, name: str) -> None:
        """Gives a table that stays its one row with its own columns again."""
        self.engine.execute(f"truncate {name}")
        self.engine.execute(f"insert into {name} values ({', '.join(_text(1 << COLUMNS.index((name, column))) for column in ALL[name])})")

    def _set(self, name: str, columns: dict[str, int]) -> None:
        self.engine.execute(f"update {name} set {', '.join(f'{column} = {_text(bits)}' for column, bits in columns.items())}")

    def _read(self, name: str, columns: Sequence[str]) -> dict[str, int]:
        rows = self.engine.execute(f"select {', '.join(columns)} from {name}").fetchall()
        return dict(zip(columns, _merged(rows), strict=True))

    def _one_row(self, name: str) -> None:
        described = self.engine.execute(f"select * from {name} limit 0").description
        columns = [each[0] for each in described or ()]
        held = self._read(name, columns)
        self.engine.execute(f"truncate {name}")
        self.engine.execute(f"insert into {name} values ({', '.join(_text(held[column]) for column in columns)})")

    def _rows(self, query: str) -> list[int]:
        """The sets of a query's columns, over all the ways to take the sides of its joins."""
        parts = query.split(SIDE)
        rows = []
        for sides in product(("left", "right"), repeat=len(parts) - 1):
            text = parts[0] + "".join(side + part for side, part in zip(sides, parts[1:], strict=True))
            rows += self.engine.execute(text).fetchall()
        return _merged(rows)


def _text(bits: int) -> str:
    return "'" + "".join("A" if bits >> bit & 1 else "a" for bit in range(len(COLUMNS))) + "'"


def _merged(rows: Iterable[Sequence[str | None]]) -> list[int]:
    """The union of each column over all rows."""
    return [
        sum(1 << bit for bit in range(len(COLUMNS)) if any(text and text[bit] == "A" for text in column))
        for column in zip(*rows, strict=True)
    ]
