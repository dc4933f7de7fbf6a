"""Reading IAM policies: whom and what a statement allows."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from operations.explain.case import Json


def listed(value: Any) -> list[Any]:
    """IAM writes a list of one without its brackets."""
    return value if isinstance(value, list) else [value]


def allowing(policy: Json, action: str) -> Iterator[Json]:
    """The statements that allow an action."""
    for statement in listed(policy.get("Statement", [])):
        allowed = [str(pattern).lower() for pattern in listed(statement.get("Action", []))]
        if statement["Effect"] == "Allow" and any(fnmatchcase(action.lower(), pattern) for pattern in allowed):
            yield statement


def principals(statement: Json, kind: str) -> list[str]:
    """The principals of a kind (`Service`, `AWS`) that a statement names; `*` stands for everybody."""
    principal = statement.get("Principal", {})
    return ["*"] if principal == "*" else [str(name) for name in listed(principal.get(kind, []))]


def conditions(statement: Json, key: str) -> list[str]:
    """The values that a statement demands of a condition key, whatever the operator."""
    tests = statement.get("Condition", {}).values()
    return [str(value) for test in tests for name, values in test.items() if name.lower() == key.lower() for value in listed(values)]
