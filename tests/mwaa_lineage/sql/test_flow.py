"""What SQL reads and writes: the cases of statements.yaml, and how values are derived."""

from pathlib import Path
from typing import Any

import pytest

from mwaa_lineage.airflow.report import Report
from mwaa_lineage.sql.flow import Lineage, _Run, derive
from mwaa_lineage.sql.relations import Catalog, Column, Location, Relation, Source, Table
from mwaa_lineage.sql.sql import parse
from mwaa_lineage.sql.work import Work
from tests.corpus import read

CASES = read(Path(__file__).with_name("statements.yaml"))


def table(name: str) -> Table:
    database, schema, bare = f"dev.{name}".split(".")[-3:]
    return Table(database, schema, bare)


CATALOG = Catalog("dev", ("public",), {table(name): Relation(tuple(map(Column, columns))) for name, columns in CASES["catalog"].items()})
NO_CATALOG = Catalog("dev", complete=False)


def short(source: Source) -> str:
    """A name as the cases write it: without the database `dev`."""
    return str(source).removeprefix("dev.")


def written(lineage: Lineage) -> dict[str, dict[str, list[str]]]:
    return {
        short(target): {
            column: sorted(f"{short(origin.table)}.{origin.column}" for origin in how) for column, how in output.columns.items()
        }
        for target, output in lineage.outputs.items()
    }


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["name"])
def test_statements(case: dict[str, Any]) -> None:
    lineage = derive(parse([case["sql"]]), NO_CATALOG if case.get("catalog") == "none" else CATALOG)
    expected = {target: {column: sorted(origins) for column, origins in columns.items()} for target, columns in case["outputs"].items()}
    assert written(lineage) == expected
    assert sorted(map(short, lineage.inputs)) == sorted(case["inputs"])
    messages = [problem.message for problem in lineage.problems]
    assert len(messages) == len(case.get("problems", [])), messages
    assert all(part in message for part, message in zip(case.get("problems", []), messages, strict=True)), messages


@pytest.mark.parametrize(
    ("expression", "derivation"),
    [
        ("userid", "IDENTITY"),
        ("userid as id", "IDENTITY"),
        ("userid::varchar", "TRANSFORMATION"),
        ("userid + 1", "TRANSFORMATION"),
        ("case when userid > 1 then 2 end", "TRANSFORMATION"),
        ("lag(userid) over (order by userid)", "TRANSFORMATION"),
        ("max(userid)", "AGGREGATION"),
        ("coalesce(max(userid), 0)", "AGGREGATION"),
        ("(select max(userid) from staging.users)", "AGGREGATION"),
    ],
)
def test_how_a_value_is_derived(expression: str, derivation: str) -> None:
    lineage = derive(parse([f"insert into dm.report (a) select {expression} from staging.users"]), CATALOG)
    ((origin, how),) = lineage.outputs[table("dm.report")].columns["a"].items()
    assert (origin.column, how.name) == ("userid", derivation)


@pytest.mark.parametrize(
    ("inner", "outer", "derivation"),
    [
        ("userid as n", "n", "IDENTITY"),
        ("userid as n", "n + 1", "TRANSFORMATION"),
        ("sum(userid) as n", "n", "AGGREGATION"),
        ("sum(userid) as n", "n * 2", "AGGREGATION"),
        ("userid::float as n", "max(n)", "AGGREGATION"),
    ],
)
@pytest.mark.parametrize(
    "text",
    [
        "insert into dm.report (a) select {outer} from ({query}) q",
        "create temp table q as {query}; insert into dm.report (a) select {outer} from q",
    ],
)
def test_the_strongest_change_on_the_way_counts(text: str, inner: str, outer: str, derivation: str) -> None:
    lineage = derive(parse([text.format(outer=outer, query=f"select {inner} from staging.users")]), CATALOG)
    assert [how.name for how in lineage.outputs[table("dm.report")].columns["a"].values()] == [derivation]


def test_a_file_that_is_read_and_tables_that_are_made_have_what_the_sql_says_of_them() -> None:
    lineage = derive(parse(["create external table lake.new (a int, b varchar(10)) stored as parquet location 's3://lake/new/'"]), CATALOG)
    assert lineage.created == {table("lake.new"): Relation((Column("a", "integer"), Column("b", "varchar(10)")), Location("lake", "new"))}


def test_the_catalog_has_the_types_of_a_table_that_was_made() -> None:
    made = Relation((Column("id", "bigint"), Column("name", "character varying")))
    catalog = Catalog("dev", ("public",), {**CATALOG.relations, table("dm.new"): made})
    lineage = derive(parse(["create table dm.new as select userid as id, username as name from staging.users"]), catalog)
    assert lineage.created == {table("dm.new"): made}


def test_statements_are_counted_from_the_first_to_the_last_text() -> None:
    lineage = derive(parse(["begin; select 1", "call a()", "select 2; call b(); commit"]), CATALOG)
    assert [problem.statement for problem in lineage.problems] == [2, 4]


def test_many_rows_of_values_are_read_in_no_time() -> None:
    rows = ", ".join(f"({number}, 'x', null)" for number in range(5000))
    assert written(derive(parse([f"insert into dm.report values {rows}"]), CATALOG)) == {"dm.report": {"a": [], "b": [], "c": []}}


def test_a_long_chain_of_views_is_looked_through_once_for_each_change(monkeypatch: pytest.MonkeyPatch) -> None:
    recorded: list[Any] = []
    record = _Run._record

    def counted(*given: Any) -> None:
        recorded.append(given)
        record(*given)

    monkeypatch.setattr(_Run, "_record", staticmethod(counted))
    views = [f"create temp view v{number} as select x from {f'v{number - 1}' if number else 'w'}" for number in range(50)]
    filled = "insert into w select custid from raw.customer; insert into mart.sales (a) select x from v49"
    lineage = derive(parse(["; ".join(["create temp table w (x int)", *views, filled, filled])]), CATALOG)
    assert written(lineage) == {"mart.sales": {"a": ["raw.customer.custid"]}}
    assert len(recorded) < 200  # each view when it is made, and twice besides


def test_a_long_chain_of_ctes_is_read_in_no_time() -> None:
    links = ", ".join(
        f"t{n} as (select userid, username || userid as username from t{n - 1} union select * from t{n - 1})" for n in range(1, 40)
    )
    sql = f"insert into dm.report (a) with t0 as (select userid, username from staging.users), {links} select username from t39"
    assert written(derive(parse([sql]), CATALOG)) == {"dm.report": {"a": ["staging.users.userid", "staging.users.username"]}}


@pytest.mark.parametrize(
    "sql",
    [
        "set",
        "set session",
        "use",
        "create temp table",
        "create table if not exists",
        "alter table append",
        "unload",
        "declare c cursor",
        "create model m",
        "select v at",
        "merge remove duplicates",
        "select 1 into (select 2)",
        "update t set (a, b) = (select * from u)",
    ],
)
def test_half_a_statement_raises_nothing(sql: str) -> None:
    assert written(derive(parse([sql, "insert into dm.report (a) select userid from staging.users"]), CATALOG)) == {
        "dm.report": {"a": ["staging.users.userid"]}
    }


def test_an_alias_that_the_next_one_uses_three_times_costs_nothing() -> None:
    """Written out, the last one would have 3 ** 60 terms."""
    steps = ", ".join(f"case when n{i} is null or n{i} < 0 then 0 else n{i} * 2 end as n{i + 1}" for i in range(60))
    sql = f"insert into dm.report (a) select n60 from (select userid as n0, {steps} from staging.users) x"
    assert written(derive(parse([sql]), CATALOG)) == {"dm.report": {"a": ["staging.users.userid"]}}


def test_nothing_is_kept_for_transactions_that_are_not_undone() -> None:
    steps = "; ".join(f"begin; create temp table w{i} as select userid from staging.users; commit" for i in range(1000))
    sql = f"{steps}; begin; insert into dm.report (a) select userid from w1; rollback; insert into dm.report (b) select userid from w999"
    assert written(derive(parse([sql]), CATALOG)) == {"dm.report": {"b": ["staging.users.userid"]}}


@pytest.mark.parametrize("read_after", [False, True], ids=["before the SQL has run", "after"])
def test_a_swap_is_the_same_whenever_the_catalog_is_read(read_after: bool) -> None:
    columns = Relation((Column("a"), Column("b")))
    now = {"dm.now": columns} if read_after else {"dm.now": columns, "dm.next": columns}
    catalog = Catalog("dev", ("public",), {table(name): relation for name, relation in now.items()})
    lineage = derive(parse(["alter table dm.now rename to old; alter table dm.next rename to now; drop table dm.old"]), catalog)
    assert written(lineage) == {"dm.now": {"a": ["dm.next.a"], "b": ["dm.next.b"]}}
    assert [short(source) for source in lineage.inputs] == ["dm.next"]
    assert lineage.created == {table("dm.now"): columns}
    assert lineage.problems == []


def test_an_external_table_and_the_files_behind_it_are_one_dataset() -> None:
    event = Relation((Column("eventid", "int"),), Location("lake", "event"))
    catalog = Catalog("dev", ("public",), {**CATALOG.relations, table("lake.event"): event})
    sql = "copy dm.report from 's3://lake/event/' iam_role default; insert into dm.report (a) select eventid from lake.event"
    facets = Report([sql], "redshift://w", "dev", lambda names: catalog, str).facets()
    (dataset,) = facets.inputs
    assert (dataset.namespace, dataset.name, sorted(dataset.facets or {})) == ("s3://lake", "event", ["schema", "symlinks"])


def test_many_rows_with_queries_are_read_in_good_time() -> None:
    rows = ", ".join(f"({number}, (select sku from raw.item where itemid = {number}))" for number in range(1_500))
    work = Work(lambda: derive(parse([f"insert into mart.sales (a, b) values {rows}"]), CATALOG))
    assert work.finished(60), "1500 rows take longer than a minute"
    assert written(work.result()) == {"mart.sales": {"a": [], "b": ["raw.item.sku"]}}
