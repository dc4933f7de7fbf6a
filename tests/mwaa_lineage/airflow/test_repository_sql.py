"""The SQL of the two DAGs gives exactly the lineage that stands beside them, written by hand: every dataset and every column."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

from mwaa_lineage.airflow.report import Report
from mwaa_lineage.sql.catalog import Name
from mwaa_lineage.sql.relations import Catalog, Column, Location, Relation, Table

DAGS = Path(__file__).parents[3] / "airflow/dags"
WAREHOUSE = "redshift://tickit.us-east-1:5439"
PLACES = {"{bucket}": "raw", "{warehouse}": WAREHOUSE, "{database}": "dev"}


def expected_lineage() -> dict[str, Any]:
    text = (DAGS / "expected_lineage.yaml").read_text()
    for placeholder, value in PLACES.items():
        text = text.replace(placeholder, value)
    return dict(yaml.safe_load(text))


EXPECTED = expected_lineage()
FILES = {path.stem: path.read_text() for path in DAGS.glob("sql/*/*.sql")}


def external(schema: str) -> Iterable[tuple[Table, Relation]]:
    for name, dataset in EXPECTED["datasets"].items():
        if name.startswith("lake."):
            columns = tuple(Column(field, "string") for field in dataset["fields"])
            yield Table("dev", schema, name.removeprefix("lake.")), Relation(columns, Location("raw", dataset["name"]))


def catalog(schema: str) -> Catalog:
    """The warehouse as both DAGs leave it."""
    tables = {Table("dev", *job["output"].split(".")): Relation(tuple(map(Column, job["columns"]))) for job in EXPECTED["jobs"].values()}
    return Catalog("dev", ("public",), tables | dict(external(schema)))


def facets(job: str, schema: str = "s3_datalake", known: Catalog | None = None) -> Any:
    sql = FILES[job.partition(".load_")[2]].replace("s3_datalake", schema)

    def read(names: Iterable[Name]) -> Catalog:
        del names
        return known or catalog(schema)

    return Report([sql], WAREHOUSE, "dev", read, str).facets()


def key(dataset: Any) -> str:
    return f"{dataset.namespace}/{dataset.name}"


def expected_key(name: str) -> str:
    dataset = EXPECTED["datasets"][name]
    return f"{dataset['namespace']}/{dataset['name']}"


def column_key(name: str) -> str:
    dataset, _, column = name.rpartition(".")
    return f"{expected_key(dataset)}.{column}"


def test_every_file_is_a_job_and_every_job_a_file() -> None:
    assert sorted(job.partition(".load_")[2] for job in EXPECTED["jobs"]) == sorted(FILES)
    assert len(FILES) == 10


@pytest.mark.parametrize("schema", ["s3_datalake", "spectrum"])
@pytest.mark.parametrize("job", EXPECTED["jobs"])
def test_lineage_of_the_job(job: str, schema: str) -> None:
    expected = EXPECTED["jobs"][job]
    found = facets(job, schema)
    assert sorted(map(key, found.inputs)) == sorted(map(expected_key, expected["inputs"]))
    (output,) = found.outputs
    assert key(output) == expected_key(expected["output"])
    lineage = output.facets["columnLineage"].fields
    edges = {column: sorted(f"{key(origin)}.{origin.field}" for origin in lineage[column].inputFields) for column in lineage}
    assert edges == {column: sorted(map(column_key, origins)) for column, origins in expected["columns"].items()}
    assert [column.name for column in output.facets["schema"].fields] == list(expected["columns"])
    assert found.run_facets == {}


@pytest.mark.parametrize("job", [job for job in EXPECTED["jobs"] if job.startswith("rs_source")])
def test_an_external_table_is_where_its_data_lies_and_bears_its_catalog_name(job: str) -> None:
    (source,) = facets(job).inputs
    name = job.partition(".load_")[2]
    (identifier,) = source.facets["symlinks"].identifiers
    assert (identifier.namespace, identifier.name, identifier.type) == (WAREHOUSE, f"dev.s3_datalake.{name}", "TABLE")
    assert [column.name for column in source.facets["schema"].fields] == EXPECTED["datasets"][f"lake.{name}"]["fields"]


@pytest.mark.parametrize("job", EXPECTED["jobs"])
def test_before_the_first_run_the_table_that_the_sql_makes_is_known_all_the_same(job: str) -> None:
    expected = EXPECTED["jobs"][job]
    full = catalog("s3_datalake")
    made = Table("dev", *expected["output"].split("."))
    first = Catalog("dev", ("public",), {table: relation for table, relation in full.relations.items() if table != made})
    (now,), (then,) = facets(job, known=first).outputs, facets(job, known=full).outputs
    assert now.facets["columnLineage"] == then.facets["columnLineage"]
    assert [column.name for column in now.facets["schema"].fields] == list(expected["columns"])
