"""Whole OpenLineage events of the classic integration, made by it from the operator: nothing secret stands anywhere in them."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

import pytest
from airflow.models import DAG, DagRun, TaskInstance
from airflow.utils.state import DagRunState
from airflow.utils.types import DagRunType
from openlineage.airflow.adapter import OpenLineageAdapter  # type: ignore[import-untyped]
from openlineage.airflow.extractors import ExtractorManager  # type: ignore[import-untyped]
from openlineage.airflow.utils import get_airflow_run_facet, get_custom_facets  # type: ignore[import-untyped]
from openlineage.client.serde import Serde

from mwaa_lineage import LineageSQLOperator
from mwaa_lineage.masking import airflow_masker
from mwaa_lineage.transport.views import apart
from tests.mwaa_lineage.sql.warehouse import DatabaseError, Warehouse, session

RUN_ID = "3b452093-782c-4ef2-9c0c-aafe2aa6f34d"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECRETS = ["AKIAEVENTSEVENTS0001", "c4n4ryEventKey", "c4n4ryEventToken", "c4n4ryEventPassword", "c4n4ryEventUri"]
COPY = f"""
copy dm.report from 's3://raw/x' credentials 'aws_access_key_id={SECRETS[0]};aws_secret_access_key={SECRETS[1]};token={SECRETS[2]}';
create user u password '{SECRETS[3]}';
insert into dm.report select a b '{SECRETS[3]}' from dblink('postgres://u:{SECRETS[4]}@db.example.org/x');
call load('postgres://u:{SECRETS[4]}@db.example.org/x')
"""  # the third statement cannot be parsed, the fourth is not supported: both are quoted in the event


class Recorder:
    """The client of the adapter: keeps the events as they would be sent."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def emit(self, event: Any) -> None:
        self.sent.append(Serde.to_json(event))


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """A recorder for an Airflow whose own masker hides nothing, as it does in a process that has not run the task."""
    monkeypatch.setattr(airflow_masker, "_mask_secret", lambda: lambda *_: None)
    return Recorder()


def emit(recorder: Recorder, monkeypatch: pytest.MonkeyPatch, connection: Warehouse | Exception, sql: str = COPY) -> None:
    """START, COMPLETE and FAIL of a task, put together as the integration's listener does."""

    class Hook:
        def get_conn(self) -> Warehouse:
            if isinstance(connection, Exception):
                raise connection
            return connection

        def set_autocommit(self, connection: Warehouse, autocommit: bool) -> None: ...

    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", "postgres://loader:pw@127.0.0.1:9/dev")
    monkeypatch.setattr(LineageSQLOperator, "_new_hook", lambda self, **_: Hook())
    dag = DAG("canaries", schedule=None, start_date=NOW)
    task = LineageSQLOperator(task_id="load", conn_id="WAREHOUSE", sql=sql, dag=dag)
    dag_run = DagRun("canaries", "run", execution_date=NOW, state=DagRunState.RUNNING, run_type=DagRunType.MANUAL, data_interval=(NOW, NOW))
    instance = TaskInstance(task, run_id="run")
    instance.dag_run = dag_run
    adapter, manager = OpenLineageAdapter(), ExtractorManager()
    adapter._client = recorder
    run_facets = {**get_custom_facets(dag_run, task, True, instance), **get_airflow_run_facet(dag_run, dag, instance, task, RUN_ID)}
    metadata = manager.extract_metadata(dag_run, task, task_uuid=RUN_ID)
    names = {"job_name": "canaries.load", "parent_job_name": "canaries", "parent_run_id": RUN_ID, "run_id": RUN_ID}
    times = {"event_time": NOW.isoformat(), "nominal_start_time": NOW.isoformat(), "nominal_end_time": NOW.isoformat()}
    adapter.start_task(**names, **times, job_description="", code_location=None, owners=[], task=metadata, run_facets=run_facets)
    for end in (adapter.complete_task, adapter.fail_task):
        end(**names, end_time=NOW.isoformat(), task=manager.extract_metadata(dag_run, task, complete=True, task_instance=instance))


WAREHOUSES: dict[str, Warehouse | Exception] = {
    "a warehouse that answers": Warehouse({"current_setting": session(), "information_schema": [("dm", "report", "a", "integer")]}),
    "a warehouse that quotes the secrets": DatabaseError(
        f"cannot connect to postgres://u:{SECRETS[4]}@host: key {SECRETS[1]} ...4ryEventKey' refused"
    ),
}


@pytest.mark.parametrize("warehouse", WAREHOUSES)
def test_no_secret_leaves_in_any_event(warehouse: str, recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    emit(recorder, monkeypatch, WAREHOUSES[warehouse])
    assert [json.loads(event)["eventType"] for event in recorder.sent] == ["START", "COMPLETE", "FAIL"]
    for event in recorder.sent:
        assert not [secret for secret in [*SECRETS, "4ryEventKey"] if secret in event]


def test_no_secret_is_logged_in_place_of_lineage(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        emit(recorder, monkeypatch, WAREHOUSES["a warehouse that quotes the secrets"])
    assert "The lineage of this task is incomplete" in caplog.text
    assert not [secret for secret in [*SECRETS, "4ryEventKey"] if secret in caplog.text]


def test_each_event_has_the_lineage_and_what_is_missing_of_it(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    emit(recorder, monkeypatch, WAREHOUSES["a warehouse that answers"])
    for event in map(json.loads, recorder.sent):
        assert [(source["namespace"], source["name"]) for source in event["inputs"]] == [("s3://raw", "x")]
        assert [target["name"] for target in event["outputs"]] == ["dev.dm.report"]
        assert [error["taskNumber"] for error in event["run"]["facets"]["extractionError"]["errors"]] == [2, 3]
        assert "aws_access_key_id=***" in event["job"]["facets"]["sql"]["query"]


def test_the_classic_integration_adds_no_attribute_that_holds_sql(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    emit(recorder, monkeypatch, WAREHOUSES["a warehouse that answers"])
    facets = json.loads(recorder.sent[0])["run"]["facets"]
    assert "sql" not in facets["airflow"]["task"]
    assert "unknownSourceAttribute" not in facets


def test_a_view_comes_through_the_classic_integration(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = [("dm", "v", None, None), ("dm", "v", "a", "integer"), ("dm", "report", "a", "integer")]
    answers = {"current_setting": session(), "information_schema": columns, "pg_get_viewdef": [("dm", "v", "SELECT t.x AS a FROM raw.t")]}
    emit(recorder, monkeypatch, Warehouse(answers), "insert into dm.report select a from dm.v")
    (start,), (complete, view), (fail, _) = (apart(json.loads(event)) for event in recorder.sent)
    assert [event["eventType"] for event in (start, complete, fail)] == ["START", "COMPLETE", "FAIL"]
    assert [source["name"] for source in complete["inputs"]] == ["dev.dm.v"]
    assert "extractionError" not in complete["run"]["facets"]
    assert (view["dataset"]["namespace"], view["dataset"]["name"]) == (complete["inputs"][0]["namespace"], "dev.dm.v")
    (origin,) = view["dataset"]["facets"]["columnLineage"]["fields"]["a"]["inputFields"]
    assert (origin["name"], origin["field"]) == ("dev.raw.t", "x")
