"""Who may take a role on: its trust policy, judged with what each service tells of itself when it asks.

A service names the resource that it acts for (aws:SourceArn) and the account (aws:SourceAccount), as its page on the confused deputy says:
Glue, MWAA, EKS, RDS, EC2's flow logs, EventBridge. EC2 itself does not. Redshift tells an external id instead.
"""

from collections.abc import Iterable, Mapping

from local.aws.emulator import permissions
from local.aws.emulator.place import Place
from local.aws.iam import Policies, PolicyError, Principal, Request, decide

POD_ACTIONS = ("sts:AssumeRole", "sts:TagSession")
"""docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html"""


def refusal(
    place: Place,
    role_arn: str,
    service: str,
    *,
    source: str = "",
    context: Mapping[str, str] | None = None,
    actions: Iterable[str] = ("sts:AssumeRole",),
) -> str:
    """Why a service principal may not take a role on; empty if it may. `source` is the ARN that it acts for."""
    told = {**permissions.TLS, **(context or {})}
    if source:
        told |= {"aws:SourceArn": source, "aws:SourceAccount": place.account}
    return _refusal(place, role_arn, Principal.service(service), told, actions)


def user_refusal(place: Place, role_arn: str, user_arn: str, context: Mapping[str, str]) -> str:
    """Why an administrator of the account may not take a role on; empty if they may."""
    return _refusal(place, role_arn, Principal.user(user_arn), {**permissions.TLS, **context}, ["sts:AssumeRole"])


def _refusal(place: Place, role_arn: str, who: Principal, context: Mapping[str, str], actions: Iterable[str]) -> str:
    role = permissions.find_role(place, role_arn)
    if role is None:
        return f"the role {role_arn} does not exist"
    try:
        policies = Policies([permissions.ANYTHING], permissions.document(role.assume_role_policy_document))
        decisions = [decide(Request(who, action, role_arn, context), policies) for action in actions]
    except PolicyError as error:
        return f"the trust policy of {role_arn} cannot be read: {error}"
    reasons = [decision.reason for decision in decisions if not decision.allowed]
    shown = ", ".join(f"{key}={value}" for key, value in context.items() if key not in permissions.TLS) or "no context"
    return f"{who} may not take on {role_arn} with {shown}: {reasons[0]}" if reasons else ""


def redshift_refusal(place: Place, role_arn: str, workgroup_id: str, user: str) -> str:
    """Why a database user of a serverless workgroup may not act in a role.

    The external id is the user's ARN: docs.aws.amazon.com/redshift/latest/mgmt/authorizing-redshift-service-database-users.html. Of
    services, it is redshift or redshift-serverless that asks, and AWS's pages do not say which when: either is enough.
    """
    external = place.arn("redshift", f"dbuser:serverless-{place.account}-{workgroup_id}/{user}")
    names = ("redshift.amazonaws.com", "redshift-serverless.amazonaws.com")
    found = [refusal(place, role_arn, name, context={"sts:ExternalId": external}) for name in names]
    return "" if "" in found else found[0]
