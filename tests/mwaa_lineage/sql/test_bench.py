"""`make bench-lineage`: what counts as right, false, said and silent, and that its documents are of the suites and parsers of today."""

import re
from collections.abc import Callable, Iterable

import duckdb
import pytest
import yaml

from tools.bench_lineage import suites
from tools.bench_lineage.ask_openlineage import alone, as_the_provider
from tools.bench_lineage.ask_ours import ask
from tools.bench_lineage.ask_sqlglot import ask as ask_sqlglot
from tools.bench_lineage.case import Answer, Case, Edge, Question, Suite
from tools.bench_lineage.parsers import Parser, ours, peers
from tools.bench_lineage.score import Score, difference, score, total
from tools.bench_lineage.table import short, whole
from tools.tool_environment import ROOT
from tools.tpc.judge import judged

TABLES = {"r.o": ["x", "y"], "r.p": ["k", "v"], "m.t": ["a", "b"]}
TRUE: Edge = ("m.t", "a", "r.o", "x")
OTHER: Edge = ("m.t", "b", "r.o", "y")


def case(sql: str = "", edges: Iterable[Edge] = (TRUE,), **more: frozenset[str]) -> Case:
    return Case("a case", Question(sql, TABLES), frozenset(edges), **more)


def scored(case: Case, *edges: Edge, said: str = "") -> tuple[int, int, int, int]:
    """Columns right, false, said, silent."""
    found = score(case, Answer(edges=set(edges), said=[said] if said else []))
    return found.columns_right, found.false, found.said, found.silent


def test_what_an_edge_counts_as() -> None:
    assert scored(case(), TRUE) == (1, 0, 0, 0)
    assert scored(case()) == (0, 0, 0, 1)
    assert scored(case(), said="no column x") == (0, 0, 1, 0)
    assert scored(case(), TRUE, OTHER) == (0, 1, 0, 0)
    assert scored(case(), TRUE, OTHER, said="not sure of b") == (0, 1, 0, 0), "what is false stays so, whatever is said"
    assert scored(case(), TRUE, ("m.t", "b", "r.o", "*")) == (1, 0, 0, 0), "a star is no column"


def test_a_column_without_a_name_is_not_judged() -> None:
    unnamed = case(edges=[TRUE, ("m.t", "sum(y)", "r.o", "y")], named=frozenset("a"))
    assert scored(unnamed, TRUE, ("m.t", "_col_1", "r.o", "y")) == (1, 0, 0, 0)
    assert score(unnamed, Answer()).edges == 1


@pytest.mark.parametrize("made", ["create temp table w as", "create table if not exists public.w as", "select x into w from r.o; select"])
def test_a_work_table_is_joined_through(made: str) -> None:
    edges: list[Edge] = [("public.w", "k", "r.o", "x"), ("m.t", "a", "public.w", "k")]
    script = case(f"{made} 1; insert into m.t (a) select k from w", inputs=frozenset(["r.o"]), outputs=frozenset(["m.t"]))
    assert scored(script, *edges) == (1, 0, 0, 0)
    assert difference(script, Answer({"r.o", "public.w"}, {"m.t", "public.w"}, set(edges))).tables_right
    assert scored(script, edges[1]) == (0, 0, 0, 1), "an origin that leads nowhere is none"
    assert scored(case("insert into m.t (a) select k from w"), *edges) == (0, 2, 0, 1), "what the SQL does not make is a table"


@pytest.mark.parametrize(
    ("sql", "inputs", "outputs", "right"),
    [
        ("insert into m.t (a) select x from r.o", {"r.o"}, {"m.t"}, True),
        ("insert into m.t (a) select x from r.o", {"r.o", "r.p"}, {"m.t"}, False),
        ("insert into m.t (a) select x from r.o", set(), {"m.t"}, False),
        ("insert into m.t (a) select x from r.o", {"r.o"}, {"m.t", "public.c"}, False),
        ("delete from r.p; insert into m.t (a) select x from r.o", {"r.o"}, {"m.t", "r.p"}, True),
        ("delete from r.p; insert into m.t (a) select x from r.o", {"r.o"}, {"r.p"}, False),
    ],
)
def test_tables(sql: str, inputs: set[str], outputs: set[str], right: bool) -> None:
    truth = case(sql, inputs=frozenset(["r.o"]), outputs=frozenset(["m.t"]))
    assert difference(truth, Answer(inputs, outputs)).tables_right is right
    assert difference(case(sql), Answer(inputs, outputs)).tables_right is None


@pytest.mark.parametrize(
    ("sql", "is_taste"),
    [
        ("insert into m.t (a) select x from r.o join r.p using (x)", True),
        ("insert into m.t (a) select x from r.o natural join r.p", True),
        ("insert into m.t (a) select exists (select 1 from r.p) from r.o", True),
        ("insert into m.t (a) select x from r.o where exists (select 1 from r.p)", False),
        ("merge into m.t using (select x from r.o) s on t.a = s.x when matched then delete", False),
        ("delete from m.t using r.o where a = x", False),
    ],
)
def test_what_is_a_matter_of_taste(sql: str, is_taste: bool) -> None:
    assert bool(suites.TASTE.search(sql)) is is_taste


def by_hand() -> list[Suite]:
    """The suites that need no other environment."""
    return [suites.demo(), suites.redshift(), suites.statements()]


def test_this_project_is_right_in_every_suite_by_hand() -> None:
    for suite in by_hand():
        found = {each.name: difference(each, ask(each.question)) for each in suite.cases}
        assert not {name: (each.false, each.missing) for name, each in found.items() if each.false or each.missing}
        assert all(each.tables_right for each in found.values())


def test_no_statement_of_redshift_stands_among_the_projects_own() -> None:
    documents = [yaml.safe_load(file.read_text())["cases"] for file in (suites.STATEMENTS, suites.REDSHIFT)]
    first, second = ({each["sql"] for each in document} for document in documents)
    assert not first & second
    assert len(second) == len(documents[1])


@pytest.mark.parametrize("asking", [ask, ask_sqlglot, as_the_provider, alone])
def test_what_each_parser_here_is_asked(asking: Callable[[Question], Answer]) -> None:
    answer = asking(Question("create table m.u as select o.x as k, p.v from r.o o join r.p p on p.k = o.y", TABLES))
    assert (answer.inputs, answer.outputs, answer.said) == ({"r.o", "r.p"}, {"m.u"}, [])
    assert answer.edges == {("m.u", "k", "r.o", "x"), ("m.u", "v", "r.p", "v")}


def test_a_parser_answers_in_the_order_of_the_questions() -> None:
    questions = [case(f"create table m.u{number} as select x from r.o") for number in range(5)]
    wrong = Case("wrong", Question("select 1", {"a.b.c.d": ["x"]}), frozenset())
    *answers, last = Parser("sqlglot", ("ask_sqlglot",)).answers([*questions, case("insert into m.t select a b c"), wrong])
    assert [answer.outputs for answer in answers] == [{f"m.u{number}"} for number in range(5)] + [set()]
    assert answers[-1].said
    assert not last.said


@pytest.mark.parametrize(
    ("sql", "origins"),
    [
        ("select p.v from o, p where o.x = p.k", [["p.v"]]),
        ("with c as (select x, y + x as z from o) select max(z), count(*) from c", [["o.x", "o.y"], []]),
        ("select (select max(v || o.y) from p where p.k = o.x) from o", [["o.y", "p.v"]]),
        ("select x from o union all select k from p union all select v from p", [["o.x", "p.k", "p.v"]]),
        ("select x from o except select k from p", [["o.x"]]),
        ("select x from o intersect select k from p", [["o.x", "p.k"]]),
        ("select sum(x) over (partition by y) from o where x in (select k from p)", [["o.x", "o.y"]]),
        ("select y, grouping(y), sum(x) from o group by rollup (y) order by sum(x)", [["o.y"], ["o.y"], ["o.x"]]),
        ("select * from o left join p on k = x", [["o.x"], ["o.y"], ["p.k"], ["p.v"]]),
    ],
)
def test_the_binder_as_the_judge(sql: str, origins: list[list[str]]) -> None:
    engine = duckdb.connect()
    engine.execute("create table o (x varchar, y varchar); create table p (k varchar, v varchar)".replace("varchar", "int"))
    assert [[".".join(each) for each in column] for column in judged(engine, sql)["origins"]] == origins


def test_the_tables() -> None:
    one = Score(2, 2, 1, 1, edges=1234, false=3, said=2, silent=1, seconds=0.25)
    suite = Suite("A suite", "by hand", (case(), case()), left_out=4)
    assert short({"x": [one, one]}).splitlines()[-1] == "| x | 2 of 4 | 2 of 4 | 2,462 of 2,468 | 6 | 4 | 2 | 0.5 |"
    lines = whole([suite], {"x": [one], "y": [Score()]}).splitlines()
    assert "| A suite | 2 | 1,234 | by hand | 4 |" in lines
    assert lines[-2:] == [
        "| A suite | x | 1 of 2 | 1 of 2 | 1,231 of 1,234 | 3 | 2 | 1 | 0.2 |",
        "| A suite | y |  | 0 of 0 | 0 of 0 | 0 | 0 | 0 | 0.0 |",
    ]


def test_the_documents_are_of_these_suites_and_parsers() -> None:
    """As far as it takes seconds, and without the suite that grows with each fault found; `make bench-lineage` writes all anew."""
    document, readme = ((ROOT / name).read_text() for name in ("docs/lineage-bench.md", "README.md"))
    for parser in [*ours(), *peers()]:
        assert f"| {parser.title} |" in document, "run `make bench-lineage`"
        assert f"| {parser.title} |" in readme, "run `make bench-lineage`"
    for suite in (suites.demo(), suites.redshift()):
        figures = total(score(each, Answer()) for each in suite.cases)
        line = f"| {suite.title} | {figures.cases:,} | {figures.edges:,} | {suite.truth} | {suite.left_out or ''} |"
        assert line in document, "run `make bench-lineage`"
    rows = re.findall(r"^\| [^|]+ \| this project, [^|]+ \|.*$", document, re.MULTILINE)
    assert len(rows) == len(ours()) * 6
