"""An event as plain data that every store can read: one odd value must not cost a run its lineage.

JSON has no NaN and no infinity, UTF-8 no halves of surrogate pairs, and Marquez refuses an event with either. Keys are texts there, numbers
are read as 64 bits, and readers give up on deep nesting.
"""

import json
import math
from collections.abc import Mapping
from enum import Enum
from typing import Any

import attr

DEEPEST = 100  # levels of nesting; events of the integrations have a dozen
LARGEST = 2**63
MOST = 1_000_000  # values: more than an event of 100,000 datasets has, and a bound for what holds the same things time and again


class Plain:
    """Makes data plain. `changed` says, in words, what had to be changed for it."""

    def __init__(self) -> None:
        self.changed: set[str] = set()
        self._left = MOST
        self._around: set[int] = set()
        """What the value stands in, by identity."""

    def event(self, event: Any) -> Any:
        """The event as dictionaries, lists and values of JSON, without what is None, as OpenLineage's own client leaves it out."""
        return self._value(event, DEEPEST)

    def _value(self, value: Any, levels: int) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, Enum):
            return self._value(value.value, levels)
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, int | float):
            return self._number(value)
        if cut := self._too_much(value, levels):
            self.changed.add(f"what is {cut} was cut off")
            return cut
        self._around.add(id(value))
        try:
            return self._container(value, levels - 1)
        finally:
            self._around.discard(id(value))

    def _too_much(self, value: Any, levels: int) -> str:
        self._left -= 1
        if id(value) in self._around:
            return "a part of itself"
        return "too deep" if not levels else "too much" if self._left < 0 else ""

    def _container(self, value: Any, levels: int) -> Any:
        if attr.has(type(value)):
            value = {field.name: getattr(value, field.name, None) for field in attr.fields(type(value))}
        if isinstance(value, Mapping):
            return self._mapping(value, levels)
        if isinstance(value, list | tuple | set | frozenset):
            plain = [self._value(each, levels) for each in value]
            return [each for each in plain if each is not None and each != {}]
        return self._other(value)

    def _mapping(self, mapping: Mapping[Any, Any], levels: int) -> dict[str, Any]:
        return {self._key(key): plain for key, each in mapping.items() if (plain := self._value(each, levels)) is not None}

    def _key(self, key: Any) -> str:
        if isinstance(key, str):
            return self._text(key)
        if isinstance(key, Enum):
            return self._key(key.value)
        if key is None or isinstance(key, bool | int | float):
            return str(self._number(key)) if isinstance(key, float) else json.dumps(self._value(key, 1)).strip('"')
        self.changed.add("keys that are no texts were made texts")
        return self._text(str(key))

    def _text(self, text: str) -> str:
        if text.isascii():
            return str(text)
        valid = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if valid != text:
            self.changed.add("halves of surrogate pairs were replaced")
        return valid

    def _number(self, number: Any) -> Any:
        if isinstance(number, float):
            if math.isfinite(number):
                return float(number)
            self.changed.add("numbers that are not finite were made texts")
            return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"
        if -LARGEST <= number < LARGEST:
            return int(number)
        self.changed.add("integers of more than 64 bits were made texts")
        try:
            return str(int(number))
        except ValueError:  # Python writes no integers of more than some thousand digits
            return hex(number)

    def _other(self, value: Any) -> Any:
        """numpy's scalars are numbers; of anything else its type is said, as OpenLineage's own client does."""
        item = getattr(value, "item", None)
        if callable(item) and getattr(value, "shape", None) == ():
            return self._value(item(), 1)
        return f"<<non-serializable: {type(value).__qualname__}>>"
