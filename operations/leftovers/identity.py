"""Roles and policies, which AWS removes only when nothing hangs on them."""

from collections.abc import Iterator
from typing import Any

from operations.leftovers.belongings import tags
from operations.leftovers.kind import Found, Kind, Steps
from operations.reading import pages


def _role_tags(client: Any, name: str) -> dict[str, str]:
    return tags(client.list_role_tags(RoleName=name))


def _policy_tags(client: Any, arn: str) -> dict[str, str]:
    return tags(client.list_policy_tags(PolicyArn=arn))


def _of_role(client: Any, role: Found) -> Steps:
    return list(_on_role(client, role.id))


def _on_role(client: Any, role: str) -> Iterator[list[str]]:
    which = ["--role-name", role]
    for arn in pages(client, "list_attached_role_policies", "AttachedPolicies[].PolicyArn", RoleName=role):
        yield ["iam", "detach-role-policy", *which, "--policy-arn", arn]
    for name in pages(client, "list_role_policies", "PolicyNames[]", RoleName=role):
        yield ["iam", "delete-role-policy", *which, "--policy-name", name]
    for profile in pages(client, "list_instance_profiles_for_role", "InstanceProfiles[].InstanceProfileName", RoleName=role):
        yield ["iam", "remove-role-from-instance-profile", *which, "--instance-profile-name", profile]
        yield ["iam", "delete-instance-profile", "--instance-profile-name", profile]


def _of_policy(client: Any, policy: Found) -> Steps:
    return list(_on_policy(client, policy.id))


def _on_policy(client: Any, arn: str) -> Iterator[list[str]]:
    which = ["--policy-arn", arn]
    for kind in ("Role", "User", "Group"):
        for name in pages(client, "list_entities_for_policy", f"Policy{kind}s[].{kind}Name", PolicyArn=arn):
            yield ["iam", f"detach-{kind.lower()}-policy", *which, f"--{kind.lower()}-name", name]
    for version in pages(client, "list_policy_versions", "Versions[?!IsDefaultVersion].VersionId", PolicyArn=arn):
        yield ["iam", "delete-policy-version", *which, "--version-id", version]


KINDS = (
    Kind(
        "IAM role",
        "aws_iam_role",
        "iam",
        "list_roles",
        "Roles[]",
        "iam delete-role --role-name {id}",
        id="RoleName",
        label="RoleName",
        arn="Arn",
        tagged_by=_role_tags,
        before=_of_role,
    ),
    Kind(
        "IAM policy",
        "aws_iam_policy",
        "iam",
        "list_policies",
        "Policies[]",
        "iam delete-policy --policy-arn {id}",
        id="Arn",
        label="PolicyName",
        arn="Arn",
        arguments={"Scope": "Local"},
        tagged_by=_policy_tags,
        before=_of_policy,
    ),
)
