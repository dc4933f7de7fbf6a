"""The SQL of the DAG folder gives exactly the lineage that is expected beside it, written by hand: every dataset and every column.

Whatever DAGs stand there: each task of this project's operator is looked at whose tables are expected by name.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from airflow.models import DagBag

from lineage.expected import ExpectedJob
from lineage.expected_files import load
from lineage.graph import Column as GraphColumn
from lineage.graph import ColumnEdge, DatasetId
from local.airflow_bag import texts
from mwaa_lineage.airflow.report import Report
from mwaa_lineage.sql.relations import Catalog, Column, Location, Name, Relation, Table

DAGS = Path(__file__).parents[3] / "airflow/dags"
WAREHOUSE = "redshift://tickit.us-east-1:5439"
LAKE, EXTERNAL = "raw", "s3_datalake"
EXPECTED = load(DAGS, {"bucket": LAKE, "warehouse": WAREHOUSE, "database": "dev"})
SQL: dict[str, list[str]] = {
    f"{dag_id}.{task.task_id}": texts(task)
    for dag_id, dag in DagBag(DAGS, include_examples=False, read_dags_from_db=False).dags.items()
    for task in dag.tasks
    if task.task_type == "LineageSQLOperator"
}


def expected_by_name(name: str) -> ExpectedJob | None:
    """The job that a task is; none where a `*` leaves open which tables it reads or writes."""
    job = EXPECTED.job(name)
    return None if job is None or any("*" in id_.name for id_ in job.datasets) else job


JOBS = {name: job for name in sorted(SQL) if (job := expected_by_name(name))}


def is_in_warehouse(id_: DatasetId) -> bool:
    return id_.namespace == WAREHOUSE


def is_external(id_: DatasetId) -> bool:
    return id_.namespace == f"s3://{LAKE}" and EXPECTED.datasets[id_] != ()


def table_of(id_: DatasetId) -> Table:
    return Table(*id_.name.split("."))


def made_by(name: str) -> list[DatasetId]:
    """The outputs that the task's own SQL creates."""
    created = set(re.findall(r"create table (?:if not exists )?([\w.]+)", " ".join(SQL[name]).lower()))
    return [id_ for id_ in JOBS[name].outputs if id_.name.partition(".")[2] in created]


def catalog(schema: str, without: Sequence[DatasetId] = ()) -> Catalog:
    """The warehouse as all DAGs leave it."""
    relations = {}
    for id_, fields in EXPECTED.datasets.items():
        if is_in_warehouse(id_) and id_ not in without:
            relations[table_of(id_)] = Relation(tuple(map(Column, fields)))
        elif is_external(id_):
            columns = tuple(Column(field, "string") for field in fields)
            relations[Table("dev", schema, id_.name.rpartition("/")[2])] = Relation(columns, Location(LAKE, id_.name))
    return Catalog("dev", ("public",), relations)


def facets(name: str, schema: str = EXTERNAL, without: Sequence[DatasetId] = ()) -> Any:
    def read(names: Iterable[Name]) -> Catalog:
        del names
        return catalog(schema, without)

    return Report([sql.replace(EXTERNAL, schema) for sql in SQL[name]], WAREHOUSE, "dev", read, str).facets()


def id_of(dataset: Any) -> DatasetId:
    return DatasetId(dataset.namespace, dataset.name)


def edges(dataset: Any) -> set[ColumnEdge]:
    lineage = dataset.facets["columnLineage"].fields if "columnLineage" in dataset.facets else {}
    return {
        ColumnEdge(GraphColumn(id_of(origin), origin.field), GraphColumn(id_of(dataset), column))
        for column, derived in lineage.items()
        for origin in derived.inputFields
    }


def columns(dataset: Any) -> tuple[str, ...]:
    return tuple(column.name for column in dataset.facets["schema"].fields) if "schema" in dataset.facets else ()


def test_every_task_is_expected_or_ignored() -> None:
    assert [name for name in SQL if EXPECTED.job(name) is None and not EXPECTED.ignores_job(name)] == []


@pytest.mark.parametrize("schema", [EXTERNAL, "spectrum"])
@pytest.mark.parametrize("name", JOBS)
def test_lineage_of_the_task(name: str, schema: str) -> None:
    expected, found = JOBS[name], facets(name, schema)
    assert sorted(map(id_of, found.inputs)) == sorted(expected.inputs)
    assert {id_of(output): columns(output) for output in found.outputs} == {id_: EXPECTED.datasets[id_] for id_ in expected.outputs}
    assert {edge for output in found.outputs for edge in edges(output)} == expected.column_edges
    assert found.run_facets == {}


@pytest.mark.parametrize("name", [name for name, job in JOBS.items() if any(map(is_external, job.inputs))])
def test_an_external_table_is_where_its_data_lies_and_bears_its_catalog_name(name: str) -> None:
    for source in facets(name).inputs:
        if is_external(id_of(source)):
            (identifier,) = source.facets["symlinks"].identifiers
            table = source.name.rpartition("/")[2]
            assert (identifier.namespace, identifier.name, identifier.type) == (WAREHOUSE, f"dev.{EXTERNAL}.{table}", "TABLE")
            assert columns(source) == EXPECTED.datasets[id_of(source)]


@pytest.mark.parametrize("name", [name for name in JOBS if made_by(name)])
def test_before_the_first_run_the_tables_that_the_sql_makes_are_known_all_the_same(name: str) -> None:
    made = made_by(name)
    now, then = ({id_of(output): output for output in found.outputs} for found in (facets(name, without=made), facets(name)))
    assert {id_: edges(output) for id_, output in now.items()} == {id_: edges(output) for id_, output in then.items()}
    assert {id_: columns(now[id_]) for id_ in made} == {id_: EXPECTED.datasets[id_] for id_ in made}
