"""The tables of statements that are not parsed, and when that is so."""

import gc
import time
from pathlib import Path

import pytest
from sqlglot import exp

from mwaa_lineage.sql.flow import derive
from mwaa_lineage.sql.outline import MOST_TABLES, outline
from mwaa_lineage.sql.redshift import MOST_TOKENS
from mwaa_lineage.sql.relations import Catalog, Column, Relation, Table
from mwaa_lineage.sql.sql import LONGEST_TEXT, TABLES_ONLY, Statement, looked_through, outlined, parse
from mwaa_lineage.sql.work import Work
from tests.corpus import read

LONG = f"select {'a+' * MOST_TOKENS}a from b"
WITH = "with c as (select * from c0), d (u) as (select 1 from s.e) "


def text(found: object) -> str:
    return ".".join(part.name for part in found.parts) if isinstance(found, exp.Table) else str(found or "")


@pytest.mark.parametrize(
    ("sql", "reads", "writes"),
    [
        (f"insert into a.t (x) {WITH} select 'from q' from c, d x, F.g as h left join \"I\".j on 1 = 1", "c0 s.e f.g i.j", "a.t"),
        ("insert into t select extract(year from z), trim(both ' ' from y) from b where a is distinct from c.d", "b", "t"),
        ("insert into t select a from b where exists (select 1 from l) and x in (select y from m, lateral n)", "b l m n", "t"),
        ("create temp table if not exists t as select * from (a join b on 1=1), (select 1 from c) q, d", "a b c d", "t"),
        ("delete from t using u, v where t.a = u.a", "u v", "t"),
        ("update t set a = b.x from b where c in (select d from e for update)", "b e", "t"),
        ("merge into t using s on t.a = s.a when matched then update set a = 1 when not matched then insert values (1)", "s", "t"),
        ("copy a.t (x, y) from 's3://b/k/' iam_role 'x'", "s3://b/k", "a.t"),
        ("unload ('select * from a.b where c = ''d''') to 's3://x/y' iam_role default", "a.b", "s3://x/y"),
        ("select a, b into temp w from x, generate_series(1, 2), (values (1)) v union all select 1, 2 from y order by 1, 2", "x y", "w"),
        (
            "create view v as with recursive r as (select 1 from base union all select 2 from r) select * from r, base b, b.items i",
            "base",
            "v",
        ),
        ("insert into t values (1, (select max(a) from b))", "b", "t"),
        ("/* from x */ select 1 -- from y\nfrom z", "z", ""),
        ("/* a /* it's */ from x */ select 1 from z", "z", ""),
        ("insert into t with c as (select distinct a from b) select distinct top 1 a from c, d where a is distinct from e", "b d", "t"),
        ("create external table a.t stored as parquet location 's3://b/k/' table properties ('x'='y') as select c from d", "d", "a.t"),
        ("delete from t where a = 1", "", ""),
        ("unload ('select a from b where c in (select d from e where f = ''g'')') to 's3://x/y'", "b e", "s3://x/y"),
        ("insert into t select max(a) from (select a from b) raw union all select a from raw.c", "b raw.c", "t"),
    ],
)
def test_the_tables_are_found(sql: str, reads: str, writes: str) -> None:
    found = outline(sql)
    assert [text(each) for each in found.read] == reads.split()
    assert text(found.target) == writes


CASES = read(Path(__file__).with_name("statements.yaml"))
KNOWN = {
    Table("dev", *("public." + name).split(".")[-2:]): Relation(tuple(map(Column, columns))) for name, columns in CASES["catalog"].items()
}
SCRIPTS = [
    "create table mart.w as select orderid from raw.orders; insert into mart.sales (a) select orderid from mart.w; --\n drop table mart.w",
    "-- first\nset search_path to raw, mart; insert into sales (a) select orderid from orders",
    "begin; insert into mart.sales (a) select orderid from raw.orders; rollback; insert into mart.daily (b) select sku from raw.item",
    "create temp table w (a int); copy w from 's3://b/k/'; insert into mart.sales (a) select a from w; truncate mart.sales",
    "alter table mart.sales append from mart.sales_new; alter table mart.daily rename to gone",
    "create table mart.n as select orderid from raw.orders; drop table mart.daily; alter table mart.n rename to daily",
    "create model m from raw.orders target status function f settings (s3_bucket 'x')",
    "delete from mart.daily; delete mart.sales where a = 1; delete from mart.sales_new using raw.orders o where o.orderid = a",
    f"explain insert into mart.sales (a) select orderid from raw.orders where custid = {'1 + ' * 5_000} 1",
    "insert into mart.sales (a) select orderid from raw.orders o, o.doc d, other.raw.item",
    "insert into mart.sales (a) with o as (select doc from raw.orders) select i.sku from o, o.doc.items i",
    "insert into mart.sales (a) select raw.city from raw.customer raw, raw.item",
]


@pytest.mark.parametrize("sql", SCRIPTS)
def test_what_is_only_looked_through_has_the_tables_of_what_is_parsed(sql: str) -> None:
    catalog = Catalog("dev", ("public",), KNOWN)
    parsed = parse([sql])
    lineage = derive(parse([sql]), catalog)
    assert lineage.inputs or lineage.outputs or sql.startswith("explain")
    for statements in (looked_through([sql]), outlined(parsed)):
        found = derive(statements, catalog)
        assert set(found.inputs) == set(lineage.inputs)
        assert set(found.outputs) == set(lineage.outputs)


@pytest.mark.parametrize("sql", [f"unload ('{LONG}') to 's3://x/y'", f"declare c cursor for {LONG}"], ids=["unload", "declare"])
def test_a_large_query_that_stands_as_a_text_is_not_parsed(sql: str) -> None:
    (statement,) = parse([sql])
    assert statement.tables is not None
    assert [text(each) for each in statement.tables.read] == ["b"]


@pytest.mark.parametrize("sql", ["(", ")))", "from", "insert into", "with", "select from from ,", "''''", "a.b.c.d.e", "$", "create table"])
def test_no_text_makes_it_raise(sql: str) -> None:
    outline(sql)


NESTED = f"insert into t select {'(' * 5_000}a{')' * 5_000} from b"
LARGE = f"insert into t select {' + '.join(['a'] * MOST_TOKENS)} from b"
HUGE = f"create temp table w as select a from b; insert into t select a from w where a = {' + '.join(['a'] * (LONGEST_TEXT // 3))}"


@pytest.mark.parametrize("sql", [NESTED, LARGE, HUGE], ids=["nested", "large", "huge"])
def test_what_is_too_much_keeps_its_tables_and_costs_no_other_statement(sql: str) -> None:
    work = Work(lambda: derive(parse([f"{sql}; insert into u select c from d"]), Catalog("dev", complete=False)))
    assert work.finished(120)
    lineage = work.result()
    assert [str(each) for each in lineage.inputs] == ["dev.public.b", "dev.public.d"]
    assert [str(each) for each in lineage.outputs] == ["dev.public.t", "dev.public.u"]
    assert TABLES_ONLY in lineage.problems[0].message


def test_what_the_catalog_does_not_know_may_be_no_table() -> None:
    known = {Table("dev", "public", name): Relation((Column("a"),)) for name in ("b", "t")}
    lineage = derive(looked_through(["insert into t select a from b, x"]), Catalog("dev", relations=known))
    assert [str(each) for each in lineage.inputs] == ["dev.public.b"]


def test_the_time_grows_with_the_number_of_tables_and_not_with_its_square() -> None:
    """Eight times the tables take eight times as long, and sixty-four times if the time is quadratic."""

    def seconds(tables: int) -> float:
        texts = [f"insert into t{number} select a from b{number}" for number in range(tables)]
        statements = [Statement(text, tables=outline(text)) for text in texts]
        gc.disable()  # it would look through all that the other tests have left, the more often the more tables
        begun = time.process_time()
        try:
            assert len(derive(statements, Catalog("dev")).outputs) == tables
            return time.process_time() - begun
        finally:
            gc.enable()

    assert min(seconds(8_000) for _ in range(3)) < 20 * min(seconds(1_000) for _ in range(3))


def test_endless_tables_are_cut_and_that_is_said() -> None:
    (statement,) = looked_through(["insert into t " + " union all ".join(f"select a from b{number}" for number in range(MOST_TABLES * 2))])[
        :1
    ]
    assert statement.tables is not None
    assert len(statement.tables.read) == MOST_TABLES + 1
    assert str(MOST_TABLES) in (statement.problem or "")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("(", ")"),
        ("coalesce(", ", 0)"),
        ("replace(", ", 'x', 'y')"),
        ("case when a = 1 then 1 else ", " end"),
        ("-(", ")"),
        ("upper(trim(", "))"),
    ],
)
def test_hundreds_of_levels_have_their_columns(before: str, after: str) -> None:
    known = {Table("dev", "public", name): Relation((Column("a"),)) for name in ("b", "t")}
    sql = f"insert into t select {before * 300}a{after * 300} from b"
    work = Work(lambda: derive(parse([sql]), Catalog("dev", relations=known)))
    assert work.finished(120)
    assert work.result().problems == []
    ((column, origins),) = work.result().outputs[Table("dev", "public", "t")].columns.items()
    assert (column, [str(origin.table) for origin in origins]) == ("a", ["dev.public.b"])


@pytest.mark.parametrize("operator", [" and ", " or ", " + ", " || "])
def test_a_chain_is_as_shallow_as_can_be_and_means_the_same(operator: str) -> None:
    (statement,) = parse([f"select {operator.join(f'a{number}' for number in range(1_000))} from b"])
    assert statement.tree is not None
    columns = list(statement.tree.find_all(exp.Column))
    assert sorted(column.name for column in columns) == sorted(f"a{number}" for number in range(1_000))
    assert max(column.depth for column in columns) < 15


def test_a_chain_of_unions_keeps_its_order_and_what_is_said_of_all() -> None:
    pieces = " union all ".join(f"select a{number} from b{number}" for number in range(100))
    (statement,) = parse([f"with c as (select 1 x) {pieces} union select 1 from c order by 1 limit 3"])
    tree = statement.tree
    assert isinstance(tree, exp.Union)
    assert tree.args["limit"] is not None
    assert [table.name for table in tree.find_all(exp.Table, bfs=False)] == [*(f"b{number}" for number in range(100)), "c"]
    assert tree.named_selects == ["a0"]
