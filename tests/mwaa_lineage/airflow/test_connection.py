"""Connecting to the warehouse: with a password as ever, or with credentials minted from IAM."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import psycopg2
import pytest
from airflow.models.connection import Connection
from airflow.providers.postgres.hooks.postgres import PostgresHook
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from modules import runtimes
from mwaa_lineage import LineageSQLOperator
from mwaa_lineage.airflow import connection as lineage_connection
from mwaa_lineage.airflow.connection import PATIENCE, postgres_hook, warehouse_hook
from mwaa_lineage.masking import airflow_masker

HOST = "tickit.123456789012.us-east-1.redshift-serverless.amazonaws.com"
IAM = {"iam": True, "workgroup": "tickit", "region": "us-east-1", "some_other_extra": "x"}
GET = "get_credentials"
SESSION = boto3.Session("id", "key")  # reads the models of AWS once
DRIVER = {"client_encoding": "UTF8", "prepare_threshold": None}


def test_the_stacks_and_the_operator_say_the_same_of_the_driver() -> None:
    assert lineage_connection.DRIVER == runtimes.DRIVER == DRIVER


def minted(seconds: int = 900, **other: str) -> dict[str, Any]:
    """Redshift Serverless's answer: credentials that are good for so many seconds."""
    return {"dbUser": "IAM:loader", "dbPassword": "c4n4ryMinted", "expiration": datetime.now(UTC) + timedelta(seconds=seconds), **other}


def connection(**extras: Any) -> Connection:
    return Connection(conn_id="WAREHOUSE", conn_type="postgres", host=HOST, schema="dev", extra=json.dumps(extras))


@pytest.fixture
def redshift(monkeypatch: pytest.MonkeyPatch) -> Stubber:
    """Redshift Serverless as boto3 has it, with prepared answers."""
    client = SESSION.client("redshift-serverless", region_name="us-east-1")

    def make(service: str, region_name: str | None = None) -> Any:
        assert (service, region_name) == ("redshift-serverless", "us-east-1")
        return client

    monkeypatch.setattr(boto3, "client", make)
    monkeypatch.setattr(lineage_connection, "_minted", {})
    stubber = Stubber(client)
    stubber.activate()
    return stubber


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What psycopg2 was asked to connect with."""
    asked: list[dict[str, Any]] = []

    def connect(**parameters: Any) -> object:
        asked.append(parameters)
        return object()

    monkeypatch.setattr(psycopg2, "connect", connect)
    return asked


@pytest.mark.parametrize("name", ["workgroup", "workgroup-name"])
def test_minted_credentials_and_nothing_that_psycopg_does_not_know(name: str, redshift: Stubber, connected: list[dict[str, Any]]) -> None:
    redshift.add_response(GET, minted(), {"workgroupName": "tickit", "dbName": "dev"})
    hook = postgres_hook(connection(**{"iam": True, name: "tickit", "region": "us-east-1", "other": "x"}))
    assert isinstance(hook, PostgresHook)
    hook.get_conn()
    signed_in = {"host": HOST, "user": "IAM:loader", "password": "c4n4ryMinted", "dbname": "dev", "port": 5439}
    assert connected == [{**signed_in, "sslmode": "require", **DRIVER}]
    redshift.assert_no_pending_responses()


OWN = [
    {"sslmode": "verify-full", "sslrootcert": "/certificates/redshift.pem"},
    {"sslmode": "disable"},
    {"keepalives_idle": "60", "connect_timeout": "5", "tcp_user_timeout": "1000"},
    {"client_encoding": "utf8"},
    {"options": "-c search_path=shop"},
    {"application_name": "loader", "target_session_attrs": "read-write"},
    {"prepare_threshold": 3},
]


@pytest.mark.parametrize("own", OWN)
@pytest.mark.parametrize("usual", [{}, PATIENCE])
def test_a_persons_own_extras_are_kept(
    own: dict[str, Any], usual: dict[str, Any], redshift: Stubber, connected: list[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    redshift.add_response(GET, minted(), {"workgroupName": "tickit", "dbName": "dev"})
    hook = postgres_hook(connection(iam=True, workgroup="tickit", region="us-east-1", **own), usual=usual)
    assert hook is not None
    hook.get_conn()
    signed_in = {"host": HOST, "user": "IAM:loader", "password": "c4n4ryMinted", "dbname": "dev", "port": 5439}
    assert connected == [{**signed_in, "sslmode": "require", **DRIVER, **usual, **own}]
    assert not caplog.records


def test_an_extra_that_libpq_does_not_know_is_told(
    redshift: Stubber, connected: list[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    redshift.add_response(GET, minted(), {"workgroupName": "tickit", "dbName": "dev"})
    hook = postgres_hook(connection(iam=True, workgroup="tickit", region="us-east-1", sslmod="c4n4ry", **{"a b": "x", "host=x user": "y"}))
    assert hook is not None
    hook.get_conn()
    assert not {"sslmod", "a b", "host=x user"} & set(connected[0])
    assert "The extra 'sslmod' of the connection WAREHOUSE is left out: it is no parameter of libpq" in caplog.messages
    assert "c4n4ry" not in caplog.text


@pytest.mark.parametrize(
    "words",
    [
        {"redshift-serverless": True, "workgroup-name": "tickit"},
        {"redshift-serverless": "true"},
        {"is_serverless": True, "serverless_work_group": "tickit", "serverless_token_duration_seconds": 900},
    ],
)
def test_the_words_of_airflows_own_hooks_are_understood(
    words: dict[str, Any], redshift: Stubber, connected: list[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    redshift.add_response(GET, minted(), {"workgroupName": "tickit", "dbName": "dev"})
    hook = postgres_hook(connection(iam=True, region="us-east-1", **words))
    assert hook is not None
    hook.get_conn()
    assert (connected[0]["user"], connected[0]["sslmode"], len(connected[0])) == ("IAM:loader", "require", 8)
    assert not caplog.records


def test_the_database_of_the_operator_goes_before_the_connections(redshift: Stubber, connected: list[dict[str, Any]]) -> None:
    redshift.add_response(GET, minted(), {"workgroupName": "tickit", "dbName": "other"})
    hook = postgres_hook(connection(**IAM), database="other")
    assert hook is not None
    hook.get_conn()
    assert connected[0]["dbname"] == "other"


def test_the_minted_password_is_hidden_from_logs(redshift: Stubber, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(airflow_masker, "_mask_secret", lambda: lambda secret, _: told.append(secret))
    redshift.add_response(GET, minted())
    postgres_hook(connection(**IAM))
    assert told == ["c4n4ryMinted"]


def test_no_credentials_is_an_error_that_names_the_cause(redshift: Stubber) -> None:
    redshift.add_client_error(GET, "AccessDeniedException", "not authorized to perform: redshift-serverless:GetCredentials")
    with pytest.raises(ClientError, match="not authorized to perform: redshift-serverless:GetCredentials"):
        postgres_hook(connection(**IAM))


def test_credentials_are_minted_once_while_they_are_good(redshift: Stubber, connected: list[dict[str, Any]]) -> None:
    """For each database: what they are good for is one of them."""
    redshift.add_response(GET, minted(), {"workgroupName": "tickit", "dbName": "dev"})
    redshift.add_response(GET, minted(), {"workgroupName": "tickit", "dbName": "other"})
    for database in ("dev", "dev", "other", "other"):
        postgres_hook(connection(**IAM), database=database).get_conn()  # type: ignore[union-attr]
    assert [asked["dbname"] for asked in connected] == ["dev", "dev", "other", "other"]
    redshift.assert_no_pending_responses()


def test_credentials_that_soon_expire_are_minted_anew(redshift: Stubber, connected: list[dict[str, Any]]) -> None:
    redshift.add_response(GET, minted(30, dbPassword="c4n4ryOld"))
    redshift.add_response(GET, minted(900, dbPassword="c4n4ryNew"))
    for _ in range(2):
        postgres_hook(connection(**IAM)).get_conn()  # type: ignore[union-attr]
    assert [asked["password"] for asked in connected] == ["c4n4ryOld", "c4n4ryNew"]


@pytest.mark.parametrize("extras", [{}, {"iam": True}, {"workgroup": "tickit"}, {"iam": False, "workgroup": "tickit"}])
def test_without_both_extras_nothing_is_minted(extras: dict[str, Any], redshift: Stubber) -> None:
    assert isinstance(postgres_hook(connection(**extras)), PostgresHook)
    redshift.assert_no_pending_responses()


def test_a_connection_of_another_type_has_its_own_hook() -> None:
    assert postgres_hook(Connection(conn_id="WAREHOUSE", conn_type="sqlite", host=":memory:")) is None


def test_the_hooks_parameters_are_passed_on(monkeypatch: pytest.MonkeyPatch, connected: list[dict[str, Any]]) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", "postgres://loader:pw@127.0.0.1:5439/dev")
    parameters = {"options": "-c search_path=dm", "database": "sales"}
    for database in (None, "finance"):
        operator = LineageSQLOperator(task_id="t", conn_id="WAREHOUSE", sql="select 1", hook_params=parameters, database=database)
        operator.get_db_hook().get_conn()
    assert [(asked["options"], asked["dbname"]) for asked in connected] == [
        ("-c search_path=dm", "sales"),
        ("-c search_path=dm", "finance"),
    ]


def test_a_plain_uri_with_a_password_has_the_ordinary_hook(monkeypatch: pytest.MonkeyPatch, connected: list[dict[str, Any]]) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", "postgres://loader:pw@127.0.0.1:5439/dev?sslmode=prefer")
    for hook in (warehouse_hook("WAREHOUSE"), LineageSQLOperator(task_id="t", conn_id="WAREHOUSE", sql="select 1").get_db_hook()):
        assert type(hook) is PostgresHook
        hook.get_conn()
    expected = {"host": "127.0.0.1", "user": "loader", "password": "pw", "dbname": "dev", "port": 5439, "sslmode": "prefer"}
    assert connected == [{**expected, **DRIVER}] * 2


def test_what_the_connection_says_of_the_driver_goes_before(connected: list[dict[str, Any]]) -> None:
    hook = postgres_hook(connection(client_encoding="LATIN1", prepare_threshold=3))
    assert hook is not None
    hook.get_conn()
    assert (connected[0]["client_encoding"], connected[0]["prepare_threshold"]) == ("LATIN1", 3)


def test_the_operator_and_the_sensor_connect_with_minted_credentials(
    monkeypatch: pytest.MonkeyPatch, redshift: Stubber, connected: list[dict[str, Any]]
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps({"conn_type": "postgres", "host": HOST, "schema": "dev", "extra": IAM}))
    redshift.add_response(GET, minted(), {"workgroupName": "tickit", "dbName": "sales"})
    redshift.add_response(GET, minted(), {"workgroupName": "tickit", "dbName": "dev"})
    LineageSQLOperator(task_id="t", conn_id="WAREHOUSE", sql="select 1", database="sales").get_db_hook().get_conn()
    warehouse_hook("WAREHOUSE").get_conn()
    assert [(asked["user"], asked["dbname"]) for asked in connected] == [("IAM:loader", "sales"), ("IAM:loader", "dev")]


def test_the_lineage_gives_a_silent_server_up_and_the_task_does_not(connected: list[dict[str, Any]]) -> None:
    hook = postgres_hook(connection(connect_timeout=7), usual=PATIENCE)
    assert hook is not None
    hook.get_conn()
    assert {name: connected[0].get(name) for name in PATIENCE} == {**PATIENCE, "connect_timeout": 7}
    other = postgres_hook(connection())
    assert other is not None
    other.get_conn()
    assert not set(PATIENCE) & set(connected[1])


def test_minted_credentials_come_with_the_same_patience(redshift: Stubber, connected: list[dict[str, Any]]) -> None:
    redshift.add_response(GET, minted())
    hook = postgres_hook(connection(**IAM, connect_timeout=7), usual=PATIENCE)
    assert hook is not None
    hook.get_conn()
    assert {name: connected[0].get(name) for name in PATIENCE} == {**PATIENCE, "connect_timeout": 7}


def test_libpq_knows_what_it_is_asked_for() -> None:
    with pytest.raises(psycopg2.OperationalError, match="refused"):
        psycopg2.connect("host=127.0.0.1 port=9 " + " ".join(f"{name}={value}" for name, value in PATIENCE.items()))
