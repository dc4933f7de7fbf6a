"""IAM's simulator of policies: what a principal may do, by its own policies and by those that the request brings.

docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html. It judges no policy of a resource but the one given.
"""

from collections.abc import Mapping
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.iam.exceptions import NotFoundException

from local.aws.emulator import permissions
from local.aws.emulator.caller import CALLER
from local.aws.emulator.errors import require_known
from local.aws.emulator.place import Place
from local.aws.iam import Document, Policies, Principal, Request, decide

TRUSTING = Document.parse({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:*"}})
"""What the simulator takes the trust policies of roles for, and the policies of keys: nobody gives it those."""
OWN_ACCOUNTS = Document.parse(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": DEFAULT_ACCOUNT_ID}, "Action": "*", "Resource": "*"}}
)
DECISIONS = {True: "allowed", False: "implicitDeny"}


def simulate(place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """The answer: one result for each action and resource. Raises NotFoundException for a principal that is none."""
    known = ("PolicySourceArn", "PolicyInputList", "ActionNames", "ResourceArns", "ResourcePolicy", "ResourceOwner", "CallerArn")
    require_known(request, *known, "ContextEntries", "MaxItems")
    source = request["PolicySourceArn"]
    principal, identity = _whose(place, source)
    identity = [*identity, *(permissions.document(text) for text in request.get("PolicyInputList", []))]
    given = request.get("ResourcePolicy")
    context = {entry["ContextKeyName"]: entry["ContextKeyValues"] for entry in request.get("ContextEntries", [])}
    results = [
        _result(_policies(identity, given, action), Request(principal, action, resource, context, place.account))
        for action in request["ActionNames"]
        for resource in request.get("ResourceArns", ["*"])
    ]
    return {"EvaluationResults": results, "IsTruncated": False}


def _policies(identity: list[Document], given: str | None, action: str) -> Policies:
    if given:
        return Policies(identity, permissions.document(given))
    return Policies(identity, TRUSTING if action.startswith("sts:") else None, key=OWN_ACCOUNTS)


def _result(policies: Policies, request: Request) -> dict[str, Any]:
    decision = decide(request, policies)
    denied = not decision.allowed and "denies it" in decision.reason
    return {
        "EvalActionName": request.action,
        "EvalResourceName": request.resource,
        "EvalDecision": "explicitDeny" if denied else DECISIONS[decision.allowed],
        "MatchedStatements": [],
        "MissingContextValues": [],
    }


def _whose(place: Place, arn: str) -> tuple[Principal, list[Document]]:
    """A principal, and its policies: a role's, or those of the administrator who calls the emulated AWS."""
    if arn == CALLER.format(account=place.account):
        return Principal.user(arn), [permissions.ANYTHING]
    role = permissions.find_role(place, arn)
    if role is None:
        raise NotFoundException(f"Unable to find {arn}")
    return Principal.role(arn), permissions.of_role(role)
