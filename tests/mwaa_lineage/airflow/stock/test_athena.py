"""Athena: what operators and hooks send to it, and the tables of the Glue catalog."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from airflow.providers.amazon.aws.hooks.athena import AthenaHook
from airflow.providers.amazon.aws.operators.athena import AthenaOperator
from moto import mock_aws

from mwaa_lineage.airflow.stock import athena, aws_hooks, declared
from mwaa_lineage.airflow.stock.athena import Athena
from mwaa_lineage.airflow.stock.observed import observed
from mwaa_lineage.airflow.task_lineage import Sent, TaskLineage
from mwaa_lineage.sql.relations import Column, GlueTable, Location, Name, Relation, Table

REGION = "eu-west-1"
LOG = SimpleNamespace(warning=lambda *words: None)
ORDERS = Relation(
    (Column("id", "int"), Column("total", "decimal(8,2)"), Column("day", "string")),
    Location("lake", "orders"),
    GlueTable("aws", REGION, "123456789012", "shop", "orders"),
)


@pytest.fixture(scope="module")
def catalog() -> Iterator[Any]:
    """Glue's, with a table and a view."""
    with mock_aws():
        glue = boto3.client("glue", region_name=REGION)
        glue.create_database(DatabaseInput={"Name": "shop"})
        columns = [{"Name": "id", "Type": "int"}, {"Name": "total", "Type": "decimal(8,2)"}]
        stored = {"Columns": columns, "Location": "s3://lake/orders/"}
        days = [{"Name": "day", "Type": "string"}]
        glue.create_table(DatabaseName="shop", TableInput={"Name": "orders", "StorageDescriptor": stored, "PartitionKeys": days})
        view = {"Name": "totals", "TableType": "VIRTUAL_VIEW", "StorageDescriptor": {"Columns": columns[1:]}}
        glue.create_table(DatabaseName="shop", TableInput=view)
        yield glue


@pytest.fixture(autouse=True)
def aws(catalog: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The catalog; the hook's method is watched, and put back afterwards."""
    monkeypatch.setenv("AIRFLOW_CONN_AWS_DEFAULT", "aws://key:secret@/?region_name=eu-west-1")
    monkeypatch.setattr(AthenaHook, "run_query", AthenaHook.run_query)
    aws_hooks.observe()
    observed.begin()
    yield catalog
    observed.begin()


def warehouse(**given: Any) -> Athena:
    return Athena(AthenaHook("aws_default"), **{"database": "shop", **given})


def operator(**given: Any) -> AthenaOperator:
    usual = {"query": "select total from orders", "database": "shop", "output_location": "s3://results/here/"}
    return AthenaOperator(task_id="athena", **{**usual, **given})


def facets(sent: list[Sent]) -> Any:
    return TaskLineage(lambda: LOG).at_end(sent)


def names(datasets: list[Any]) -> list[str]:
    return [f"{each.namespace} {each.name}" for each in datasets]


def test_the_catalog() -> None:
    catalog = warehouse().read([Name(None, "orders"), Name("shop", "totals"), Name("shop", "missing"), Name("nowhere", "orders")])
    assert (catalog.database, catalog.search_path, catalog.complete) == ("awsdatacatalog", ("shop",), True)
    assert catalog.relations == {
        Table("awsdatacatalog", "shop", "orders"): ORDERS,
        Table("awsdatacatalog", "shop", "totals"): Relation((Column("total", "decimal(8,2)"),)),
    }


def test_not_more_tables_are_asked_for_than_are_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(athena, "MOST", 1)
    catalog = warehouse().read([Name("shop", "orders"), Name("shop", "totals")])
    assert (list(catalog.relations), catalog.complete) == ([Table("awsdatacatalog", "shop", "orders")], False)


def test_an_operators_table_is_its_place_with_the_catalogs_names() -> None:
    told = facets(declared.sent(operator()) or [])
    (orders,), (results,) = told.inputs, told.outputs
    assert names([orders, results]) == ["s3://lake orders", "s3://results here"]
    assert [(each.namespace, each.name) for each in orders.facets["symlinks"].identifiers] == [
        ("awsathena://athena.eu-west-1.amazonaws.com", "awsdatacatalog.shop.orders"),
        ("arn:aws:glue:eu-west-1:123456789012", "table/shop/orders"),
    ]
    assert list(results.facets["columnLineage"].fields) == ["total"]
    assert not told.run_facets


def test_a_view_is_a_table_of_the_catalog() -> None:
    told = facets(declared.sent(operator(query="select total from totals", output_location=None)) or [])
    assert names(told.inputs) == ["awsathena://athena.eu-west-1.amazonaws.com awsdatacatalog.shop.totals"]
    assert told.outputs == []


@pytest.mark.parametrize(
    ("given", "database", "results"),
    [
        ({}, "shop", Location("results", "here")),
        ({"database": "", "query_execution_context": {"Database": "Lake"}}, "lake", Location("results", "here")),
        (
            {"database": "", "output_location": "", "result_configuration": {"OutputLocation": "s3://other/"}},
            "default",
            Location("other", ""),
        ),
        ({"output_location": None}, "shop", None),
    ],
)
def test_where_an_operator_sends_its_query(given: dict[str, Any], database: str, results: Location | None) -> None:
    (sent,) = declared.sent(operator(**given)) or []
    assert isinstance(sent.warehouse, Athena)
    assert (sent.warehouse.database, sent.warehouse.results) == (database, results)


def test_the_name_of_the_run_is_told() -> None:
    task = operator()
    assert declared.run_facets(task) == {}
    task.query_execution_id = "9a1b2c3d-0000-4000-8000-000000000000"
    (facet,) = declared.run_facets(task).values()
    assert (facet.externalQueryId, facet.source) == (task.query_execution_id, "awsathena")


def test_other_catalogs_are_left_to_the_provider() -> None:
    task = operator()
    task.catalog = "lambda:other"  # as of newer providers
    assert declared.sent(task) is None
    AthenaHook("aws_default").run_query("select 1", {"Catalog": "lambda:other"}, {})
    assert observed.sent() == []


def test_queries_of_a_hook_are_seen() -> None:
    AthenaHook("aws_default").run_query("insert into totals select total from orders", {"Database": "shop"}, {"OutputLocation": "s3://r/"})
    told = facets(observed.sent())
    assert names(told.inputs) == ["s3://lake orders"]
    assert names(told.outputs) == ["awsathena://athena.eu-west-1.amazonaws.com awsdatacatalog.shop.totals"]


def test_a_catalog_that_refuses_costs_the_columns_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(self: Any, names: Any) -> Any:
        raise PermissionError("not authorized to perform: glue:GetTable")

    monkeypatch.setattr(Athena, "read", refused)
    told = facets([Sent(warehouse(), ("insert into totals select total from orders",))])
    assert names([*told.inputs, *told.outputs]) == [
        f"awsathena://athena.eu-west-1.amazonaws.com awsdatacatalog.shop.{table}" for table in ("orders", "totals")
    ]
    assert "not authorized" in told.run_facets["extractionError"].errors[0].errorMessage
