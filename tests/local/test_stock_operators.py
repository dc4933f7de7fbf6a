"""DAGs that know nothing of this project: whatever runs SQL in them, its lineage is right, as the task's own."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from local.postgres import Postgres
from local.settings import DATABASE
from tests.local.dag_runs import SHOP, DagRuns, warehouse_of
from tests.versions import versions

pytestmark = pytest.mark.system

WAREHOUSE = "redshift://shop.eu-west-1:5439"
Expected = dict[str, tuple[set[str], set[str], dict[str, set[str]]]]
OPERATORS: Expected = {
    "execute": (
        {"shop.orders", "shop.customers"},
        {"shop.named"},
        {"order_no": {"shop.orders.id"}, "customer_name": {"shop.customers.name"}},
    ),
    "percent": ({"shop.orders"}, {"shop.big"}, {"order_no": {"shop.orders.id"}}),
    "own": ({"shop.orders"}, {"shop.copied"}, {"order_no": {"shop.orders.id"}, "amount": {"shop.orders.total"}}),
    "check": ({"shop.orders"}, set(), {}),
    "columns": ({"shop.named"}, set(), {}),
    "sensor": ({"shop.customers"}, set(), {}),
    "branch": ({"shop.orders"}, set(), {}),
    "by_hook": ({"shop.orders", "shop.customers"}, {"shop.big"}, {"order_no": {"shop.orders.id"}}),
    "rows": (set(), {"shop.big"}, {}),
    "nothing": (set(), set(), {}),
}
KINDS: Expected = {
    "made": ({"shop.orders"}, {"shop.made"}, {"made_id": {"shop.orders.id"}}),
    "mapped": ({"shop.customers"}, {"shop.north", "shop.south", "shop.west"}, {"a": {"shop.customers.name"}}),
    "part": ({"shop.orders"}, {"shop.north", "shop.south"}, {"b": {"shop.orders.total"}}),
    "group.inner": ({"shop.west"}, {"shop.west"}, {"b": {"shop.west.a"}}),
    "group.copy": ({"shop.customers"}, {"shop.west"}, {"a": {"shop.customers.name"}}),
    "told": (set(), {"told.by.me"}, {}),
    "declared": ({"shop.customers", "shop.extra"}, {"shop.west", "shop.extra"}, {"a": {"shop.customers.name"}}),
    "choose": (set(), set(), {}),
    "read": ({"shop.customers"}, set(), {}),
    "cursor": (set(), set(), {}),
    "gone": (set(), set(), {}),
}
MIXED: Expected = {
    "load": ({"shop.customers"}, {"shop.north"}, {"a": {"shop.customers.name"}}),
    "check": ({"shop.north"}, set(), {}),
    "stock": ({"shop.north"}, {"shop.south"}, {"a": {"shop.north.a"}}),
    "function": ({"shop.north"}, {"shop.west"}, {"b": {"shop.north.a"}}),
    "clean": (set(), set(), {}),
    "clean_by_stock": (set(), set(), {}),
    "clean_by_hook": (set(), set(), {}),
    "mapped": ({"shop.orders"}, {"shop.north", "shop.south", "shop.west"}, {"b": {"shop.orders.total"}}),
}
KIN: Expected = {
    "value": ({"shop.orders"}, set(), {}),
    "threshold": ({"shop.orders", "shop.customers"}, set(), {}),
    "interval": ({"shop.orders"}, set(), {}),
    "table": ({"shop.orders"}, set(), {}),
    "postgres": ({"shop.orders"}, {"shop.copied"}, {"order_no": {"shop.orders.id"}}),
    "insert_rows": (set(), {"shop.north"}, {}),
    "transfer": ({"shop.customers"}, {"shop.south"}, {}),
}
WITHOUT_DATASETS: Expected = {"task_0": (set(), set(), {}), "task_1": (set(), set(), {})}
"""On 3.3.1 the integration by itself makes a job of each statement that a hook of such tasks has run."""
FAILURES: Expected = {
    "execute": ({"shop.orders"}, {"shop.big"}, {"order_no": {"shop.orders.id"}}),
    "check": ({"shop.orders"}, set(), {}),
    "nowhere": (set(), set(), {}),
    "template": (set(), set(), {}),
    "by_hook": ({"shop.orders", "shop.customers"}, {"shop.big"}, {"order_no": {"shop.orders.id", "shop.customers.id"}}),
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with warehouse_of(SHOP, tmp_path_factory.mktemp("warehouse")) as server:
        yield server


@pytest.fixture(scope="module", params=versions())
def airflow(request: pytest.FixtureRequest, warehouse: Postgres, tmp_path_factory: pytest.TempPathFactory) -> DagRuns:
    """With the connection WAREHOUSE."""
    connection = {
        "conn_type": "postgres",
        "login": "loader",
        "password": warehouse.credentials.loader,
        "host": "127.0.0.1",
        "port": warehouse.redshift_port,
        "schema": DATABASE,
        "extra": json.dumps({"client_encoding": "utf8"}),  # for psycopg 3, which does not know the encoding that Redshift names
    }
    names = {"AIRFLOW__MWAA_LINEAGE__NAMESPACES": json.dumps({"WAREHOUSE": WAREHOUSE})}
    return DagRuns(request.param, tmp_path_factory.mktemp("airflow"), {"AIRFLOW_CONN_WAREHOUSE": json.dumps(connection), **names})


def ended(events: list[dict[str, Any]], state: str) -> Expected:
    """What the tasks told at their ends."""
    found: Expected = {}
    for event in events:
        name = event["job"]["name"].removeprefix("bench.")
        if event["eventType"] == state and name != "bench":
            inputs, outputs, columns = told(event)
            before = found.get(name, (set(), set(), {}))
            found[name] = (inputs | before[0], outputs | before[1], {**before[2], **columns})
    return found


@pytest.mark.parametrize(
    ("dag", "expected"),
    [
        ("stock_dag.py", OPERATORS),
        ("stock_kinds_dag.py", KINDS),
        ("kin_dag.py", KIN),
        ("mixed_dag.py", MIXED),
        ("hooks_dag.py", WITHOUT_DATASETS),
    ],
)
def test_the_lineage_is_the_tasks_own(dag: str, expected: Expected, airflow: DagRuns) -> None:
    events = airflow.events(dag, len(expected))
    assert ended(events, "COMPLETE") == expected
    names = {dataset["namespace"] for event in events for side in ("inputs", "outputs") for dataset in event[side]}
    assert names <= {WAREHOUSE, "redshift://own.eu-west-1:5439"}


def test_a_task_that_fails_tells_what_it_was_about_to_do(airflow: DagRuns) -> None:
    events = airflow.events("stock_failures_dag.py", len(FAILURES), failing=True)
    assert ended(events, "FAIL") == FAILURES
    assert "c4n4ry" not in json.dumps(events)
    (failed,) = [event for event in events if event["job"]["name"] == "bench.template" and event["eventType"] == "FAIL"]
    said = [error["errorMessage"] for error in failed["run"]["facets"]["extractionError"]["errors"]]
    assert said == ["CREATE has a template that did not render: what it reads and writes is missing"]


Quality = dict[str, dict[str, set[tuple[str | None, bool]]]]
QUALITY: Quality = {
    "columns": {"dev.shop.orders": {("total", True)}},
    "table": {"dev.shop.customers": {(None, True)}},
    "wrong": {"dev.shop.orders": {("total", False)}},
    "own": {"dev.shop.orders": {("id", True)}},
    "nowhere": {},
}
METRICS = {
    "columns": {"total": {"nullCount": 0}},
    "wrong": {"total": {"min": 5}},
    "own": {"id": {"distinctCount": 2, "max": 2}},
    "table": {},
}
TELL_QUALITY = {"2.7.2": "inputFacets", "3.3.1": "facets"}
"""The versions whose integration tells of checks, and where; common-sql does it from 2.0 on, which 3.3.1 has."""


def test_what_checks_have_found_is_told_as_the_integration_tells_it(airflow: DagRuns) -> None:
    where = TELL_QUALITY.get(airflow.version, "facets")
    found: Quality = {}
    metrics: dict[str, Any] = {}
    for event in airflow.events("stock_checks_dag.py", len(QUALITY), failing=True):
        task = event["job"]["name"].removeprefix("bench.")
        if event["eventType"] in ("COMPLETE", "FAIL") and task in QUALITY:
            told = {dataset["name"]: dataset.get(where, {}) for dataset in event["inputs"]}
            asserted = {name: facets["dataQualityAssertions"] for name, facets in told.items() if "dataQualityAssertions" in facets}
            found[task] = {
                name: {(each.get("column"), each["success"]) for each in facet["assertions"]} for name, facet in asserted.items()
            }
            for facets in told.values():
                if "dataQualityMetrics" in facets:
                    columns = facets["dataQualityMetrics"]["columnMetrics"]
                    metrics[task] = {column: {name: each[name] for name in each if name != "quantiles"} for column, each in columns.items()}
    told_here = airflow.version in TELL_QUALITY
    assert found == (QUALITY if told_here else {task: {} for task in QUALITY})
    assert metrics == (METRICS if where == "inputFacets" else {})


def told(event: dict[str, Any]) -> tuple[set[str], set[str], dict[str, set[str]]]:
    """What an event says of inputs, outputs and columns, without the database."""
    columns = {
        column: {f"{origin['name']}.{origin['field']}".removeprefix("dev.") for origin in told["inputFields"]}
        for output in event["outputs"]
        for column, told in output["facets"].get("columnLineage", {"fields": {}})["fields"].items()
    }
    inputs, outputs = ({dataset["name"].removeprefix("dev.") for dataset in event[side]} for side in ("inputs", "outputs"))
    return inputs, outputs, {column: origins for column, origins in columns.items() if origins}
