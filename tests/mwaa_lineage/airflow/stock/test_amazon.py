"""Operators and hooks of Amazon's provider: what they declare, what is seen of them, and what becomes of it."""

import inspect
import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.operators.empty import EmptyOperator
from airflow.providers.amazon.aws.hooks.redshift_data import RedshiftDataHook
from airflow.providers.amazon.aws.hooks.redshift_sql import RedshiftSQLHook
from airflow.providers.amazon.aws.hooks.s3 import S3Hook
from airflow.providers.amazon.aws.operators.redshift_data import RedshiftDataOperator
from airflow.providers.amazon.aws.operators.s3 import S3CopyObjectOperator
from airflow.providers.amazon.aws.transfers.redshift_to_s3 import RedshiftToS3Operator
from airflow.providers.amazon.aws.transfers.s3_to_redshift import S3ToRedshiftOperator
from airflow.providers.common.sql.hooks.sql import DbApiHook
from openlineage.airflow.extractors import manager as integration  # type: ignore[import-untyped]

from mwaa_lineage.airflow.stock import aws_hooks, data_api, door
from mwaa_lineage.airflow.stock import observed as observing
from mwaa_lineage.airflow.stock.copies import Copy
from mwaa_lineage.airflow.stock.observed import MOST, observed
from mwaa_lineage.sql.relations import Location
from tests.mwaa_lineage.sql.warehouse import Warehouse, session

SHOP = "redshift://shop.eu-west-1:5439"
KEY, SECRET = "AKIACANARYCANARYCANA", "canarycanarycanarycanarycanarycanarycana"
COLUMNS = [("shop", "orders", "id", "integer"), ("shop", "orders", "total", "integer"), ("shop", "named", "id", "integer")]
COPIED = (["s3://lake in/orders.csv"], ["s3://attic orders.csv"])
URLS = {"source_bucket_key": "s3://lake/in/orders.csv", "dest_bucket_key": "s3://attic/orders.csv"}
BUCKETS = {
    "source_bucket_key": "in/orders.csv",
    "dest_bucket_key": "orders.csv",
    "source_bucket_name": "lake",
    "dest_bucket_name": "attic",
}


class Redshift(Warehouse):
    """As redshift_connector connects to it."""

    rowcount = -1

    def commit(self) -> None:
        """There is nothing to be kept."""


class Client:
    """Of boto3, which refuses nothing and does nothing."""

    meta = SimpleNamespace(region_name="eu-west-1")

    def __init__(self) -> None:
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**request: Any) -> dict[str, Any]:
            del request
            self.calls.append(name)
            return {"Id": "9a1b2c3d-0000-4000-8000-000000000000", "Status": "FINISHED", "Records": []}

        return call


@pytest.fixture(autouse=True)
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """AWS behind all hooks, whose methods are watched; a warehouse whose catalog answers."""
    connection = {"conn_type": "aws", "login": KEY, "password": SECRET, "extra": json.dumps({"region_name": "eu-west-1"})}
    monkeypatch.setenv("AIRFLOW_CONN_AWS_DEFAULT", json.dumps(connection))
    redshift = {"conn_type": "redshift", "host": "shop.123456789012.eu-west-1.redshift-serverless.amazonaws.com", "schema": "dev"}
    monkeypatch.setenv("AIRFLOW_CONN_REDSHIFT_DEFAULT", json.dumps(redshift))
    client = Client()
    for kind in (RedshiftDataHook, S3Hook):
        monkeypatch.setattr(kind, "conn", client)
    monkeypatch.setattr(S3Hook, "get_conn", lambda self: client)
    answers = {"current_setting": session(), "information_schema": COLUMNS}
    monkeypatch.setattr(RedshiftSQLHook, "get_conn", lambda self: Redshift(answers))
    monkeypatch.setattr(RedshiftSQLHook, "set_autocommit", lambda self, connection, value: None)
    monkeypatch.setattr(
        data_api.DataApi, "_ask", lambda self, sql, parameters: next((rows for word, rows in answers.items() if word in sql), [])
    )
    for kind, methods in ((RedshiftDataHook, ["execute_query"]), (S3Hook, ["copy_object"]), (DbApiHook, observing._METHODS)):
        for name in methods:
            if name in vars(kind):
                monkeypatch.setattr(kind, name, vars(kind)[name])  # which puts it back afterwards
    monkeypatch.setattr(DbApiHook, "insert_rows", DbApiHook.insert_rows)
    aws_hooks.observe()
    observing.observe()
    observed.begin()
    yield client
    observed.begin()


def lineage(task: Any, complete: bool = True) -> Any:
    """As the integration for Airflow 2.7 gets it."""
    extract = door._asking_here(integration.ExtractorManager.extract_metadata, integration)
    return extract(integration.ExtractorManager(), SimpleNamespace(run_id="run"), task, complete=complete, task_instance=None)


def names(metadata: Any) -> tuple[list[str], list[str]]:
    sides = ([f"{each.namespace} {each.name}" for each in side] for side in (metadata.inputs, metadata.outputs))
    inputs, outputs = sides
    return inputs, outputs


def statement(**given: Any) -> RedshiftDataOperator:
    usual = {"sql": "insert into shop.named select id from shop.orders", "database": "dev", "workgroup_name": "shop"}
    return RedshiftDataOperator(task_id="statement", **{**usual, **given})


@pytest.mark.parametrize("complete", [False, True])
def test_what_an_operator_of_the_data_api_declares_counts_where_nothing_was_seen(complete: bool) -> None:
    """As at the end of a task that was deferred: it ends in another process."""
    metadata = lineage(statement(), complete)
    assert names(metadata) == ([f"{SHOP} dev.shop.orders"], [f"{SHOP} dev.shop.named"])
    assert list(metadata.outputs[0].facets["columnLineage"].fields) == ["id"]


def test_a_batch_is_one_piece_of_sql(client: Client) -> None:
    task = statement(sql=["create temp table t as select id from shop.orders", "insert into shop.named select id from t"])
    task.execute({})
    assert "batch_execute_statement" in client.calls
    assert names(lineage(task)) == ([f"{SHOP} dev.shop.orders"], [f"{SHOP} dev.shop.named"])


def test_what_was_seen_goes_before_what_was_declared() -> None:
    class Own(RedshiftDataOperator):
        def execute(self, context: Any) -> Any:
            self.hook.execute_query(database="dev", workgroup_name="shop", sql="delete from shop.orders where id = 1")

    task = Own(task_id="own", sql="insert into shop.named select 1", database="dev", workgroup_name="shop")
    task.execute({})
    assert names(lineage(task)) == ([], [])


def test_a_session_without_a_warehouse_is_said() -> None:
    metadata = lineage(statement(workgroup_name=None, database=None))
    assert names(metadata) == ([], [])
    assert "a session of the Redshift Data API" in metadata.run_facets["extractionError"].errors[0].errorMessage


def test_parameters_stand_for_values_not_for_secrets() -> None:
    task = statement(
        sql="insert into shop.named select id from shop.orders where total > :least and id = :key",
        parameters=[{"name": "least", "value": "10"}, {"name": "key", "value": SECRET}],
    )
    task.execute({})
    metadata = lineage(task)
    assert names(metadata) == ([f"{SHOP} dev.shop.orders"], [f"{SHOP} dev.shop.named"])
    assert SECRET not in repr(metadata)


def test_statements_of_a_hook_are_seen_in_either_order_of_its_parameters(client: Client) -> None:
    hook: Any = RedshiftDataHook("aws_default")
    first = next(iter(inspect.signature(hook.execute_query).parameters))
    given = {"database": "dev", "sql": "select id from shop.orders"}
    hook.execute_query(given.pop(first), **given, cluster_identifier="Orders", db_user="loader")
    (sent,) = observed.sent()
    assert (sent.texts, sent.warehouse.name()) == (("select id from shop.orders",), ("redshift://orders.eu-west-1:5439", "dev"))
    assert "execute_statement" in client.calls


def test_a_call_that_is_wrong_is_the_hooks_to_refuse() -> None:
    hook: Any = RedshiftDataHook("aws_default")
    with pytest.raises(TypeError):
        hook.execute_query(no_such="parameter")
    with pytest.raises(TypeError, match="source_bucket_name"):
        S3Hook("aws_default").copy_object("s3://lake/a", "b", "lake", "attic")
    assert (observed.sent(), observed.copies()) == ([], [])


def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        S3Hook, "get_credentials", lambda self: SimpleNamespace(access_key=KEY, secret_key=SECRET, token="canary-token-canary")
    )


@pytest.mark.parametrize("by", [{}, {"redshift_data_api_kwargs": {"database": "dev", "workgroup_name": "shop"}}], ids=["sql", "data api"])
@pytest.mark.parametrize("method", ["APPEND", "REPLACE", "UPSERT"])
def test_loads(method: str, by: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    credentials(monkeypatch)
    conn_id = "aws_default" if by else "redshift_default"
    task = S3ToRedshiftOperator(
        task_id="load", schema="shop", table="orders", s3_bucket="lake", s3_key="in", method=method, redshift_conn_id=conn_id, **by
    )
    monkeypatch.setattr(RedshiftSQLHook, "get_table_primary_key", lambda self, table, schema: ["id"])
    monkeypatch.setattr(RedshiftDataHook, "get_table_primary_key", lambda self, **given: ["id"])
    task.execute({})
    metadata = lineage(task)
    assert names(metadata) == (["s3://lake in"], [f"{SHOP} dev.shop.orders"])
    assert not metadata.run_facets
    told = metadata.job_facets["sql"].query
    assert "COPY" in told
    assert not {secret for secret in (KEY, SECRET, "canary-token-canary") if secret in told}


@pytest.mark.parametrize("by", [{}, {"redshift_data_api_kwargs": {"database": "dev", "workgroup_name": "shop"}}], ids=["sql", "data api"])
def test_unloads(by: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    credentials(monkeypatch)
    conn_id = "aws_default" if by else "redshift_default"
    task = RedshiftToS3Operator(
        task_id="unload", select_query="select id from shop.orders", s3_bucket="lake", s3_key="out/", redshift_conn_id=conn_id, **by
    )
    task.execute({})
    metadata = lineage(task)
    assert names(metadata) == ([f"{SHOP} dev.shop.orders"], ["s3://lake out"])
    assert not {secret for secret in (KEY, SECRET, "canary-token-canary") if secret in metadata.job_facets["sql"].query}


def test_a_load_that_has_sent_nothing_tells_nothing() -> None:
    task = S3ToRedshiftOperator(task_id="load", schema="shop", table="orders", s3_bucket="lake", s3_key="in")
    for complete in (False, True):
        metadata = lineage(task, complete)
        assert (names(metadata), metadata.job_facets, metadata.run_facets) == (([], []), {}, {})


@pytest.mark.parametrize("given", [URLS, BUCKETS])
@pytest.mark.parametrize("executes", [False, True])
def test_a_copied_object(given: dict[str, str], executes: bool) -> None:
    task = S3CopyObjectOperator(task_id="copy", **given)
    assert names(lineage(task, complete=False)) == COPIED
    if executes:
        task.execute({})
    assert names(lineage(task)) == COPIED


def test_an_operator_with_wrong_keys_tells_nothing() -> None:
    assert names(lineage(S3CopyObjectOperator(task_id="copy", **{**BUCKETS, **URLS}))) == ([], [])


def test_copies_of_a_hook_are_the_tasks_own() -> None:
    S3Hook("aws_default").copy_object(**URLS)
    S3Hook("aws_default").copy_object(*BUCKETS.values())
    S3Hook("aws_default").copy_object("s3://lake/in/orders.csv", "s3://attic/second/")
    assert names(lineage(EmptyOperator(task_id="python"))) == (COPIED[0], [*COPIED[1], "s3://attic second"])


def test_copies_without_number_are_bounded() -> None:
    for number in range(MOST + 5):
        observed.add_copy(Copy(Location("lake", str(number)), Location("attic", str(number))))
    assert len(observed.copies()) == MOST
    assert "objects of S3" in observed.left_out
