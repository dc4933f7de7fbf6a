"""The page in a real browser: everything is there, in its column, uncut and apart; and what is chosen is shown."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from html import unescape
from itertools import combinations, pairwise
from pathlib import Path
from typing import NamedTuple, Protocol

import pytest

from lineage import page
from lineage.column_facet import WHOLE
from lineage.expected import Expected
from lineage.graph import Column, ColumnEdge, Dataset, DatasetId, Field, Graph, IndirectEdge, Job, Run
from lineage.store.database import Database
from tests.lineage.browser import HEIGHT, WIDTH, require_browser, shown
from tests.lineage.tickit import Json, Store, client_of, pipeline_events

LISTENER = 'const probeErrors = []; addEventListener("error", ({ message }) => probeErrors.push(message));'
PROBE = Path(__file__).parent / "probe.js"
SCENARIOS = {
    "untouched": [],
    "dataset": ["click dev.staging.date"],
    "column": ["click dev.dm.fact_sales", "column saledate"],
    "job": ["key rs_staging_to_dm.load_dim_users Enter"],
    "cleared": ["click dev.staging.date", "escape"],
}

# What JavaScript's objects know without having been told, and what ends or escapes texts elsewhere.
ODD = ("constructor", "toString", "__proto__", "hasOwnProperty", "valueOf", "a b", "</script>", "%", "#%", "\u202ea", "\x1b[31m")

pytestmark = pytest.mark.system


class Look(Protocol):
    """Draws a graph and plays scenarios on the page, which is opened at an address such as `#%`."""

    def __call__(self, graph: Graph, scenarios: dict[str, list[str]] = ..., address: str = ...) -> Json: ...


class Box(NamedTuple):
    """A rectangle on the screen."""

    left: float
    top: float
    right: float
    bottom: float

    def holds(self, other: "Box") -> bool:
        """Whether the other lies within."""
        return self.left <= other.left and self.top <= other.top and other.right <= self.right and other.bottom <= self.bottom

    def meets(self, other: "Box") -> bool:
        """Whether the two have a common area."""
        return self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Look:
    """Draws a graph, plays every scenario on the page from its beginning, and answers with what was then to be seen."""
    require_browser()
    folder = tmp_path_factory.mktemp("browser")

    def see(graph: Graph, scenarios: dict[str, list[str]] = SCENARIOS, address: str = "") -> Json:
        probe = PROBE.read_text(encoding="utf-8").replace("SCENARIOS", json.dumps(scenarios if graph.jobs else {"untouched": []}))
        file = folder / "page.html"
        file.write_text(_with_scripts(page.render(graph), LISTENER, probe), encoding="utf-8")
        dom = shown(file.as_uri() + address, folder, milliseconds=500)
        found = re.search(r'<pre id="probe"[^>]*>(.*?)</pre>', dom, re.DOTALL)
        assert found, f"the page's scripts failed: {dom[-2000:]}"
        return dict(json.loads(unescape(found[1])))

    return see


@pytest.fixture(scope="module")
def scenes(look: Look, expected: Expected, tmp_path_factory: pytest.TempPathFactory) -> Json:
    """What each scenario shows of the whole pipeline."""
    database = Database(tmp_path_factory.mktemp("store") / "lineage.db")
    with client_of(database) as client:
        store = Store(client, database)
        store.post(*pipeline_events(expected))
        return look(store.graph())


def _with_scripts(html: str, first: str, last: str) -> str:
    """The page with two scripts more, one before its own and one behind them, which its policy allows."""
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in (first, last)]
    allowed = page.policy().replace("script-src", " ".join(["script-src", *(f"'sha256-{known}'" for known in hashes)]))
    html = html.replace("<style>", f"<script>{first}</script><style>", 1).replace("</body>", f"<script>{last}</script></body>")
    return html.replace(page.policy(), allowed)


def _boxes(seen: Json) -> dict[str, Box]:
    return {node["name"]: Box(*node["box"]) for node in seen["nodes"]}


def test_the_whole_pipeline_stands_in_columns_uncut_and_apart(scenes: Json) -> None:
    seen = scenes["untouched"]
    nodes, boxes = seen["nodes"], _boxes(seen)
    screen = Box(0, 0, *seen["screen"])
    assert screen.right == WIDTH
    assert screen.bottom <= HEIGHT, "the window's own bars take some of the height, never add to it"
    assert [len([node for node in nodes if node["type"] == type_]) for type_ in ("dataset", "job")] == [17, 10]
    for node in nodes:
        assert screen.holds(boxes[node["name"]]), node
        assert all(boxes[node["name"]].holds(Box(*text)) for text in node["texts"]), node
    assert not [pair for pair in combinations(boxes, 2) if boxes[pair[0]].meets(boxes[pair[1]])]
    for text in seen["headings"]:
        assert screen.holds(Box(*text))
        assert not any(Box(*text).meets(box) for box in boxes.values())

    columns = (
        {name for name in boxes if name.startswith("tickit/")},
        {name for name in boxes if name.startswith("rs_source_to_staging.")},
        {name for name in boxes if name.startswith("dev.staging.")},
        {name for name in boxes if name.startswith("rs_staging_to_dm.")},
        {name for name in boxes if name.startswith("dev.dm.")},
    )
    assert [len(column) for column in columns] == [7, 7, 7, 3, 3]
    for left, right in pairwise(columns):
        assert max(boxes[name].right for name in left) < min(boxes[name].left for name in right)
    assert seen["totals"] == ["10 jobs", "17 datasets", "14 dataset edges", "104 column edges"]
    assert (seen["edges"], seen["panel"], seen["errors"]) == (24, None, [])


def test_a_chosen_dataset_lights_what_is_up_and_downstream(scenes: Json) -> None:
    seen = scenes["dataset"]
    sides = {node["name"]: node["side"] for node in seen["nodes"] if node["side"]}
    assert sides == {
        "dev.staging.date": "self",
        "rs_source_to_staging.load_date": "up",
        "tickit/date": "up",
        "rs_staging_to_dm.load_dim_event": "down",
        "rs_staging_to_dm.load_fact_sales": "down",
        "dev.dm.dim_event": "down",
        "dev.dm.fact_sales": "down",
    }
    for text in ("dev.staging.date", "1 dataset upstream", "2 datasets downstream", "8 columns", "caldate", "← s3://…/date.caldate"):
        assert text in seen["panel"]
    assert "→ dm.dim_event.eventdate, dm.fact_sales.saledate" in seen["panel"]
    assert {"tickit/date.caldate\ns3://tickit-raw", "dev.dm.fact_sales.saledate\nredshift://tickit.us-east-1:5439"} <= set(seen["hints"])
    assert {"Made from ←", "Goes into →"} <= set(seen["spoken"])
    boxes = _boxes(seen)
    assert all(box.right <= WIDTH - 352 for box in boxes.values()), "the panel covers nodes"
    assert not [pair for pair in combinations(boxes, 2) if boxes[pair[0]].meets(boxes[pair[1]])]


def test_a_chosen_column_lights_its_path_and_names_the_columns_on_it(scenes: Json) -> None:
    seen = scenes["column"]
    sides = {node["name"]: (node["side"], node["detail"]) for node in seen["nodes"] if node["side"]}
    assert {name: side for name, (side, _) in sides.items()} == {
        "dev.dm.fact_sales": "self",
        "rs_staging_to_dm.load_fact_sales": "up",
        "dev.staging.date": "up",
        "rs_source_to_staging.load_date": "up",
        "tickit/date": "up",
    }
    assert (sides["dev.dm.fact_sales"][1], sides["tickit/date"][1]) == ("saledate", "caldate")
    for node in seen["nodes"]:
        assert all(Box(*node["box"]).holds(Box(*text)) for text in node["texts"]), node


def test_what_only_decides_is_told_apart_and_dashed(look: Look, store: Store, expected: Expected) -> None:
    store.post(*pipeline_events(expected))
    fact, users, sales, date = (
        next(output for job in expected.jobs for output in job.outputs if output.name.endswith(f".{name}"))
        for name in ("dm.fact_sales", "dm.dim_users", "staging.sales", "staging.date")
    )
    edges = {
        IndirectEdge(Column(sales, "pricepaid"), fact, WHOLE, "FILTER"),
        IndirectEdge(Column(sales, "dateid"), fact, WHOLE, "JOIN"),
        IndirectEdge(Column(date, "dateid"), fact, WHOLE, "JOIN"),
        IndirectEdge(Column(sales, "saletime"), fact, "saledate", "CONDITIONAL"),
        IndirectEdge(Column(sales, "qtysold"), users, WHOLE, "FILTER"),  # no job makes the one of the other
        IndirectEdge(Column(fact, "saledate"), fact, WHOLE, "GROUP_BY"),
    }
    seen = look(replace(store.graph(), indirect_edges=frozenset(edges)), {**SCENARIOS, "users": ["click dev.dm.dim_users"]})
    column = seen["column"]
    assert {node["name"] for node in column["nodes"] if node["side"] == "decides"} == {"dev.staging.sales"}
    assert (column["dashed"], seen["dataset"]["dashed"], seen["untouched"]["dashed"]) == (1, 0, 0)
    for text in (
        "← staging.date.caldate\n",
        "⇠ conditional staging.sales.saletime",
        "filter staging.sales.pricepaid",
        "join staging.date.dateid, staging.sales.dateid",
        "group by dm.fact_sales.saledate",
    ):
        assert text in column["panel"]
    assert "filter staging.sales.qtysold" in seen["users"]["panel"]
    assert seen["untouched"]["totals"][-1] == "104 column edges"
    assert column["errors"] == []


def test_it_says_in_plain_words_how_a_column_is_made(look: Look) -> None:
    lake, table = DatasetId("s3://bucket", "raw/t"), DatasetId("redshift://a", "dev.s.t")
    told = {
        "kept": ["IDENTITY"],
        "hash": ["MASKED", "TRANSFORMATION"],
        "count": ["AGGREGATION", "MASKED"],
        "both": ["AGGREGATION", "IDENTITY"],
        "own": ["DIRECT", "MINE", "constructor"],
        "untold": [],
    }
    ways = {ColumnEdge(Column(lake, name), Column(table, name)): words for name, words in told.items()}
    datasets = tuple(Dataset(id_, tuple(Field(name, None) for name in told)) for id_ in (lake, table))
    graph = Graph((Job("jobs", "dag.load", (lake,), (table,), None, None),), datasets, frozenset(ways), ways=ways)
    seen = look(graph, {"table": ["click dev.s.t"]})["table"]
    assert [line for line in seen["panel"].splitlines() if line.startswith("←")] == [
        "← s3://…/t.kept (as it is)",
        "← s3://…/t.hash (computed, masked)",
        "← s3://…/t.count (aggregated, masked)",
        "← s3://…/t.both (as it is, aggregated)",
        "← s3://…/t.own",
        "← s3://…/t.untold",
    ]


def test_a_column_names_the_first_of_those_made_of_it_and_once_chosen_all(look: Look) -> None:
    ids = [DatasetId("redshift://a", f"dev.s.t{place}") for place in range(6)]
    edges = frozenset(ColumnEdge(Column(ids[0], "id"), Column(id_, "id")) for id_ in ids[1:])
    job = Job("jobs", "dag.load", (ids[0],), tuple(ids[1:]), None, None)
    graph = Graph((job,), tuple(Dataset(id_, (Field("id", None),)) for id_ in ids), edges)
    seen = look(graph, {"dataset": ["click dev.s.t0"], "column": ["click dev.s.t0", "column id"], "last": ["click dev.s.t5"]})
    assert "→ s.t1.id, s.t2.id, s.t3.id +2" in seen["dataset"]["panel"]
    assert "→ s.t1.id, s.t2.id, s.t3.id, s.t4.id, s.t5.id" in seen["column"]["panel"]
    assert "→" not in seen["last"]["panel"]


def test_no_two_datasets_share_a_short_name(look: Look) -> None:
    names = {
        DatasetId("s3://raw", "tickit/event"): "s3://…/tickit/event",
        DatasetId("s3://raw", "other/event"): "s3://…/other/event",
        DatasetId("s3://raw", "tickit/venue"): "s3://…/venue",
        DatasetId("s3://one", "logs/clicks"): "s3://one logs/clicks",
        DatasetId("s3://two", "logs/clicks"): "s3://two logs/clicks",
        DatasetId("redshift://a", "dev.staging.event"): "dev.staging.event",
        DatasetId("redshift://a", "test.staging.event"): "test.staging.event",
        DatasetId("redshift://a", "dev.public.users"): "redshift://…/public.users",
        DatasetId("postgres://crm", "dev.public.users"): "postgres://…/public.users",
        DatasetId("redshift://a", "dev.dm.fact"): "dm.fact",
        DatasetId("redshift://a", "fact"): "redshift://…/fact",
        DatasetId("kafka://broker", "clicks"): "kafka://…/clicks",
        DatasetId("file", "/tmp/in.csv"): "file:…/in.csv",
    }
    target = DatasetId("redshift://a", "dev.dm.all")
    edges = frozenset(ColumnEdge(Column(id_, "id"), Column(target, "id")) for id_ in names)
    datasets = tuple(Dataset(id_, (Field("id", None),)) for id_ in (*names, target))
    graph = Graph((Job("jobs", "dag.all", tuple(names), (target,), None, None),), datasets, edges)
    seen = look(graph, {"all": ["click dev.dm.all"]})["all"]
    (line,) = [line for line in seen["panel"].splitlines() if line.startswith("←")]
    assert line == "← " + ", ".join(f"{names[id_]}.id" for id_ in sorted(names))


def test_a_job_chosen_by_key_shows_its_run_and_sql(scenes: Json) -> None:
    for text in ("load_dim_users", "completed", "7.3 s", "insert into dev.dm.dim_users", "dev.staging.users"):
        assert text in scenes["job"]["panel"]


def test_escape_clears(scenes: Json) -> None:
    assert scenes["cleared"] == scenes["untouched"]


def _odd_graph(name: str) -> Graph:
    """A job that reads and one that writes a dataset, all of them, their columns and their states of this name."""
    ids = [DatasetId(f"{name}:{name}", name), DatasetId(name, f"{name}.{name}")]
    datasets = tuple(Dataset(id_, (Field(name, name),)) for id_ in ids)
    job = Job(name, name, (ids[0],), (ids[1],), name, Run(name, name, name, 1, name, (name,)))
    alone = Job(name, f"{name}.other", (ids[0],), (), None, None)
    decides = frozenset(IndirectEdge(Column(ids[0], name), ids[1], column, name) for column in (name, WHOLE))
    return Graph((job, alone), datasets, frozenset({ColumnEdge(Column(ids[0], name), Column(ids[1], name))}), decides)


@pytest.mark.parametrize("name", ODD)
def test_odd_names_are_drawn_and_chosen(look: Look, name: str) -> None:
    scenarios: dict[str, list[str]] = {"untouched": [], "each": [f"node {number}" for number in range(4)], "columns": ["node 0", "columns"]}
    seen = look(_odd_graph(name), scenarios)
    assert (len(seen["untouched"]["nodes"]), seen["untouched"]["edges"], seen["columns"]["errors"]) == (4, 3, [])
    assert name.strip() in seen["each"]["panel"]
    assert {node["side"] for node in seen["columns"]["nodes"]} >= {"self"}


@pytest.mark.parametrize("address", ["#%", "#%E0%A4%A", "#constructor", "#__proto__"])
def test_an_address_that_names_nothing_chooses_nothing(look: Look, address: str) -> None:
    seen = look(_odd_graph("a"), {"untouched": []}, address)["untouched"]
    assert (len(seen["nodes"]), seen["arrived"], seen["errors"]) == (4, None, [])


def test_an_address_that_names_a_dataset_chooses_it(look: Look) -> None:
    seen = look(_odd_graph("toString"), {"untouched": []}, "#dataset%3AtoString%3AtoString%3AtoString")["untouched"]
    assert "TOSTRING DATASET" in seen["arrived"]


def test_back_leads_to_what_was_chosen_before_and_a_pasted_link_to_what_it_names(look: Look) -> None:
    link = "dataset%3Awh%3As003.table"
    scenarios = {
        "back": ["click s001.table", "click s002.table", "back"],
        "beginning": ["click s001.table", "back"],
        "again": ["click s001.table", "click s001.table", "click s002.table", "back", "back"],
        "pasted": ["click s001.table", f"address {link}"],
        "unpasted": ["click s001.table", f"address {link}", "back"],
        "nothing": ["click s001.table", "address nowhere"],
        "column": ["node 0", "columns", "back"],
    }
    seen = look(_chain(5), scenarios)
    chosen = {scene: [node["name"] for node in each["nodes"] if node["side"] == "self"] for scene, each in seen.items()}
    assert chosen | {"column": []} == {
        "back": ["s001.table"],
        "beginning": [],
        "again": [],
        "pasted": ["s003.table"],
        "unpasted": ["s001.table"],
        "nothing": [],
        "column": [],
    }
    assert (len(chosen["column"]), seen["column"]["errors"]) == (1, [])


def test_an_empty_store_says_so(look: Look) -> None:
    seen = look(Graph((), (), frozenset()))["untouched"]
    assert ("No lineage yet" in seen["empty"], seen["nodes"], seen["errors"]) == (True, [], [])


def _job(name: str, state: str, kind: str = "", **facets: Json) -> Job:
    run = Run(name, state, None, None, "no such table" if state == "FAILED" else None, (), None, facets)
    return Job("jobs", name, (), (), None, run, {"jobType": {"jobType": kind}} if kind else {})


def test_failed_tasks_and_gaps_are_counted_in_the_header_and_named(look: Look) -> None:
    writer = Job(
        "jobs",
        "dag.writes",
        (DatasetId("ns", "a"),),
        (),
        None,
        Run("w", "FAILED", None, None, "disk full", ()),
        {"jobType": {"jobType": "TASK"}},
    )
    jobs = (
        writer,
        _job("dag", "FAILED", "DAG"),
        _job("dag.lonely", "FAILED", "TASK"),
        _job("dag.lonely.query.1", "FAILED"),
        _job("alone", "FAILED", "DAG"),
        _job("dag.python", "COMPLETED", "TASK", airflow={"task": {"operator_class": "PythonOperator"}}),
    )
    seen = look(
        Graph(jobs, (Dataset(DatasetId("ns", "a"), ()),), frozenset()),
        {"untouched": [], "failed": ["alert bad"], "gaps": ["alert gap"], "gone": ["alert bad", "escape"]},
    )
    assert seen["untouched"]["alerts"] == ["3 failed", "1 without lineage"]
    for text in ("dag.writes", "disk full", "dag.lonely", "no such table", "alone"):
        assert text in seen["failed"]["panel"]
    assert "query" not in seen["failed"]["panel"]
    assert "none \u00b7 PythonOperator \u00b7 operator without lineage" in seen["gaps"]["panel"]
    assert (seen["gone"]["panel"], seen["gone"]["errors"]) == (None, [])


def test_what_has_no_dataset_at_all_is_red_too(look: Look) -> None:
    seen = look(Graph((_job("dag.only", "FAILED", "TASK"),), (), frozenset()), {"untouched": [], "failed": ["alert bad"]})
    assert (seen["untouched"]["alerts"], "dag.only" in seen["failed"]["panel"], seen["failed"]["errors"]) == (["1 failed"], True, [])


def _chain(length: int, *jobs: Job, name: str = "table") -> Graph:
    """Datasets, each in a schema of its own, one made of the other, and further jobs."""
    ids = [DatasetId("wh", f"s{place:03d}.{name}") for place in range(length)]
    steps = tuple(Job("jobs", f"dag.step_{place:03d}", (ids[place],), (ids[place + 1],), None, None) for place in range(length - 1))
    return Graph((*steps, *jobs), tuple(Dataset(id_, (Field("id", None),)) for id_ in ids), frozenset())


def test_a_large_graph_fits_its_legend_folds_and_long_names_are_shortened(look: Look) -> None:
    long = "long_name_of_a_table_" * 7 + "end"
    seen = look(_chain(150, name=long), {"untouched": [], "unfolded": ["unfold"], "again": ["search s100", "fit"]})
    canvas = Box(*seen["untouched"]["canvas"])
    for scene in ("untouched", "again"):
        assert len(seen[scene]["nodes"]) == 299
        assert all(canvas.holds(Box(*node["box"])) for node in seen[scene]["nodes"]), scene
    assert [seen[scene]["legend"] for scene in ("untouched", "unfolded")] == [7, 151]
    widest = max(node["box"][2] - node["box"][0] for node in look(_chain(2, name=long), {"untouched": []})["untouched"]["nodes"])
    assert widest < 320
    assert seen["untouched"]["errors"] == []


def test_edges_against_the_direction_stay_inside(look: Look) -> None:
    first, second = DatasetId("wh", "s000.table"), DatasetId("wh", "s001.table")
    back = Job("jobs", "dag.back", (second,), (first,), None, None)
    itself = Job("jobs", "dag.itself", (second,), (second,), None, None)
    seen = look(_chain(2, back, itself), {"untouched": []})["untouched"]
    assert (seen["edges"], seen["errors"]) == (6, [])
    canvas = Box(*seen["canvas"])
    assert all(canvas.holds(Box(*box)) for box in seen["edgeBoxes"])


def test_a_search_finds_by_a_part_of_the_name_and_goes_on_with_enter(look: Look) -> None:
    scenarios = {"one": ["search s007"], "second": ["search step_00", "search step_00"], "none": ["search nothing"], "slash": ["slash"]}
    seen = look(_chain(20), scenarios)
    assert (seen["one"]["found"], seen["one"]["counted"], "s007.table" in seen["one"]["panel"]) == (["s007.table"], "1 of 1", True)
    box = next(Box(*node["box"]) for node in seen["one"]["nodes"] if node["side"] == "self")
    assert Box(*seen["one"]["canvas"]).holds(box)
    assert box.right - box.left >= 0.6 * 136, "a node that was asked for can be read"
    assert (len(seen["second"]["found"]), seen["second"]["counted"]) == (10, "1 of 10")
    assert (seen["none"]["found"], seen["none"]["counted"], seen["none"]["panel"]) == ([], "0 found", None)
    assert (seen["slash"]["typing"], seen["slash"]["errors"]) == ("search", [])


def test_a_focus_draws_only_what_is_up_and_downstream(look: Look) -> None:
    other = Job("jobs", "dag.other", (DatasetId("wh", "s000.table"),), (), None, None)
    scenarios = {
        "focus": ["search step_002", "focus"],
        "back": ["search step_002", "focus", "focus"],
        "escaped": ["search step_002", "focus", "escape"],
    }
    seen = look(_chain(4, other), scenarios)
    names = {node["name"] for node in seen["focus"]["nodes"]}
    assert "dag.other" not in names
    assert (len(names), seen["focus"]["edges"], "Show everything" in seen["focus"]["panel"]) == (7, 6, True)
    assert [len(seen[scene]["nodes"]) for scene in ("back", "escaped")] == [8, 8]
    assert seen["escaped"]["errors"] == []
