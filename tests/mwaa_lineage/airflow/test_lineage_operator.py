"""The operator: what it tells OpenLineage, that nothing which goes wrong with that stops the SQL, and that no credentials leave."""

import json
import logging
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from airflow.exceptions import AirflowException
from airflow.models.connection import Connection
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from openlineage.client.serde import Serde
from psycopg2 import OperationalError

from mwaa_lineage import LineageSQLOperator
from mwaa_lineage.airflow import lineage_operator
from mwaa_lineage.airflow.compat import BaseHook
from mwaa_lineage.masking import airflow_masker, texts
from mwaa_lineage.masking.scanner import Found, scan
from tests.mwaa_lineage.airflow.hooked import ANSWERS, INSERT, WAREHOUSE, Make, errors
from tests.mwaa_lineage.sql.warehouse import DatabaseError, Warehouse

PLUGINS = Path(lineage_operator.__file__).parents[2]


def test_start_and_complete_tell_inputs_outputs_columns_and_sql(make: Make) -> None:
    operator = make()
    facets = operator.get_openlineage_facets_on_start()
    ((users,), (report,)) = facets.inputs, facets.outputs
    assert (users.namespace, users.name) == (WAREHOUSE, "dev.staging.users")
    assert [(field.name, field.type) for field in users.facets["schema"].fields] == [("userid", "integer"), ("city", "text")]
    (origin,) = report.facets["columnLineage"].fields["a"].inputFields
    assert (origin.namespace, origin.name, origin.field) == (WAREHOUSE, "dev.staging.users", "userid")
    assert [(how.type, how.subtype, how.masking) for how in origin.transformations] == [("DIRECT", "IDENTITY", False)]
    assert facets.job_facets["sql"].query == INSERT
    assert facets.run_facets == {}
    assert operator.get_openlineage_facets_on_complete(task_instance=None) == facets


def test_the_connection_to_the_catalog_is_closed_and_was_in_autocommit(make: Make) -> None:
    warehouse = Warehouse(ANSWERS, autocommit=False)
    make(connection=warehouse).get_openlineage_facets_on_start()
    assert warehouse.closed
    assert warehouse.autocommit


def test_several_texts_are_one_piece_of_sql(make: Make) -> None:
    facets = make(
        ["create temp table t as select userid from staging.users", "insert into dm.report (a) select userid from t"]
    ).get_openlineage_facets_on_start()
    assert [dataset.name for dataset in [*facets.inputs, *facets.outputs]] == ["dev.staging.users", "dev.dm.report"]
    assert (
        facets.job_facets["sql"].query
        == "create temp table t as select userid from staging.users;\ninsert into dm.report (a) select userid from t"
    )


def test_sql_without_tables_does_not_need_the_catalog(make: Make) -> None:
    facets = make("begin; commit", connection=DatabaseError("nobody asked")).get_openlineage_facets_on_start()
    assert facets.run_facets == {}


def test_the_failure_of_a_task_needs_no_hook_of_its_own() -> None:
    assert not hasattr(LineageSQLOperator, "get_openlineage_facets_on_failure")


# --- nothing raises


def test_a_warehouse_that_cannot_be_asked_leaves_what_the_sql_says(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        facets = make(connection=DatabaseError("connection refused")).get_openlineage_facets_on_start()
    assert [dataset.name for dataset in [*facets.inputs, *facets.outputs]] == ["dev.staging.users", "dev.dm.report"]
    assert facets.outputs[0].facets["columnLineage"].fields["a"].inputFields[0].field == "userid"
    assert errors(facets) == ["no schemas are known, as the catalog of the warehouse cannot be read: connection refused"]
    (warning,) = (record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING)
    assert warning == f"The lineage of this task is incomplete: {errors(facets)[0]}"


def test_an_unreachable_warehouse_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", "postgres://loader:c4n4ryPassword@127.0.0.1:9/dev")
    facets = LineageSQLOperator(task_id="load", conn_id="WAREHOUSE", sql=INSERT).get_openlineage_facets_on_start()
    (message,) = errors(facets)
    assert "127.0.0.1" in message
    assert "refused" in message
    assert "c4n4ry" not in Serde.to_json(facets.run_facets["extractionError"])
    assert facets.inputs[0].namespace == "postgres://127.0.0.1:9"


def test_each_problem_is_reported_with_its_statement(make: Make) -> None:
    facets = make(
        f"{INSERT}; insert into dm.report (a) select userid from staging.users, dm.report where a b c; call f(1)"
    ).get_openlineage_facets_on_start()
    facet = facets.run_facets["extractionError"]
    assert (facet.totalTasks, facet.failedTasks, [error.taskNumber for error in facet.errors]) == (3, 2, [1, 2])
    assert facet.errors[1].task == "call f(1)"
    assert len(facets.inputs) == 1


@pytest.mark.parametrize("sql", ["this is not SQL", "select '", "", ";;;", "-- nothing", "\0", "select " + "(" * 3000, "{{ macros.x }}"])
def test_no_text_makes_it_raise(sql: str, make: Make) -> None:
    assert make(sql).get_openlineage_facets_on_start().outputs == []


@pytest.mark.parametrize("sql", [None, 3, [None], {"a": 1}])
def test_no_other_value_makes_it_raise(sql: Any, make: Make) -> None:
    facets = make(sql).get_openlineage_facets_on_start()
    assert (facets.inputs, facets.outputs) == ([], [])


def test_an_unknown_connection_is_reported(make: Make) -> None:
    operator = make()
    operator.conn_id = "NOBODY"
    facets = operator.get_openlineage_facets_on_start()
    assert "there is none" in errors(facets)[0]
    assert facets.job_facets["sql"].query == INSERT


def test_a_hook_that_cannot_be_had_is_reported(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    operator = make()

    def no_hook(self: LineageSQLOperator, **parameters: Any) -> None:
        raise RuntimeError("no credentials")

    monkeypatch.setattr(LineageSQLOperator, "_new_hook", no_hook)
    assert "no credentials" in errors(operator.get_openlineage_facets_on_start())[0]


def test_an_openlineage_client_without_these_facets_is_logged(
    make: Make, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    operator = make()
    monkeypatch.setitem(sys.modules, "mwaa_lineage.airflow.facets", None)
    with caplog.at_level(logging.WARNING):
        facets = operator.get_openlineage_facets_on_start()
    assert (facets.inputs, facets.outputs, facets.run_facets, facets.job_facets) == ([], [], {}, {})
    assert "The lineage of this task is missing" in caplog.text


def test_an_older_client_gets_no_transformations(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("openlineage.client.facet_v2.column_lineage_dataset.Transformation")
    facets = make().get_openlineage_facets_on_start()
    (origin,) = facets.outputs[0].facets["columnLineage"].fields["a"].inputFields
    assert (origin.field, origin.transformations) == ("userid", [])


# --- running


def test_it_runs_the_sql_as_its_base_class_does(make: Make) -> None:
    operator = make("select 1; select 2", split_statements=True, autocommit=True)
    operator.execute({})
    hook: Any = operator.get_db_hook()
    ((sql, options),) = hook.ran
    assert sql == "select 1; select 2"
    assert (options["split_statements"], options["autocommit"]) == (True, True)
    assert isinstance(operator, SQLExecuteQueryOperator)


def test_sql_that_sqlglot_cannot_parse_runs_all_the_same(make: Make) -> None:
    operator = make("insert into t select a b c from d")
    operator.get_openlineage_facets_on_start()
    operator.execute({})
    hook: Any = operator.get_db_hook()
    assert len(hook.ran) == 1


def test_an_error_without_secrets_is_raised_as_it_is(make: Make) -> None:
    error = DatabaseError('relation "staging.users" does not exist', "42P01")
    with pytest.raises(DatabaseError) as raised:
        make(connection=error).execute({})
    assert raised.value is error


@pytest.mark.parametrize("kind", [DatabaseError, AirflowException])
def test_an_error_with_a_secret_is_raised_without_it(kind: type[Exception], make: Make) -> None:
    sql = "copy t from 's3://raw' credentials 'aws_access_key_id=AKIAIOSFODNN7EXAMPLE;aws_secret_access_key=c4n4rySecretKey'"
    error = kind(f"syntax error at or near c4n4rySecretKey\nLINE 1: ...4rySecretKey'\nSQL: {sql}")
    error.__cause__ = ValueError(sql)
    with pytest.raises(kind) as raised:
        make(sql, connection=error).execute({})
    assert "syntax error at or near ***" in str(raised.value)
    assert not [part for part in ("AKIA", "4rySecret") if part in str(raised.value)]
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


def test_secrets_are_told_to_airflow_before_the_sql_is_logged(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr(airflow_masker, "_mask_secret", lambda: lambda *one: told.append(one))
    operator = make("create user u password 'c4n4ryPw'", parameters={"token": "c4n4ryToken"})
    operator.execute({})
    assert told == [("c4n4ryPw", None), ("c4n4ryToken", "token")]
    operator.get_openlineage_facets_on_start()
    operator.get_openlineage_facets_on_complete(None)
    assert len(told) == 2, "Airflow is told once a task"


def test_of_a_large_statement_little_is_looked_through_before_it_runs_and_while(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []

    def counted(text: str) -> list[Found]:
        looked.append(len(text))
        return scan(text)

    monkeypatch.setattr(texts, "scan", counted)
    user = "alter user u{0} password 'pw-{0}-c4n4ry' /* {1} */"
    operator = make("; ".join(user.format(number, "token=" * 100) for number in range(16_000)))
    operator.execute({})
    assert len(operator.sql) > 10_000_000
    assert 0 < sum(looked) < 200_000


def test_the_sql_is_read_once_however_many_lines_the_hook_logs(
    make: Make, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    operator = make(["create user u password 'c4n4ryPw'"] * 3)
    hook: Any = operator.get_db_hook()
    monkeypatch.setattr(lineage_operator, "pieces", None)
    for sql in operator.sql:
        hook.log.warning("Running statement: %s", sql)
    assert [record.getMessage() for record in caplog.records] == ["Running statement: create user u password '***'"] * 3


def test_parsing_a_dag_imports_neither_sqlglot_nor_openlineage(tmp_path: Path) -> None:
    script = (
        "import sys, mwaa_lineage.airflow.lineage_operator, mwaa_lineage.airflow.external_tables; "
        "print([name for name in ('sqlglot', 'openlineage') if name in sys.modules])"
    )
    environment = {"PYTHONPATH": str(PLUGINS), "AIRFLOW_HOME": str(tmp_path)}
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60, env=environment)
    assert found.stdout.strip().splitlines()[-1] == "[]"


def test_a_task_looks_its_connection_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """For its first event, its SQL and its last event."""
    connection = Connection(conn_id="WAREHOUSE", conn_type="postgres", host="127.0.0.1", port=9)
    asked: list[str] = []

    def get_connection(conn_id: str) -> Connection:
        asked.append(conn_id)
        return connection

    monkeypatch.setattr(BaseHook, "get_connection", get_connection)
    operator = LineageSQLOperator(task_id="load", conn_id="WAREHOUSE", sql=INSERT)
    refused = errors(operator.get_openlineage_facets_on_start())
    with pytest.raises(OperationalError, match="refused"):
        operator.execute({})
    assert errors(operator.get_openlineage_facets_on_complete(None)) == refused
    assert asked == ["WAREHOUSE"]


def test_an_airflow_that_masks_nothing_runs_the_sql_all_the_same(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_masker(secret: Any, name: Any) -> None:
        raise RuntimeError("No SecretsMasker found")

    monkeypatch.setattr(airflow_masker, "_mask_secret", lambda: no_masker)
    operator = make("create user u password 'c4n4ryPw'")
    operator.execute({})
    hook: Any = operator.get_db_hook()
    assert len(hook.ran) == 1


# --- secrets of large SQL


def test_many_secrets_hold_no_task_up_and_none_is_logged(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    rows = ", ".join(f"""({number}, '{{"token": "c4n4ry-{number}"}}')""" for number in range(20_000))
    operator = make(f"insert into dm.report values {rows}; create user u password 'c4n4ryLast'", split_statements=True)
    begun = time.monotonic()
    with caplog.at_level(logging.INFO), caplog.at_level(logging.INFO, "airflow.task"):
        operator.execute({})
        operator.get_db_hook().log.info("Running statement: %s, parameters: %s", "create user u password 'c4n4ryLast'", {"a": 1})
    assert time.monotonic() - begun < 20
    assert "Executing: insert into dm.report" in caplog.text
    assert "Running statement: create user u password ***, parameters: {'a': 1}" in caplog.text.replace("'***'", "***")
    assert "c4n4ry" not in caplog.text
    assert len(caplog.text) < 100_000


def test_a_base_class_may_log_before_the_operator_is_made(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    operator = make()
    del operator.__dict__["sql"], operator.__dict__["parameters"]
    with caplog.at_level(logging.WARNING):
        operator.log.warning("made with %s", "password='c4n4ryPw'")
    assert "made with password=" in caplog.text
    assert "c4n4ry" not in caplog.text


def test_a_connection_of_another_kind_has_the_hook_of_the_base_class(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SCRATCH", json.dumps({"conn_type": "sqlite", "host": str(tmp_path / "scratch.db")}))
    operator = LineageSQLOperator(task_id="t", conn_id="SCRATCH", sql="select 1 as one", handler=lambda cursor: cursor.fetchall())
    assert operator.execute({}) == [(1,)]
