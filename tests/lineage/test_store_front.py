"""What the store refuses before it looks at a request, how much it takes at a time, and what it tells browsers."""

import asyncio
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from lineage import page
from lineage.graph import Graph
from lineage.store import turns
from lineage.store.app import create_app
from lineage.store.body import MAX_BYTES
from lineage.store.database import Database
from lineage.store.turns import Turns
from lineage.store.views import events as event_views
from tests.lineage.tickit import Store, dataset, run_event

EVENT = json.dumps(run_event("a", "START", "12:00:00"))
PATHS = ("/", "/healthcheck", "/api/v1/namespaces", "/api/v1/lineage?nodeId=job:a:b", "/nothing")


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:1"}, {"Sec-Fetch-Site": "same-site"}]
)
def test_every_path_is_behind_the_wall(store: Store, headers: dict[str, str]) -> None:
    for method in ("GET", "POST", "OPTIONS", "PUT"):
        for path in (*PATHS, "/api/v1/lineage"):
            answer = store.client.request(method, path, headers=headers, content=EVENT)
            assert (answer.status_code, answer.json()["code"]) == (403, 403), (method, path)
    assert store.get("/events/lineage")["totalCount"] == 0


@pytest.mark.parametrize(
    ("host", "own", "foreign"),
    [
        ("127.0.0.1", ["127.0.0.1:1", "localhost", "[::1]"], ["store.example", "10.0.0.1"]),
        ("Store.example", ["store.example:5000", "127.0.0.1"], ["evil.example", "10.0.0.1", "x.store.example"]),
        ("10.0.0.1", ["10.0.0.1:5000", "localhost"], ["10.0.0.2", "evil.example"]),
        ("0.0.0.0", ["10.0.0.2:5000", "[fe80::1]", "localhost"], ["evil.example", "10.0.0.evil.example"]),
        ("::", ["10.0.0.2", "[2001:db8::1]:5000"], ["evil.example"]),
        ("fd00::1", ["[fd00::1]:5000"], ["[fd00::2]"]),
    ],
)
def test_the_names_follow_from_what_it_listens_on(tmp_path: Path, host: str, own: list[str], foreign: list[str]) -> None:
    with TestClient(create_app(Database(tmp_path / "lineage.db"), host)) as client:
        found = {name: client.get("/healthcheck", headers={"Host": name}).status_code for name in own + foreign}
    assert found == {**dict.fromkeys(own, 200), **dict.fromkeys(foreign, 403)}


@pytest.mark.parametrize(
    "kind",
    [None, "", "text/plain", "text/plain; x=application/json", "multipart/form-data", "application/x-www-form-urlencoded", "text/json"],
)
def test_an_event_of_another_media_type_is_refused(store: Store, kind: str | None) -> None:
    del store.client.headers["Content-Type"]
    answer = store.client.post("/api/v1/lineage", content=EVENT, headers={} if kind is None else {"Content-Type": kind})
    assert (answer.status_code, "application/json" in answer.json()["message"]) == (415, True)


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON", "application/json;charset=UTF-8"])
def test_a_media_type_is_read_as_http_means_it(store: Store, kind: str) -> None:
    assert store.client.post("/api/v1/lineage", content=EVENT, headers={"Content-Type": kind}).status_code == 201


def test_no_answer_lets_other_pages_read_it(store: Store) -> None:
    for method in ("GET", "OPTIONS", "HEAD"):
        for path in PATHS:
            asked = {"Origin": "http://127.0.0.1:5000", "Access-Control-Request-Method": "POST"}
            headers = store.client.request(method, path, headers=asked).headers
            assert not [name for name in headers if name.startswith("access-control-")]
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cross-origin-resource-policy"] == headers["cross-origin-opener-policy"] == "same-origin"
            assert headers["referrer-policy"] == "no-referrer"
            assert "default-src 'none'" in headers["content-security-policy"]
            assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_the_pages_policy_names_its_scripts(store: Store) -> None:
    policy = store.client.get("/").headers["content-security-policy"]
    assert policy.startswith(page.policy(live=True))
    assert f'content="{page.policy()}"' in page.render(Graph((), (), frozenset()))
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert len(directives["script-src"].split()) == 10
    assert all(source.startswith("'sha256-") for source in f"{directives['script-src']} {directives['style-src']}".split())
    for name in ("default-src", "base-uri", "form-action", "frame-ancestors"):
        assert directives[name] == "'none'"


@pytest.mark.parametrize(
    "path",
    [
        "namespaces?limit=1001",
        "namespaces/a/jobs?limit=1001",
        "namespaces/tickit/jobs/a/runs?limit=999999999",
        "events/lineage?limit=999999999",
        "namespaces?offset=1000000001",
        "lineage?nodeId=job:tickit:a&depth=101",
        "column-lineage?nodeId=dataset:ns:d&depth=" + "9" * 3000,
    ],
)
def test_more_than_an_answer_may_have_is_refused(store: Store, path: str) -> None:
    store.post(run_event("a", "START", "12:00:00", inputs=[dataset("ns", "d", "x")]))
    answer = store.client.get(f"/api/v1/{path}")
    assert (answer.status_code, "is a whole number from 0 to" in answer.json()["message"]) == (400, True)
    assert len(answer.json()["message"]) < 100


def test_an_answer_has_as_many_events_as_fit(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = [run_event(f"job{number}", "START", f"12:00:0{number}") for number in range(4)]
    store.post(*sent)
    room = len(json.dumps(sent[0], separators=(",", ":"))) * 5 // 2
    monkeypatch.setattr(event_views, "_MOST_CHARACTERS", room)
    assert store.get("/events/lineage", sortDirection="asc") == {"events": sent[:2], "totalCount": 4}
    monkeypatch.setattr(event_views, "_MOST_CHARACTERS", 1)
    assert store.get("/events/lineage", sortDirection="asc")["events"] == sent[:1]


def test_a_long_head_is_refused(store: Store) -> None:
    assert store.client.get("/api/v1/lineage?nodeId=" + "a" * 20_000).status_code == 414
    assert store.client.get(f"/{'a' * 20_000}").status_code == 414
    assert store.client.get("/healthcheck", headers={"X": "a" * 20_000}).status_code == 431
    assert store.client.get("/healthcheck", headers={f"X-{number}": "a" * 100 for number in range(300)}).status_code == 431


@pytest.mark.parametrize("filling", [b"[],", b"{},", b"0,", b'"",', b'[["a"],{}],'])
def test_tiny_values_without_number_are_refused(store: Store, filling: bytes) -> None:
    body = EVENT.encode()[:-1] + b',"x":[' + filling * (30_000_000 // len(filling)) + b"0]}"
    assert len(body) < MAX_BYTES
    answer = store.client.post("/api/v1/lineage", content=gzip.compress(body, 1), headers={"Content-Encoding": "gzip"})
    assert (answer.status_code, "values" in answer.json()["message"]) == (413, True)


def test_a_large_event_is_taken_packed_or_not(store: Store) -> None:
    event = run_event("large", "START", "12:00:00", job_facets={"sql": {"query": "select " + "x, " * 1_000_000}})
    store.post(event)
    packed = gzip.compress(json.dumps({**event, "eventType": "COMPLETE"}).encode())
    assert store.client.post("/api/v1/lineage", content=packed, headers={"Content-Encoding": "gzip"}).status_code == 201
    assert store.get("/events/lineage")["totalCount"] == 2


def test_who_gets_no_turn_in_time_is_told_when_to_try_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.05)
    state: Any = store.client.app._app.state  # type: ignore[attr-defined]
    monkeypatch.setattr(state, "reading", Turns(0))
    answer = store.client.get("/api/v1/namespaces")
    assert (answer.status_code, answer.headers["retry-after"], answer.json()["code"]) == (503, "0.05", 503)
    assert store.client.get("/healthcheck").status_code == 200
    store.post(run_event("a", "START", "12:00:00"))
    monkeypatch.setattr(state.bodies, "_arriving", Turns(0))
    store.post(run_event("b", "START", "12:00:00"))
    large = json.dumps(run_event("c", "START", "12:00:00", job_facets={"x": {"y": " " * 400_000}})).encode()
    assert store.client.post("/api/v1/lineage", content=large).status_code == 503
    assert store.client.post("/api/v1/lineage", content=gzip.compress(large), headers={"Content-Encoding": "gzip"}).status_code == 503


def test_a_turn_is_given_back_whatever_happens() -> None:
    async def fail(places: Turns) -> None:
        async with places.turn():
            raise ZeroDivisionError

    async def often() -> None:
        places = Turns(1)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                await fail(places)

    asyncio.run(often())
