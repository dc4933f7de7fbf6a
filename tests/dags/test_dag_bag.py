"""The DAG folder as Airflow's scheduler reads it."""

import sys
from pathlib import Path
from typing import Any

import pytest
from airflow.models import DAG, DagBag

from lineage.expected import load

DAGS = Path(__file__).parents[2] / "airflow/dags"
TABLES = {"category", "date", "event", "users", "venue", "listing", "sales"}
MODELS = {"fact_sales", "dim_event", "dim_users"}


@pytest.fixture(scope="module")
def bag() -> DagBag:
    return DagBag(DAGS, include_examples=False, read_dags_from_db=False)


def dag(bag: DagBag, dag_id: str) -> DAG:
    found: DAG = bag.dags[dag_id]
    return found


def tasks(bag: DagBag, dag_id: str) -> dict[str, Any]:
    """The tasks by id, with what their own operators add."""
    return dict(dag(bag, dag_id).task_dict)


def loads(bag: DagBag) -> dict[str, Any]:
    """{<dag>.<task>: task} of the tasks that load a table."""
    return {f"{dag_id}.{name}": task for dag_id in bag.dags for name, task in tasks(bag, dag_id).items() if name.startswith("load_")}


def test_there_are_the_four_dags_and_no_import_errors(bag: DagBag) -> None:
    assert bag.import_errors == {}
    assert set(bag.dags) == {"rs_source_to_staging", "rs_staging_to_dm", "lineage_replay", "lineage_doctor"}


@pytest.mark.parametrize("dag_id", ["rs_source_to_staging", "rs_staging_to_dm", "lineage_replay", "lineage_doctor"])
def test_a_dag_runs_only_when_triggered_and_one_run_at_a_time(bag: DagBag, dag_id: str) -> None:
    assert dag(bag, dag_id).schedule_interval is None
    assert not dag(bag, dag_id).catchup
    assert dag(bag, dag_id).max_active_runs == 1


def test_every_table_waits_for_the_lake_and_for_nothing_else(bag: DagBag) -> None:
    found = tasks(bag, "rs_source_to_staging")
    assert set(found) == {"wait_for_lake", *(f"load_{table}" for table in TABLES)}
    assert set(found["wait_for_lake"].tables) == TABLES
    assert all(found[f"load_{table}"].upstream_task_ids == {"wait_for_lake"} for table in TABLES)


def test_the_models_are_built_side_by_side(bag: DagBag) -> None:
    found = tasks(bag, "rs_staging_to_dm")
    assert set(found) == {f"load_{model}" for model in MODELS}
    assert all(not task.upstream_task_ids for task in found.values())


def test_every_sql_file_is_run_by_one_task_as_one_transaction(bag: DagBag) -> None:
    assert sorted(task.sql for task in loads(bag).values()) == sorted(file.read_text() for file in DAGS.rglob("*.sql"))
    assert not any(task.autocommit for task in loads(bag).values())


def test_every_task_that_loads_is_expected_to_have_lineage(bag: DagBag) -> None:
    expected = load(DAGS / "expected_lineage.yaml", {"bucket": "b", "warehouse": "w", "database": "d"})
    assert {job.name for job in expected.jobs} == set(loads(bag))


def test_the_doctor_says_so_when_the_plugins_are_older_than_itself(bag: DagBag, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mwaa_lineage.doctor.doctor", None)
    with pytest.raises(RuntimeError, match=r"plugins\.zip is missing or older than this DAG: upload it"):
        tasks(bag, "lineage_doctor")["examine"].python_callable()
