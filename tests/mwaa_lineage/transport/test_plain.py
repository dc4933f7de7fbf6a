"""Odd values: an event with them arrives, and what was changed is said."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from itertools import count
from typing import Any

import attr
import pytest
from openlineage.client.event_v2 import Job, Run, RunEvent, RunState
from openlineage.client.serde import Serde

from mwaa_lineage.transport import plain
from mwaa_lineage.transport.plain import DEEPEST, Plain


class Colour(Enum):
    RED = "red"


def nested(levels: int, leaf: Any) -> Any:
    for _ in range(levels):
        leaf = {"in": leaf}
    return leaf


def refuse(*_: Any) -> Any:
    raise RuntimeError("not to be called")


METHODS = ["str", "repr", "bool", "eq", "lt", "ge", "iter", "len", "float", "int", "getitem"]


def hostile(kind: Any) -> Any:
    """A class of this kind with methods that nobody may rely on."""
    changed = {f"__{name}__": refuse for name in METHODS} | dict.fromkeys(["isascii", "encode", "items", "keys"], refuse)
    return type("Hostile", (kind,), {**changed, "__hash__": lambda _: 1})


class Scalar:
    """A number as numpy has it."""

    shape = ()

    def __init__(self, held: Any) -> None:
        self.held = held

    def item(self) -> Any:
        return self.held


class Broken(Mapping[str, Any]):
    """A mapping that cannot be read."""

    def __getitem__(self, key: str) -> Any:
        raise OSError(key)

    def __iter__(self) -> Iterator[str]:
        raise OSError("closed")

    def __len__(self) -> int:
        raise OSError("closed")


class BrokenHalfway(Broken):
    """One of which the first half can be."""

    def __getitem__(self, key: str) -> Any:
        return {"a": 1}[key]

    def __iter__(self) -> Iterator[str]:
        return iter(["a", "b"])


class Endless(Broken):
    """One that never ends."""

    def __getitem__(self, key: str) -> Any:
        return key

    def __iter__(self) -> Iterator[str]:
        return map(str, count())


class Unclassed:
    """An object that does not even say what it is."""

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        raise RuntimeError("not to be asked")


@attr.define(slots=False)
class OddFields:
    good: int = 1
    bad: int = attr.field(init=False)

    @property
    def broken(self) -> int:
        raise OSError("closed")


OddFields.bad = OddFields.broken  # type: ignore[assignment]


class Itself(Enum):
    MEMBER = 1


Itself.value = property(lambda member: member)  # type: ignore[assignment,method-assign]


@dataclass
class Point:
    x: int = 1


ODD: list[tuple[Any, Any, str]] = [
    (float("nan"), "NaN", "finite"),
    (float("inf"), "Infinity", "finite"),
    (-float("inf"), "-Infinity", "finite"),
    ("half \ud83d of a pair", "half \ufffd of a pair", "surrogate"),
    ("\udc80 bytes that are no UTF-8", "\ufffd bytes that are no UTF-8", "surrogate"),
    (2**63, str(2**63), "64 bits"),
    (-(2**70), str(-(2**70)), "64 bits"),
    ({("a", 1): 2}, {'["a", 1]': 2}, "keys"),
    ({"half \ude00": 1}, {"half \ufffd": 1}, "surrogate"),
    ({"deep": [{1: float("nan")}]}, {"deep": [{"1": "NaN"}]}, "finite"),
    ("a\0b", "a\ufffdb", "NUL"),
    ({"a\0": 1, "a\ufffd": 2}, {"a\ufffd": 1, "a\ufffd (1)": 2}, "numbered"),
    (
        {1: "a", "1": "b", "1 (1)": "c", 1.5: "d", "1.5": "e"},
        {"1": "a", "1 (1)": "b", "1 (1) (1)": "c", "1.5": "d", "1.5 (1)": "e"},
        "numbered",
    ),
    ({None: 1, "null": 2, float("nan"): 3, "NaN": 4}, {"null": 1, "null (1)": 2, "NaN": 3, "NaN (1)": 4}, "numbered"),
    ({b"k": 1}, {"<<non-serializable: bytes>>": 1}, "keys"),
    (Scalar(float("inf")), "Infinity", "finite"),
    (hostile(float)("nan"), "NaN", "finite"),
    (hostile(str)("\udc80"), "\ufffd", "surrogate"),
    (hostile(int)(2**64), str(2**64), "64 bits"),
    (Broken(), {}, "cannot be read"),
    (BrokenHalfway(), {"a": 1}, "cannot be read"),
    (OddFields(), {"good": 1}, "cannot be read"),
    (Itself.MEMBER, "a part of itself", "cut off"),
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
    *(
        (value, f"<<non-serializable: {type(value).__name__}>>")
        for value in (Decimal("1.5"), datetime(1, 1, 1, tzinfo=UTC), b"\xff", Point(), hostile(object)(), object(), 1j, range(3), iter([1]))
    ),
    (Scalar(7), 7),
    (Scalar(None), None),
    *(
        (hostile(float)(0.5), 0.5),
        (hostile(int)(7), 7),
        (hostile(str)("a"), "a"),
        (hostile(list)([1, 2]), [1, 2]),
        (hostile(dict)(a=1), {"a": 1}),
    ),
    ("tab\tescape\x1b[2J\x7f", "tab\tescape\x1b[2J\x7f"),
]


@pytest.mark.parametrize(("value", "wanted"), FINE, ids=[str(index) for index in range(len(FINE))])
def test_what_json_has_is_left_as_it_is(value: Any, wanted: Any) -> None:
    made = Plain()
    assert made.event({"facet": value}) == ({} if wanted is None else {"facet": wanted})
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
    made.event({"run": {"facets": {"facet": {"in": doubled}}}})
    assert made.changed == {"what is too much was cut off"}


@pytest.mark.parametrize("value", [Endless(), {"in": Endless()}, {"in": [Endless()] * 3}, {str(number): [[]] for number in range(20_000)}])
def test_what_never_ends_or_is_too_much_leaves_the_rest_of_the_event(value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A facet is an object or is missing: stores refuse a text in its place."""
    monkeypatch.setattr(plain, "MOST", 10_000)
    made = Plain()
    after = [{"namespace": "n", "name": "d", "facets": {"schema": {"fields": [{"name": "c"}]}}}]
    done = made.event({"run": {"runId": "r", "facets": {"odd": value}}, "job": {"name": "j"}, "inputs": after, "producer": "p"})
    assert (done["run"]["runId"], done["job"], done["producer"]) == ("r", {"name": "j"}, "p")
    assert [{name: each[name] for name in ("namespace", "name")} for each in done["inputs"]] == [{"namespace": "n", "name": "d"}]
    assert all(isinstance(facet, dict) for each in (done["run"], *done["inputs"]) for facet in each.get("facets", {}).values())
    assert "what is too much was cut off" in made.changed


def test_an_object_that_does_not_say_what_it_is_stops_nothing() -> None:
    made = Plain()
    assert made.event({"a": Unclassed(), "b": 1}) == {"a": "<<non-serializable: Unclassed>>", "b": 1}
    assert made.changed == {"what cannot be read was left out"}


def test_a_mapping_of_ten_thousand_keys_that_are_alike_takes_no_time() -> None:
    made = Plain()
    assert len(made.event({object(): number for number in range(10_000)})) == 10_000


def test_an_event_is_what_openlineages_own_client_makes_of_it() -> None:
    event = RunEvent(
        eventTime="2026-01-31T00:00:00+00:00",
        run=Run(runId="3b452093-782c-4ef2-9c0c-aafe2aa6f34d", facets={}),
        job=Job(namespace="tickit", name="dag.load"),
        eventType=RunState.START,
        producer="https://tickit.test",
    )
    assert Plain().event(event) == Serde.to_dict(event)


TABLE = {"namespace": "wh", "name": "t"}
FACET = {"a": 1}
NO_FACETS = [float("nan"), "text", 5, True, [1], {1}, b"x", ("password", "x"), object(), Point(), Colour.RED, hostile(object)()]


@pytest.mark.parametrize("odd", NO_FACETS, ids=[str(index) for index in range(len(NO_FACETS))])
def test_what_is_no_facet_is_left_out_and_said(odd: Any) -> None:
    """A store refuses the whole event for it."""
    facets = {"odd": odd, "good": FACET}
    sides = {"inputs": [{**TABLE, "facets": facets, "inputFacets": odd}], "outputs": [{**TABLE, "outputFacets": facets}]}
    made = Plain()
    assert made.event({"run": {"facets": facets}, "job": {"facets": odd}, "dataset": {"facets": facets}, **sides}) == {
        "run": {"facets": {"good": FACET}},
        "job": {"facets": {}},
        "dataset": {"facets": {"good": FACET}},
        "inputs": [{**TABLE, "facets": {"good": FACET}, "inputFacets": {}}],
        "outputs": [{**TABLE, "outputFacets": {"good": FACET}}],
    }
    assert any("left out" in each for each in made.changed)


@pytest.mark.parametrize(
    "odd", ["text", 5, {"name": "t"}, {"namespace": "", "name": "t"}, {"namespace": "wh", "name": 5}, iter([TABLE]), [TABLE]]
)
def test_what_is_no_dataset_is_left_out_and_said(odd: Any) -> None:
    made = Plain()
    assert made.event({"inputs": odd if isinstance(odd, str) else [TABLE, odd], "outputs": [TABLE]})["outputs"] == [TABLE]
    assert any("left out" in each for each in made.changed)
    assert Plain().event({"inputs": [odd, TABLE]})["inputs"] == [TABLE]


def test_an_event_in_good_form_is_left_as_it_is() -> None:
    event = {"run": {"runId": "1", "facets": {"a": {}}}, "inputs": [{**TABLE, "facets": {"b": FACET}}], "outputs": []}
    made = Plain()
    assert made.event(event) == event
    assert not made.changed
