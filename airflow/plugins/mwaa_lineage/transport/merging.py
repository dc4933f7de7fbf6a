"""Makes one of two descriptions of the same thing, so that nothing of either is lost; where they differ, the first one counts."""

from typing import Any

_NAMED_BY = ("namespace", "name", "field")


def merged(first: Any, second: Any) -> Any:
    """Objects have the members of both, lists the items of both; items of one name are merged."""
    if isinstance(first, dict) and isinstance(second, dict):
        return {**second, **{key: merged(value, second[key]) if key in second else value for key, value in first.items()}}
    if isinstance(first, list) and isinstance(second, list):
        return _items([*first, *second])
    return first


def _items(items: list[Any]) -> list[Any]:
    named: dict[tuple[str, ...], int] = {}
    done: list[Any] = []
    for item in items:
        name = _name(item)
        if name in named:
            done[named[name]] = merged(done[named[name]], item)
        elif name or item not in done:
            named.update({name: len(done)} if name else {})
            done.append(item)
    return done


def _name(item: Any) -> tuple[str, ...]:
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        return ()
    return tuple(str(item.get(part)) for part in _NAMED_BY)
