"""The operator and the sensor against a real PostgreSQL that stands where Redshift does."""

from pathlib import Path
from typing import Any

import pytest
from airflow.exceptions import AirflowSensorTimeout

from local.postgres import Postgres
from mwaa_lineage import LineageSQLOperator
from mwaa_lineage.airflow.external_tables import ExternalTablesSensor
from mwaa_lineage.sql import catalog

pytestmark = pytest.mark.system

LOAD = Path(__file__).parents[3] / "airflow/dags/sql/staging/event.sql"
WAREHOUSE = "redshift://tickit.us-east-1:5439"
EVENT = {"eventid": "bigint", "venueid": "bigint", "catid": "bigint", "eventname": "string", "starttime": "string", "dateid": "bigint"}
LAKE = Path(__file__).with_name("lake.sql")


@pytest.fixture
def warehouse(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> Postgres:
    """The warehouse as the deployment leaves it, with one external table of two rows and one without."""
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", postgres.loader_uri)
    monkeypatch.setenv("AIRFLOW__MWAA_LINEAGE__NAMESPACES", f'{{"WAREHOUSE": "{WAREHOUSE}"}}')
    with postgres.connect() as connection, connection.cursor() as cursor:
        cursor.execute(LAKE.read_text())
    return postgres


def load() -> LineageSQLOperator:
    return LineageSQLOperator(task_id="load_event", conn_id="WAREHOUSE", sql=LOAD.read_text(), split_statements=True)


def schema(dataset: Any) -> dict[str, str]:
    return {column.name: column.type for column in dataset.facets["schema"].fields}


def test_a_load_from_the_lake(warehouse: Postgres) -> None:
    operator = load()
    started = operator.get_openlineage_facets_on_start()
    operator.execute({})
    completed = operator.get_openlineage_facets_on_complete(None)
    assert warehouse.row_counts(["staging.event"]) == {"staging.event": 2}
    for facets in (started, completed):
        assert facets.run_facets == {}
        ((event,), (staged,)) = facets.inputs, facets.outputs
        assert (event.namespace, event.name) == ("s3://raw", "tickit/event")
        assert [(name.namespace, name.name) for name in event.facets["symlinks"].identifiers] == [
            (WAREHOUSE, "dev.s3_datalake.event"),
            ("arn:aws:glue:us-east-1:123456789012", "table/tickit/event"),
        ]
        assert (staged.namespace, staged.name) == (WAREHOUSE, "dev.staging.event")
        (origin,) = staged.facets["columnLineage"].fields["starttime"].inputFields
        assert (origin.namespace, origin.name, origin.field) == ("s3://raw", "tickit/event", "starttime")
        assert schema(event) == EVENT
        assert list(schema(event))[-1] == "dateid"  # the partition's column
    assert schema(started.outputs[0])["starttime"] == "timestamp"
    assert schema(completed.outputs[0])["starttime"] == "timestamp without time zone"


def test_a_warehouse_without_redshifts_views_has_no_external_tables(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_PLAIN", postgres.metadata_uri().replace("postgresql+psycopg2", "postgres"))
    with postgres.connect("airflow") as connection, connection.cursor() as cursor:
        cursor.execute("create table plain (title name); grant select on plain to public")
    facets = LineageSQLOperator(task_id="t", conn_id="PLAIN", sql="select title from plain").get_openlineage_facets_on_start()
    (plain,) = facets.inputs
    assert (plain.namespace, plain.name) == (f"postgres://127.0.0.1:{postgres.port}", "airflow.public.plain")
    assert schema(plain) == {"title": "name"}
    assert facets.run_facets == {}


def test_a_catalog_that_hangs_does_not_hang_the_task(warehouse: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "STATEMENT_TIMEOUT", "set statement_timeout to 1000")
    with warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.execute("lock table svv_external_tables in access exclusive mode")
        facets = load().get_openlineage_facets_on_start()
    assert "statement timeout" in facets.run_facets["extractionError"].errors[0].errorMessage
    assert [dataset.name for dataset in [*facets.inputs, *facets.outputs]] == ["dev.s3_datalake.event", "dev.staging.event"]


def test_a_warehouse_that_is_cold_at_the_start_costs_no_columns_at_the_end(warehouse: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalog is read again when the SQL has run, and that has warmed the warehouse."""
    monkeypatch.setattr(catalog, "STATEMENT_TIMEOUT", "set statement_timeout to 1000")
    operator = load()
    with warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.execute("lock table svv_external_tables in access exclusive mode")
        started = operator.get_openlineage_facets_on_start()
    assert "no schemas are known" in started.run_facets["extractionError"].errors[0].errorMessage
    operator.execute({})
    completed = operator.get_openlineage_facets_on_complete(None)
    assert completed.run_facets == {}
    ((event,), (staged,)) = completed.inputs, completed.outputs
    assert schema(event) == EVENT
    assert staged.facets["columnLineage"].fields.keys() == {*EVENT}


def test_a_wrong_password_is_named_and_not_told(warehouse: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", warehouse.loader_uri_with("c4n4ryWrong"))
    (error,) = load().get_openlineage_facets_on_start().run_facets["extractionError"].errors
    assert 'password authentication failed for user "loader"' in error.errorMessage
    assert "c4n4ry" not in error.errorMessage


def test_the_sensor_waits_for_tables_and_rows_and_for_nothing_else(warehouse: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    def sensor(*tables: str) -> ExternalTablesSensor:
        return ExternalTablesSensor(task_id="wait", conn_id="WAREHOUSE", schema="s3_datalake", tables=tables, timeout=0, poke_interval=0)

    sensor("event").execute({})
    with pytest.raises(AirflowSensorTimeout, match=r"s3_datalake\.empty is empty, s3_datalake\.nowhere does not exist"):
        sensor("event", "empty", "nowhere").execute({})
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", warehouse.loader_uri_with("wrong"))
    with pytest.raises(Exception, match="password authentication failed"):
        sensor("event").execute({})
