"""DuckDB as the judge: which columns form which, and which decide."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from itertools import product
from operator import or_
from pathlib import Path

import duckdb

from tools.lineage_judge.scripts import Step
from tools.lineage_judge.tables import ALL, COLUMNS, MADE, READ, WRITTEN
from tools.lineage_judge.twins import ROLES, SIDE

FORMS = "DIRECT"
Edges = set[tuple[str, str, str, str, str]]
"""Table and column that is written ("": the rows), table and column that it comes from, and FORMS or what that decides."""

_NAMES = re.compile(rf"\b(?:{'|'.join((*WRITTEN, *MADE))})\b")
_MACROS = Path(__file__).with_name("judge.sql")
_PARTS = (FORMS, *ROLES, *ROLES[:4])
_OF_ROWS = 1 + len(ROLES)
"""The first part of a set that says what decides about rows."""
_VALUE = (1 << _OF_ROWS * len(COLUMNS)) - 1
"""The bits that are about a value alone."""


class Judge:
    """In the collation of the sets all of them are equal, so that every join matches."""

    def __init__(self) -> None:
        self.used: dict[tuple[str, str], int] = {}
        self._start()

    def _start(self) -> None:
        self.engine = duckdb.connect(config={"threads": 1, "default_collation": "nocase"})
        self.engine.execute(_MACROS.read_text().format(column=len(COLUMNS)))
        for schema in sorted({name.split(".")[0] for name in ALL}):
            self.engine.execute(f"create schema {schema}")
        self.engine.execute("set schema = 'public'")
        for name in (*READ, *WRITTEN):
            self._make(name, ALL[name])

    def edges(self, steps: Sequence[Step]) -> Edges:
        """The edges of a script. Raises duckdb.Error where DuckDB cannot run it."""
        found: dict[tuple[str, str], int] = {}
        self.used = {}
        self.engine.execute("begin")
        try:
            for step in steps:
                self._follow(step, found)
        except (duckdb.InternalException, duckdb.FatalException):
            self._start()  # such an engine answers nothing more
            raise
        except duckdb.Error:
            self.engine.execute("rollback")
            raise
        self.engine.execute("rollback")
        return {(table, column, *edge) for (table, column), bits in found.items() for edge in _edges(bits)}

    def _follow(self, step: Step, found: dict[tuple[str, str], int]) -> None:
        stays = step.table in WRITTEN or step.table in MADE
        written = self._written(step, stays)
        self._use(step, found)
        if stays:
            if step.empties:
                for key in [key for key in found if key[0] == step.table]:
                    found[key] = self.used.get(key, 0)
            for column, bits in written.items():
                is_read = any(each & _bit(step.table, column) for each in written.values())
                earlier = self.used if step.replaces and not is_read else found
                found[step.table, column] = bits & _VALUE | earlier.get((step.table, column), 0)
                found[step.table, ""] = bits & ~_VALUE | found.get((step.table, ""), 0)
        elif step.rows or step.empties:
            before = dict.fromkeys(written, 0) if step.empties else self._read(step.table, list(written))
            self._set(step.table, {column: bits | before[column] for column, bits in written.items()})
            self._one_row(step.table)

    def _use(self, step: Step, found: dict[tuple[str, str], int]) -> None:
        """Keeps what is known of the other tables that a statement reads."""
        text = step.rows + " ".join(change.sql for change in step.changes)
        named = set(_NAMES.findall(text)) - {step.table}
        self.used.update({key: bits for key, bits in found.items() if key[0] in named})

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
            elif change.columns:
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
        """Makes one row of all, each value of which knows what decides about any of them."""
        described = self.engine.execute(f"select * from {name} limit 0").description
        columns = [each[0] for each in described or ()]
        held = self._read(name, columns)
        rows = reduce(or_, held.values()) & ~_VALUE
        self.engine.execute(f"truncate {name}")
        self.engine.execute(f"insert into {name} values ({', '.join(_text(held[column] | rows) for column in columns)})")

    def _rows(self, query: str) -> list[int]:
        """The sets of a query's columns, over all the ways to take the sides of its joins."""
        parts = query.split(SIDE)
        rows = []
        for sides in product(("left", "right"), repeat=len(parts) - 1):
            text = parts[0] + "".join(side + part for side, part in zip(sides, parts[1:], strict=True))
            rows += self.engine.execute(text).fetchall()
        return _merged(rows)


def _text(bits: int) -> str:
    return "'" + "".join("A" if bits >> bit & 1 else "a" for bit in range(len(_PARTS) * len(COLUMNS))) + "'"


def _merged(rows: Iterable[Sequence[str | None]]) -> list[int]:
    """The union of each column over all rows."""
    return [reduce(or_, map(_bits, column), 0) for column in zip(*rows, strict=True)]


def _bit(table: str, column: str) -> int:
    """That of a column as one that forms a value; 0 of a table that does not stay."""
    return 1 << COLUMNS.index((table, column)) if (table, column) in COLUMNS else 0


def _bits(text: str | None) -> int:
    return sum(1 << bit for bit, letter in enumerate(text or "") if letter == "A")


def _edges(bits: int) -> Iterator[tuple[str, str, str]]:
    for bit in range(bits.bit_length()):
        if bits >> bit & 1:
            part, column = divmod(bit, len(COLUMNS))
            yield *COLUMNS[column], _PARTS[part]
