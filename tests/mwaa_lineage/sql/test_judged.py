"""The lineage of random scripts, judged by DuckDB; `make fuzz-lineage` tries many more."""

from collections import Counter

import pytest

from tools.lineage_judge.judge import FORMS, Edges, Judge
from tools.lineage_judge.scripts import Change, Step
from tools.lineage_judge.twins import ROLES, decided, decides
from tools.lineage_judge.verdict import Verdict, judged, script

SCRIPTS = 300
RUNNABLE = 0.85
"""The share that DuckDB can run, at least: more is lost where the scripts are not valid."""


def test_random_scripts() -> None:
    judge = Judge()
    verdicts = [verdict for number in range(SCRIPTS) if (verdict := judged(judge, script(0, number)))]
    faults = [str(verdict) for verdict in verdicts if verdict.is_fault]
    assert not faults, "\n\n".join(faults)
    assert len(verdicts) > RUNNABLE * SCRIPTS
    kinds = Counter(edge[-1] for verdict in verdicts for edge in verdict.true)
    assert set(kinds) == {FORMS, *ROLES}
    assert min(kinds.values()) > SCRIPTS // 5


@pytest.mark.parametrize(
    ("step", "edges"),
    [
        (
            Step(
                "",
                "mart.daily",
                ("orders", "b"),
                "select custid, mix([c.city, o.amount]) from raw.orders o left join raw.customer c using (custid)",
            ),
            {"orders raw.orders.custid", "b raw.customer.city", "b raw.orders.amount"},
        ),
        (
            Step("", "mart.daily", ("b",), "select custid from raw.orders <side> join raw.customer using (custid)"),
            {"b raw.orders.custid", "b raw.customer.custid"},
        ),
        (
            Step("", "mart.daily", ("b",), changes=(Change("update mart.daily set b = f.city from raw.customer f", ("b",)),)),
            {"b raw.customer.city"},
        ),
        (
            Step(
                "",
                "mart.daily",
                ("b", "orders"),
                changes=(
                    Change(
                        "merge into mart.daily using raw.tally f on false when not matched then insert (b) values (f.custid)",
                        ("b",),
                        adds=True,
                    ),
                ),
            ),
            {"b raw.tally.custid"},
        ),
        (
            Step("", "mart.daily", ("b",), decided("select custid, status from raw.orders", ["k"], decides("FILTER", "v1"), besides=1)),
            {"b raw.orders.status", "* raw.orders.status FILTER"},
        ),
    ],
    ids=["a join", "both sides", "an update", "an insert of MERGE", "a filter"],
)
def test_the_judge(step: Step, edges: set[str]) -> None:
    assert told(Judge().edges([step])) == edges


def told(edges: Edges) -> set[str]:
    """Edges into mart.daily, as the tests write them."""
    assert {table for table, *_ in edges} == {"mart.daily"}
    return {f"{column or '*'} {origin}.{name} {how}".removesuffix(f" {FORMS}") for _, column, origin, name, how in edges}


FILTERED = decided("select decides(status, 1), orderid from raw.orders", ["k"], "v0", besides=1)


@pytest.mark.parametrize(
    ("query", "edges"),
    [
        (FILTERED, {"b raw.orders.orderid", "* raw.orders.status FILTER"}),
        (f"select scalar(({FILTERED}))", {"b raw.orders.orderid", "b raw.orders.status FILTER"}),
        (f"select asked(({FILTERED}))", {"b raw.orders.status FILTER"}),
        (f"select mix([k]) from ({FILTERED}) q", {"b raw.orders.orderid"}),
        ("select used(city, 5) from raw.customer", {"b raw.customer.city", "b raw.customer.city WINDOW"}),
        ("select decides(used(city, 6), 3) from raw.customer", {"* raw.customer.city GROUP_BY"}),
        (f"select decides(scalar(({FILTERED})), 2)", {"* raw.orders.orderid JOIN", "* raw.orders.status FILTER"}),
        (
            f"select mixall(q.k) from ({FILTERED} union all select city from raw.customer) q",
            {
                *("b raw.orders.orderid", "b raw.customer.city", "* raw.orders.status FILTER"),
            },
        ),
        (decided("select custid from raw.tally", ["m"], "v0", decides("FILTER", "v0"), gives=False), {"* raw.tally.custid FILTER"}),
    ],
    ids=["rows", "a scalar", "EXISTS", "an expression", "a window", "a group by a condition", "a join by a scalar", "a union", "EXCEPT"],
)
def test_what_decides(query: str, edges: set[str]) -> None:
    assert told(Judge().edges([Step("", "mart.daily", ("b",), query)])) == edges


def test_what_decides_about_a_work_table_decides_about_what_is_made_of_it() -> None:
    """By whichever of its columns, and whichever statement."""
    work = Step("", "w", ("k", "n"), "select city, custid from raw.customer", makes=True)
    deleted = Step("", "w", ("k",), changes=(Change("update w set k = rowed(k, decides(f.sku, 1)) from raw.item f", ("k",)),))
    read = Step("", "mart.daily", ("b",), "select n from w")
    assert told(Judge().edges([work, deleted, read])) == {"b raw.customer.custid", "* raw.item.sku FILTER"}
    emptied = Step("", "w", ("k", "n"), empties=True)
    filled = Step("", "w", ("n",), "select price from raw.item")
    assert told(Judge().edges([work, deleted, emptied, filled, read])) == {"b raw.item.price"}


@pytest.mark.parametrize("reader", ["mart.sales", "mart.daily"])
def test_what_is_emptied_was_there_if_others_were_made_of_it(reader: str) -> None:
    filled = Step("", "mart.daily", ("b",), "select sku from raw.item")
    read = Step("", "mart.sales", ("a",), f"select b from {reader}")
    emptied = Step("", "mart.daily", ("orders", "b"), empties=True)
    edges = Judge().edges([filled, read, emptied])
    assert {edge for edge in edges if edge[0] == "mart.daily"} == (
        {("mart.daily", "b", "raw.item", "sku", FORMS)} if reader == "mart.daily" else set()
    )


@pytest.mark.parametrize(
    ("sql", "false", "missing"),
    [
        ("where status = 'x'", set(), set()),
        ("where amount > 1", {"* raw.orders.amount FILTER"}, {"* raw.orders.status FILTER"}),
        ("", set(), {"* raw.orders.status FILTER"}),
    ],
)
def test_what_is_stated_of_what_decides_is_judged(sql: str, false: set[str], missing: set[str]) -> None:
    verdict = judged(Judge(), [Step(f"insert into mart.daily (b) select orderid from raw.orders {sql}", "mart.daily", ("b",), FILTERED)])
    assert verdict is not None
    assert [told(each) if each else set() for each in (verdict.false, verdict.missing)] == [false, missing]
    assert verdict.is_fault is bool(false or missing)


@pytest.mark.parametrize(
    ("verdict", "is_fault"),
    [
        (Verdict(""), False),
        (Verdict("", false={("t", "a", "s", "b", FORMS)}, problems=("said",)), True),
        (Verdict("", missing={("t", "a", "s", "b", FORMS)}), True),
        (Verdict("", missing={("t", "a", "s", "b", FORMS)}, problems=("said",)), False),
    ],
)
def test_what_is_a_fault(verdict: Verdict, is_fault: bool) -> None:
    assert verdict.is_fault is is_fault
