"""Which tasks the door takes over, and how what is found here and what an integration finds come together."""

import importlib
from collections.abc import Iterator
from datetime import UTC, datetime
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from airflow import DAG
from airflow.models.connection import Connection
from airflow.operators.python import PythonOperator
from airflow.providers.common.sql.operators.sql import SQLCheckOperator, SQLExecuteQueryOperator, SQLIntervalCheckOperator
from airflow.providers.common.sql.sensors.sql import SqlSensor
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.providers.sqlite.hooks.sqlite import SqliteHook
from openlineage.client.event_v2 import Dataset

from mwaa_lineage import LineageSQLOperator
from mwaa_lineage.airflow.compat import BaseHook
from mwaa_lineage.airflow.stock import declared, door
from mwaa_lineage.airflow.stock.copies import Copy
from mwaa_lineage.airflow.stock.observed import MOST, Observed, _observing_rows, observed
from mwaa_lineage.airflow.stock.warehouses import behind, is_warehouse
from mwaa_lineage.airflow.task_lineage import Sent
from mwaa_lineage.sql.relations import Location

SQL = "insert into shop.big (a) select id from shop.orders"
NAMESPACE = "redshift://shop.eu-west-1:5439"


@pytest.fixture(autouse=True)
def _connections(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", "postgres://loader:c4n4ryPassword@127.0.0.1:9/dev")
    monkeypatch.setenv("AIRFLOW_CONN_LITE", "sqlite:///tmp/x")
    monkeypatch.setenv("AIRFLOW__MWAA_LINEAGE__NAMESPACES", f'{{"WAREHOUSE": "{NAMESPACE}"}}')
    observed.begin()
    yield
    observed.begin()


class Metadata(SimpleNamespace):
    """As an integration has it."""


class Manager:
    """An integration's manager: it tells that it was asked, or fails to."""

    def __init__(self, extractors: dict[str, Any] | None = None) -> None:
        self.extractors = extractors or {}
        self.asked = 0

    def extract_metadata(self, dagrun: Any, task: Any, complete: bool = False, task_instance: Any = None) -> Metadata:
        """What the integration finds."""
        del dagrun, task, complete, task_instance
        self.asked += 1
        return Metadata(inputs=[Dataset("stock", "in")], outputs=[], run_facets={"own": 1}, job_facets={})

    def extract_inlets_and_outlets(self, metadata: Metadata, inlets: list[Any], outlets: list[Any]) -> None:
        """As the integrations do it."""
        metadata.inputs += inlets
        metadata.outputs += outlets


@pytest.fixture
def extract(monkeypatch: pytest.MonkeyPatch) -> Any:
    module: Any = ModuleType("airflow.providers.openlineage.extractors.manager")
    module.OperatorLineage = Metadata
    monkeypatch.setattr(Manager, "extract_metadata", door._asking_here(Manager.extract_metadata, module))
    return Manager.extract_metadata


def by_hook(sql: str, parameters: Any = None) -> Sent:
    """SQL that a hook is about to send."""
    return Sent(behind(PostgresHook("WAREHOUSE")), (sql,), parameters)


def names(datasets: list[Any]) -> list[tuple[str, str]]:
    return [(dataset.namespace, dataset.name) for dataset in datasets]


def test_a_stock_operator_is_read_here_at_both_ends(extract: Any) -> None:
    manager = Manager()
    task = SQLExecuteQueryOperator(task_id="t", conn_id="WAREHOUSE", sql=SQL)
    for complete in (False, True):
        found = extract(manager, None, task, complete=complete)
        assert (names(found.inputs), names(found.outputs)) == ([(NAMESPACE, "dev.shop.orders")], [(NAMESPACE, "dev.shop.big")])
        assert "c4n4ry" not in str(found)
    assert manager.asked == 0


def test_what_a_user_has_set_goes_before(extract: Any) -> None:
    class Extractor:
        """A user's own."""

    task = SQLExecuteQueryOperator(task_id="t", conn_id="WAREHOUSE", sql=SQL)
    manager = Manager({"SQLExecuteQueryOperator": Extractor})
    assert names(extract(manager, None, task).inputs) == [("stock", "in")]
    Extractor.__module__ = "airflow.providers.openlineage.extractors.sql"
    assert names(extract(manager, None, task).inputs) == [(NAMESPACE, "dev.shop.orders")]


class Told(SQLExecuteQueryOperator):
    """A person's own, which tells its lineage."""

    def get_openlineage_facets_on_start(self) -> None:
        """Nothing."""


@pytest.mark.parametrize(
    "task",
    [
        Told(task_id="t", conn_id="WAREHOUSE", sql=SQL),
        LineageSQLOperator(task_id="t", conn_id="WAREHOUSE", sql=SQL),
        SQLExecuteQueryOperator(task_id="t", conn_id="LITE", sql=SQL),
    ],
    ids=["its own lineage", "this project's", "another database"],
)
def test_others_are_left_to_the_integration(task: Any, extract: Any) -> None:
    manager = Manager()
    assert names(extract(manager, None, task, complete=True).inputs) == [("stock", "in")]
    assert manager.asked == 1


def test_a_connection_that_is_not_known_loses_no_event(extract: Any) -> None:
    found = extract(Manager(), None, SQLExecuteQueryOperator(task_id="t", conn_id="NOBODY", sql="create user u password 'c4n4ryPw'"))
    (error,) = found.run_facets["extractionError"].errors
    assert "NOBODY" in error.errorMessage
    assert "c4n4ry" not in found.job_facets["sql"].query


def test_what_hooks_sent_is_told_at_the_end_before_what_the_integration_found(extract: Any) -> None:
    task = PythonOperator(task_id="t", python_callable=print)
    observed.add(by_hook(SQL))
    assert names(extract(Manager(), None, task).inputs) == [("stock", "in")]
    found = extract(Manager(), None, task, complete=True)
    assert names(found.inputs) == [(NAMESPACE, "dev.shop.orders"), ("stock", "in")]
    assert found.run_facets.keys() == {"own", "extractionError"}, "the catalog of this warehouse does not answer"


def test_what_is_left_out_is_said(extract: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    observed.add(by_hook("begin"))
    monkeypatch.setattr(observed, "left_out", "and more")
    found = extract(Manager(), None, SQLExecuteQueryOperator(task_id="t", conn_id="WAREHOUSE", sql="begin"), complete=True)
    assert [error.errorMessage for error in found.run_facets["extractionError"].errors] == ["and more"]


def test_what_goes_wrong_here_costs_nothing_of_the_integrations(extract: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(task: Any) -> None:
        raise RuntimeError("broken")

    observed.add(by_hook(SQL))
    monkeypatch.setattr(door, "_lineage", broken)
    task = PythonOperator(task_id="t", python_callable=print)
    assert names(extract(Manager(), None, task, complete=True).inputs) == [("stock", "in")]
    stock = SQLExecuteQueryOperator(task_id="t", conn_id="WAREHOUSE", sql=SQL)
    assert names(extract(Manager(), None, stock).inputs) == [("stock", "in")]


def test_what_a_user_declares_is_added_once(extract: Any) -> None:
    task = SQLExecuteQueryOperator(task_id="t", conn_id="WAREHOUSE", sql=SQL)
    task.inlets = [Dataset(NAMESPACE, "dev.shop.orders"), Dataset("s3://lake", "more")]
    found = extract(Manager(), None, task)
    assert names(found.inputs) == [(NAMESPACE, "dev.shop.orders"), ("s3://lake", "more")]


def test_the_sql_that_ran_counts_not_what_was_declared(extract: Any) -> None:
    task = SQLExecuteQueryOperator(task_id="t", conn_id="WAREHOUSE", sql="select 1")
    observed.add(by_hook(SQL))
    assert names(extract(Manager(), None, task, complete=True).outputs) == [(NAMESPACE, "dev.shop.big")]


@pytest.mark.parametrize(
    ("task", "texts"),
    [
        (SQLCheckOperator(task_id="t", conn_id="WAREHOUSE", sql="select 1"), ("select 1",)),
        (SqlSensor(task_id="t", conn_id="WAREHOUSE", sql="select 2"), ("select 2",)),  # type: ignore[no-untyped-call]
        (SQLExecuteQueryOperator(task_id="t", conn_id="WAREHOUSE", sql=["select 1", "select 2"]), ("select 1", "select 2")),
    ],
)
def test_the_kin_of_the_operator(task: Any, texts: tuple[str, ...]) -> None:
    sent = declared.sent(task)
    assert sent is not None
    assert [each.texts for each in sent] == [texts]


def test_an_operator_with_two_queries_has_both() -> None:
    task = SQLIntervalCheckOperator(task_id="t", conn_id="WAREHOUSE", table="shop.orders", metrics_thresholds={"count(*)": 2})
    assert [text.split(" WHERE")[0] for text in declared.texts(task)] == ["SELECT count(*) FROM shop.orders"] * 2


def test_each_part_of_a_mapped_task_tells_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """By openlineage-airflow's own manager, which keeps its extractors by the id of the task."""
    module = importlib.import_module("openlineage.airflow.extractors.manager")
    monkeypatch.setattr(module.ExtractorManager, "extract_metadata", door._asking_here(module.ExtractorManager.extract_metadata, module))
    manager, dagrun = module.ExtractorManager(), SimpleNamespace(run_id="r")
    dag = DAG("d", start_date=datetime(2024, 1, 1, tzinfo=UTC))
    parts = [LineageSQLOperator(task_id="t", conn_id="WAREHOUSE", sql=f"insert into shop.{name} select 1") for name in ("a", "b", "c")]
    for part in parts:
        part._dag = dag
    for complete in (False, True):
        found = [names(manager.extract_metadata(dagrun, part, complete=complete).outputs) for part in parts]
        assert found == [[(NAMESPACE, f"dev.shop.{name}")] for name in ("a", "b", "c")]


# --- what hooks send


def test_a_text_is_kept_once_and_each_place_of_its_parameters() -> None:
    kept = Observed()
    for number in range(1000):
        kept.add(by_hook("insert into t values (%s)", (number,)))
    for place in ("s3://lake/a", "s3://lake/b"):
        kept.add(by_hook("copy t from %(place)s iam_role default", {"place": place}))
    assert len(kept.sent()) == 3
    assert not kept.left_out


@pytest.mark.parametrize("texts", [[f"select {number} from t{number}" for number in range(5000)], ["x" * 6_000_000, "y" * 6_000_000]])
def test_what_is_kept_is_bounded_and_cut_is_known(texts: list[str]) -> None:
    kept = Observed()
    for text in texts:
        kept.add(by_hook(text))
    assert len(kept.sent()) < len(texts)
    assert kept.left_out


def test_copies_beyond_those_that_are_kept_are_said(extract: Any) -> None:
    for number in range(MOST + 1):
        observed.add_copy(Copy(Location("lake", f"in/{number}"), Location("attic", f"out/{number}")))
    task = PythonOperator(task_id="t", python_callable=print)
    found = extract(Manager(), None, task, complete=True)
    assert len(found.outputs) == MOST
    assert "objects of S3" in found.run_facets["extractionError"].errors[0].errorMessage


@pytest.mark.parametrize("fields", [None, ["a", "b"], (name for name in ("a", "b")), [1, object()], "a"])
def test_whatever_insert_rows_is_given_reaches_it_as_it_was(fields: Any) -> None:
    given: list[Any] = []

    def insert_rows(self: Any, table: str, rows: Any, target_fields: Any = None, **named: Any) -> None:
        whole = target_fields if isinstance(target_fields, str | None) else list(target_fields)
        given.append((table, rows, whole, named))

    expected = ["a", "b"] if not isinstance(fields, list | str | None) else fields
    _observing_rows(insert_rows)(PostgresHook("WAREHOUSE"), "shop.big", [(1, 2)], fields, replace=True)
    assert given == [("shop.big", [(1, 2)], expected, {"replace": True})]
    assert [sent.texts[0].split(" values")[0][:20] for sent in observed.sent()] == ["insert into shop.big"]


def test_another_database_is_not_read() -> None:
    class Mine(PostgresHook):
        """A person's own."""

    assert is_warehouse(Mine("WAREHOUSE"))
    assert not is_warehouse(SqliteHook("LITE"))


def test_looking_a_connection_up_is_left_for_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    connection = Connection(conn_id="WAREHOUSE", conn_type="postgres", host="127.0.0.1", port=9)

    def get_connection(conn_id: str) -> Connection:
        asked.append(conn_id)
        return connection

    monkeypatch.setattr(BaseHook, "get_connection", get_connection)
    kept = Observed()
    kept.add(by_hook(SQL))
    assert asked == []
    (sent,) = kept.sent()
    assert isinstance(sent, Sent)
    assert [sent.warehouse.name(), sent.warehouse.name()] == [(NAMESPACE, "")] * 2
    assert asked == ["WAREHOUSE"]
