"""The operator: what it tells OpenLineage, that nothing which goes wrong with that stops the SQL, and that no credentials leave."""

import copy
import json
import logging
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from airflow.exceptions import AirflowException
from airflow.models.connection import Connection
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from openlineage.client.serde import Serde
from psycopg2 import OperationalError

from mwaa_lineage import LineageSQLOperator
from mwaa_lineage.airflow import lineage_operator, report
from mwaa_lineage.airflow.compat import BaseHook
from mwaa_lineage.masking import airflow_masker
from mwaa_lineage.sql.flow import derive
from tests.mwaa_lineage.sql.warehouse import NO_EXTERNAL_TABLES, DatabaseError, Rows, Warehouse, session

PLUGINS = Path(lineage_operator.__file__).parents[2]
WAREHOUSE = "redshift://tickit.us-east-1:5439"
COLUMNS = [("staging", "users", "userid", "integer"), ("staging", "users", "city", "text"), ("dm", "report", "a", "integer")]
ANSWERS: dict[str, Rows | Exception] = {
    "current_setting": session(),
    "information_schema": COLUMNS,
    "svv_external_tables": NO_EXTERNAL_TABLES,
}
INSERT = "insert into dm.report (a) select userid from staging.users"


class Hook:
    """A hook whose connection is given, or raises."""

    def __init__(self, connection: Warehouse | Exception) -> None:
        self.connection = connection
        self.ran: list[Any] = []
        self.descriptions: list[None] = [None]
        self._log: Any = logging.getLogger("hook")

    @property
    def log(self) -> Any:
        """As hooks have it."""
        return self._log

    def get_conn(self) -> Warehouse:
        if isinstance(self.connection, Exception):
            raise self.connection
        return self.connection

    def set_autocommit(self, connection: Warehouse, autocommit: bool) -> None:
        connection.autocommit = autocommit

    def run(self, sql: Any, **options: Any) -> None:
        self.ran.append((sql, options))
        if isinstance(self.connection, Exception):
            raise self.connection


Make = Callable[..., LineageSQLOperator]


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes an operator whose hook has the given connection."""
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", "postgres://loader:c4n4ryPassword@127.0.0.1:9/dev")
    monkeypatch.setenv("AIRFLOW__MWAA_LINEAGE__NAMESPACES", f'{{"WAREHOUSE": "{WAREHOUSE}"}}')

    def make(sql: Any = INSERT, connection: Warehouse | Exception | None = None, **options: Any) -> LineageSQLOperator:
        operator = LineageSQLOperator(task_id="load", conn_id="WAREHOUSE", sql=sql, **options)
        hook = Hook(connection or Warehouse(ANSWERS))
        monkeypatch.setattr(LineageSQLOperator, "_new_hook", lambda self, **_: hook)
        return operator

    return make


def errors(facets: Any) -> list[str]:
    return [error.errorMessage for error in facets.run_facets["extractionError"].errors]


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
    monkeypatch.setitem(sys.modules, "mwaa_lineage.airflow.report", None)
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
    monkeypatch.setattr(airflow_masker, "_mask_secret", lambda: told.append)
    operator = make("create user u password 'c4n4ryPw'", parameters={"token": "c4n4ryToken"})
    operator.execute({})
    assert told == ["c4n4ryPw", {"token": "c4n4ryToken"}]
    operator.get_openlineage_facets_on_start()
    operator.get_openlineage_facets_on_complete(None)
    assert len(told) == 2, "Airflow is told once a task"


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
    def no_masker(secret: Any) -> None:
        raise RuntimeError("No SecretsMasker found")

    monkeypatch.setattr(airflow_masker, "_mask_secret", lambda: no_masker)
    operator = make("create user u password 'c4n4ryPw'")
    operator.execute({})
    hook: Any = operator.get_db_hook()
    assert len(hook.ran) == 1


# --- waiting


class Hanging(Hook):
    """A hook whose connections come only when the test is over."""

    def __init__(self) -> None:
        super().__init__(Warehouse(ANSWERS))
        self.over = threading.Event()
        self.asked = 0
        self.answers = 0

    def get_conn(self) -> Warehouse:
        self.asked += 1
        if self.asked > self.answers:
            self.over.wait(60)
        return super().get_conn()


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hanging]:
    monkeypatch.setenv("AIRFLOW__MWAA_LINEAGE__START_SECONDS", "0.5")
    monkeypatch.setenv("AIRFLOW__MWAA_LINEAGE__END_SECONDS", "2")
    hook = Hanging()
    yield hook
    hook.over.set()


def with_hook(make: Make, hook: Hook, monkeypatch: pytest.MonkeyPatch, sql: str = INSERT) -> LineageSQLOperator:
    operator = make(sql)
    monkeypatch.setattr(LineageSQLOperator, "_new_hook", lambda self, **_: hook)
    return operator


def test_a_catalog_that_never_answers_holds_nothing_up_and_is_said_at_the_end(
    make: Make, hanging: Hanging, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator = with_hook(make, hanging, monkeypatch)
    begun = time.monotonic()
    start = operator.get_openlineage_facets_on_start()
    assert (start.inputs, start.run_facets, start.job_facets["sql"].query) == ([], {}, INSERT)
    end = operator.get_openlineage_facets_on_complete(None)
    assert time.monotonic() - begun < 30
    assert [dataset.name for dataset in [*end.inputs, *end.outputs]] == ["dev.staging.users", "dev.dm.report"]
    (error,) = errors(end)
    assert error.startswith("not derived in time")
    assert "end_seconds" in error


def test_what_the_start_began_the_end_finds_done(make: Make, hanging: Hanging, monkeypatch: pytest.MonkeyPatch) -> None:
    operator = with_hook(make, hanging, monkeypatch)
    assert operator.get_openlineage_facets_on_start().outputs == []
    hanging.over.set()
    end = operator.get_openlineage_facets_on_complete(None)
    assert (end.run_facets, len(end.outputs)) == ({}, 1)


def test_what_is_known_before_the_sql_is_told_where_the_catalog_is_silent_afterwards(
    make: Make, hanging: Hanging, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging.answers = 1
    operator = with_hook(make, hanging, monkeypatch)
    assert operator.get_openlineage_facets_on_start().run_facets == {}
    end = operator.get_openlineage_facets_on_complete(None)
    assert end.outputs[0].facets["columnLineage"].fields["a"].inputFields[0].field == "userid"
    assert "before the SQL ran" in errors(end)[0]


@pytest.mark.parametrize("name", ["sql-lineage", "sql-lineage-watch"])
def test_what_is_known_before_the_sql_is_told_where_no_thread_is_to_be_had_afterwards(
    make: Make, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    start = threading.Thread.start

    def refused(thread: threading.Thread) -> None:
        if thread.name == name:
            raise RuntimeError("can't start new thread")
        start(thread)

    operator = make()
    known = operator.get_openlineage_facets_on_start()
    monkeypatch.setattr(threading.Thread, "start", refused)
    end = operator.get_openlineage_facets_on_complete(None)
    assert (end.inputs, end.outputs) == (known.inputs, known.outputs)
    assert errors(end)[0].startswith("can't start new thread: what stands here was found before the SQL ran")


def test_it_is_derived_once_unless_the_catalog_changes(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    derived: list[Any] = []

    def counted(*of: Any) -> Any:
        derived.append(of)
        return derive(*of)

    monkeypatch.setattr(report, "derive", counted)
    answers = dict(ANSWERS)
    operator = make(f"{INSERT}; select city into temp w from staging.users", connection=Warehouse(answers))
    start = operator.get_openlineage_facets_on_start()
    start.inputs.clear()
    assert len(operator.get_openlineage_facets_on_complete(None).inputs) == 1
    assert len(derived) == 1
    answers["information_schema"] = [*COLUMNS, ("dm", "report", "b", "integer")]
    assert len(operator.get_openlineage_facets_on_complete(None).outputs[0].facets["schema"].fields) == 2
    assert len(derived) == 2


def test_slow_deriving_is_given_up(make: Make, hanging: Hanging, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def slow_at_first(*of: Any) -> Any:
        calls.append(1)
        while len(calls) < 2:
            sum(range(1000))
        return derive(*of)

    monkeypatch.setattr(report, "derive", slow_at_first)
    operator = make()
    operator.get_openlineage_facets_on_start()
    end = operator.get_openlineage_facets_on_complete(None)
    assert [dataset.name for dataset in end.outputs] == ["dev.dm.report"]
    assert "not derived in time" in errors(end)[0]


def test_a_fork_derives_anew(make: Make, hanging: Hanging, monkeypatch: pytest.MonkeyPatch) -> None:
    operator = with_hook(make, hanging, monkeypatch)
    operator.get_openlineage_facets_on_start()
    child = os.fork()
    if not child:
        hanging.answers = 99
        facets = operator.get_openlineage_facets_on_complete(None)
        os._exit(0 if facets.run_facets == {} and len(facets.outputs) == 1 else 1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda operator: pickle.loads(pickle.dumps(operator))])
def test_a_copy_derives_by_its_own_parameters(make: Make, copied: Callable[[Any], Any]) -> None:
    operator = make(connection=OperationalError("no route"))
    before = operator.get_openlineage_facets_on_start()
    other = copied(operator)
    other.database = "other"
    for _ in range(2):
        assert other.get_openlineage_facets_on_complete(None).outputs[0].name == "other.dm.report"
        assert operator.get_openlineage_facets_on_complete(None).outputs[0].name == before.outputs[0].name == "dev.dm.report"
    other.sql = f"{INSERT}; insert into dm.daily select 1"
    assert len(other.get_openlineage_facets_on_complete(None).outputs) == 2
    assert len(operator.get_openlineage_facets_on_complete(None).outputs) == 1


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
