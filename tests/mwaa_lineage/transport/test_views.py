"""What views are made of becomes events of their own, which a store takes as lineage that no run makes."""

import json
from pathlib import Path
from typing import Any

import attr
import pytest
from openlineage.client.event_v2 import Dataset, InputDataset, OutputDataset, RunState
from openlineage.client.facet_v2 import column_lineage_dataset
from openlineage.client.transport.transport import Config

from lineage.graph import Column, ColumnEdge, DatasetId
from lineage.store.database import Database
from mwaa_lineage.airflow.facets import ViewsRunFacet
from mwaa_lineage.transport.transport import SpoolTransport
from mwaa_lineage.transport.views import FACET, apart
from tests.lineage.tickit import Store, client_of
from tests.local.waiting import eventually
from tests.mwaa_lineage.transport.endpoint import Endpoint, event

WAREHOUSE = "redshift://shop.us-east-1:5439"


def facet(**columns: tuple[str, str]) -> Any:
    """The facet of a dataset whose columns come from (table, column)."""
    origins = {name: [column_lineage_dataset.InputField(WAREHOUSE, *origin)] for name, origin in columns.items()}
    return column_lineage_dataset.ColumnLineageDatasetFacet(
        {name: column_lineage_dataset.Fields(inputFields=fields) for name, fields in origins.items()}
    )


def run_event(state: RunState) -> Any:
    """Of a task that reads a view, which is made of another one and of files."""
    views = [
        Dataset(WAREHOUSE, "dev.mart.best", facets={"columnLineage": facet(who=("dev.mart.paid", "customer"))}),
        Dataset(WAREHOUSE, "dev.mart.paid", facets={"columnLineage": facet(customer=("dev.raw.orders", "customer"))}),
    ]
    told = event("shop.load", state=state)
    run = attr.evolve(told.run, facets={FACET: ViewsRunFacet(views)})
    out = OutputDataset(WAREHOUSE, "dev.mart.sales", facets={"columnLineage": facet(a=("dev.mart.best", "who"))})
    return attr.evolve(told, run=run, inputs=[InputDataset(WAREHOUSE, "dev.mart.best")], outputs=[out])


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"run": None},
        {"run": []},
        {"run": {"facets": None}},
        {"run": {"facets": {FACET: None}}},
        {"run": {"facets": {FACET: {"_producer": "p"}}}},
        {"run": {"facets": {FACET: {"datasets": None}}}},
        {"dataset": {"namespace": "n", "name": "t"}},
    ],
)
def test_an_event_without_views_stays_one(odd: dict[str, Any]) -> None:
    (only,) = apart({"eventType": "COMPLETE", **odd})
    assert FACET not in json.dumps(only)


@pytest.mark.system
@pytest.mark.parametrize(("state", "views"), [(RunState.START, 0), (RunState.RUNNING, 0), (RunState.COMPLETE, 2), (RunState.FAIL, 2)])
def test_each_view_is_told_once_a_run(folder: Path, endpoint: Endpoint, state: RunState, views: int) -> None:
    SpoolTransport(Config()).emit(run_event(state))
    eventually(lambda: len(endpoint.accepted) == 1 + views, "the events are delivered")
    told = list(map(json.loads, endpoint.accepted))
    assert [each["eventType"] for each in told if "run" in each] == [state.value]
    assert not any(FACET in json.dumps(each) for each in told)
    datasets = [each for each in told if "dataset" in each]
    assert [each["dataset"]["name"] for each in datasets] == ["dev.mart.best", "dev.mart.paid"][:views]
    for each in datasets:
        assert each["schemaURL"].endswith("#/$defs/DatasetEvent")
        assert (each["eventTime"], each["producer"]) == (told[0]["eventTime"], told[0]["producer"])


@pytest.mark.system
def test_the_store_has_the_whole_way(folder: Path, endpoint: Endpoint, tmp_path: Path) -> None:
    SpoolTransport(Config()).emit(run_event(RunState.COMPLETE))
    eventually(lambda: len(endpoint.accepted) == 3, "the events are delivered")
    database = Database(tmp_path / "lineage.db")
    with client_of(database) as client:
        store = Store(client, database)
        store.post(*map(json.loads, endpoint.accepted))
        graph = store.graph()
    raw, paid, best, sales = (DatasetId(WAREHOUSE, f"dev.{name}") for name in ("raw.orders", "mart.paid", "mart.best", "mart.sales"))
    assert graph.column_edges == {
        ColumnEdge(Column(raw, "customer"), Column(paid, "customer")),
        ColumnEdge(Column(paid, "customer"), Column(best, "who")),
        ColumnEdge(Column(best, "who"), Column(sales, "a")),
    }
    assert [(job.name, job.inputs, job.outputs) for job in graph.jobs] == [("shop.load", (best,), (sales,))]
