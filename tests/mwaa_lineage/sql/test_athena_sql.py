"""SQL of Athena: what it reads and writes."""

import pytest

from mwaa_lineage.sql.athena import parse
from mwaa_lineage.sql.flow import derive
from mwaa_lineage.sql.relations import Catalog, Column, Location, Relation, Table
from mwaa_lineage.sql.sql import names

COLUMNS = {"orders": ("id", "customer", "total", "day", "tags"), "customers": ("id", "name"), "spent": ("name", "total"), "copy": ("id",)}
CATALOG = Catalog(
    "awsdatacatalog",
    ("shop",),
    {Table("awsdatacatalog", "shop", name): Relation(tuple(map(Column, columns))) for name, columns in COLUMNS.items()},
)
RESULTS = Location("results", "here")
TOTALS = {"name": ["customers.name"], "total": ["orders.total"]}


def short(source: Table | Location) -> str:
    return source.name if isinstance(source, Table) else str(source)


@pytest.mark.parametrize(
    ("sql", "inputs", "outputs"),
    [
        (
            """insert into spent with o as (select customer, sum(total) as total from orders group by 1)
            select c.name, o.total from o join customers c on c.id = o.customer""",
            {"orders", "customers"},
            {"spent": TOTALS},
        ),
        (
            """create table made with (format = 'PARQUET', external_location = 's3://lake/made/') as
            select name, "total" from shop.orders join customers using (id)""",
            {"orders", "customers"},
            {"made": TOTALS},
        ),
        (
            "unload (select name from customers where name like '(%') to 's3://lake/out/' with (format = 'PARQUET')",
            {"customers"},
            {"s3://lake/out": {"name": ["customers.name"]}},
        ),
        ("create or replace view v as select id from awsdatacatalog.shop.orders", {"orders"}, {"v": {"id": ["orders.id"]}}),
        ("select max(total) as most from orders;", {"orders"}, {"s3://results/here": {"most": ["orders.total"]}}),
        (
            "select t.tag, cast(day as date) as d from orders cross join unnest(tags) as t (tag)",
            {"orders"},
            {"s3://results/here": {"tag": ["orders.tags"], "d": ["orders.day"]}},
        ),
        (
            "merge into copy c using orders o on c.id = o.id when not matched then insert (id) values (o.id)",
            {"orders"},
            {"copy": {"id": ["orders.id"]}},
        ),
        ("delete from copy where id in (select id from orders)", {"orders"}, {"copy": {}}),
        ("create external table `raw` (a int, b string) partitioned by (d string) stored as parquet location 's3://lake/raw/'", set(), {}),
        ("alter table orders add partition (day = '1') location 's3://lake/orders/1/'", set(), {}),
        ("msck repair table orders", set(), {}),
        ("show create table orders", set(), {}),
        ("describe orders", set(), {}),
        ("drop table if exists `shop`.`copy`", set(), {}),
        ("optimize copy rewrite data using bin_pack", set(), {}),
        ("prepare p from select 1", set(), {}),
        ("-- nothing", set(), {}),
        ("", set(), {}),
    ],
)
def test_statements(sql: str, inputs: set[str], outputs: dict[str, dict[str, list[str]]]) -> None:
    lineage = derive(parse([sql], RESULTS), CATALOG)
    assert [problem.message for problem in lineage.problems] == []
    assert {short(each) for each in lineage.inputs} == inputs
    assert {
        short(target): {column: [f"{short(origin.table)}.{origin.column}" for origin in how] for column, how in output.columns.items()}
        for target, output in lineage.outputs.items()
    } == outputs


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("select 'a", "has no end"),
        ("unload select 1 to 's3://a/b'", "UNLOAD cannot be parsed"),
        ("unload (select 1", "UNLOAD cannot be parsed"),
        ("unload (select 1) to", "UNLOAD cannot be parsed"),
        ("select from where", "SELECT cannot be parsed"),
        ("insert into spent select * from {{ table }}", "a template that did not render"),
        ("execute p using 1", "EXECUTE is not supported"),
        ("select " + "+".join(["1"] * 60_000) + " from orders", "more than"),
        ("select " + "(" * 3_000 + "1" + ")" * 3_000 + " from orders", "nested too deeply"),
    ],
)
def test_what_cannot_be_read_is_said(sql: str, words: str) -> None:
    (statement, *_) = parse([sql])
    assert statement.problem
    assert words in statement.problem


def test_rows_go_nowhere_where_nobody_says_where_to() -> None:
    lineage = derive(parse(["select id from orders"]), CATALOG)
    assert (lineage.outputs, [short(each) for each in lineage.inputs]) == ({}, ["orders"])


def test_the_tables_that_are_asked_for() -> None:
    assert {(name.schema, name.table) for name in names(parse(["select 1 from orders, Lake.Clicks"], RESULTS))} == {
        (None, "orders"),
        ("lake", "clicks"),
    }
