"""What only decides about an output, by a filter for example, is kept and told apart from what forms its values."""

from typing import Any

import pytest

from lineage.column_facet import WHOLE
from lineage.graph import Column, ColumnEdge, DatasetId, IndirectEdge, read_graph
from tests.lineage.tickit import FACET, Json, Store, dataset, run_event

IN, OUT = DatasetId("ns", "in"), DatasetId("ns", "out")
DIRECT = {"type": "DIRECT", "subtype": "IDENTITY", "description": "", "masking": False}
COUNTED = {**DIRECT, "subtype": "AGGREGATION", "masking": True}


def indirect(subtype: str | None, *, masking: bool = False) -> Json:
    return {"type": "INDIRECT", "subtype": subtype, "description": "", "masking": masking}


def source(field: str, *transformations: Json, name: str = "in") -> Json:
    return {"namespace": "ns", "name": name, "field": field, "transformations": list(transformations)}


def facet(whole: list[Json] | None = None, **fields: list[Json]) -> Json:
    told: Json = {**FACET, "fields": {name: {"inputFields": inputs} for name, inputs in fields.items()}}
    return told if whole is None else {**told, "dataset": whole}


def written(
    *, job: str = "load", at: str = "12:00:00", run: str = "7c2a0a1e-0000-4000-8000-000000000001", column_lineage: Json, **facets: Json
) -> Json:
    output = dataset("ns", "out", "a", "b", columnLineage=column_lineage)
    return run_event(job, "COMPLETE", at, run=run, inputs=[dataset("ns", "in", "a", "b", **facets)], outputs=[output])


def decides(field: str, how: str, column: str = WHOLE, origin: DatasetId = IN) -> IndirectEdge:
    return IndirectEdge(Column(origin, field), OUT, column, how)


def forms(field: str, column: str) -> ColumnEdge:
    return ColumnEdge(Column(IN, field), Column(OUT, column))


# As OpenLineage's integration of Spark sends it, with spark.openlineage.columnLineage.datasetLineageEnabled off and on.
BY_COLUMN = facet(a=[source("a", DIRECT, indirect("SORT")), source("b", indirect("FILTER"))], b=[source("b", indirect("FILTER"))])
BY_DATASET = facet(whole=[source("b", indirect("FILTER"), indirect("JOIN"))], a=[source("a", DIRECT)])


@pytest.mark.parametrize(
    ("told", "direct", "other"),
    [
        (BY_COLUMN, {forms("a", "a")}, {decides("a", "SORT", "a"), decides("b", "FILTER", "a"), decides("b", "FILTER", "b")}),
        (BY_DATASET, {forms("a", "a")}, {decides("b", "FILTER"), decides("b", "JOIN")}),
        (facet(a=[source("a")]), {forms("a", "a")}, set()),
        (facet(a=[source("a", {"type": "MINE"})]), {forms("a", "a")}, set()),
        (facet(a=[source("a", indirect(None))]), set(), {decides("a", "INDIRECT", "a")}),
        (facet(whole=[source("a")]), set(), {decides("a", "INDIRECT")}),
    ],
    ids=[
        "Spark, by column",
        "Spark, by dataset",
        "nothing said",
        "a type of somebody's own",
        "no subtype",
        "a dataset without transformations",
    ],
)
def test_both_kinds_are_told_apart(store: Store, told: Json, direct: set[ColumnEdge], other: set[IndirectEdge]) -> None:
    store.post(written(column_lineage=told))
    graph = store.graph()
    assert graph.column_edges == direct
    assert graph.indirect_edges == other


@pytest.mark.parametrize(
    ("told", "ways"),
    [
        (facet(a=[source("a", DIRECT)]), {"IDENTITY"}),
        (facet(a=[source("a", COUNTED)]), {"AGGREGATION", "MASKED"}),
        (facet(a=[source("a", DIRECT, indirect("FILTER", masking=True))]), {"IDENTITY"}),
        (facet(a=[source("a", {"masking": True})]), {"MASKED"}),
        (facet(a=[source("a", {**DIRECT, "masking": "no"})]), {"IDENTITY"}),
        (facet(a=[source("a", {"type": "DIRECT"})]), {"DIRECT"}),
        ({**FACET, "fields": {"a": {"inputFields": [source("a")], "transformationType": "MASKED"}}}, {"MASKED"}),
        (facet(a=[source("a")]), set()),
    ],
    ids=["subtype", "masked", "only the decision masks", "masked alone", "no truth value", "no subtype", "before 1-1-0", "nothing said"],
)
def test_how_a_column_is_made(store: Store, told: Json, ways: set[str]) -> None:
    store.post(written(column_lineage=told))
    for graph in (store.graph(), read_graph(Marquez(told))):
        assert graph.ways == {forms("a", "a"): ways}
    assert {edge.how for edge in store.graph().indirect_edges} <= {"FILTER"}


def test_two_jobs_make_a_column_in_both_their_ways(store: Store) -> None:
    for place, way in enumerate((DIRECT, COUNTED)):
        run = f"7c2a0a1e-0000-4000-8000-00000000000{place}"
        store.post(written(job=f"job{place}", run=run, column_lineage=facet(a=[source("a", way)])))
    graph = store.graph()
    assert graph.column_edges == {forms("a", "a")}
    assert graph.ways == {forms("a", "a"): {"IDENTITY", "AGGREGATION", "MASKED"}}


def test_what_only_decides_is_no_edge_of_columns(store: Store) -> None:
    store.post(written(column_lineage=BY_COLUMN))
    answer = store.get("/column-lineage", nodeId="dataset:ns:out")
    assert sorted(node["id"] for node in answer["graph"]) == ["datasetField:ns:in:a", "datasetField:ns:out:a"]
    (out,) = [each for each in store.get("/namespaces/ns/datasets")["datasets"] if each["name"] == "out"]
    assert [entry["name"] for entry in out["columnLineage"]] == ["a"]
    assert out["indirectLineage"][1] == {
        "name": "b",
        "inputFields": [{"namespace": "ns", "dataset": "in", "field": "b", "transformationType": "FILTER"}],
    }


def test_a_column_with_one_origin_in_several_ways_has_them_in_one_order(store: Store) -> None:
    """Also where a job says nothing of the way."""
    ways = ("MASK", None, "IDENTITY", "AGGREGATE")
    for number, way in enumerate(ways):
        told = [{"type": "DIRECT", "subtype": way, "description": "d", "masking": False}] if way else []
        run = f"7c2a0a1e-0000-4000-8000-00000000000{number}"
        store.post(written(job=f"job{number}", run=run, column_lineage=facet(a=[source("a", *told)])))
    (out,) = [each for each in store.get("/column-lineage", nodeId="datasetField:ns:out:a")["graph"] if each["id"].endswith("out:a")]
    assert [each["transformationType"] for each in out["data"]["inputFields"]] == [None, "AGGREGATE", "IDENTITY", "MASK"]


def test_the_newest_run_counts_of_each_job(store: Store) -> None:
    runs = [f"7c2a0a1e-0000-4000-8000-00000000000{number}" for number in range(3)]
    store.post(
        written(column_lineage=facet(whole=[source("a", indirect("SORT"))]), run=runs[0], at="12:00:00"),
        written(column_lineage=facet(whole=[source("b", indirect("FILTER"))]), run=runs[1], at="12:05:00"),
        written(column_lineage=facet(whole=[source("a", indirect("JOIN"))]), run=runs[2], at="12:01:00", job="other"),
    )
    assert store.graph().indirect_edges == {decides("b", "FILTER"), decides("a", "JOIN")}


def test_a_symlink_leads_to_the_dataset(store: Store) -> None:
    alias = {**FACET, "identifiers": [{"namespace": "ns", "name": "alias", "type": "TABLE"}]}
    store.post(written(column_lineage=facet(whole=[source("b", indirect("FILTER"), name="alias")]), symlinks=alias))
    assert store.graph().indirect_edges == {decides("b", "FILTER")}


class Marquez:
    """Answers as Marquez 0.51.1: every input of a column is one of its edges, whatever it does, and facets are as they came."""

    def __init__(self, told: Json) -> None:
        edges = [
            {
                "name": name,
                "inputFields": [
                    {"namespace": each["namespace"], "dataset": each["name"], "field": each["field"]} for each in entry["inputFields"]
                ],
            }
            for name, entry in told["fields"].items()
        ]
        self._out = {"namespace": "ns", "name": "out", "fields": [], "facets": {"columnLineage": told}, "columnLineage": edges}

    def namespaces(self) -> list[str]:
        return ["ns"]

    def jobs(self, namespace: str) -> list[Json]:
        return []

    def datasets(self, namespace: str) -> list[Json]:
        return [self._out]

    def run_facets(self, run_id: str) -> Json:
        return {}


@pytest.mark.parametrize("told", [BY_COLUMN, BY_DATASET], ids=["by column", "by dataset"])
def test_of_marquez_the_facet_tells_them_apart(store: Store, told: Json) -> None:
    store.post(written(column_lineage=told))
    graph, of_marquez = store.graph(), read_graph(Marquez(told))
    assert of_marquez.column_edges == graph.column_edges
    assert of_marquez.indirect_edges == graph.indirect_edges


@pytest.mark.parametrize(
    "told",
    [
        {"dataset": 5},
        {"dataset": [5, {}, {"field": "a"}]},
        {"dataset": [source("a", indirect("x" * 10_000))]},
        {"fields": {"": {"inputFields": [source("a", indirect("FILTER"))]}}},
    ],
)
def test_a_facet_of_any_shape(store: Store, told: Any) -> None:
    store.post(written(column_lineage=told))
    assert store.graph().column_edges == frozenset()
