"""The column lineage facet with what filters, joins and decides, as each client of OpenLineage knows it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openlineage.client.facet_v2 import column_lineage_dataset
from openlineage.client.serde import Serde

from mwaa_lineage.airflow import dataset_facets
from mwaa_lineage.airflow.report import Report
from tests.mwaa_lineage.sql.test_flow import CATALOG

ROOT = Path(__file__).parents[3]
SQL = """
insert into mart.sales (a, b)
select md5(c.fullname), case when o.status = 'paid' then o.amount end
from raw.orders o join raw.customer c using (custid) where o.status <> 'x';
insert into mart.daily (orders) select max(itemid) from raw.item where qty > 1
"""
SPEC_1_2_0 = "https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet"
LOCKS = "\n".join(lock.read_text() for lock in ROOT.glob("airflow/locks/*.txt"))
CLIENTS = sorted(set(re.findall(r"^openlineage-python==([\d.]+)", LOCKS, re.MULTILINE)))
WITHOUT_TRANSFORMATIONS = "1.16.0"


def column_lineage(sql: str = SQL) -> dict[str, Any]:
    """The facet of each output, as it is sent."""
    outputs = Report([sql], "redshift://w", "dev", lambda names: CATALOG, str).facets().outputs
    return {dataset.name: json.loads(Serde.to_json((dataset.facets or {})["columnLineage"])) for dataset in outputs}


def done(inputs: list[dict[str, Any]]) -> dict[str, list[str]]:
    """What each input does; `masked` behind what does not show it."""
    return {
        f"{each['name']}.{each['field']}": [
            f"{how['type']} {how['subtype']}{' masked' if how['masking'] else ''}" for how in each["transformations"]
        ]
        for each in inputs
    }


def told(facet: dict[str, Any]) -> dict[str, dict[str, list[str]]]:
    return {"*": done(facet.get("dataset", [])), **{name: done(column["inputFields"]) for name, column in facet["fields"].items()}}


EXPECTED = {
    "dev.mart.sales": {
        "*": {
            "dev.raw.customer.custid": ["INDIRECT JOIN"],
            "dev.raw.orders.custid": ["INDIRECT JOIN"],
            "dev.raw.orders.status": ["INDIRECT FILTER"],
        },
        "a": {"dev.raw.customer.fullname": ["DIRECT TRANSFORMATION masked"]},
        "b": {
            "dev.raw.orders.amount": ["DIRECT TRANSFORMATION"],
            "dev.raw.orders.status": ["DIRECT TRANSFORMATION", "INDIRECT CONDITIONAL"],
        },
    },
    "dev.mart.daily": {"*": {"dev.raw.item.qty": ["INDIRECT FILTER"]}, "orders": {"dev.raw.item.itemid": ["DIRECT AGGREGATION"]}},
}


def test_the_versions_are_found() -> None:
    assert WITHOUT_TRANSFORMATIONS in CLIENTS
    assert len(CLIENTS) > 1


def test_each_output_tells_its_own_statement_and_each_input_stands_there_once() -> None:
    sent = column_lineage()
    assert {name: told(facet) for name, facet in sent.items()} == EXPECTED
    assert [facet["_schemaURL"] for facet in sent.values()] == [SPEC_1_2_0] * 2


def test_what_decides_about_a_table_that_gets_no_values() -> None:
    (facet,) = column_lineage("delete from mart.sales using raw.customer c where c.custid = a").values()
    assert (facet["fields"], list(done(facet["dataset"]))) == ({}, ["dev.mart.sales.a", "dev.raw.customer.custid"])


def test_without_anything_that_decides_the_facet_is_as_it_was() -> None:
    (facet,) = column_lineage("insert into mart.sales (a) select custid from raw.customer").values()
    assert (facet.get("dataset", []), list(facet["fields"])) == ([], ["a"])


@pytest.fixture
def fresh() -> Iterator[None]:
    """The facet's class is chosen anew, before and after."""
    dataset_facets._facet_with_whole.cache_clear()
    yield
    dataset_facets._facet_with_whole.cache_clear()


@pytest.mark.usefixtures("fresh")
def test_a_client_that_knows_no_transformations_gets_what_forms_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(column_lineage_dataset, "Transformation")
    sales = column_lineage()["dev.mart.sales"]
    assert sales.get("dataset", []) == []
    assert [each["field"] for each in sales["fields"]["b"]["inputFields"]] == ["amount", "status"]


def _with_client(version: str, folder: Path) -> dict[str, Any]:
    """What a process with that version of the client before the installed one on the path would send."""
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder), f"openlineage-python=={version}"]
    subprocess.run(install, check=True, timeout=300)
    program = (
        "import importlib.metadata as m, json; assert m.version('openlineage-python') == {!r}, m.version('openlineage-python')\n"
        "from tests.mwaa_lineage.airflow.test_column_facet import column_lineage\nprint(json.dumps(column_lineage()))"
    )
    path = os.pathsep.join([str(folder), str(ROOT / "airflow/plugins"), str(ROOT)])
    run = [sys.executable, "-c", program.format(version)]
    printed = subprocess.run(
        run, env={**os.environ, "PYTHONPATH": path}, cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )
    assert printed.returncode == 0, printed.stderr
    return dict(json.loads(printed.stdout.splitlines()[-1]))


@pytest.mark.system
@pytest.mark.parametrize("version", CLIENTS)
def test_every_client(version: str, tmp_path: Path) -> None:
    sent = _with_client(version, tmp_path)
    if version != WITHOUT_TRANSFORMATIONS:
        assert {name: told(facet) for name, facet in sent.items()} == EXPECTED
        assert {facet["_schemaURL"] for facet in sent.values()} == {SPEC_1_2_0}
    else:
        assert all("dataset" not in facet for facet in sent.values())
        assert sent["dev.mart.sales"]["fields"]["b"]["inputFields"] == [
            {"namespace": "redshift://w", "name": "dev.raw.orders", "field": field} for field in ("amount", "status")
        ]
