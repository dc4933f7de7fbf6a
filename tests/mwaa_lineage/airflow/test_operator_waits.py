"""How long a task waits for what the operator tells, and how often the catalog is read and the lineage derived."""

import copy
import os
import pickle
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from psycopg2 import OperationalError

from mwaa_lineage import LineageSQLOperator
from mwaa_lineage.airflow import derivation, report
from mwaa_lineage.airflow.derivation import Derivation
from mwaa_lineage.sql.flow import derive
from mwaa_lineage.sql.work import Work
from tests.mwaa_lineage.airflow.hooked import ANSWERS, COLUMNS, INSERT, Hook, Make, errors
from tests.mwaa_lineage.sql.warehouse import DatabaseError, Warehouse, session


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


def test_a_task_that_has_not_imported_what_derives_waits_for_nothing_at_its_start(
    make: Make, hanging: Hanging, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a Python of its own, where importing that takes half a second."""
    monkeypatch.setattr(sys, "argv", ["airflow", "tasks", "run", "dag", "task", "run"])
    monkeypatch.delitem(sys.modules, "mwaa_lineage.airflow.report")
    hanging.answers = 2
    monkeypatch.setenv("AIRFLOW__MWAA_LINEAGE__START_SECONDS", "60")
    importing = threading.Event()
    do = Derivation._derive
    monkeypatch.setattr(Derivation, "_derive", lambda self: (importing.wait(60), do(self))[1])
    operator = with_hook(make, hanging, monkeypatch)
    start = operator.get_openlineage_facets_on_start()
    assert (start.inputs, start.run_facets, start.job_facets["sql"].query) == ([], {}, INSERT)
    importing.set()
    end = operator.get_openlineage_facets_on_complete(None)
    assert [dataset.name for dataset in end.outputs]
    assert "extractionError" not in end.run_facets


@pytest.mark.parametrize("then", ["drop table staging.users", "alter table staging.users rename to old", "CALL swap()"])
def test_such_a_task_waits_where_its_sql_may_take_away_what_it_reads(
    make: Make, hanging: Hanging, monkeypatch: pytest.MonkeyPatch, then: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["airflow", "tasks", "run", "dag", "task", "run"])
    monkeypatch.delitem(sys.modules, "mwaa_lineage.airflow.report")
    monkeypatch.setenv("AIRFLOW__MWAA_LINEAGE__START_SECONDS", "60")
    hanging.answers = 1
    start = with_hook(make, hanging, monkeypatch, f"{INSERT}; {then}").get_openlineage_facets_on_start()
    assert [dataset.name for dataset in start.inputs] == ["dev.staging.users"]


def test_another_process_waits_though_nothing_has_been_imported(make: Make, hanging: Hanging, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of `airflow dags test` on Airflow 3 no thread may ask for a connection while the task runs: the task would fail."""
    monkeypatch.delitem(sys.modules, "mwaa_lineage.airflow.report")
    monkeypatch.setenv("AIRFLOW__MWAA_LINEAGE__START_SECONDS", "60")
    hanging.answers = 1
    start = with_hook(make, hanging, monkeypatch).get_openlineage_facets_on_start()
    assert [dataset.name for dataset in start.inputs] == ["dev.staging.users"]


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
    assert error.endswith("the catalog of the warehouse has not answered yet")


def test_deriving_takes_no_more_memory_than_an_option_allows(make: Make, hanging: Hanging, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__MWAA_LINEAGE__MEMORY_MEGABYTES", "30")
    monkeypatch.setenv("AIRFLOW__MWAA_LINEAGE__START_SECONDS", "60")
    kept = []

    def hoarding(*_: Any) -> Any:
        while True:
            kept.append(bytearray(2**20))
            time.sleep(0.002)

    hanging.over.set()
    operator = with_hook(make, hanging, monkeypatch)
    monkeypatch.setattr(report, "derive", hoarding)
    operator.get_openlineage_facets_on_start()
    monkeypatch.setattr(report, "derive", derive)
    (error,) = errors(operator.get_openlineage_facets_on_complete(None))
    assert "it took more than 30 MB of memory" in error
    assert 30 <= len(kept) < 300


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
    operator = with_hook(make, hanging, monkeypatch, f"alter table dm.report add column b integer; {INSERT}")
    assert operator.get_openlineage_facets_on_start().run_facets == {}
    end = operator.get_openlineage_facets_on_complete(None)
    assert end.outputs[0].facets["columnLineage"].fields["a"].inputFields[0].field == "userid"
    assert "before the SQL ran" in errors(end)[0]


@pytest.mark.parametrize(
    "sql",
    [
        INSERT,
        "insert into report (a) select userid from staging.users",
        f"begin; lock table dm.report; delete from dm.report; {INSERT}; commit",
        f"create table if not exists dm.report (a integer); truncate dm.report; {INSERT}",
        "merge into dm.report using staging.users on a = userid when matched then delete",
        "update dm.report set a = userid from staging.users; delete from dm.report using staging.users where a = userid",
        "copy dm.report from 's3://lake/report' iam_role default",
        "unload ('select userid from staging.users') to 's3://lake/users' iam_role default",
        "set search_path to dm; insert into report (a) select userid from staging.users",
    ],
)
def test_a_catalog_that_knows_all_that_the_sql_names_and_does_not_change_is_read_once(
    make: Make, hanging: Hanging, monkeypatch: pytest.MonkeyPatch, sql: str
) -> None:
    hanging.over.set()
    hanging.connection = Warehouse({**ANSWERS, "current_setting": session(search_path="dm, staging")})
    operator = with_hook(make, hanging, monkeypatch, sql)
    start = operator.get_openlineage_facets_on_start()
    assert (operator.get_openlineage_facets_on_complete(None), hanging.asked) == (start, 1)


@pytest.mark.parametrize(
    "sql",
    [
        "create table dm.later as select userid from staging.users",
        "create table if not exists dm.later (a integer); insert into dm.later select userid from staging.users",
        "create table if not exists users (a integer); insert into dm.report (a) select userid from staging.users",
        "select userid into dm.later from staging.users",
        "drop table if exists dm.report; create table dm.report as select userid as a from staging.users",
        f"drop table dm.report; {INSERT}",
        f"alter table dm.report alter column a type bigint; {INSERT}",
        f"alter table dm.report rename to older; {INSERT}",
        f"alter schema dm rename to older; alter schema next rename to dm; {INSERT}",
        f"alter table dm.report set schema older; alter table next.report set schema dm; {INSERT}",
        "create or replace view dm.report as select userid as a from staging.users",
        "insert into dm.report (a) select userid from elsewhere.users",
        "call dm.fill(1)",
        f"frobnicate dm.report; {INSERT}",
        f"insert into dm.report (a) select ((userid from staging.users; {INSERT}",
    ],
)
def test_a_catalog_that_the_sql_may_change_is_read_again(make: Make, hanging: Hanging, monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    hanging.over.set()
    hanging.connection = Warehouse({**ANSWERS, "current_setting": session(search_path="dm, staging")})
    operator = with_hook(make, hanging, monkeypatch, sql)
    operator.get_openlineage_facets_on_start()
    operator.get_openlineage_facets_on_complete(None)
    assert hanging.asked == 2


def test_what_the_warehouse_does_not_tell_of_views_is_asked_again(make: Make) -> None:
    answers = {**ANSWERS, "information_schema": [*COLUMNS, ("staging", "users", None, None)], "pg_get_viewdef": DatabaseError("too late")}
    operator = make(connection=Warehouse(answers))
    assert "too late" in errors(operator.get_openlineage_facets_on_start())[0]
    answers["pg_get_viewdef"] = [("staging", "users", "select userid, city from staging.people")]
    assert "too late" not in str(operator.get_openlineage_facets_on_complete(None).run_facets)


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
    assert "catalog" not in errors(end)[0]


def test_half_of_what_the_end_waits_is_for_the_tables_on_a_busy_machine_too(
    make: Make, hanging: Hanging, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    class Noted(Work[Any]):
        def finished(self, seconds: float = 0) -> bool:
            waited.append(seconds)
            return super().finished(seconds)

    monkeypatch.setattr(derivation, "Work", Noted)
    operator = with_hook(make, hanging, monkeypatch)
    operator.get_openlineage_facets_on_start()
    end = operator.get_openlineage_facets_on_complete(None)
    assert len(end.inputs) == 1
    _, for_columns, for_tables = waited
    assert 0 < for_columns <= 2 / 2
    assert for_tables > 0


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
