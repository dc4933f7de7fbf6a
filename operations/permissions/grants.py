"""Grants: some actions on some resources, under a condition. Tables say what the provider and the commands need; here they are filled."""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.resolution import Resolution
from tools.synthesized import Address, SynthesizedStack

HERE = Path(__file__).parent
TYPES = "of_types.toml"
CALL_NOTHING = {
    "terraform_data",
    "helm_release",  # it speaks to the cluster, whose access entry lets the deployer in
    "data.terraform_remote_state",
    "data.aws_caller_identity",  # everybody may ask who he is
    "data.aws_partition",
    "data.aws_iam_policy_document",
}
Condition = frozenset[tuple[str, str, frozenset[str]]]
"""(operator, key, values) of each."""
Fill = Callable[[str], str]
"""Puts into a text what stands in its braces."""


@dataclass(frozen=True)
class Grant:
    """Actions on resources, each under the same condition."""

    actions: frozenset[str]
    resources: frozenset[str]
    condition: Condition = frozenset()


class Unlisted(Exception):
    """A Terraform type of which nobody has written down what the provider calls for it."""


def of_resources(resolution: Resolution, deployment_id: str) -> Iterator[Grant]:
    """What the provider calls for every resource and data source. Raises Unlisted with all types that have no entry."""
    table = _table(TYPES)
    found: dict[str, list[tuple[SynthesizedStack, Address]]] = {}
    for stack, address in resolution.blocks():
        found.setdefault(address.rpartition(".")[0], []).append((stack, address))
    if unlisted := found.keys() - table.keys() - CALL_NOTHING:
        raise Unlisted(f"operations/permissions/{TYPES} does not say what the provider calls for {', '.join(sorted(unlisted))}")
    for kind in sorted(found.keys() - CALL_NOTHING):
        for entry in table[kind]:
            fills = [_fill(resolution, stack, address, deployment_id) for stack, address in found[kind]]
            yield _grant(entry, fills, deployment_id)


def of_table(file: str, resolution: Resolution, **known: str) -> Iterator[Grant]:
    """What a table says that is not of resources."""
    stack = next(iter(resolution.stacks.values()))
    for entries in _table(file).values():
        for entry in entries:
            yield _grant(entry, [lambda shape: resolution.filled(stack, "", shape, **known)], known["deployment"])


def _table(file: str) -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads((HERE / file).read_text())


def _fill(resolution: Resolution, stack: SynthesizedStack, address: Address, deployment_id: str) -> Fill:
    return lambda shape: resolution.filled(stack, address, shape, deployment=deployment_id)


def _grant(entry: Mapping[str, Any], fills: Iterable[Fill], deployment_id: str) -> Grant:
    fills = list(fills)
    shapes = [_in_full(shape) for shape in entry.get("on", ["{arn}"])]
    conditions = {
        (operator, key, frozenset(fill(value) for fill in fills))
        for operator, keys in entry.get("condition", {}).items()
        for key, value in keys.items()
    }
    if entry.get("tagged"):
        conditions.add(("StringEquals", "aws:ResourceTag/deployment", frozenset([deployment_id])))
    return Grant(frozenset(entry["actions"]), frozenset(fill(shape) for fill in fills for shape in shapes), frozenset(conditions))


def _in_full(shape: str) -> str:
    """An ARN of the deployment's region and account, from `service:resource`."""
    if shape == "*" or shape.startswith(("arn:", "{")):
        return shape
    service, _, resource = shape.partition(":")
    return f"arn:{{partition}}:{service}:{{region}}:{{account}}:{resource}"
