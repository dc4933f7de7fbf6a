"""One name for one thing, whoever made the event."""

import copy
import json
import logging
import random
from collections.abc import Mapping
from typing import Any

import pytest
from airflow.models.connection import Connection
from openlineage.client.transport.transport import Config

from mwaa_lineage.transport import connections, glue, places
from mwaa_lineage.transport.naming import Naming
from mwaa_lineage.transport.spool import Folder
from mwaa_lineage.transport.transport import SpoolTransport
from mwaa_lineage.transport.warehouses import Connected, Option, Warehouses
from tests.mwaa_lineage.transport.emitter import events

Json = dict[str, Any]

WAREHOUSE = "redshift://tickit.us-east-1:5439"
HOST = "tickit.123456789012.us-east-1.redshift-serverless.amazonaws.com"
OPTION = {
    "REDSHIFT_CONNECTOR": WAREHOUSE,
    "Warehouse.example.com:5439": WAREHOUSE,
    "vpce-0123.redshift-serverless.us-east-1.vpce.amazonaws.com:5439": "redshift://other.us-east-1:5439",
}
ARN = "arn:aws:glue:us-east-1:123456789012"
ATHENA = "awsathena://athena.us-east-1.amazonaws.com"


def connected(wanted: Mapping[str, str]) -> dict[str, Connected]:
    return {"127.0.0.1:43210": Connected(wanted["REDSHIFT_CONNECTOR"], "Dev")}


NAMING = Naming(Warehouses(Option(json.dumps(OPTION)), connected))


def event(*inputs: Json, outputs: tuple[Json, ...] = ()) -> Json:
    return {"run": {"runId": "r"}, "job": {"namespace": "tickit", "name": "dag.task"}, "inputs": [*inputs], "outputs": [*outputs]}


def dataset(namespace: str, name: str, **facets: Json) -> Json:
    return {"namespace": namespace, "name": name, "facets": facets}


def symlinks(*names: tuple[str, str]) -> Json:
    return {"identifiers": [{"namespace": namespace, "name": name, "type": "TABLE"} for namespace, name in names]}


def columns(**origins: tuple[str, str, str]) -> Json:
    keys = ("namespace", "name", "field")
    return {"fields": {column: {"inputFields": [dict(zip(keys, origin, strict=True))]} for column, origin in origins.items()}}


def names(datasets: list[Json]) -> list[tuple[str, str]]:
    return [(each["namespace"], each["name"]) for each in datasets]


NAMES = [
    (f"postgres://{HOST}:5439", "dev.shop.north", WAREHOUSE, "dev.shop.north"),
    (f"redshift://{HOST}:5439", "dev.Shop.North", WAREHOUSE, "dev.shop.north"),
    (f"redshift://{HOST.upper()}", "DEV.shop.north", WAREHOUSE, "dev.shop.north"),
    (f"postgres://{HOST}", "dev.shop.north", WAREHOUSE, "dev.shop.north"),
    (
        "redshift://examplecluster.abc123xyz789.us-west-2.redshift.amazonaws.com:5440",
        "d.s.t",
        "redshift://examplecluster.us-west-2:5440",
        "d.s.t",
    ),
    ("redshift://w.123456789012.cn-north-1.redshift-serverless.amazonaws.com.cn:5439", "d.s.t", "redshift://w.cn-north-1:5439", "d.s.t"),
    ("postgres://c.abc123.cn-northwest-1.redshift.amazonaws.com.cn:5439", "d.s.t", "redshift://c.cn-northwest-1:5439", "d.s.t"),
    ("postgres://warehouse.example.com:5439", "dev.shop.north", WAREHOUSE, "dev.shop.north"),
    ("redshift://WAREHOUSE.example.com", "dev.shop.north", WAREHOUSE, "dev.shop.north"),
    (
        "redshift://vpce-0123.redshift-serverless.us-east-1.vpce.amazonaws.com:5439",
        "d.s.t",
        "redshift://other.us-east-1:5439",
        "d.s.t",
    ),
    ("postgres://127.0.0.1:43210", "dev.shop.north", WAREHOUSE, "dev.shop.north"),
    ("postgres://127.0.0.1:43210", "shop.north", WAREHOUSE, "dev.shop.north"),
    (WAREHOUSE, "shop.North", WAREHOUSE, "dev.shop.north"),
    ("redshift://Tickit.us-east-1", "dev.shop.north", WAREHOUSE, "dev.shop.north"),
    ("redshift://w.us-gov-west-1:5439", "North", "redshift://w.us-gov-west-1:5439", "north"),
    ("s3a://raw", "/tickit//event/", "s3://raw", "tickit/event"),
    ("s3n://raw/", "tickit/event", "s3://raw", "tickit/event"),
    ("S3://raw", "tickit/event/part-0.csv", "s3://raw", "tickit/event/part-0.csv"),
    ("s3://raw", "s3a://raw/tickit/event/", "s3://raw", "tickit/event"),
    ("s3://raw", "", "s3://raw", "/"),
    ("s3://raw", "//", "s3://raw", "/"),
    (ARN, "table/Tickit/Event", ARN, "table/tickit/event"),
    ("arn:aws-cn:glue:cn-north-1:123456789012", "table/a/b", "arn:aws-cn:glue:cn-north-1:123456789012", "table/a/b"),
    (ATHENA, "AwsDataCatalog.Tickit.event", ATHENA, "awsdatacatalog.tickit.event"),
    (f"{ATHENA}:443", "tickit.event", ATHENA, "awsdatacatalog.tickit.event"),
]
UNKNOWN = [
    ("postgres://app.example.org:5432", "app.public.Users"),
    ("postgres://127.0.0.1:43211", "Dev.shop.north"),
    ("postgres://Warehouse.example.com:5432", "dev.shop.north"),
    ("redshift://warehouse.example.org:5439", "Dev.shop.north"),
    ("postgres://tickit.1.us-east-1.redshift-serverless.amazonaws.com.evil.example:5439", "d.s.t"),
    ("snowflake://account", "DB.SCHEMA.T"),
    ("s3://raw/warehouse", "db.Table"),
    ("file", "/tmp//x/"),
    ("gs://raw", "/a//b/"),
    (ARN, "database/a"),
    (ATHENA, "event"),
    ("", ""),
    ("postgres://", "x"),
    ("redshift://:5439", "x"),
]


@pytest.mark.parametrize(("namespace", "name", "right", "right_name"), NAMES)
def test_a_thing_has_one_name_wherever_it_is_named(namespace: str, name: str, right: str, right_name: str) -> None:
    facets = {"columnLineage": columns(a=(namespace, name, "b")), "symlinks": symlinks((namespace, name), ("x", "y"))}
    done = NAMING.event(event(dataset(namespace, name), outputs=(dataset("file", "/t", **facets),)))
    (output,) = done["outputs"]
    assert names(done["inputs"]) == [(right, right_name)]
    assert output["facets"]["columnLineage"] == columns(a=(right, right_name, "b"))
    assert (right, right_name) in names(output["facets"]["symlinks"]["identifiers"])


@pytest.mark.parametrize(("namespace", "name"), UNKNOWN)
def test_what_is_not_known_stays_as_it_is(namespace: str, name: str) -> None:
    facets = {"columnLineage": columns(a=(namespace, name, "b")), "symlinks": symlinks((namespace, name), (namespace, name))}
    given = event(dataset(namespace, name), dataset(namespace, name), outputs=(dataset("x", "t", **facets),))
    assert NAMING.event(copy.deepcopy(given)) == given


def test_a_job_keeps_its_name_and_a_source_gets_the_namespace() -> None:
    given = event(dataset(f"postgres://{HOST}:5439", "dev.a.b", dataSource={"name": f"postgres://{HOST}:5439", "uri": "kept"}))
    given["job"] = {"namespace": f"postgres://{HOST}:5439", "name": "A.B.C"}
    given["run"]["facets"] = {"parent": {"job": {"namespace": f"postgres://{HOST}:5439", "name": "A"}, "run": {"runId": "r"}}}
    done = NAMING.event(copy.deepcopy(given))
    assert (done["job"], done["run"]) == (given["job"], given["run"])
    assert done["inputs"][0]["facets"]["dataSource"] == {"name": WAREHOUSE, "uri": "kept"}


def test_lineage_in_any_facet_is_named() -> None:
    """As the explicit lineage facet has it (OpenLineage, lineage job facet): entries with their inputs."""
    entry = {"namespace": "s3a://raw", "name": "/a/", "type": "DATASET", "inputs": [{"namespace": f"postgres://{HOST}", "name": "D.s.t"}]}
    given = event()
    given["job"]["facets"] = {"lineage": {"entries": [entry]}}
    right = {"namespace": "s3://raw", "name": "a", "type": "DATASET", "inputs": [{"namespace": WAREHOUSE, "name": "d.s.t"}]}
    assert NAMING.event(given)["job"]["facets"] == {"lineage": {"entries": [right]}}


def test_datasets_that_become_one_lose_nothing() -> None:
    first = dataset(
        f"postgres://{HOST}:5439",
        "dev.a.b",
        schema={"fields": [{"name": "id", "type": "int"}]},
        columnLineage=columns(id=(f"postgres://{HOST}:5439", "dev.a.s", "id")),
    )
    second = dataset(
        WAREHOUSE,
        "dev.a.b",
        schema={"fields": [{"name": "id", "type": "integer"}, {"name": "day", "type": "date"}]},
        columnLineage=columns(id=(WAREHOUSE, "dev.a.s", "id2"), day=(WAREHOUSE, "dev.a.s", "day")),
        documentation={"description": "kept"},
    )
    second["outputFacets"] = {"outputStatistics": {"rowCount": 3}}
    (done,) = NAMING.event(event(outputs=(first, second)))["outputs"]
    assert done["facets"]["schema"] == {"fields": [{"name": "id", "type": "int"}, {"name": "day", "type": "date"}]}
    fields = done["facets"]["columnLineage"]["fields"]
    assert [each["field"] for each in fields["id"]["inputFields"]] == ["id", "id2"]
    assert fields["day"] == columns(day=(WAREHOUSE, "dev.a.s", "day"))["fields"]["day"]
    assert (done["facets"]["documentation"], done["outputFacets"]) == (second["facets"]["documentation"], second["outputFacets"])


def test_an_origin_that_is_told_twice_is_one_with_both_ways() -> None:
    direct, filtered = ({"type": kind, "subtype": "X"} for kind in ("DIRECT", "INDIRECT"))
    origins = [
        {"namespace": f"postgres://{HOST}", "name": "dev.a.s", "field": "id", "transformations": [direct]},
        {"namespace": WAREHOUSE, "name": "dev.a.s", "field": "id", "transformations": [direct, filtered]},
    ]
    output = dataset(WAREHOUSE, "dev.a.b", columnLineage={"fields": {"id": {"inputFields": origins}}})
    (done,) = NAMING.event(event(outputs=(output,)))["outputs"]
    assert done["facets"]["columnLineage"]["fields"]["id"]["inputFields"] == [
        {"namespace": WAREHOUSE, "name": "dev.a.s", "field": "id", "transformations": [direct, filtered]}
    ]


def test_a_table_of_the_catalog_is_called_by_its_place_and_so_are_its_columns() -> None:
    """As AthenaOperator writes it (provider-amazon): the place is a symlink, with a slash before the key."""
    table = (ATHENA, "AwsDataCatalog.tickit.event")
    output = dataset("s3://out", "x", columnLineage=columns(a=(*table, "b")))
    done = NAMING.event(event(dataset(*table, symlinks=symlinks(("s3a://raw", "/tickit/event/"))), outputs=(output,)))
    assert names(done["inputs"]) == [("s3://raw", "tickit/event")]
    assert names(done["inputs"][0]["facets"]["symlinks"]["identifiers"]) == [(ATHENA, "awsdatacatalog.tickit.event")]
    assert done["outputs"][0]["facets"]["columnLineage"] == columns(a=("s3://raw", "tickit/event", "b"))


def test_the_arn_of_a_table_brings_athenas_name() -> None:
    done = NAMING.event(event(dataset("s3://raw", "tickit/event", symlinks=symlinks((ARN, "table/tickit/event")))))
    assert names(done["inputs"][0]["facets"]["symlinks"]["identifiers"]) == [
        (ARN, "table/tickit/event"),
        (ATHENA, "awsdatacatalog.tickit.event"),
    ]


@pytest.mark.parametrize("seed", range(200))
def test_naming_twice_is_naming_once(seed: int) -> None:
    given = _event(random.Random(seed))
    once = NAMING.event(copy.deepcopy(given))
    assert NAMING.event(copy.deepcopy(once)) == once


@pytest.mark.parametrize("seed", range(200))
def test_no_column_and_no_facet_is_lost(seed: int) -> None:
    given = _event(random.Random(seed))
    done = NAMING.event(copy.deepcopy(given))
    for side in ("inputs", "outputs"):
        assert _columns(done[side]) == _columns(given[side])


def _columns(datasets: list[Json]) -> set[str]:
    fields = [field["name"] for each in datasets for field in each["facets"]["schema"]["fields"]]
    return {*fields, *(column for each in datasets for column in each["facets"]["columnLineage"]["fields"])}


def _event(dice: random.Random) -> Json:
    known = [*((namespace, name) for namespace, name, *_ in NAMES), *UNKNOWN]

    def one(number: int) -> Json:
        fields = [{"name": f"column{number}", "type": "int"}]
        linked = symlinks(*dice.choices(known, k=dice.randrange(4)))
        origins = columns(**{f"c{index}": (*dice.choice(known), "f") for index in range(dice.randrange(3))})
        return dataset(*dice.choice(known), schema={"fields": fields}, symlinks=linked, columnLineage=origins)

    return event(*map(one, range(dice.randrange(6))), outputs=tuple(map(one, range(10, 10 + dice.randrange(6)))))


ODD: list[Any] = [
    None,
    1,
    "text",
    [],
    [1, None, "x"],
    {},
    {"namespace": 1, "name": []},
    [{"namespace": "s3://b", "name": None}],
    {"identifiers": 3},
]


@pytest.mark.parametrize("odd", ODD)
def test_odd_values_stay_as_they_are(odd: Any) -> None:
    given = {
        **event({"namespace": "s3://b", "name": "a", "facets": odd}, {"namespace": ATHENA, "name": "x.y.z", "facets": {"symlinks": odd}}),
        "outputs": odd,
        "dataset": odd,
    }
    assert NAMING.event(copy.deepcopy(given)) == given
    assert NAMING.event(odd) == odd


# The option and the connections


@pytest.mark.parametrize("text", ["{", "[]", '{"A": 1}', '{"A": "name.region"}', "null", '"x"'])
def test_a_bad_option_is_told_and_known_hosts_are_named_all_the_same(text: str, caplog: pytest.LogCaptureFixture) -> None:
    connections.parsed.cache_clear()
    with caplog.at_level(logging.WARNING):
        naming = Naming(Warehouses(connections.parsed(text), connected))
        connections.parsed(text)
    (record,) = caplog.records
    assert "[mwaa_lineage] namespaces is ignored: it must be a JSON object" in record.getMessage()
    assert names(naming.event(event(dataset(f"postgres://{HOST}", "d.a.b")))["inputs"]) == [(WAREHOUSE, "d.a.b")]


class Looked:
    """Gives connections as Airflow does, and notes which were asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[str] = []
        monkeypatch.setattr("mwaa_lineage.airflow.compat.BaseHook.get_connection", self)
        monkeypatch.setattr(connections, "_known", {})

    def __call__(self, conn_id: str) -> Any:
        self.asked.append(conn_id)
        if conn_id == "GONE":
            raise LookupError("password=c4n4ry")
        return Connection(conn_id, "postgres", host="127.0.0.1", port=43210, schema="dev", login="loader", password="c4n4ry")


def test_a_connection_is_asked_for_once_and_only_when_it_is_needed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    looked = Looked(monkeypatch)
    option = Option(json.dumps({"GONE": "redshift://gone.us-east-1:5439", "REDSHIFT_CONNECTOR": WAREHOUSE}))
    naming = Naming(Warehouses(option, connections.connected))
    naming.event(event(dataset(WAREHOUSE, "dev.a.b"), dataset(f"postgres://{HOST}", "dev.a.b"), dataset("s3://b", "a")))
    assert looked.asked == []
    for _ in range(3):
        done = naming.event(event(dataset("postgres://127.0.0.1:43210", "dev.a.b"), dataset("postgres://elsewhere:5432", "dev.a.b")))
        assert names(done["inputs"]) == [(WAREHOUSE, "dev.a.b"), ("postgres://elsewhere:5432", "dev.a.b")]
    assert looked.asked == ["GONE", "REDSHIFT_CONNECTOR"]
    assert "Of GONE, which [mwaa_lineage] namespaces names, the address is not known: LookupError" in caplog.text
    assert "c4n4ry" not in caplog.text + repr(connections._known)


def test_no_more_than_some_connections_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = Looked(monkeypatch)
    option = Option(json.dumps({f"C{number}": WAREHOUSE for number in range(100)}))
    Naming(Warehouses(option, connections.connected)).event(event(dataset("postgres://elsewhere:5432", "d.a.b")))
    assert len(looked.asked) == connections.MOST


def test_the_transport_names_what_it_takes_over(folder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__MWAA_LINEAGE__NAMESPACES", '{"w:5439": "redshift://tickit.us-east-1:5439"}')
    monkeypatch.setattr("mwaa_lineage.transport.transport.start_courier", lambda _: None)
    sender = SpoolTransport(Config())
    for sent, _ in events(2):
        sender.emit(sent)
    spool = Folder(folder)
    for entry in spool.entries():
        content = (spool.read(entry) or b"").decode()
        assert "redshift://w:5439" not in content
        assert content.count(WAREHOUSE) == 3


def test_names_that_look_alike_stay_apart() -> None:
    assert places.find("s3://a", "b") != places.find("s3://a-b", "b")
    assert glue.also(ARN, "table/a/b") != glue.also(ARN, "table/a/c")
