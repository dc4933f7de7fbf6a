"""Each statement of docs/lineage-sql.md has the graph that is drawn below it."""

import re
from pathlib import Path

import pytest

from tools.bench_lineage.ask_ours import ask
from tools.bench_lineage.case import Question

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs/lineage-sql.md").read_text()
TABLES = {
    "src.orders": ["orderid", "custid", "amount", "placed", "status", "doc"],
    "src.customer": ["custid", "fullname", "city", "country"],
    "src.item": ["itemid", "orderid", "sku", "price", "qty"],
    "mart.sales": ["a", "b", "c", "d"],
    "mart.sales_new": ["a", "b", "c", "d"],
}
DRAWN = re.findall(r"```sql\n(.*?)```\s+```mermaid\nflowchart LR\n(.*?)```", TEXT, re.DOTALL)


def test_there_are_ten() -> None:
    assert len(DRAWN) == TEXT.count("```sql") == 10


@pytest.mark.parametrize(("sql", "graph"), DRAWN)
def test_the_graph(sql: str, graph: str) -> None:
    answer = ask(Question(sql, TABLES))
    assert sorted(f"{origin}.{name} --> {table}.{column}" for table, column, origin, name in answer.edges) == sorted(
        line.strip() for line in graph.splitlines()
    )
    assert not answer.said
