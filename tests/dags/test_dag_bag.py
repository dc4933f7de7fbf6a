"""The DAG folder as Airflow's scheduler reads it, whatever stands there."""

import sys
from pathlib import Path
from typing import Any

import pytest
from airflow.models import DAG, DagBag

from lineage.expected_files import load
from local.dag_folder import TOOL
from mwaa_lineage.coverage.names import TOOLS

DAGS = Path(__file__).parents[2] / "airflow/dags"
BAG = DagBag(DAGS, include_examples=False, read_dags_from_db=False)
PIPELINE = sorted(dag_id for dag_id, dag in BAG.dags.items() if TOOL not in dag.tags)


def dag(dag_id: str) -> DAG:
    found: DAG = BAG.dags[dag_id]
    return found


def tasks(dag_id: str) -> dict[str, Any]:
    """The tasks by id, with what their own operators add."""
    return dict(dag(dag_id).task_dict)


def with_lineage(dag_id: str) -> dict[str, Any]:
    """{<dag>.<task>: task} of the DAG's tasks that run SQL with this project's operator."""
    return {f"{dag_id}.{name}": task for name, task in tasks(dag_id).items() if task.task_type == "LineageSQLOperator"}


def sql_of(task: Any) -> list[str]:
    """The texts that a task runs as SQL."""
    sql = getattr(task, "sql", None)
    return [text for text in (sql if isinstance(sql, list | tuple) else [sql]) if isinstance(text, str)]


def expected_jobs() -> set[str]:
    expected = load(DAGS, {"bucket": "b", "warehouse": "w", "database": "d"})
    return {job.name for job in expected.jobs}


def test_every_file_can_be_imported() -> None:
    assert BAG.import_errors == {}


def test_there_is_a_pipeline_and_the_tools_are_told_from_it() -> None:
    assert PIPELINE
    assert set(TOOLS) == set(BAG.dags) - set(PIPELINE)


@pytest.mark.parametrize("dag_id", sorted(BAG.dags))
def test_a_dag_runs_nothing_by_itself_that_was_missed(dag_id: str) -> None:
    assert not dag(dag_id).catchup


@pytest.mark.parametrize("dag_id", PIPELINE)
def test_sql_of_a_file_is_run_as_one_transaction(dag_id: str) -> None:
    files = {file.read_text() for file in DAGS.rglob("*.sql")}
    assert not any(task.autocommit for task in with_lineage(dag_id).values() if files & set(sql_of(task)))


def test_every_sql_file_is_run() -> None:
    run = {text for dag_id in PIPELINE for task in tasks(dag_id).values() for text in sql_of(task)}
    assert {str(file) for file in DAGS.rglob("*.sql") if file.read_text() not in run} == set()


def test_every_job_that_is_expected_is_a_task_here() -> None:
    assert expected_jobs() <= {f"{dag_id}.{name}" for dag_id in PIPELINE for name in tasks(dag_id)}


@pytest.mark.parametrize("dag_id", PIPELINE)
def test_a_sensor_for_external_tables_waits_for_those_that_its_dag_reads(dag_id: str) -> None:
    sensors = [task for task in tasks(dag_id).values() if task.task_type == "ExternalTablesSensor"]
    for sensor in sensors:
        read = " ".join(text for task in with_lineage(dag_id).values() if sensor.task_id in task.upstream_task_ids for text in sql_of(task))
        assert [table for table in sensor.tables if f"{sensor.schema}.{table}" not in read] == []


def test_the_doctor_says_so_when_the_plugins_are_older_than_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mwaa_lineage.doctor.doctor", None)
    with pytest.raises(RuntimeError, match=r"plugins\.zip is missing or older than this DAG: upload it"):
        tasks("lineage_doctor")["examine"].python_callable()


def test_the_watch_runs_every_day_without_being_switched_on() -> None:
    watch = dag("lineage_coverage")
    assert (watch.schedule_interval, watch.catchup, watch.max_active_runs, watch.is_paused_upon_creation) == ("@daily", False, 1, False)


def test_the_watch_says_so_when_the_plugins_are_older_than_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mwaa_lineage.coverage.watch", None)
    with pytest.raises(RuntimeError, match=r"plugins\.zip is missing or older than this DAG: upload it"):
        tasks("lineage_coverage")["measure"].python_callable()
