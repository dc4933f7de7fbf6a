"""Whether whoever deploys may do what `make permissions` prints, by IAM's simulator of policies.

docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html. It counts the principal's own policies and boundary, and its
organization's; what a session's policy takes away it does not see.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any

from botocore.exceptions import ClientError

from operations.deployment import Deployment
from operations.findings import Finding, ok, problem, warning
from operations.permissions.documents import grants
from operations.permissions.grants import Grant
from operations.preflight.synthesized import stacks
from operations.question import Question
from operations.reading import DENIED, code, pages, unread

SUBJECT = "Permissions"
GRANT_THEM = "Have an administrator attach to it what `make permissions` prints."
OTHERS_FORBID = "A policy of the organization forbids it: ask whoever answers for the organization."
SHOWN = 8
"""Actions that are named; whoever may do nothing lacks hundreds."""
SIDE_BY_SIDE = 8


def permissions(deployment: Deployment) -> Iterator[Finding]:
    """A problem that names the actions that are denied; a warning where IAM cannot tell, or does not say."""
    made = stacks(deployment)
    if not made:
        return
    caller = deployment.client("sts").get_caller_identity()
    if caller["Arn"].endswith(":root"):
        yield ok(SUBJECT, "the root user may do all")
        return
    iam = deployment.client("iam")
    try:
        principal = _principal(iam, caller["Arn"])
        if principal is None:
            yield warning(SUBJECT, f"IAM simulates users and roles, and {caller['Arn']} is neither", "Compare with `make permissions`.")
            return
        wanted = grants(made, deployment.settings, caller["Account"], caller["Arn"].split(":")[1])
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            found = list(pool.map(lambda grant: _refused(iam, principal, grant), wanted))
    except ClientError as error:
        if code(error) not in DENIED:
            raise
        yield warning(SUBJECT, unread(error, [iam]), "Have an administrator compare its policies with what `make permissions` prints.")
        return
    refused = [result for results in found for result in results]
    yield from _told(principal, refused)
    if not refused:
        actions = {action for grant in wanted for action in grant.actions}
        yield ok(SUBJECT, f"{principal} may do all {len(actions)} actions that a deployment takes")


def _principal(iam: Any, caller: str) -> str | None:
    """The ARN whose policies count: of a session it is its role's, whose path only IAM knows."""
    kind, _, name = caller.rpartition(":")[2].partition("/")
    if kind == "assumed-role":
        return str(iam.get_role(RoleName=name.partition("/")[0])["Role"]["Arn"])
    return caller if kind == "user" else None


def _refused(iam: Any, principal: str, grant: Grant) -> list[Mapping[str, Any]]:
    """The results that are not `allowed`, of every action on every resource, under each value of the condition."""
    asked = {"PolicySourceArn": principal, "ActionNames": sorted(grant.actions), "ResourceArns": sorted(grant.resources)}
    refused = []
    for entries in _contexts(grant):
        results = pages(iam, "simulate_principal_policy", "EvaluationResults[]", **asked, ContextEntries=entries)
        refused += [result for result in results if result["EvalDecision"] != "allowed"]
    return refused


def _contexts(grant: Grant) -> Iterator[list[dict[str, Any]]]:
    """Requests that fulfil the grant's condition, one for each value: a policy may admit one and not another."""
    keys = [[(operator, key, value) for value in sorted(values)] for operator, key, values in sorted(grant.condition, key=str)]
    for chosen in product(*keys):
        yield [
            {"ContextKeyName": key, "ContextKeyValues": [_example(value)], "ContextKeyType": "boolean" if operator == "Bool" else "string"}
            for operator, key, value in chosen
        ]


def _example(pattern: str) -> str:
    """A value that a pattern such as `*.us-east-1.amazonaws.com*` admits: S3's for a service's."""
    return f"s3{pattern.strip('*')}" if pattern.startswith("*.") else pattern


def _told(principal: str, refused: list[Mapping[str, Any]]) -> Iterator[Finding]:
    """The refusals, apart by what is to be done."""
    unsure = [result for result in refused if result.get("MissingContextValues")]
    by_others = [result for result in refused if result not in unsure and not _organization_allows(result)]
    own = [result for result in refused if result not in unsure and result not in by_others]
    if own:
        yield problem(SUBJECT, f"{principal} may not {_named(own)}", GRANT_THEM)
    if by_others:
        yield problem(SUBJECT, f"{principal} may not {_named(by_others)}", OTHERS_FORBID)
    if unsure:
        keys = sorted({key for result in unsure for key in result["MissingContextValues"]})
        detail = f"whether {principal} may {_named(unsure)} depends on {', '.join(keys)}, which IAM's simulator is not told"
        yield warning(SUBJECT, detail, "Compare its policies with what `make permissions` prints.")


def _organization_allows(result: Mapping[str, Any]) -> bool:
    return bool(result.get("OrganizationsDecisionDetail", {}).get("AllowedByOrganizations", True))


def _named(results: list[Mapping[str, Any]]) -> str:
    """The actions, each with a resource on which it is refused."""
    resources: dict[str, list[str]] = defaultdict(list)
    for result in results:
        resources[result["EvalActionName"]].append(result.get("EvalResourceName", "*"))
    shown = [f"{action} on {min(refused)}" for action, refused in sorted(resources.items())[:SHOWN]]
    more = len(resources) - len(shown)
    return ", ".join(shown) + (f", and {more} more actions" if more > 0 else "")


QUESTIONS = (Question(SUBJECT, permissions, ("sts", "iam")),)
