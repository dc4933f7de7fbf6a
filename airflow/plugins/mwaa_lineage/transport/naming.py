"""One name for one thing: in every event, whoever made it, a warehouse, a place in S3 and a table of Glue are called in one way.

Two producers that name one table apart make two of it in a store. What is not known stays as it is. A table of the catalog whose place in
S3 an event tells is called by that place, as Spark and the operator do, and has the catalog's names as symlinks.
"""

from collections.abc import Callable, Iterator
from typing import Any

from mwaa_lineage.transport import glue, places
from mwaa_lineage.transport.merging import merged
from mwaa_lineage.transport.warehouses import Warehouses

Name = tuple[str, str]
_DATASETS = ("inputs", "outputs")


class Naming:
    """Names the datasets of events, and whatever refers to them: origins of columns, symlinks, lineage that a facet tells."""

    def __init__(self, warehouses: Warehouses) -> None:
        self._warehouses = warehouses

    def event(self, event: Any) -> Any:
        """The plain event with these names; datasets that are one then become one, with all facets. Twice is no more."""
        if not isinstance(event, dict):
            return event
        done = _Names(self._find).value(event)
        moved: dict[Name, Name] = {}
        for dataset in _datasets(done):
            _place(dataset, moved)
        return _Names(lambda *name: moved.get(name) or self._find(*name), kept="symlinks").value(done) if moved else done

    def _find(self, namespace: str, name: str) -> Name | None:
        return places.find(namespace, name) or glue.find(namespace, name) or self._warehouses.find(namespace, name)


class _Names:
    """Through one event, in which the same names stand time and again; what stands below `kept` stays as it is."""

    def __init__(self, find: Callable[[str, str], Name | None], kept: str = "") -> None:
        self._find, self._kept = find, kept
        self._found: dict[Name, Name | None] = {}

    def find(self, name: Name | None) -> Name | None:
        """The name by which a thing is called; None where that is not known."""
        if name is None:
            return None
        if name not in self._found:
            self._found[name] = self._find(*name)
        return self._found[name]

    def value(self, value: Any, key: str = "") -> Any:
        """Whatever stands in an event below `key`."""
        if isinstance(value, list):
            return self.once([self.value(each, key) for each in value])
        if not isinstance(value, dict) or (key and key == self._kept):
            return value
        done = {name: self.value(each, name) for name, each in value.items()}
        if key == "dataSource" and isinstance(done.get("name"), str) and (source := self.find((done["name"], ""))):
            done["name"] = source[0]
        found = self.find(_name(done)) if key != "job" else None
        return {**done, "namespace": found[0], "name": found[1]} if found else done

    def once(self, items: list[Any]) -> list[Any]:
        """The items, those that name one known thing as one."""
        places: dict[tuple[Name, str], int] = {}
        done: list[Any] = []
        for item in items:
            name = self.find(_name(item))
            place = places.setdefault((name, str(item.get("field"))), len(done)) if name else len(done)
            if place < len(done):
                done[place] = merged(done[place], item)
            else:
                done.append(item)
        return done


def _name(value: Any) -> Name | None:
    if not isinstance(value, dict):
        return None
    namespace, name = value.get("namespace"), value.get("name")
    return (namespace, name) if isinstance(namespace, str) and isinstance(name, str) else None


def _datasets(event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    sides = [event[side] for side in _DATASETS if isinstance(event.get(side), list)]
    for dataset in [*(each for side in sides for each in side), event.get("dataset")]:
        if _name(dataset):
            yield dataset


def _place(dataset: dict[str, Any], moved: dict[Name, Name]) -> None:
    """Calls a table of the catalog by its place, if its symlinks tell one, and completes its symlinks."""
    facets = dataset.get("facets")
    symlinks = facets.get("symlinks") if isinstance(facets, dict) else None
    given = symlinks.get("identifiers") if isinstance(symlinks, dict) else None
    if not isinstance(facets, dict) or not isinstance(symlinks, dict) or not isinstance(given, list):
        return
    own = dataset["namespace"], dataset["name"]
    names = [name for name in map(_name, given) if name]
    found = [name for name in names if places.find(*name)]
    if glue.find(*own) and len(found) == 1:
        names.append(own)
        moved[own] = found[0]
        dataset["namespace"], dataset["name"] = own = found[0]
    names += [other for name in names if (other := glue.also(*name)) and other not in names]
    identifiers = [each for each in given if _name(each) != own]
    told = [_name(each) for each in identifiers]
    identifiers += [{"namespace": name[0], "name": name[1], "type": "TABLE"} for name in names if name not in (own, *told)]
    dataset["facets"] = {**facets, "symlinks": {**symlinks, "identifiers": identifiers}}
