"""Odd values: an event with them arrives, and what was changed is said."""

import json
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
from openlineage.client.event_v2 import Job, Run, RunEvent, RunState
from openlineage.client.serde import Serde

from lineage_transport import plain
from lineage_transport.plain import DEEPEST, Plain


class Colour(Enum):
    RED = "red"


def nested(levels: int, leaf: Any) -> Any:
    for _ in range(levels):
        leaf = {"in": leaf}
    return leaf


ODD: list[tuple[Any, Any, str]] = [
    (float("nan"), "NaN", "finite"),
    (float("inf"), "Infinity", "finite"),
    (-float("inf"), "-Infinity", "finite"),
    ("half \ud83d of a pair", "half \ufffd of a pair", "surrogate"),
    ("\udc80 bytes that are no UTF-8", "\ufffd bytes that are no UTF-8", "surrogate"),
    (2**63, str(2**63), "64 bits"),
    (-(2**70), str(-(2**70)), "64 bits"),
    ({("a", 1): 2}, {"('a', 1)": 2}, "keys"),
    ({"half \ude00": 1}, {"half \ufffd": 1}, "surrogate"),
    ({"deep": [{1: float("nan")}]}, {"deep": [{"1": "NaN"}]}, "finite"),
]


@pytest.mark.parametrize(("value", "wanted", "said"), ODD, ids=[str(index) for index in range(len(ODD))])
def test_an_odd_value_is_made_plain_and_said(value: Any, wanted: Any, said: str) -> None:
    made = Plain()
    assert made.event({"facet": value}) == {"facet": wanted}
    assert any(said in each for each in made.changed)
    json.dumps(made.event({"facet": value}), allow_nan=False, sort_keys=True).encode()


FINE: list[tuple[Any, Any]] = [
    ({1: "a", "b": 2}, {"1": "a", "b": 2}),
    ({True: 1, None: 2, 1.5: 3}, {"true": 1, "null": 2, "1.5": 3}),
    ((1, 2), [1, 2]),
    (Colour.RED, "red"),
    ({Colour.RED: 1}, {"red": 1}),
    ("\U0001f600 a whole pair", "\U0001f600 a whole pair"),
    (2**63 - 1, 2**63 - 1),
    ([None, {}, 0, "", False], [0, "", False]),
    (Decimal("1.5"), "<<non-serializable: Decimal>>"),
]


@pytest.mark.parametrize(("value", "wanted"), FINE, ids=[str(index) for index in range(len(FINE))])
def test_what_json_has_is_left_as_it_is(value: Any, wanted: Any) -> None:
    made = Plain()
    assert made.event({"facet": value}) == {"facet": wanted}
    assert not made.changed


def test_an_integer_of_many_thousand_digits_is_written() -> None:
    assert Plain().event({"n": 10**10_000})["n"].startswith("0x")


@pytest.mark.parametrize("levels", [DEEPEST - 2, DEEPEST * 9, 5_000])
def test_what_is_too_deep_is_cut_off(levels: int) -> None:
    made = Plain()
    text = json.dumps(made.event({"conf": nested(levels, "bottom")}))
    assert ("bottom" in text) == (levels < DEEPEST)
    assert bool(made.changed) == (levels >= DEEPEST)


def test_what_refers_to_itself_is_cut_off() -> None:
    loop: dict[str, Any] = {"shared": [1]}
    loop |= {"again": loop, "and": [loop, loop["shared"]]}
    made = Plain()
    assert made.event(loop) == {"shared": [1], "again": "a part of itself", "and": ["a part of itself", [1]]}
    assert made.changed == {"what is a part of itself was cut off"}


def test_what_doubles_at_each_level_comes_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "MOST", 10_000)
    doubled: Any = ["bottom"]
    for _ in range(60):
        doubled = [doubled, doubled]
    made = Plain()
    made.event({"facet": doubled})
    assert made.changed == {"what is too much was cut off"}


def test_an_event_is_what_openlineages_own_client_makes_of_it() -> None:
    event = RunEvent(
        eventTime="2026-01-31T00:00:00+00:00",
        run=Run(runId="3b452093-782c-4ef2-9c0c-aafe2aa6f34d", facets={}),
        job=Job(namespace="tickit", name="dag.load"),
        eventType=RunState.START,
        producer="https://tickit.test",
    )
    assert Plain().event(event) == Serde.to_dict(event)
