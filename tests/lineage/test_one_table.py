"""Events of six producers about one table of the lake, in the forms that each documents: one node in the store, with an edge to each job.

All pass the transport, which names things, but those of dbt, which runs beside Airflow and sends its own.
"""

import copy
import json
import random
from itertools import permutations

import pytest

from lineage.graph import DatasetId
from mwaa_lineage.transport.naming import Naming
from mwaa_lineage.transport.warehouses import Option, Warehouses
from tests.lineage.tickit import FACET, JOBS, Json, Store, dataset, run_event

WAREHOUSE = "redshift://tickit.us-east-1:5439"
HOST = "tickit.123456789012.us-east-1.redshift-serverless.amazonaws.com"
GLUE = ("arn:aws:glue:us-east-1:123456789012", "table/tickit/event")
ATHENA = "awsathena://athena.us-east-1.amazonaws.com"
LAKE = ("s3://raw", "tickit/event")
NAMING = Naming(Warehouses(Option(""), lambda _: {}))


def symlinks(*names: tuple[str, str]) -> Json:
    return {**FACET, "identifiers": [{"namespace": namespace, "name": name, "type": "TABLE"} for namespace, name in names]}


def columns(namespace: str, name: str) -> Json:
    return {**FACET, "fields": {"id": {"inputFields": [{"namespace": namespace, "name": name, "field": "id"}]}}}


def event(job: str, number: int, inputs: list[Json], outputs: list[Json]) -> Json:
    run = f"7c2a0a1e-0000-4000-8000-{number:012d}"
    return run_event(job, "COMPLETE", f"12:00:{number:02d}", run=run, inputs=inputs, outputs=outputs)


PRODUCERS = {
    # OpenLineage's Spark integration with the Glue catalog: the path, which the catalog's table is a symlink of
    "spark": event("spark", 1, [dataset("s3a://in", "/tickit/")], [dataset("s3a://raw", "/tickit/event", "id", symlinks=symlinks(GLUE))]),
    # AthenaOperator: Athena's name, with the path as a symlink
    "athena": event(
        "athena",
        2,
        [dataset(ATHENA, "AwsDataCatalog.tickit.event", "id", symlinks=symlinks(("s3://raw", "/tickit/event/")))],
        [dataset("s3://results", "/athena/")],
    ),
    # S3ToRedshiftOperator: prefix and table
    "copy": event("copy", 3, [dataset("s3://raw", "tickit/event/")], [dataset(f"redshift://{HOST}:5439", "dev.shop.event", "id")]),
    # SQLExecuteQueryOperator on a postgres connection
    "stock": event(
        "stock",
        4,
        [dataset(f"postgres://{HOST}:5439", "dev.s3_datalake.event", "id"), dataset(f"postgres://{HOST}:5439", "dev.shop.event", "id")],
        [dataset(f"postgres://{HOST}:5439", "dev.shop.stock", columnLineage=columns(f"postgres://{HOST}:5439", "dev.s3_datalake.event"))],
    ),
    # LineageSQLOperator
    "ours": event(
        "ours",
        5,
        [dataset(*LAKE, "id", symlinks=symlinks((WAREHOUSE, "dev.s3_datalake.event"), GLUE))],
        [dataset(WAREHOUSE, "dev.staging.event", "id", columnLineage=columns(*LAKE))],
    ),
    # openlineage-dbt with dbt-athena
    "dbt": event(
        "dbt",
        6,
        [dataset(ATHENA, "awsdatacatalog.tickit.event", "id", symlinks=symlinks(GLUE))],
        [dataset(ATHENA, "awsdatacatalog.tickit.model", columnLineage=columns(ATHENA, "awsdatacatalog.tickit.event"))],
    ),
}


@pytest.mark.parametrize("seed", range(20))
def test_the_table_is_one_node(store: Store, seed: int) -> None:
    order = list(PRODUCERS)
    random.Random(seed).shuffle(order)
    for name in order:
        sent = copy.deepcopy(PRODUCERS[name])
        store.post(sent if name == "dbt" else json.loads(json.dumps(NAMING.event(sent))))
    node = next(each for each in store.get("/lineage", nodeId=":".join(("dataset", *LAKE)))["graph"] if each["id"].endswith(":".join(LAKE)))
    assert {edge["origin"] for edge in node["inEdges"]} == {f"job:{JOBS}:spark"}
    assert {edge["destination"] for edge in node["outEdges"]} == {f"job:{JOBS}:{name}" for name in PRODUCERS if name != "spark"}
    from_it = [edge for edge in store.graph().column_edges if edge.origin.dataset == DatasetId(*LAKE)]
    assert {edge.target.dataset.name for edge in from_it} == {"dev.shop.stock", "dev.staging.event", "awsdatacatalog.tickit.model"}


class Marquez:
    """Its rule (MarquezProject/marquez, OpenLineageDao and DatasetSymlinkDao): a name is of the dataset that it first came with."""

    def __init__(self) -> None:
        self.datasets: dict[tuple[str, str], int] = {}

    def post(self, sent: Json) -> list[int]:
        """The datasets that the event reads and writes."""
        found = []
        for each in [*sent["inputs"], *sent["outputs"]]:
            found.append(self.datasets.setdefault((each["namespace"], each["name"]), len(self.datasets)))
            for symlink in each["facets"].get("symlinks", {"identifiers": []})["identifiers"]:
                self.datasets.setdefault((symlink["namespace"], symlink["name"]), found[-1])
        return found


def test_the_table_is_one_dataset_by_marquez_rules() -> None:
    """In every order, for whoever names the lake. Another name leads there once an event has told that it does."""
    tells = {"dbt": {"spark", "ours"}, "stock": {"ours"}}
    for order in permutations(PRODUCERS):
        marquez, of, told = Marquez(), set(), set[str]()
        for name in order:
            sent = copy.deepcopy(PRODUCERS[name])
            found = marquez.post(sent if name == "dbt" else NAMING.event(sent))
            if name not in tells or told & tells[name]:
                of.add(found[-1] if name == "spark" else found[0])
            told.add(name)
        assert len(of) == 1, order


def test_the_copy_and_the_task_after_it_are_one_way(store: Store) -> None:
    """The two halves of the graph that two names of the warehouse made."""
    for name in ("copy", "stock"):
        store.post(NAMING.event(copy.deepcopy(PRODUCERS[name])))
    graph = store.get("/lineage", nodeId=f"job:{JOBS}:copy")["graph"]
    assert {each["id"] for each in graph if each["type"] == "JOB"} == {f"job:{JOBS}:copy", f"job:{JOBS}:stock"}
    assert f"dataset:{WAREHOUSE}:dev.shop.stock" in {each["id"] for each in graph}
