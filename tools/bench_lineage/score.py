"""How right answers are.

What a script makes and drops itself is joined through, for every parser: columns that come from it come from what it was made of. A table
that a script only empties, drops, alters or changes may be named as read or written, or not. `*` is the column of no table.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tools.bench_lineage.case import Answer, Case, Edge

_NAME = r'([#\w."]+)'
_MADE = re.compile(rf"\b(?:create\s[\w\s]*\btable\s+(?:if\s+not\s+exists\s+)?|into\s+|rename\s+to\s+){_NAME}", re.IGNORECASE)
_TOUCHED = re.compile(
    rf"\b(?:delete\s+from|truncate(?:\s+table)?|(?:drop|alter)\s+(?:table|view)(?:\s+if\s+exists)?|update|merge\s+into|lock(?:\s+table)?"
    rf"|analyze|vacuum|create\s+table(?:\s+if\s+not\s+exists)?)\s+{_NAME}",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Score:
    """Of one case, or the sum over many. `tables_right` counts among `tables_asked`, `columns_right` among `cases`."""

    cases: int = 0
    tables_asked: int = 0
    tables_right: int = 0
    columns_right: int = 0
    edges: int = 0
    false: int = 0
    said: int = 0
    silent: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Score") -> "Score":
        return Score(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))

    @property
    def found(self) -> int:
        """The true edges that were stated."""
        return self.edges - self.said - self.silent


@dataclass(frozen=True)
class Difference:
    """What an answer says that is false, and what it leaves out."""

    false: frozenset[Edge]
    missing: frozenset[Edge]
    tables_right: bool | None
    """None where the tables are not judged."""


def difference(case: Case, answer: Answer) -> Difference:
    """An answer beside the truth."""
    work = _work_tables(case)
    stated = {edge for edge in _joined_through(answer.edges, work) if "*" not in (edge[1], edge[3])}
    if case.named is not None:
        stated = {edge for edge in stated if edge[1] in case.named}
    true = {edge for edge in case.edges if case.named is None or edge[1] in case.named}
    return Difference(frozenset(stated - true), frozenset(true - stated), _tables_right(case, answer, work))


def score(case: Case, answer: Answer) -> Score:
    """An answer's figures. What is missing is said where the parser said any problem."""
    found = difference(case, answer)
    true = sum(case.named is None or edge[1] in case.named for edge in case.edges)
    return Score(
        cases=1,
        tables_asked=found.tables_right is not None,
        tables_right=bool(found.tables_right),
        columns_right=not (found.false or found.missing),
        edges=true,
        false=len(found.false),
        said=len(found.missing) if answer.said else 0,
        silent=0 if answer.said else len(found.missing),
        seconds=answer.seconds,
    )


def total(scores: Iterable[Score]) -> Score:
    """The sum."""
    return sum(scores, Score())


def _named(pattern: re.Pattern[str], case: Case) -> set[str]:
    names = (name.lower().replace('"', "").rstrip(".").removeprefix("dev.") for name in pattern.findall(case.question.sql))
    return {name if "." in name else f"{case.question.schema}.{name}" for name in names}


def _work_tables(case: Case) -> set[str]:
    """What the SQL makes that is no dataset of the truth. A parser may name a temporary table with the schema of such tables."""
    datasets = {*(case.inputs or ()), *(case.outputs or ()), *(table for edge in case.edges for table in (edge[0], edge[2]))}
    made = _named(_MADE, case) - datasets
    return made | {f"pg_temp.{name.rpartition('.')[2]}" for name in made}


def _joined_through(edges: Iterable[Edge], work: set[str]) -> set[Edge]:
    origins: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for table, column, source, name in edges:
        origins.setdefault((table, column), set()).add((source, name))
    found: set[Edge] = set()
    for target, first in origins.items():
        if target[0] in work:
            continue
        waiting, seen = list(first), set[tuple[str, str]]()
        while waiting:
            origin = waiting.pop()
            if origin in seen:
                continue
            seen.add(origin)
            if origin[0] in work:
                waiting += origins.get(origin, ())
            else:
                found.add((*target, *origin))
    return found


def _tables_right(case: Case, answer: Answer, work: set[str]) -> bool | None:
    if case.inputs is None or case.outputs is None:
        return None
    touched = _named(_TOUCHED, case)
    changed = touched - {table for table, *_ in case.edges}
    read, written = answer.inputs - work, answer.outputs - work
    return read - touched == case.inputs - touched and written - changed == case.outputs - changed
