"""Whether the names that the stacks will give are free: what another deployment holds, or a lost state left behind, cannot be created."""

import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from operations.deployment import Deployment
from operations.findings import Finding, ok, problem, warning
from operations.preflight.synthesized import stacks, value
from operations.question import Question
from operations.reading import code, pages

ABSENT = {
    "DBInstanceNotFound",
    "DBSubnetGroupNotFoundFault",
    "EntityNotFoundException",
    "InvalidLaunchTemplateName.NotFoundException",
    "LoadBalancerNotFound",
    "NoSuchEntity",
    "NotFoundException",
    "ResourceNotFoundException",
    "TargetGroupNotFound",
}
"""How the services say that there is no such thing."""


class Holder(NamedTuple):
    """What has a name: in which state it is, and what else than the name a command takes that removes it."""

    state: str = "exists"
    arn: str = ""


@dataclass(frozen=True)
class Kind:
    """A Terraform type whose names are unique in an account.

    `attribute` holds the name. `find` says what has the name; None when it is free. `remove` is what the AWS CLI removes a {name}, or an
    {arn}, with.
    """

    plural: str
    resource: str
    attribute: str
    service: str
    find: Callable[[Any, str], Holder | None]
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

    def _found(self, client: Any, name: str) -> Holder | None:
        try:
            return self.find(client, name)
        except ClientError as error:
            if code(error) in ABSENT:
                return None
            raise

    def _taken(self, name: str, found: Holder, deployment: Deployment) -> Finding:
        settings = deployment.settings
        other = "choose another deployment_id" if settings.deployment_id in name else "choose another secrets_prefix"
        command = f"aws {self.remove.format(name=shlex.quote(name), arn=found.arn)} --region {settings.region}"
        cure = f"If somebody uses it, {other}. If nobody does: {command}"
        return problem(self.plural, f"{name} {found.state}, and not in this deployment's state", cure)


def _secret(client: Any, name: str) -> Holder:
    return Holder("is scheduled for deletion") if client.describe_secret(SecretId=name).get("DeletedDate") else Holder()


def _log_group(client: Any, name: str) -> Holder | None:
    found = pages(client, "describe_log_groups", "logGroups[].logGroupName", logGroupNamePrefix=name)
    return Holder() if name in found else None


def _parameter_group(client: Any, name: str) -> Holder | None:
    found = pages(client, "describe_db_parameter_groups", "DBParameterGroups[].DBParameterGroupName")
    return Holder() if name in found else None


def _policy(client: Any, name: str) -> Holder | None:
    arns = pages(client, "list_policies", f"Policies[?PolicyName=='{name}'].Arn", Scope="Local")
    return next((Holder(arn=arn) for arn in arns), None)


def _database(client: Any, name: str) -> Holder:
    return Holder(f"exists ({client.describe_db_instances(DBInstanceIdentifier=name)['DBInstances'][0]['DBInstanceStatus']})")


def _existing(operation: str, argument: str, *status: str) -> Callable[[Any, str], Holder]:
    """Finds by asking for one thing; `status` leads through the answer to its state."""

    def find(client: Any, name: str) -> Holder:
        answer = getattr(client, operation)(**{argument: name})
        for key in status:
            answer = answer[key]
        return Holder(f"exists ({answer})") if status else Holder()

    return find


def _listed(operation: str, argument: str, items: str, arn: str) -> Callable[[Any, str], Holder]:
    """Finds by asking for a list of one."""

    def find(client: Any, name: str) -> Holder:
        return Holder(arn=getattr(client, operation)(**{argument: [name]})[items][0][arn])

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
        "RDS subnet group",
        "aws_db_subnet_group",
        "name",
        "rds",
        _existing("describe_db_subnet_groups", "DBSubnetGroupName"),
        "rds delete-db-subnet-group --db-subnet-group-name {name}",
    ),
    Kind(
        "RDS parameter group",
        "aws_db_parameter_group",
        "name",
        "rds",
        _parameter_group,
        "rds delete-db-parameter-group --db-parameter-group-name {name}",
    ),
    Kind(
        "Load balancers",
        "aws_lb",
        "name",
        "elbv2",
        _listed("describe_load_balancers", "Names", "LoadBalancers", "LoadBalancerArn"),
        "elbv2 delete-load-balancer --load-balancer-arn {arn}",
    ),
    Kind(
        "Target groups",
        "aws_lb_target_group",
        "name",
        "elbv2",
        _listed("describe_target_groups", "Names", "TargetGroups", "TargetGroupArn"),
        "elbv2 delete-target-group --target-group-arn {arn}",
    ),
    Kind(
        "Launch template",
        "aws_launch_template",
        "name",
        "ec2",
        _listed("describe_launch_templates", "LaunchTemplateNames", "LaunchTemplates", "LaunchTemplateId"),
        "ec2 delete-launch-template --launch-template-name {name}",
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
    Kind("Glue crawler", "aws_glue_crawler", "name", "glue", _existing("get_crawler", "Name"), "glue delete-crawler --name {name}"),
    Kind("Glue workflow", "aws_glue_workflow", "name", "glue", _existing("get_workflow", "Name"), "glue delete-workflow --name {name}"),
    Kind("Glue trigger", "aws_glue_trigger", "name", "glue", _existing("get_trigger", "Name"), "glue delete-trigger --name {name}"),
    Kind(
        "Glue security configuration",
        "aws_glue_security_configuration",
        "name",
        "glue",
        _existing("get_security_configuration", "Name"),
        "glue delete-security-configuration --name {name}",
    ),
    Kind("IAM policies", "aws_iam_policy", "name", "iam", _policy, "iam delete-policy --policy-arn {arn}"),
)


def budget(deployment: Deployment) -> Iterator[Finding]:
    """Budgets are an account's, and asked for by its number; without one in the settings nobody is asked."""
    if not deployment.settings.budget_usd:
        return
    account = deployment.client("sts").get_caller_identity()["Account"]

    def find(client: Any, name: str) -> Holder:
        client.describe_budget(AccountId=account, BudgetName=name)
        return Holder()

    remove = f"budgets delete-budget --account-id {account} --budget-name {{name}}"
    yield from Kind("Budget", "aws_budgets_budget", "name", "budgets", find, remove).ask(deployment)


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
    Question("Budget", budget, ("budgets", "sts")),
    Question("RDS snapshot", snapshots, ("rds",)),
    Question("Route 53 zone", zones, ("route53",)),
)
