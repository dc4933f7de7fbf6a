"""An event as plain data that every store can read: one odd value must not cost a run its lineage.

JSON has no NaN and no infinity, UTF-8 no halves of surrogate pairs, PostgreSQL no NUL: Marquez refuses an event with one of them, or fails
at it. Keys are texts there, numbers are read as 64 bits, and readers give up on deep nesting. Methods that a class may have changed, such
as `__str__`, `__eq__` and `__iter__`, are not called where Python's own do: they may raise, or never end.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Any

import attr

from mwaa_lineage.masking.numbered import Numbered

DEEPEST = 100  # levels of nesting; events of the integrations have a dozen
FRAME = 3  # levels that hold an event together, down to each dataset's name
LARGEST = 2**63
LONGEST = 2_000  # bits of an integer that is written in decimal: Python may refuse more, and takes long
MOST = 2_000_000  # values: more than an event of 100,000 datasets has, and a bound for what holds the same things time and again

_TOO_MUCH = "too much"
_PARTS, _SIDES = ("run", "job", "dataset"), {"inputs", "outputs"}
_FACETS = {"facets", "inputFacets", "outputFacets"}
_LISTS: tuple[Any, ...] = (list, tuple, set, frozenset)


class Plain:
    """Makes data plain. `changed` says, in words, what had to be changed for it."""

    def __init__(self) -> None:
        self.changed: set[str] = set()
        self._left = MOST
        self._around: set[int] = set()
        """What the value stands in, by identity."""

    def event(self, event: Any) -> Any:
        """The event as dictionaries, lists and values of JSON, without what is None, as OpenLineage's own client leaves it out."""
        plain = self._value(event, DEEPEST)
        if isinstance(plain, dict):
            self._keep_its_form(plain)
        return plain

    def _keep_its_form(self, event: dict[str, Any]) -> None:
        """Without datasets that have no name, and facets that are no objects: stores refuse the whole event (OpenLineage 2-0-2, $defs)."""
        for side in _SIDES & event.keys():
            found = event[side]
            event[side] = self._left_of(found, [each for each in found if _is_dataset(each)] if isinstance(found, list) else [])
        parts = [event.get(name) for name in _PARTS] + [each for side in _SIDES for each in event.get(side, ())]
        for part in (part for part in parts if isinstance(part, dict)):
            for name in _FACETS & part.keys():
                found = part[name]
                facets = {key: facet for key, facet in found.items() if isinstance(facet, dict)} if isinstance(found, dict) else {}
                part[name] = self._left_of(found, facets)

    def _left_of(self, found: Any, kept: Any) -> Any:
        if kept != found:
            self.changed.add("facets and datasets that are none were left out")
        return kept

    def _value(self, value: Any, levels: int) -> Any:
        try:
            return self._plain(value, levels)
        except Exception:  # whatever somebody's class raises
            self._unread()
            return _name(value)

    def _plain(self, value: Any, levels: int) -> Any:
        self._left -= 1
        if value is None or (isinstance(value, str | int | float) and not isinstance(value, Enum)):
            return self._leaf(value)
        if cut := self._too_much(value, levels):
            self._cut(cut)
            return cut if cut != _TOO_MUCH else None  # as no text can stand for a facet
        self._around.add(id(value))
        try:
            return self._container(value, levels - 1)
        finally:
            self._around.discard(id(value))

    def _too_much(self, value: Any, levels: int) -> str:
        if id(value) in self._around:
            return "a part of itself"
        if not levels:
            return "too deep"
        return _TOO_MUCH if self._left < 0 and levels <= DEEPEST - FRAME else ""

    def _leaf(self, value: Any) -> Any:
        if value is None or isinstance(value, bool):
            return value
        return self._text(value) if isinstance(value, str) else self._number(value)

    def _cut(self, why: str) -> None:
        self.changed.add(f"what is {why} was cut off")

    def _unread(self) -> None:
        self.changed.add("what cannot be read was left out")

    def _container(self, value: Any, levels: int) -> Any:
        if isinstance(value, Enum):
            return self._value(value.value, levels)
        if isinstance(value, dict):
            return self._mapping(list(dict.items(value)), levels)  # a copy: the task may go on changing it
        for kind in _LISTS:
            if isinstance(value, kind):
                plain = [self._value(each, levels) for each in list(kind.__iter__(value))]
                return [each for each in plain if each is not None and each != {}]
        if attr.has(type(value)):
            return self._mapping(self._fields(value), levels)
        if isinstance(value, Mapping):
            return self._mapping(self._as_far_as_it_goes(value.items()), levels)
        return self._other(value, levels)

    def _as_far_as_it_goes(self, items: Iterable[tuple[Any, Any]]) -> Iterator[tuple[Any, Any]]:
        for item in items:
            if self._left < 0:
                self._cut(_TOO_MUCH)
                return
            yield item

    def _fields(self, value: Any) -> Iterator[tuple[str, Any]]:
        for field in attr.fields(type(value)):
            try:
                yield field.name, getattr(value, field.name, None)
            except Exception:  # a property of somebody's, in the place of the field
                self._unread()

    def _mapping(self, items: Iterable[tuple[Any, Any]], levels: int) -> dict[str, Any]:
        done = Numbered()
        try:
            for key, each in items:
                if (plain := self._value(each, levels)) is not None:
                    done.put(self._key(key, levels), plain)
        except Exception:  # what was read until then is kept
            self._unread()
        if done.repeated:
            self.changed.add("keys that became the same text were numbered")
        return done.kept

    def _key(self, key: Any, levels: int) -> str:
        plain = self._value(key, levels)
        if not (key is None or isinstance(key, str | int | float | Enum)):
            self.changed.add("keys that are no texts were made texts")
        return plain if isinstance(plain, str) else json.dumps(plain)

    def _text(self, text: str) -> str:
        text = str.__str__(text)
        if "\0" in text:
            self.changed.add("NUL characters were replaced")
            text = text.replace("\0", "\ufffd")
        if text.isascii():
            return text
        valid = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if valid != text:
            self.changed.add("halves of surrogate pairs were replaced")
        return valid

    def _number(self, number: Any) -> Any:
        if isinstance(number, float):
            number = float.__float__(number)
            if math.isfinite(number):
                return number
            self.changed.add("numbers that are not finite were made texts")
            return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"
        number = int.__int__(number)
        if -LARGEST <= number < LARGEST:
            return number
        self.changed.add("integers of more than 64 bits were made texts")
        return str(number) if number.bit_length() < LONGEST else hex(number)

    def _other(self, value: Any, levels: int) -> Any:
        """numpy's scalars are numbers; of anything else its type is said, as OpenLineage's own client does."""
        if hasattr(type(value), "item") and getattr(value, "shape", None) == ():
            return self._value(value.item(), levels)
        return _name(value)


def _is_dataset(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(name), str) and value[name] for name in ("namespace", "name"))


def _name(value: Any) -> str:
    return f"<<non-serializable: {type(value).__qualname__}>>"
