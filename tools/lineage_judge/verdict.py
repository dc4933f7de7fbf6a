"""What `mwaa_lineage.sql` says of random scripts, beside what the judge says."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import duckdb

from mwaa_lineage.sql.flow import derive
from mwaa_lineage.sql.origins import Origins, told
from mwaa_lineage.sql.relations import Catalog, Column, Location, Relation, Table
from mwaa_lineage.sql.sql import parse
from tools.lineage_judge.chance import Chance
from tools.lineage_judge.judge import FORMS, Edges, Judge
from tools.lineage_judge.scripts import Scripts, Step
from tools.lineage_judge.tables import READ, WRITTEN

CATALOG = Catalog(
    "dev",
    ("public",),
    {Table("dev", *name.split(".")): Relation(tuple(map(Column, columns))) for name, columns in {**READ, **WRITTEN}.items()},
)


@dataclass(frozen=True)
class Verdict:
    """One script: the edges that are true, those that are stated and false, those that are missing, and what was said of it."""

    sql: str
    true: Edges = field(default_factory=set)
    false: Edges = field(default_factory=set)
    missing: Edges = field(default_factory=set)
    problems: tuple[str, ...] = ()

    @property
    def is_fault(self) -> bool:
        """Whether something false was said, or something left out in silence."""
        return bool(self.false or (self.missing and not self.problems))

    def __str__(self) -> str:
        """The script and what is wrong, for people."""
        lines = [self.sql]
        lines += [f"  false: {_edge(edge)}" for edge in sorted(self.false)] + [f"  missing: {_edge(edge)}" for edge in sorted(self.missing)]
        return "\n".join([*lines, *(f"  said: {problem}" for problem in self.problems)])


def script(seed: int, number: int) -> list[Step]:
    """A random script; the same for the same numbers."""
    chance = Chance(f"{seed} {number}")
    return Scripts(chance).script(chance.randint(0, 3))


def stated(sql: str) -> tuple[Edges, tuple[str, ...]]:
    """The edges that are derived, and the problems."""
    lineage = derive(parse([sql]), CATALOG)
    edges: Edges = set()
    for target, output in lineage.outputs.items():
        for column, origins in (*output.written.items(), ("", output.decided_by)):
            edges |= {(_name(target), column, *edge) for edge in _told(origins)}
    return edges, tuple(problem.message for problem in lineage.problems)


def judged(judge: Judge, steps: list[Step]) -> Verdict | None:
    """The verdict on a script; None where DuckDB cannot run it."""
    try:
        true = judge.edges(steps)
    except duckdb.Error:
        return None
    sql = ";\n".join(step.sql for step in steps)
    edges, problems = stated(sql)
    return Verdict(sql, true, edges - true, true - edges, problems)


def smallest(judge: Judge, steps: list[Step]) -> Verdict | None:
    """The verdict on what is left of a faulty script when all statements that the fault does not need are gone."""
    for position, step in enumerate(steps):
        fewer = steps[:position] + steps[position + 1 :]
        if step.drops or (step.makes and any(step.table in other.sql for other in fewer)):
            continue  # without it, names would mean something else
        if fewer and (verdict := judged(judge, fewer)) and verdict.is_fault:
            return smallest(judge, fewer)
    return judged(judge, steps)


def _told(origins: Origins) -> Iterator[tuple[str, str, str]]:
    for origin, does in told(origins).items():
        yield from ((_name(origin.table), origin.column, FORMS if how.type == FORMS else how.subtype) for how in does)


def _name(source: Table | Location) -> str:
    return str(source).removeprefix("dev.")


def _edge(edge: tuple[str, str, str, str, str]) -> str:
    table, column, origin, name, how = edge
    return f"{table}.{column or '*'} from {origin}.{name}: {how}"
