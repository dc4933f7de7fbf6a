"""Namespaces and names of datasets."""

import logging

import pytest

from mwaa_lineage.airflow.datasets import dataset_name, glue_names, namespace
from mwaa_lineage.sql.relations import GlueTable, Location, Relation, Table

OPTION = "AIRFLOW__MWAA_LINEAGE__NAMESPACES"
EVENT = Table("dev", "staging", "event")


@pytest.mark.parametrize(
    ("host", "port", "expected"),
    [
        ("tickit.123456789012.us-east-1.redshift-serverless.amazonaws.com", 5439, "redshift://tickit.us-east-1:5439"),
        ("tickit.123456789012.eu-west-1.redshift-serverless.amazonaws.com", None, "redshift://tickit.eu-west-1:5439"),
        ("Examplecluster.abc123xyz789.us-west-2.redshift.amazonaws.com", 5440, "redshift://examplecluster.us-west-2:5440"),
        ("tickit.123456789012.cn-north-1.redshift-serverless.amazonaws.com.cn", 5439, "redshift://tickit.cn-north-1:5439"),
        ("db.example.org", 5433, "postgres://db.example.org:5433"),
        ("db.example.org", None, "postgres://db.example.org:5432"),
        ("redshift.amazonaws.com.evil.example", 1, "postgres://redshift.amazonaws.com.evil.example:1"),
        (None, None, "postgres://localhost:5432"),
    ],
)
def test_the_namespace_follows_from_the_host(host: str | None, port: int | None, expected: str) -> None:
    assert namespace("WAREHOUSE", host, port) == expected


def test_the_setting_goes_before_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(OPTION, '{"WAREHOUSE": "redshift://tickit.us-east-1:5439"}')
    assert namespace("WAREHOUSE", "127.0.0.1", 43210) == "redshift://tickit.us-east-1:5439"
    assert namespace("ANOTHER", "127.0.0.1", 43210) == "postgres://127.0.0.1:43210"


def test_the_setting_names_hosts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(OPTION, '{"Warehouse.example.com:5439": "redshift://tickit.us-east-1:5439"}')
    assert namespace("ANY", "warehouse.example.com", 5439) == "redshift://tickit.us-east-1:5439"
    assert namespace("ANY", "warehouse.example.com", None) == "postgres://warehouse.example.com:5432"


@pytest.mark.parametrize("text", ["{", "[]", '"redshift://x"', '{"WAREHOUSE": 1}', "null"])
def test_a_setting_that_cannot_be_read_is_ignored_with_a_warning(
    text: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(OPTION, text)
    with caplog.at_level(logging.WARNING):
        assert namespace("WAREHOUSE", "h", 1) == "postgres://h:1"
    (record,) = caplog.records
    assert "must be a JSON object" in record.getMessage()


@pytest.mark.parametrize(
    ("source", "relation", "name"),
    [
        (EVENT, None, ("redshift://w", "dev.staging.event")),
        (EVENT, Relation(()), ("redshift://w", "dev.staging.event")),
        (EVENT, Relation((), Location("raw", "tickit/event")), ("s3://raw", "tickit/event")),
        (Location("raw", "tickit"), None, ("s3://raw", "tickit")),
        (Location("raw", ""), None, ("s3://raw", "/")),
    ],
)
def test_names(source: Table | Location, relation: Relation | None, name: tuple[str, str]) -> None:
    assert dataset_name(source, relation, "redshift://w") == name


@pytest.mark.parametrize(
    ("region", "warehouse", "names"),
    [
        (None, "redshift://w.us-east-1:5439", [("arn:aws:glue:us-east-1:123456789012", "table/lake/event")]),
        ("eu-west-1", "redshift://w.us-east-1:5439", [("arn:aws:glue:eu-west-1:123456789012", "table/lake/event")]),
        ("eu-west-1", "postgres://localhost:5432", [("arn:aws:glue:eu-west-1:123456789012", "table/lake/event")]),
        (None, "postgres://localhost:5432", []),
        (None, "redshift://warehouse.example.com:5439", []),
    ],
)
def test_the_arn_of_a_table_of_the_catalog(region: str | None, warehouse: str, names: list[tuple[str, str]]) -> None:
    assert glue_names(GlueTable("aws", region, "123456789012", "lake", "event"), warehouse) == names


@pytest.mark.parametrize(
    ("uri", "location"),
    [
        ("s3://raw/tickit/event/", Location("raw", "tickit/event")),
        ("s3n://raw//tickit", Location("raw", "tickit")),
        ("s3://raw", Location("raw", "")),
        ("", None),
        (None, None),
        ("dynamodb://table", None),
    ],
)
def test_locations(uri: str | None, location: Location | None) -> None:
    assert Location.parse(uri) == location
