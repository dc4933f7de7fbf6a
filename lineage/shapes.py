"""JSON of others, taken for what it is: a value of another shape than the one asked for counts as missing."""

from typing import Any

Json = dict[str, Any]


def as_object(value: Any) -> Json:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """The list, or an empty one."""
    return value if isinstance(value, list) else []


def as_objects(value: Any) -> list[Json]:
    """The objects of a list."""
    return [entry for entry in as_list(value) if isinstance(entry, dict)]


def as_text(value: Any) -> str | None:
    """The text, unless it is empty."""
    return value if isinstance(value, str) and value else None
