"""What is left of long SQL, and that lineage is the same."""

import pytest

from mwaa_lineage.sql.condensed import LONGEST_LITERAL, SHORT, condensed
from mwaa_lineage.sql.sql import parse

FILL = f"/* {'x' * SHORT} */"


def short(sql: str) -> str:
    """`sql` as a part of a long text."""
    return condensed(FILL + sql).strip()


@pytest.mark.parametrize(
    ("sql", "left"),
    [
        ("insert into t values (1, 'a'), (2, 'b'), (3, null)", "insert into t values (1, 'a')"),
        ("values (-1, default, '1'::date), (f(g(2)), 'it''s (x', '\\'')", "values (-1, default, '1'::date)"),
        ("VALUES\n(1)\n,\n(2);select 1", "VALUES\n(1);select 1"),
        ("values (1), (2, (select a from b)), (3)", "values (1), (2, (select a from b))"),
        ("values ('select'), (2), ('a select'), (3)", "values ('select'), ('a select')"),
        ("select a from b where c in (1, -2, 'x', null::int, 1e5)", "select a from b where c in (1)"),
        ("where (a, b) in ((1, 2), (3, 4)) and c", "where (a, b) in ((1, 2)) and c"),
        ("where a in (select b from c)", "where a in (select b from c)"),
        ("where a in (b, 2)", "where a in (b, 2)"),
        ("where a in (1, b)", "where a in (1, b)"),
        ("select 'values (1), (2)', \"in (1, 2)\", $$values (1), (2)$$ -- in (1, 2)", None),
        ("select margin (1, 2), eigenvalues (1), (2)", None),
        ("from b pivot (sum(a) for c in (1, 2)) p", None),
        (
            "from b pivot (sum(a) for \"c d\" in ('x' as x, 'y')) p where e in (1, 2)",
            "from b pivot (sum(a) for \"c d\" in ('x' as x, 'y')) p where e in (1)",
        ),
    ],
)
def test_one_literal_stands_for_all(sql: str, left: str | None) -> None:
    assert short(sql) == (sql if left is None else left)


def test_a_short_text_stays_as_it_is() -> None:
    assert condensed("values (1), (2)") == "values (1), (2)"


def test_long_literals_and_comments_are_left_out_but_for_the_query_of_unload() -> None:
    long = "x" * LONGEST_LITERAL
    assert short(f"select '{long}', $a${long}$a$ -- {long}\nfrom b").split() == ["select", "'',", "''", "from", "b"]
    assert long in short(f"unload ('select {long} from b') to 's3://x/y'")
    assert long in short(f"unload /* all */ ( -- of b\n 'select {long} from b') to 's3://x/y'")


def test_a_comment_within_a_comment_hides_no_code() -> None:
    code = f"insert into t select a from b where c = {'+ 1' * LONGEST_LITERAL}"
    assert code in short(f"/* a /* b */ it's */ {code} and d = 'x'")


@pytest.mark.parametrize("piece", ["values (", "in (1, ", "'", "values (1, '", "/* ", "$a$ ", "in ('", "(", '"', "values ((((1)))), "])
def test_no_text_takes_it_long_or_makes_parsing_raise(piece: str) -> None:
    assert len(condensed(piece * 100_000)) <= len(piece) * 100_000
    parse([piece * 10_000])
