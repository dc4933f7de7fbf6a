"""The page as a file: whole, and safe whatever names it shows."""

import json
import re
from pathlib import Path
from typing import Any

from lineage import page
from lineage.graph import Column, ColumnEdge, Dataset, DatasetId, Field, Graph, Job, Run

FOLDER = Path(page.__file__).parent
EMPTY = Graph((), (), frozenset())


def _data(html: str) -> Any:
    found = re.search(r'<script type="application/json" id="graph">(.*?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_everything_is_in_the_file_and_nothing_is_fetched() -> None:
    html = page.render(EMPTY)
    assert "{{ " not in html.replace((FOLDER / "vendor" / "dagre.min.js").read_text(encoding="utf-8"), "")
    for script in (*FOLDER.glob("*.js"), *FOLDER.glob("*.css"), *FOLDER.glob("vendor/dagre*")):
        assert script.read_text(encoding="utf-8") in html
    assert "default-src 'none'" in html
    markup = re.sub(r"<(script|style)\b.*?</\1>", "", html, flags=re.DOTALL)
    assert re.findall(r'(?:src|href)="([^"]*)"', markup) == ["data:,"]


def test_no_script_can_end_its_element_early() -> None:
    for script in FOLDER.rglob("*.js"):
        assert "</script" not in script.read_text(encoding="utf-8").lower()


def test_names_cannot_break_out_of_the_data() -> None:
    name = "</script><script>alert('x')</script><!-- & \u2028 \"quoted\" {{ page.css }}"
    dataset = Dataset(DatasetId(name, name), (Field(name, name),))
    run = Run(name, "FAILED", None, 1, name, (name,))
    job = Job(name, name, (dataset.id,), (), name, run)
    html = page.render(Graph((job,), (dataset,), frozenset()))
    assert html.count("<script") == page.render(EMPTY).count("<script")
    data = _data(html)
    assert data["datasets"][0]["fields"] == [{"name": name, "type": name}]
    assert data["jobs"][0]["problems"] == [name, name]


def test_the_data_names_datasets_by_place() -> None:
    a, b, unknown = DatasetId("ns", "a"), DatasetId("ns", "b"), DatasetId("ns", "unknown")
    edges = [ColumnEdge(Column(source, "x"), Column(b, "y")) for source in (a, unknown)]
    job = Job("jobs", "j", (a, unknown), (b,), None, None)
    data = _data(page.render(Graph((job,), (Dataset(a, ()), Dataset(b, ())), frozenset(edges))))
    assert (data["jobs"][0]["inputs"], data["jobs"][0]["outputs"], data["jobs"][0]["state"]) == ([0], [1], None)
    assert data["columnEdges"] == [[0, "x", 1, "y"]]


def test_the_data_say_how_a_column_is_made_where_that_was_told() -> None:
    a, b = DatasetId("ns", "a"), DatasetId("ns", "b")
    edges = [ColumnEdge(Column(a, name), Column(b, name)) for name in ("told", "untold")]
    graph = Graph((), (Dataset(a, ()), Dataset(b, ())), frozenset(edges), ways={edges[0]: {"MASKED", "AGGREGATION"}})
    assert _data(page.render(graph))["columnEdges"] == [[0, "told", 1, "told", "AGGREGATION", "MASKED"], [0, "untold", 1, "untold"]]
