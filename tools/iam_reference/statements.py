"""What is wrong with a statement of a policy by the service authorization reference: what it says of things that AWS does not know.

AWS accepts most of this without a word, and the statement then grants, or denies, less than its author thinks.
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, NamedTuple

from local.aws.iam import PolicyError, conditions
from tools.iam_reference.arns import is_arn, means
from tools.iam_reference.reference import GLOBAL_KEYS, Action, ResourceType, is_key, matching, services

REFUSED = "AWS refuses the document"
ASSUMING = ("sts:assumerole", "sts:tagsession", "sts:setsourceidentity", "sts:setcontext")


class Kind(Enum):
    """To what a policy is attached, and so which elements it must and must not have (IAM's guide, "Grammar of the policy language")."""

    IDENTITY = "identity"
    RESOURCE = "resource"
    TRUST = "trust"


class Fault(NamedTuple):
    """The action, resource, operator or element that is wrong; what is wrong with it; what to do."""

    subject: str
    problem: str
    cure: str


def faults(statement: Mapping[str, Any], kind: Kind) -> Iterator[Fault]:
    """All that is wrong with a statement whose references are resolved."""
    patterns, resources = _texts(statement, "Action", "NotAction"), _texts(statement, "Resource", "NotResource")
    yield from _grammar(statement, kind)
    for text in [text for text in (*patterns, *resources) if "${" in re.sub(r"\$\{(aws|iam|s3|sts|ec2):[^}]*\}", "", text)]:
        yield Fault(text, "cannot be judged, as a reference in it does not end", "Say in tools/resolution.py what AWS answers")
    meant = {pattern: matching(pattern) for pattern in patterns if pattern != "*"}
    for pattern, actions in meant.items():
        yield from _action_faults(pattern, actions, statement, resources)
    if "*" not in patterns:
        yield from _resource_faults([action for actions in meant.values() for action in actions], resources)
    yield from _condition_faults(meant, statement.get("Condition", {}), resources)


def _texts(statement: Mapping[str, Any], *names: str) -> list[str]:
    found = [value for name in names for value in [statement.get(name, [])]]
    return [text for value in found for text in ([value] if isinstance(value, str) else value)]


def _grammar(statement: Mapping[str, Any], kind: Kind) -> Iterator[Fault]:
    has = {name: name in statement or f"Not{name}" in statement for name in ("Principal", "Action", "Resource")}
    wants = {"Principal": kind is not Kind.IDENTITY, "Action": True, "Resource": kind is not Kind.TRUST}
    for name, wanted in wants.items():
        if wanted != has[name]:
            yield Fault(name, f"must {'' if wanted else 'not '}stand in a policy of this kind ({kind.value})", REFUSED)
    if kind is Kind.TRUST:
        for pattern in _texts(statement, "Action", "NotAction"):
            if not pattern.lower().startswith(ASSUMING):
                yield Fault(pattern, "is none of sts:AssumeRole... and its like", "AWS refuses anything else in a trust policy")


def _action_faults(pattern: str, actions: list[Action], statement: Mapping[str, Any], resources: list[str]) -> Iterator[Fault]:
    prefix = pattern.partition(":")[0].lower()
    if prefix not in services():
        yield Fault(
            pattern, f"no service has the prefix {prefix}", _similar(prefix, services(), "The service authorization reference has it")
        )
    elif not actions:
        known = [action.name for action in matching(f"{prefix}:*")]
        yield Fault(pattern, "is no action that AWS has", _similar(pattern, known, f"{prefix} has {len(known)} other actions"))
    elif "Resource" in statement and not any(_reaches(action, resources) for action in actions):
        types = {kind for action in actions for kind in action.resources}
        yield Fault(pattern, "is for none of the statement's resources, so it has no effect", _where(types))


def _reaches(action: Action, resources: list[str]) -> bool:
    return "*" in resources or bool(_reached(action, resources))


def _reached(action: Action, resources: list[str]) -> list[ResourceType]:
    return [kind for kind in action.resources if any(means(resource, kind.arn) for resource in resources)]


def _where(types: set[ResourceType]) -> str:
    if not types:
        return 'It has no resource types: only "*" grants it, in a statement of its own'
    return "It is for " + ", ".join(f"{kind.name} ({kind.arn})" for kind in sorted(types, key=lambda kind: kind.name)[:5])


def _resource_faults(actions: list[Action], resources: list[str]) -> Iterator[Fault]:
    for resource in resources:
        if resource != "*" and not is_arn(resource):
            yield Fault(resource, "is no ARN", 'Write arn:partition:service:region:account:resource, or "*"')
        elif actions and not any(means(resource, kind.arn) for action in actions for kind in action.resources) and resource != "*":
            yield Fault(resource, "is what none of the statement's actions is for", "Take it away, or add the action that it stands for")


def _condition_faults(meant: dict[str, list[Action]], condition: Mapping[str, Any], resources: list[str]) -> Iterator[Fault]:
    for operator, keys in condition.items():
        try:
            conditions.parse({operator: keys})
        except PolicyError as error:
            yield Fault(operator, str(error), REFUSED)
    for key in sorted({key for keys in condition.values() for key in keys}):
        for pattern, actions in meant.items():
            if actions and not any(is_key(key, GLOBAL_KEYS | _keys(action, resources)) for action in actions):
                everything = {known for action in actions for known in _keys(action, resources)}
                cure = _similar(key, everything | GLOBAL_KEYS, "Put the action into a statement without this condition")
                yield Fault(pattern, f"does not know the condition key {key}, so the condition never holds for it", cure)


def _keys(action: Action, resources: list[str]) -> frozenset[str]:
    kinds = action.resources if not resources or "*" in resources else _reached(action, resources)
    return action.keys.union(*(kind.keys for kind in kinds))


def _similar(name: str, known: Any, otherwise: str) -> str:
    found = difflib.get_close_matches(name, sorted(known), n=3, cutoff=0.7)
    return f"Like it: {', '.join(found)}" if found else otherwise
