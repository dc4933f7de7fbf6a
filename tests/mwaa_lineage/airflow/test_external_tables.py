"""The sensor: what it waits for, what it names when that does not come, and what it does not wait for."""

import logging
from typing import Any

import pytest
from airflow.exceptions import AirflowException, AirflowSensorTimeout

from mwaa_lineage.airflow import external_tables
from mwaa_lineage.airflow.external_tables import ExternalTablesSensor
from tests.mwaa_lineage.sql.warehouse import DatabaseError, Warehouse

MISSING = DatabaseError('relation "lake.event" does not exist', "42P01")
ROW = [(1,)]


class Hook:
    def __init__(self, connection: Warehouse) -> None:
        self.connection = connection

    def get_conn(self) -> Warehouse:
        return self.connection

    def set_autocommit(self, connection: Warehouse, autocommit: bool) -> None:
        connection.autocommit = autocommit


def sensor(monkeypatch: pytest.MonkeyPatch, answers: dict[str, Any], **options: Any) -> tuple[ExternalTablesSensor, Warehouse]:
    warehouse = Warehouse(answers, autocommit=False)
    monkeypatch.setattr(external_tables, "warehouse_hook", lambda conn_id: Hook(warehouse))
    arguments = {"conn_id": "WAREHOUSE", "schema": "lake", "tables": ("event", "sales"), "timeout": 0, "poke_interval": 0, **options}
    return ExternalTablesSensor(task_id="wait_for_lake", **arguments), warehouse


def test_it_succeeds_when_every_table_has_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting, warehouse = sensor(monkeypatch, {"event": ROW, "sales": ROW})
    waiting.execute({})
    assert [sql for sql, _ in warehouse.executed] == ['select 1 from "lake"."event" limit 1', 'select 1 from "lake"."sales" limit 1']
    assert warehouse.autocommit
    assert warehouse.closed


def test_names_are_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting, warehouse = sensor(monkeypatch, {"from": ROW}, schema='la"ke', tables=["x; drop table y"])
    assert waiting.poke({})
    assert warehouse.executed[0][0] == 'select 1 from "la""ke"."x; drop table y" limit 1'


@pytest.mark.parametrize(
    "error",
    [
        MISSING,
        DatabaseError('schema "lake" does not exist', "3F000"),
        DatabaseError('Could not find parent table for alias "dev.lake.event".', "XX000"),
    ],
)
def test_the_message_of_a_time_out_names_what_is_missing_or_empty(
    error: DatabaseError, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    waiting, _ = sensor(monkeypatch, {"event": error, "sales": []})
    with caplog.at_level(logging.INFO, logger="airflow.task"), pytest.raises(AirflowSensorTimeout) as raised:
        waiting.execute({})
    message = str(raised.value)
    assert "lake.event does not exist, lake.sales is empty" in message
    assert "crawler" in message
    assert "lake.event does not exist" in caplog.text


def test_it_waits_until_the_tables_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: dict[str, Any] = {"event": MISSING, "sales": ROW}
    waiting, _ = sensor(monkeypatch, answers, timeout=60)
    pokes: list[list[str]] = []
    poke = waiting.poke

    def poke_then_crawl(context: Any) -> bool:
        done = poke(context)
        pokes.append(list(waiting.awaited))
        answers["event"] = ROW
        return done

    monkeypatch.setattr(waiting, "poke", poke_then_crawl)
    waiting.execute({})
    assert pokes == [["lake.event does not exist"], []]


@pytest.mark.parametrize(
    "error",
    [
        DatabaseError("permission denied for relation event", "42501"),
        DatabaseError("S3ServiceException: Access Denied", "XX000"),
        DatabaseError("server closed the connection unexpectedly"),
    ],
)
def test_any_other_error_is_raised_at_once(error: DatabaseError, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting, warehouse = sensor(monkeypatch, {"event": error}, timeout=3600)
    with pytest.raises(DatabaseError) as raised:
        waiting.execute({})
    assert raised.value is error
    assert warehouse.closed


def test_an_unreachable_warehouse_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", "postgres://loader:pw@127.0.0.1:9/dev")
    waiting = ExternalTablesSensor(task_id="wait", conn_id="WAREHOUSE", schema="lake", tables=["event"], timeout=3600)
    with pytest.raises(Exception, match="refused") as raised:
        waiting.execute({})
    assert not isinstance(raised.value, AirflowException)
