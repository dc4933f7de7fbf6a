"""What a parser is asked, what it answers, and what is true. Names are lower-case: schema.table or s3://bucket/key; columns alone."""

from dataclasses import dataclass, field

Edge = tuple[str, str, str, str]
"""Table and column that is written, table and column that it comes from."""


@dataclass(frozen=True)
class Question:
    """SQL of one task, the tables that it finds with their columns, and the schema of bare names."""

    sql: str
    tables: dict[str, list[str]]
    schema: str = "public"


@dataclass
class Answer:
    """What a parser says. `said`: its problems, in its own words. `seconds`: of one processor."""

    inputs: set[str] = field(default_factory=set)
    outputs: set[str] = field(default_factory=set)
    edges: set[Edge] = field(default_factory=set)
    said: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass(frozen=True)
class Case:
    """A question and the truth. Without `inputs` and `outputs` only the columns are judged.

    `named`: the only columns that count, where the others have no name in the SQL, so that each engine makes up its own.
    """

    name: str
    question: Question
    edges: frozenset[Edge]
    inputs: frozenset[str] | None = None
    outputs: frozenset[str] | None = None
    named: frozenset[str] | None = None


@dataclass(frozen=True)
class Suite:
    """Cases of one kind. `left_out`: how many are not asked, as there the right answer is a matter of taste."""

    title: str
    truth: str
    cases: tuple[Case, ...]
    left_out: int = 0
