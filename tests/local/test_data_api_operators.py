"""Amazon's operators in a DAG that knows nothing of this project: their lineage is right, and nothing of it is a credential."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import psycopg2
import pytest

from local.aws.machine import Aws
from local.postgres import Postgres
from local.processes import Supervisor
from local.settings import DATABASE
from tests.doubles.redshift_data_api import DataApi, serving
from tests.doubles.redshift_files import CopiesFiles
from tests.local.dag_runs import SHOP as SHOP_TABLES
from tests.local.dag_runs import DagRuns, warehouse_of
from tests.versions import versions

pytestmark = pytest.mark.system

REGION = "eu-west-1"
SHOP, CLUSTER = f"redshift://shop.{REGION}:5439", f"redshift://orders.{REGION}:5439"
KEY, SECRET = "AKIACANARYCANARYCANA", "canarycanarycanarycanarycanarycanarycana"
ORDERS, CUSTOMERS, BIG, NAMED, COPIED = (f"{SHOP} dev.shop.{name}" for name in ("orders", "customers", "big", "named", "copied"))
FILE = "s3://lake in/orders.csv"
EXPECTED: dict[str, tuple[set[str], set[str], dict[str, set[str]]]] = {
    "statement": ({ORDERS, CUSTOMERS}, {BIG}, {"order_no": {f"{ORDERS}.total"}}),
    "batch": (
        {f"{CLUSTER} dev.shop.orders", f"{CLUSTER} dev.shop.customers"},
        {f"{CLUSTER} dev.shop.named"},
        {"order_no": {f"{CLUSTER} dev.shop.orders.id"}, "customer_name": {f"{CLUSTER} dev.shop.customers.name"}},
    ),
    "own": ({ORDERS}, {COPIED}, {"order_no": {f"{ORDERS}.id"}, "amount": {f"{ORDERS}.total"}}),
    "load": ({FILE}, {ORDERS}, {}),
    "replace": ({"s3://lake in"}, {ORDERS}, {}),
    "upsert": ({FILE}, {f"{CLUSTER} dev.shop.orders"}, {}),
    "unload": ({NAMED}, {"s3://lake out/named_"}, {"order_no": {f"{NAMED}.order_no"}, "customer_name": {f"{NAMED}.customer_name"}}),
    "selected": ({ORDERS, CUSTOMERS}, {"s3://lake out/spent"}, {"name": {f"{CUSTOMERS}.name"}, "spent": {f"{ORDERS}.total"}}),
    "copy": ({FILE}, {"s3://attic 2024/orders.csv"}, {}),
    "athena": (
        {"s3://lake visits"},
        {"s3://attic results"},
        {"customer": {"s3://lake visits.customer"}, "most": {"s3://lake visits.total"}},
    ),
    "by_hook": ({ORDERS, f"{CLUSTER} dev.shop.customers"}, {BIG}, {"order_no": {f"{ORDERS}.id"}}),
    "copied_by_hook": ({FILE}, {"s3://attic archive/orders.csv", "s3://attic orders.csv"}, {}),
}


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Postgres, Aws]]:
    folder = tmp_path_factory.mktemp("machine")
    with warehouse_of(SHOP_TABLES, folder / "warehouse") as server, Supervisor(folder / "logs") as supervisor:
        aws = Aws(supervisor, region=REGION)
        aws.start()
        yield server, aws


def s3_of(aws: Aws) -> Any:
    s3 = boto3.client("s3", endpoint_url=aws.url, region_name=REGION, aws_access_key_id=KEY, aws_secret_access_key=SECRET)
    for bucket in ("lake", "attic"):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="lake", Key="in/orders.csv", Body=b"3,1,40\n4,2,2\n")
    return s3


def catalogue(aws: Aws) -> None:
    """A table in Glue for Athena."""
    glue = boto3.client("glue", endpoint_url=aws.url, region_name=REGION, aws_access_key_id=KEY, aws_secret_access_key=SECRET)
    glue.create_database(DatabaseInput={"Name": "lake"})
    columns = [{"Name": "customer", "Type": "int"}, {"Name": "total", "Type": "int"}]
    glue.create_table(
        DatabaseName="lake", TableInput={"Name": "visits", "StorageDescriptor": {"Columns": columns, "Location": "s3://lake/visits/"}}
    )


@pytest.mark.parametrize("version", versions())
def test_operators_of_amazons_provider(version: str, machine: tuple[Postgres, Aws], tmp_path: Path) -> None:
    server, aws = machine
    aws.reset()
    s3 = s3_of(aws)
    catalogue(aws)
    api = DataApi(lambda: psycopg2.connect(**session(server)), {"shop": "workgroup", "orders": "cluster"}, CopiesFiles(s3))
    with serving(api, REGION) as url:
        events = DagRuns(version, tmp_path, environment(aws, url)).events("data_api_dag.py", len(EXPECTED))
    assert not [statement.error for statement in api.statements.values() if statement.error]
    ends = {event["job"]["name"]: event for event in events if event["eventType"] == "COMPLETE"}
    assert {name for name in ends if name.startswith("bench.")} == {f"bench.{task}" for task in EXPECTED}
    assert {task: told(ends[f"bench.{task}"]) for task in EXPECTED} == EXPECTED
    asked = "externalQuery" in ends["bench.athena"]["run"]["facets"]
    assert asked == (version != "2.7.2")  # openlineage-airflow has the task as it began, without what its run finds
    assert not [event for event in ends.values() if "extractionError" in event["run"]["facets"]]
    assert any(SECRET in sql for statement in api.statements.values() for sql in statement.sqls)
    assert not [event for event in events if SECRET in json.dumps(event) or KEY in json.dumps(event)]
    with server.connect() as connection, connection.cursor() as cursor:
        cursor.execute("select id, total from shop.orders order by id")
        assert cursor.fetchall() == [(3, 40), (4, 2)]


@pytest.mark.parametrize("version", ["2.10.3", "3.3.1"])
def test_a_statement_that_a_trigger_waits_for(version: str, machine: tuple[Postgres, Aws], tmp_path: Path) -> None:
    server, aws = machine
    api = DataApi(lambda: psycopg2.connect(**session(server)), {"shop": "workgroup"})
    with serving(api, REGION) as url:
        more = Path(__file__).with_name("deferred.txt")
        events = DagRuns(version, tmp_path, environment(aws, url), more).events("deferred_dag.py", 1)
    assert [name for name, _ in api.requests].count("DescribeStatement") > 1, "once by the operator, and by the trigger"
    (end,) = [event for event in events if event["job"]["name"] == "bench.deferred" and event["eventType"] == "COMPLETE"]
    assert "extractionError" not in end["run"]["facets"]
    assert told(end) == ({ORDERS, CUSTOMERS}, {NAMED}, {"order_no": {f"{ORDERS}.id"}, "customer_name": {f"{CUSTOMERS}.name"}})


def session(server: Postgres) -> dict[str, Any]:
    """How the Data API signs in."""
    return {"host": "127.0.0.1", "port": server.port, "dbname": DATABASE, "user": "loader", "password": server.credentials.loader}


def environment(aws: Aws, url: str) -> dict[str, str]:
    """What Airflow knows of AWS, whose Data API is at `url`."""
    connection = {"conn_type": "aws", "login": KEY, "password": SECRET, "extra": json.dumps({"region_name": REGION})}
    variables = {"AWS_ENDPOINT_URL_REDSHIFT_DATA": url, "AIRFLOW_CONN_AWS_DEFAULT": json.dumps(connection)}
    return {**aws.environment, **variables}


def told(event: dict[str, Any]) -> tuple[set[str], set[str], dict[str, set[str]]]:
    """What an event says of inputs, outputs and columns. Raises for a dataset that is told twice."""
    columns: dict[str, set[str]] = {}
    for output in event["outputs"]:
        for column, how in output["facets"].get("columnLineage", {"fields": {}})["fields"].items():
            if how["inputFields"]:
                columns[column] = {f"{name(origin)}.{origin['field']}" for origin in how["inputFields"]}
    sides = [[name(dataset) for dataset in event[side]] for side in ("inputs", "outputs")]
    assert all(len(set(side)) == len(side) for side in sides), sides
    return set(sides[0]), set(sides[1]), columns


def name(dataset: dict[str, Any]) -> str:
    return f"{dataset['namespace']} {dataset['name']}"
