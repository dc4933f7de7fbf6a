"""Views and procedures of a real PostgreSQL that stands where Redshift does: what its catalog tells of them."""

from pathlib import Path
from typing import Any

import pytest

from local.postgres import Postgres
from mwaa_lineage import LineageSQLOperator
from mwaa_lineage.sql import catalog

pytestmark = pytest.mark.system

STORED = Path(__file__).with_name("stored.sql")
REFUSED = "permission denied"


@pytest.fixture
def warehouse(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> Postgres:
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", postgres.loader_uri)
    monkeypatch.setenv("AIRFLOW__MWAA_LINEAGE__NAMESPACES", '{"WAREHOUSE": "redshift://tickit.us-east-1:5439"}')
    run(postgres, STORED.read_text())
    return postgres


def run(postgres: Postgres, sql: str) -> None:
    with postgres.connect() as connection, connection.cursor() as cursor:
        cursor.execute(sql)


def lineage(sql: str) -> Any:
    """What the operator tells before the SQL has run, which is the same after it."""
    operator = LineageSQLOperator(task_id="task", conn_id="WAREHOUSE", sql=sql, autocommit=True)
    before = operator.get_openlineage_facets_on_start()
    operator.execute({})
    after = operator.get_openlineage_facets_on_complete(None)
    assert [told(dataset) for dataset in [*before.inputs, *before.outputs]] == [told(each) for each in [*after.inputs, *after.outputs]]
    return after


def told(dataset: Any) -> tuple[str, dict[str, list[str]]]:
    facet = dataset.facets.get("columnLineage")
    fields = facet.fields if facet else {}
    return short(dataset.name), {column: origins(told) for column, told in fields.items()}


def origins(column: Any) -> list[str]:
    """Those that form its value."""
    direct = [each for each in column.inputFields if any(how.type == "DIRECT" for how in each.transformations)]
    return [f"{short(origin.name)}.{origin.field}" for origin in direct]


def short(name: str) -> str:
    return str(name).removeprefix("dev.shop.")


def problems(facets: Any) -> list[str]:
    failure = facets.run_facets.get("extractionError")
    return [error.errorMessage for error in failure.errors] if failure else []


def test_a_view_of_a_materialized_view_of_a_view(warehouse: Postgres) -> None:
    facets = lineage("insert into shop.totals select who, much from shop.best")
    assert [short(dataset.name) for dataset in facets.inputs] == ["best"]
    assert [told(dataset) for dataset in facets.outputs] == [("totals", {"customer": ["best.who"], "total": ["best.much"]})]
    assert [told(dataset) for dataset in facets.run_facets["mwaaLineage_views"].datasets] == [
        ("best", {"who": ["per_customer.customer"], "much": ["per_customer.total"]}),
        ("per_customer", {"customer": ["paid.customer"], "total": ["paid.amount"]}),
        ("paid", {"id": ["orders.id"], "customer": ["orders.customer"], "amount": ["orders.amount"]}),
    ]
    assert problems(facets) == []


def test_a_refresh_is_a_write(warehouse: Postgres) -> None:
    facets = lineage("refresh materialized view shop.per_customer")
    assert [short(dataset.name) for dataset in facets.inputs] == ["paid"]
    assert [told(dataset) for dataset in facets.outputs] == [("per_customer", {"customer": ["paid.customer"], "total": ["paid.amount"]})]
    assert [short(dataset.name) for dataset in facets.run_facets["mwaaLineage_views"].datasets] == ["paid"]
    assert problems(facets) == []


@pytest.mark.parametrize("call", ["call shop.load(10.5)", "call shop.load_all()", "set search_path = shop; call load_all()"])
def test_a_call_does_what_the_source_says(warehouse: Postgres, call: str) -> None:
    facets = lineage(call)
    assert sorted(short(dataset.name) for dataset in facets.inputs) == ["paid", "totals"]
    assert [told(dataset) for dataset in facets.outputs] == [("totals", {"customer": ["paid.customer"], "total": ["paid.amount"]})]
    assert problems(facets) == []


def test_what_is_built_at_run_time_is_said(warehouse: Postgres) -> None:
    facets = lineage("call shop.load_table('shop.totals')")
    assert (facets.inputs, facets.outputs) == ([], [])
    assert "procedure dev.shop.load_table is no plain SQL: it has EXECUTE" in problems(facets)[0]


def test_a_catalog_that_refuses_definitions_costs_nothing_else(warehouse: Postgres) -> None:
    run(warehouse, "revoke execute on function pg_get_viewdef(oid) from public; revoke select on pg_proc_info from loader")
    try:
        facets = lineage("insert into shop.totals select who, much from shop.best; call shop.load_all()")
    finally:
        run(warehouse, "grant execute on function pg_get_viewdef(oid) to public; grant select on pg_proc_info to loader")
    assert [told(dataset) for dataset in facets.outputs] == [("totals", {"customer": ["best.who"], "total": ["best.much"]})]
    assert "mwaaLineage_views" not in facets.run_facets
    view, call = problems(facets)
    assert "what view dev.shop.best is made of" in view
    assert "procedure dev.shop.load_all is not known" in call
    assert REFUSED in view
    assert REFUSED in call


def test_definitions_that_hang_cost_nothing_else(warehouse: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "STATEMENT_TIMEOUT", "set statement_timeout to 1000")
    operator = LineageSQLOperator(task_id="task", conn_id="WAREHOUSE", sql="insert into shop.totals select who, much from shop.best")
    with warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.execute("lock table shop.best in access exclusive mode")
        facets = operator.get_openlineage_facets_on_start()
    assert [told(dataset) for dataset in facets.outputs] == [("totals", {"customer": ["best.who"], "total": ["best.much"]})]
    assert "statement timeout" in problems(facets)[0]
