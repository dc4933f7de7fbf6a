"""Odd values in events: each event arrives at the store, as JSON that every store takes, and the log says what was changed."""

import json
import logging
from pathlib import Path
from typing import Any

import attr
import pytest
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import Run
from openlineage.client.transport.transport import Config

from mwaa_lineage.transport.transport import SpoolTransport
from tests.local.waiting import eventually
from tests.mwaa_lineage.transport.endpoint import Endpoint, Request, event
from tests.mwaa_lineage.transport.test_plain import Broken, BrokenHalfway, Itself, Unclassed, hostile, nested

pytestmark = pytest.mark.system

LOOP: dict[str, Any] = {}
LOOP["again"] = LOOP
ODD: list[Any] = [
    *(float("nan"), float("inf"), -float("inf"), [float("nan")], {"deep": [{"mean": float("nan")}]}),
    *("half \ud83d", "\ude00 half", "\udc80", {"half \ud83d": 1}, ["\ud800\ud800"]),
    *({1: "a", "b": 2}, {("a", 1): 2}, {None: 1}, {True: 1}, {1.5: 2}, {float("nan"): 1}, {b"k": 1}, {frozenset({1}): 2}),
    *(2**63, -(2**70), 10**400, 10**10_000),
    *(nested(900, "bottom"), [[[]]] * 3, LOOP, {1, 2}, b"bytes", object(), complex(1, 2), 1e308 * 10),
    *("a\0b", {"a\0": 1, "a\ufffd": 2}, {1: "a", "1": "b"}, hostile(dict)(a=hostile(str)("b")), hostile(float)("nan"), hostile(object)()),
    *(Broken(), BrokenHalfway(), Unclassed(), Itself.MEMBER, "x" * 1_000_000, "\x1b[2J\x7f\u202e"),
]


def test_an_event_with_each_arrives(folder: Path, endpoint: Endpoint, caplog: pytest.LogCaptureFixture) -> None:
    bodies: list[bytes] = []

    def store(request: Request) -> None:
        bodies.append(request.body)
        request.answer(201)

    endpoint.how = store
    client = OpenLineageClient(transport=SpoolTransport(Config()))
    whole = event("job")
    with caplog.at_level(logging.WARNING):
        for value in ODD:
            facet: Any = {"odd": {"value": value, "beside": "it"}}
            client.emit(attr.evolve(whole, run=Run(whole.run.runId, facet)))
    eventually(lambda: len(bodies) >= len(ODD), "all events arrive")
    assert not list((folder / "refused").glob("*"))
    for body in bodies:
        received = json.loads(body.decode(), parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
        assert "\0" not in str(received)  # which PostgreSQL does not take
        assert received["run"]["facets"]["odd"]["beside"] == "it"
        json.dumps(received, ensure_ascii=False).encode()  # which half a surrogate pair would not let
    assert "had values that no store takes: numbers that are not finite were made texts" in caplog.text
