"""Policy documents, read as strictly as AWS reads them. Source: "Grammar of the IAM JSON policy language"."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from local.aws.iam import conditions
from local.aws.iam.conditions import Condition
from local.aws.iam.errors import PolicyError
from local.aws.iam.patterns import Context, action_matches, resource_matches
from local.aws.iam.principal import Named, Principal, Reach, strings

VERSIONS = ("2012-10-17", "2008-10-17")
_ELEMENTS = {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"}
_ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[\w*?]+")


@dataclass(frozen=True)
class Listed:
    """What an element such as Action lists, or by NotAction leaves out."""

    values: Sequence[str]
    negated: bool


@dataclass(frozen=True)
class Statement:
    """One statement. An identity's has no `named`, a trust policy's no `resources`."""

    name: str
    allows: bool
    actions: Listed
    resources: Listed | None
    named: Named | None
    conditions: tuple[Condition, ...]

    def reach(self, principal: Principal) -> Reach:
        """How the statement means a principal; without one in it, it stands at the principal itself."""
        return self.named.reach(principal) if self.named else Reach.ITSELF

    def covers(self, action: str, resource: str, context: Context, variables: Context | None) -> bool:
        """Whether the statement is about the action, on the resource, in these circumstances."""
        if any(action_matches(value, action) for value in self.actions.values) is self.actions.negated:
            return False
        if self.resources and (
            any(resource_matches(value, resource, variables) for value in self.resources.values) is self.resources.negated
        ):
            return False
        return all(condition.holds(context, variables) for condition in self.conditions)


@dataclass(frozen=True)
class Document:
    """A policy."""

    version: str
    statements: tuple[Statement, ...]

    @staticmethod
    def parse(policy: str | Mapping[str, object]) -> "Document":
        """Read a policy's JSON, or what became of it. PolicyError says what AWS would not take, and in which statement."""
        try:
            element = json.loads(policy) if isinstance(policy, str) else policy
        except json.JSONDecodeError as error:
            raise PolicyError(f"a policy is JSON: {error}") from error
        if not isinstance(element, Mapping) or set(element) - {"Version", "Id", "Statement"} or "Statement" not in element:
            raise PolicyError(f"a policy is an object with Statement, and Version and Id, not {element!r}")
        version = str(element.get("Version", VERSIONS[1]))
        if version not in VERSIONS:
            raise PolicyError(f"Version is {' or '.join(VERSIONS)}, not {version!r}")
        written = element["Statement"]
        statements = tuple(
            _statement(one, number) for number, one in enumerate(written if isinstance(written, list | tuple) else [written], 1)
        )
        names = [statement.name for statement in statements]
        if not names or len(set(names)) < len(names):
            raise PolicyError("a policy has a statement, and no Sid twice")
        return Document(version, statements)

    def variables(self, context: Context) -> Context | None:
        """The context for policy variables, which only the newer version has."""
        return context if self.version == VERSIONS[0] else None


def _statement(element: object, number: int) -> Statement:
    if not isinstance(element, Mapping):
        raise PolicyError(f"statement {number} is an object, not {element!r}")
    name = str(element.get("Sid") or f"number {number}")
    try:
        return _read(element, name)
    except PolicyError as error:
        raise PolicyError(f"statement {name}: {error}") from error


def _read(element: Mapping[str, object], name: str) -> Statement:
    if unknown := set(element) - _ELEMENTS:
        raise PolicyError(f"a statement has no element {', '.join(sorted(map(str, unknown)))}")
    if element.get("Effect") not in ("Allow", "Deny"):
        raise PolicyError(f"Effect is Allow or Deny, not {element.get('Effect')!r}")
    allows = element["Effect"] == "Allow"
    actions = _listed(element, "Action")
    if not actions or not all(_ACTION.fullmatch(action) for action in actions.values):
        raise PolicyError(f'Action or NotAction names actions as service:Action, or "*", not {actions and actions.values!r}')
    resources = _listed(element, "Resource")
    if resources and not all(value == "*" or value.startswith("arn:") for value in resources.values):
        raise PolicyError(f'a resource is an ARN or "*", not {resources.values!r}')
    named = _pair(element, "Principal")
    if allows and named == "NotPrincipal":
        raise PolicyError("NotPrincipal stands with Deny alone")
    return Statement(
        name,
        allows,
        actions,
        resources,
        Named.parse(element[named], negated=named == "NotPrincipal") if named else None,
        conditions.parse(element.get("Condition", {})),
    )


def _listed(element: Mapping[str, object], name: str) -> Listed | None:
    found = _pair(element, name)
    return Listed(strings(element[found], found), found != name) if found else None


def _pair(element: Mapping[str, object], name: str) -> str | None:
    """Which of an element and its negation the statement has."""
    found = [one for one in (name, f"Not{name}") if one in element]
    if len(found) > 1:
        raise PolicyError(f"a statement has {name} or Not{name}, not both")
    return found[0] if found else None
