"""The lineage of random scripts, judged by DuckDB; `make fuzz-lineage` tries many more."""

import pytest

from tools.lineage_judge.judge import Judge
from tools.lineage_judge.scripts import Change, Step
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
    assert sum(verdict.edges for verdict in verdicts) > SCRIPTS


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
            {("orders", "raw.orders.custid"), ("b", "raw.customer.city"), ("b", "raw.orders.amount")},
        ),
        (
            Step("", "mart.daily", ("b",), "select custid from raw.orders <side> join raw.customer using (custid)"),
            {("b", "raw.orders.custid"), ("b", "raw.customer.custid")},
        ),
        (
            Step("", "mart.daily", ("b",), changes=(Change("update mart.daily set b = f.city from raw.customer f", ("b",)),)),
            {("b", "raw.customer.city")},
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
            {("b", "raw.tally.custid")},
        ),
    ],
    ids=["a join", "both sides", "an update", "an insert of MERGE"],
)
def test_the_judge(step: Step, edges: set[tuple[str, str]]) -> None:
    assert Judge().edges([step]) == {("mart.daily", column, *origin.rsplit(".", 1)) for column, origin in edges}


@pytest.mark.parametrize(
    ("verdict", "is_fault"),
    [
        (Verdict("", 1), False),
        (Verdict("", 1, false={("t", "a", "s", "b")}, problems=("said",)), True),
        (Verdict("", 1, missing={("t", "a", "s", "b")}), True),
        (Verdict("", 1, missing={("t", "a", "s", "b")}, problems=("said",)), False),
    ],
)
def test_what_is_a_fault(verdict: Verdict, is_fault: bool) -> None:
    assert verdict.is_fault is is_fault
