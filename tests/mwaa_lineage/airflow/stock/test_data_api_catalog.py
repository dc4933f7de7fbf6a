"""A warehouse behind the Redshift Data API: its name, and its catalog, which is asked as the real API wants it."""

import json
import logging
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.providers.amazon.aws.hooks.redshift_data import RedshiftDataHook

from mwaa_lineage.airflow.stock import data_api
from mwaa_lineage.airflow.task_lineage import Sent, TaskLineage
from mwaa_lineage.sql.relations import Column, GlueTable, Location, Name, Relation, Table
from tests.doubles.redshift_data_api import DataApi, serving
from tests.doubles.sessions import Session
from tests.mwaa_lineage.sql.warehouse import DatabaseError, session

REGION = "eu-west-1"
SERVERLESS = {"database": "dev", "workgroup_name": "shop", "cluster_identifier": None}
CLUSTER = {"database": "Sales", "cluster_identifier": "Orders", "db_user": "loader"}
ROLE = json.dumps({"IAM_ROLE": "arn:aws:iam::123456789012:role/lake"})
ANSWERS: dict[str, Any] = {
    "current_setting": session(),
    "information_schema": [("shop", "orders", name, "integer") for name in ("id", "customer", "total", "placed", "paid")],
    "svv_external_tables": [("lake", "clicks", "s3://lake/clicks/"), ("apg", "orders", None)],
    "svv_external_columns": [("lake", "clicks", "id", "bigint"), ("apg", "orders", "id", "integer"), ("lake", "clicks", "url", "string")],
    "svv_external_schemas": [("lake", "clicks_db", ROLE)],
}
NAMES = [Name("shop", "orders"), Name("lake", "clicks"), Name("apg", "orders"), Name(None, "t")]

LOG = logging.getLogger(__name__)

Warehouse = Callable[..., data_api.DataApi]


@pytest.fixture
def server() -> Session:
    return Session(dict(ANSWERS))


@pytest.fixture
def api(server: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[DataApi]:
    api = DataApi(server, {"shop": "workgroup", "Orders": "cluster"})
    with serving(api, REGION) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_REDSHIFT_DATA", url)
        monkeypatch.setenv("AIRFLOW_CONN_AWS_DEFAULT", json.dumps({"conn_type": "aws", "login": "key", "password": "secret"}))
        yield api


@pytest.fixture
def warehouse(api: DataApi) -> Warehouse:
    def make(**given: Any) -> data_api.DataApi:
        return data_api.DataApi.of(RedshiftDataHook(aws_conn_id="aws_default", region_name=REGION), given)

    return make


def test_it_is_called_as_by_a_connection_to_its_host(warehouse: Warehouse) -> None:
    assert warehouse(**SERVERLESS).name() == ("redshift://shop.eu-west-1:5439", "dev")
    assert warehouse(**CLUSTER).name() == ("redshift://orders.eu-west-1:5439", "sales")


def test_the_option_may_have_it_with_another_port(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    names = {"A": "redshift://shop.us-east-1:1", "warehouse.example.com:5440": "redshift://shop.eu-west-1:5440", "B": "postgres://shop:2"}
    monkeypatch.setenv("AIRFLOW__MWAA_LINEAGE__NAMESPACES", json.dumps(names))
    assert warehouse(**SERVERLESS).name()[0] == "redshift://shop.eu-west-1:5440"
    assert warehouse(**CLUSTER).name()[0] == "redshift://orders.eu-west-1:5439"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"session_id": "9a1b2c3d-0000-4000-8000-000000000000"}, "a session of the Redshift Data API"),
        ({"workgroup_name": "shop"}, "a session of the Redshift Data API"),
        ({**SERVERLESS, "workgroup_name": "arn:aws:redshift-serverless:eu-west-1:123456789012:workgroup/0a1b"}, "by its ARN"),
    ],
)
def test_what_has_no_name_is_said(given: dict[str, Any], words: str, warehouse: Warehouse) -> None:
    with pytest.raises(ValueError, match=words):
        warehouse(**given).name()
    facets = TaskLineage(lambda: LOG).at_end([Sent(warehouse(**given), ("insert into a select * from b",))])
    assert (facets.inputs, facets.outputs) == ([], [])
    assert words in facets.run_facets["extractionError"].errors[0].errorMessage


def test_two_ways_to_one_warehouse_have_one_key(warehouse: Warehouse) -> None:
    assert warehouse(**SERVERLESS).key == warehouse(**SERVERLESS, db_user=None, session_id=None).key
    assert len({warehouse(**given).key for given in (SERVERLESS, CLUSTER, {**CLUSTER, "db_user": "other"})}) == 3


def test_the_catalog(warehouse: Warehouse) -> None:
    catalog = warehouse(**SERVERLESS).read(NAMES)
    assert (catalog.database, catalog.search_path, catalog.complete) == ("dev", ("loader", "public"), True)
    assert catalog.relations == {
        Table("dev", "shop", "orders"): Relation(tuple(Column(name, "integer") for name in ("id", "customer", "total", "placed", "paid"))),
        Table("dev", "apg", "orders"): Relation((Column("id", "integer"),)),
        Table("dev", "lake", "clicks"): Relation(
            (Column("id", "bigint"), Column("url", "string")),
            Location("lake", "clicks"),
            GlueTable("aws", None, "123456789012", "clicks_db", "clicks"),
        ),
    }


def test_each_statement_stands_alone_and_has_named_parameters(warehouse: Warehouse, api: DataApi, server: Session) -> None:
    warehouse(**CLUSTER).read([Name("shop", "orders")])
    sent = [request for operation, request in api.requests if operation == "ExecuteStatement"]
    assert {(each["Database"], each["ClusterIdentifier"], each["DbUser"], each["StatementName"]) for each in sent} == {
        ("Sales", "Orders", "loader", data_api.NAME)
    }
    assert "Parameters" not in sent[0]
    assert not any("%" in each["Sql"] or "statement_timeout" in each["Sql"] for each in sent)
    asked: Any = next(parameters for sql, parameters in server.executed if "information_schema" in sql)
    assert asked == {"p0": "shop", "p1": "orders", "p2": "shop", "p3": "orders"}


def test_what_can_be_asked_at_once_is(warehouse: Warehouse, api: DataApi) -> None:
    warehouse(**SERVERLESS).read([Name("shop", "orders")])
    operations = [operation for operation, _ in api.requests if operation in ("ExecuteStatement", "GetStatementResult")]
    assert operations[2:5] == ["ExecuteStatement"] * 3


def test_a_statement_that_fails_is_reported_with_the_servers_words(warehouse: Warehouse, server: Session) -> None:
    server.answers = {"current_setting": session(), "information_schema": DatabaseError("permission denied for schema shop")}
    facets = TaskLineage(lambda: LOG).at_end([Sent(warehouse(**SERVERLESS), ("insert into shop.a select * from shop.orders",))])
    (error, *_) = facets.run_facets["extractionError"].errors
    assert "the Redshift Data API says FAILED: ERROR: permission denied for schema shop" in error.errorMessage
    assert [each.name for each in facets.outputs] == ["dev.shop.a"]


def test_a_statement_that_hangs_is_given_up_and_cancelled(warehouse: Warehouse, api: DataApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_api, "SECONDS", 0.1)
    api.held = "svv_external_tables"
    with pytest.raises(data_api.DataApiError, match=r"still STARTED after 0\.1 s, and was cancelled"):
        warehouse(**SERVERLESS).read(NAMES)
    assert [each.status for each in api.statements.values() if api.held in each.sqls[0]] == ["ABORTED"]


def test_the_pauses_grow_and_are_bounded(warehouse: Warehouse, api: DataApi, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    clock = SimpleNamespace(sleep=pauses.append, monotonic=lambda: sum(pauses))
    monkeypatch.setattr(data_api, "time", clock)
    monkeypatch.setattr(data_api, "SECONDS", 5.0)
    api.held = "current_setting"
    with pytest.raises(data_api.DataApiError, match="still STARTED after 5 s"):
        warehouse(**SERVERLESS).read(NAMES)
    assert pauses == [0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0, 1.0, 1.0]
