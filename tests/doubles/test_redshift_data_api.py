"""The stand-in for the Data API refuses what AWS refuses; the pages that say so stand beside each refusal."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.doubles.redshift_data_api import LARGEST, DataApi, serving
from tests.doubles.sessions import Session
from tests.mwaa_lineage.sql.warehouse import DatabaseError

REGION = "eu-west-1"
WHERE = {"WorkgroupName": "shop", "Database": "dev"}
UNKNOWN = "9a1b2c3d-0000-4000-8000-000000000000"
SERVER = Session({"many": [(str(number), None) for number in range(5)], "broken": DatabaseError("syntax error")})


@pytest.fixture(scope="module")
def service() -> Iterator[tuple[DataApi, Any]]:
    api = DataApi(SERVER, {"shop": "workgroup", "orders": "cluster"})
    api.held = "held"
    with serving(api, REGION) as url:
        yield api, client_of(url, REGION)


def client_of(url: str, region: str) -> Any:
    """Which leaves judging to the service."""
    unsure = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    return boto3.client(
        "redshift-data", endpoint_url=url, region_name=region, aws_access_key_id="key", aws_secret_access_key="secret", config=unsure
    )


def ended(service: tuple[DataApi, Any], sql: str, **given: Any) -> str:
    api, client = service
    id_ = str(client.execute_statement(Sql=sql, **{**WHERE, **given})["Id"])
    assert api.statements[id_].done.wait(30), f"{sql} has not ended"
    return id_


def refused(call: Any, **request: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**request)
    return f"{error.value.response['Error']['Code']}: {error.value.response['Error']['Message']}"


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"Database": "dev"}, "Exactly one of WorkgroupName and ClusterIdentifier"),
        ({**WHERE, "ClusterIdentifier": "orders"}, "Exactly one of WorkgroupName and ClusterIdentifier"),
        ({"WorkgroupName": "orders", "Database": "dev"}, "endpoint doesn't exist"),
        ({"ClusterIdentifier": "shop", "Database": "dev"}, "endpoint doesn't exist"),
        ({**WHERE, "DbUser": "loader"}, "DbUser is not for a serverless workgroup"),
        ({**WHERE, "Parameters": []}, "Parameters"),
        ({**WHERE, "Parameters": [{"name": "a", "value": ""}]}, "Parameters"),
        ({**WHERE, "Parameters": [{"name": "a", "value": 1}]}, "Parameters"),
        ({**WHERE, "Parameters": [{"name": "a b", "value": "1"}]}, "Parameters"),
        ({**WHERE, "WorkgroupName": "Shop"}, "WorkgroupName"),
        ({"WorkgroupName": "shop"}, "Database"),
        ({**WHERE, "Sql": "x" * (LARGEST + 1)}, "100 KB"),
    ],
)
def test_statements_that_are_refused(request_: dict[str, Any], words: str, service: tuple[DataApi, Any]) -> None:
    said = refused(service[1].execute_statement, **{"Sql": "select 1", **request_})
    assert said.startswith("ValidationException: ")
    assert words in said


@pytest.mark.parametrize(("sqls", "words"), [([], "Sqls"), (["select 1"] * 41, "Sqls"), (["select 1", "x" * (LARGEST + 1)], "100 KB")])
def test_batches_that_are_refused(sqls: list[str], words: str, service: tuple[DataApi, Any]) -> None:
    said = refused(service[1].batch_execute_statement, Sqls=sqls, **WHERE)
    assert said.startswith("ValidationException: ")
    assert words in said


def test_another_region_has_other_warehouses(service: tuple[DataApi, Any]) -> None:
    elsewhere = client_of(service[1].meta.endpoint_url, "us-east-1")
    assert "endpoint doesn't exist" in refused(elsewhere.execute_statement, Sql="select 1", **WHERE)


@pytest.mark.parametrize("operation", ["describe_statement", "get_statement_result", "cancel_statement"])
def test_what_nobody_sent_does_not_exist(operation: str, service: tuple[DataApi, Any]) -> None:
    call = getattr(service[1], operation)
    assert refused(call, Id=UNKNOWN).startswith("ResourceNotFoundException: ")
    assert refused(call, Id="1").startswith("ValidationException: ")


@pytest.mark.parametrize(
    ("sql", "given", "status", "error"),
    [
        ("broken", {}, "FAILED", "ERROR: syntax error"),
        ("select 1; many", {}, "FAILED", "ERROR: cannot insert multiple commands into a prepared statement"),
        ("insert;", {}, "FINISHED", None),
        ("insert ';' -- ;", {}, "FINISHED", None),
    ],
)
def test_a_statement_without_rows_has_no_result(sql: str, given: Any, status: str, error: str | None, service: tuple[DataApi, Any]) -> None:
    id_ = ended(service, sql, **given)
    told = service[1].describe_statement(Id=id_)
    assert (told["Status"], told.get("Error"), told["HasResultSet"]) == (status, error, False)
    assert "does not have result" in refused(service[1].get_statement_result, Id=id_)
    assert f"already in {status} state" in refused(service[1].cancel_statement, Id=id_)


def test_rows_come_by_pages_and_typed(service: tuple[DataApi, Any]) -> None:
    id_ = ended(service, "many where a = :a and b::int = 1", Parameters=[{"name": "a", "value": "x"}])
    first = service[1].get_statement_result(Id=id_)
    assert first["Records"] == [[{"stringValue": "0"}, {"isNull": True}], [{"stringValue": "1"}, {"isNull": True}]]
    last = service[1].get_statement_result(Id=id_, NextToken=str(int(first["NextToken"]) + 2))
    assert (len(last["Records"]), "NextToken" in last) == (1, False)
    assert "Invalid NextToken" in refused(service[1].get_statement_result, Id=id_, NextToken="x")
    sent: Any = SERVER.executed[-1]
    assert sent == ("many where a = %(a)s and b::int = 1", {"a": "x"})


def test_a_statement_that_runs_has_no_result_and_can_be_cancelled(service: tuple[DataApi, Any]) -> None:
    id_ = service[1].execute_statement(Sql="held", **WHERE)["Id"]
    assert "does not have result" in refused(service[1].get_statement_result, Id=id_)
    assert service[1].cancel_statement(Id=id_)["Status"]
    assert service[1].describe_statement(Id=id_)["Status"] == "ABORTED"
