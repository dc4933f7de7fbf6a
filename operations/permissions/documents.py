"""Grants as policy documents, as few and as small as IAM takes them."""

import json
from collections.abc import Iterable
from typing import Any

from modules.settings import Settings
from modules.state_place import state_folder
from operations.permissions.grants import Condition, Grant, of_resources, of_table
from operations.permissions.roles import passed, service_linked
from tools.resolution import Resolution
from tools.synthesized import SynthesizedStack

LONGEST = 6144
"""Characters of a managed policy, blanks not counted (IAM guide, "IAM and AWS STS quotas")."""
Document = dict[str, Any]


def grants(stacks: Iterable[SynthesizedStack], settings: Settings, account: str, partition: str) -> list[Grant]:
    """What deploying, running and destroying these stacks takes; each resource's actions once. Raises Unlisted."""
    resolution = Resolution(stacks, account=account, partition=partition, made_up="*")
    found = [*of_resources(resolution, settings.deployment_id), *passed(resolution), *service_linked(resolution)]
    found += of_table("of_operations.toml", resolution, deployment=settings.deployment_id, variables=settings.variables_prefix)
    bucket, folder = state_folder(settings)
    if bucket:
        found += of_table("of_state.toml", resolution, deployment=settings.deployment_id, bucket=bucket, folder=f"{folder}/")
    return merged(found)


def actions(found: Iterable[Grant]) -> dict[str, set[str]]:
    """{action: the resources on which it is granted}, as iam:SimulatePrincipalPolicy takes them."""
    resources: dict[str, set[str]] = {}
    for grant in found:
        for action in grant.actions:
            resources.setdefault(action, set()).update(grant.resources)
    return resources


def documents(found: Iterable[Grant]) -> list[Document]:
    """The grants in as many documents as are needed, none longer than a managed policy may be."""
    packed: list[list[Document]] = []
    for statement in sorted((_statement(grant) for grant in found), key=_length, reverse=True):
        for some in packed:
            if _length(_document([*some, statement])) <= LONGEST:
                some.append(statement)
                break
        else:
            packed.append([statement])
    return [_document(sorted(statements, key=lambda statement: str(statement["Action"]))) for statements in packed]


def merged(found: Iterable[Grant]) -> list[Grant]:
    """Grants on the same resources become one, as do those of the same actions; what `*` allows without a condition stands there only."""
    by_place: dict[tuple[frozenset[str], Condition], set[str]] = {}
    for grant in found:
        by_place.setdefault((grant.resources, grant.condition), set()).update(grant.actions)
    everywhere = by_place.get((frozenset("*"), frozenset()), set())
    by_actions: dict[tuple[frozenset[str], Condition], set[str]] = {}
    for (resources, condition), named in by_place.items():
        left = named if resources == {"*"} else named - everywhere
        if left:
            by_actions.setdefault((frozenset(left), condition), set()).update(resources)
    return [Grant(named, frozenset(resources), condition) for (named, condition), resources in by_actions.items()]


def _statement(grant: Grant) -> Document:
    statement: Document = {"Effect": "Allow", "Action": sorted(grant.actions), "Resource": sorted(grant.resources)}
    for operator, key, values in sorted(grant.condition, key=str):
        statement.setdefault("Condition", {}).setdefault(operator, {})[key] = sorted(values)
    return statement


def _document(statements: list[Document]) -> Document:
    return {"Version": "2012-10-17", "Statement": statements}


def _length(document: Document) -> int:
    return len(json.dumps(document, separators=(",", ":")))
