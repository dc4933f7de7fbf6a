"""Whether the names that the stacks will give are free: what another deployment holds, or a lost state left behind, cannot be created."""

import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from operations.deployment import Deployment
from operations.findings import Finding, ok, problem, warning
from operations.preflight.synthesized import stacks, value
from operations.question import Question
from operations.reading import code, pages

ABSENT = {
    "DBInstanceNotFound",
    "DBSnapshotNotFound",
    "EntityNotFoundException",
    "NoSuchEntity",
    "NotFoundException",
    "ResourceNotFoundException",
}
"""How the services say that there is no such thing."""


@dataclass(frozen=True)
class Kind:
    """A Terraform type whose names are unique in an account.

    `attribute` holds the name. `find` says what has the name: "exists", or more; None when the name is free. `remove` is what the AWS CLI
    removes a {name} with.
    """

    plural: str
    resource: str
    attribute: str
    service: str
    find: Callable[[Any, str], str | None]
    remove: str

    def ask(self, deployment: Deployment) -> Iterator[Finding]:
        """A problem for each name that is taken; what a stack's own state holds is the deployment's."""
        client, free, own = deployment.client(self.service), 0, 0
        for name, is_own in self._names(deployment):
            found = self._found(client, name)
            if found and not is_own:
                yield self._taken(name, found, deployment)
            elif is_own:
                own += 1
            else:
                free += 1
        counts = {"free": free, "this deployment's own": own}
        if free or own:
            yield ok(self.plural, ", ".join(f"{count} {what}" for what, count in counts.items() if count))

    def _names(self, deployment: Deployment) -> Iterator[tuple[str, bool]]:
        for stack in stacks(deployment):
            held = set(deployment.resources(stack.id))
            for address, block in stack.blocks.items():
                if address.startswith(f"{self.resource}.") and self.attribute in block:
                    yield value(stack, block, self.attribute), address in held

    def _found(self, client: Any, name: str) -> str | None:
        try:
            return self.find(client, name)
        except ClientError as error:
            if code(error) in ABSENT:
                return None
            raise

    def _taken(self, name: str, found: str, deployment: Deployment) -> Finding:
        settings = deployment.settings
        other = "choose another deployment_id" if settings.deployment_id in name else "deploy to another region or account"
        command = f"aws {self.remove.format(name=shlex.quote(name))} --region {settings.region}"
        cure = f"If somebody uses it, {other}. If nobody does: {command}"
        return problem(self.plural, f"{name} {found}, and not in this deployment's state", cure)


def _secret(client: Any, name: str) -> str | None:
    return "is scheduled for deletion" if client.describe_secret(SecretId=name).get("DeletedDate") else "exists"


def _log_group(client: Any, name: str) -> str | None:
    found = pages(client, "describe_log_groups", "logGroups[].logGroupName", logGroupNamePrefix=name)
    return "exists" if name in found else None


def _policy(client: Any, name: str) -> str | None:
    return "exists" if name in pages(client, "list_policies", "Policies[].PolicyName", Scope="Local") else None


def _database(client: Any, name: str) -> str | None:
    return f"exists ({client.describe_db_instances(DBInstanceIdentifier=name)['DBInstances'][0]['DBInstanceStatus']})"


def _existing(operation: str, argument: str, *status: str) -> Callable[[Any, str], str | None]:
    """Finds by asking for one thing; `status` leads through the answer to its state."""

    def find(client: Any, name: str) -> str | None:
        answer = getattr(client, operation)(**{argument: name})
        for key in status:
            answer = answer[key]
        return f"exists ({answer})" if status else "exists"

    return find


KINDS = (
    Kind(
        "Secrets",
        "aws_secretsmanager_secret",
        "name",
        "secretsmanager",
        _secret,
        "secretsmanager delete-secret --force-delete-without-recovery --secret-id {name}",
    ),
    Kind("Log groups", "aws_cloudwatch_log_group", "name", "logs", _log_group, "logs delete-log-group --log-group-name {name}"),
    Kind("IAM roles", "aws_iam_role", "name", "iam", _existing("get_role", "RoleName"), "iam delete-role --role-name {name}"),
    Kind(
        "Redshift namespace",
        "aws_redshiftserverless_namespace",
        "namespace_name",
        "redshift-serverless",
        _existing("get_namespace", "namespaceName", "namespace", "status"),
        "redshift-serverless delete-namespace --namespace-name {name}",
    ),
    Kind(
        "Redshift workgroup",
        "aws_redshiftserverless_workgroup",
        "workgroup_name",
        "redshift-serverless",
        _existing("get_workgroup", "workgroupName", "workgroup", "status"),
        "redshift-serverless delete-workgroup --workgroup-name {name}",
    ),
    Kind(
        "EKS cluster",
        "aws_eks_cluster",
        "name",
        "eks",
        _existing("describe_cluster", "name", "cluster", "status"),
        "eks delete-cluster --name {name}",
    ),
    Kind(
        "MWAA environment",
        "aws_mwaa_environment",
        "name",
        "mwaa",
        _existing("get_environment", "Name", "Environment", "Status"),
        "mwaa delete-environment --name {name}",
    ),
    Kind(
        "RDS instance",
        "aws_db_instance",
        "identifier",
        "rds",
        _database,
        "rds delete-db-instance --skip-final-snapshot --db-instance-identifier {name}",
    ),
    Kind(
        "KMS alias",
        "aws_kms_alias",
        "name",
        "kms",
        _existing("describe_key", "KeyId", "KeyMetadata", "KeyState"),
        "kms delete-alias --alias-name {name}",
    ),
    Kind(
        "Glue database",
        "aws_glue_catalog_database",
        "name",
        "glue",
        _existing("get_database", "Name"),
        "glue delete-database --name {name}",
    ),
)


def policies(deployment: Deployment) -> Iterator[Finding]:
    """IAM policies are removed by their ARN."""
    account = deployment.client("sts").get_caller_identity()
    partition = account["Arn"].split(":")[1]
    arn = f"arn:{partition}:iam::{account['Account']}:policy/"
    yield from Kind("IAM policies", "aws_iam_policy", "name", "iam", _policy, f"iam delete-policy --policy-arn {arn}{{name}}").ask(
        deployment
    )


def snapshots(deployment: Deployment) -> Iterator[Finding]:
    """The last snapshot that a destroy under `protect` makes: one of that name stops the destroy, not the deploy."""
    rds = deployment.client("rds")
    for stack in stacks(deployment):
        for address, block in stack.blocks.items():
            if address.startswith("aws_db_instance.") and (name := block.get("final_snapshot_identifier")):
                held = [found["DBSnapshotIdentifier"] for found in pages(rds, "describe_db_snapshots", "DBSnapshots[]")]
                if name in held:
                    remove = f"aws rds delete-db-snapshot --db-snapshot-identifier {name} --region {deployment.settings.region}"
                    yield warning("RDS snapshot", f"{name} exists: a later destroy cannot make its last one", f"Keep it or: {remove}")
                else:
                    yield ok("RDS snapshot", f"{name} is free")


def zones(deployment: Deployment) -> Iterator[Finding]:
    """A second private zone of a name is allowed, but not in the same VPC, and seldom meant."""
    found = pages(deployment.client("route53"), "list_hosted_zones", "HostedZones[]")
    private = {zone["Name"].removesuffix("."): zone["Id"] for zone in found if zone["Config"].get("PrivateZone")}
    for stack in stacks(deployment):
        for address, block in stack.blocks.items():
            if not address.startswith("aws_route53_zone."):
                continue
            name = block["name"]
            if name not in private or address in deployment.resources(stack.id):
                yield ok("Route 53 zone", f"{name} is free" if name not in private else f"{name} is this deployment's own")
            else:
                cure = f"If it is a leftover, remove it: aws route53 delete-hosted-zone --id {private[name].rpartition('/')[2]}"
                yield warning("Route 53 zone", f"a private zone {name} exists, and not in this deployment's state", cure)


QUESTIONS = (
    *(Question(kind.plural, kind.ask, (kind.service,)) for kind in KINDS),
    Question("IAM policies", policies, ("iam", "sts")),
    Question("RDS snapshot", snapshots, ("rds",)),
    Question("Route 53 zone", zones, ("route53",)),
)
