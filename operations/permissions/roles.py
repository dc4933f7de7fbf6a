"""Roles that the deployer hands on: its own to services, and AWS's, which services make in an account when they are first used."""

import json
from collections.abc import Iterator

from operations.permissions.grants import Grant
from tools.resolution import Resolution

TAKES = {"ec2.amazonaws.com": ("ec2.amazonaws.com", "eks.amazonaws.com")}
"""{service that acts in a role: the services that it is given to}. The nodes' role is given to EKS, which gives it to EC2."""
SERVICE_LINKED = {
    "aws_db_instance": ("rds.amazonaws.com",),
    "aws_eks_cluster": ("eks.amazonaws.com",),
    "aws_eks_node_group": ("eks-nodegroup.amazonaws.com", "autoscaling.amazonaws.com"),
    "aws_lb": ("elasticloadbalancing.amazonaws.com",),
    "aws_mwaa_environment": ("airflow.amazonaws.com",),
    "aws_redshiftserverless_namespace": ("redshift.amazonaws.com",),
}
"""{type: whose roles AWS makes with the first one} (the services' guides, "Using service-linked roles")."""
SPOT = "spot.amazonaws.com"


def passed(resolution: Resolution) -> Iterator[Grant]:
    """Each role may be given to those services only that may act in it by its trust policy."""
    for stack, address in resolution.blocks():
        if address.startswith("aws_iam_role.") and (arn := resolution.arn(stack, address)):
            trust = json.loads(resolution.block(stack, address)["assume_role_policy"])
            named = [service for statement in trust["Statement"] for service in statement["Principal"].get("Service", [])]
            takers = frozenset(taker for service in named for taker in TAKES.get(service, (service,)))
            yield Grant(frozenset(["iam:PassRole"]), frozenset([arn]), frozenset([("StringEquals", "iam:PassedToService", takers)]))


def service_linked(resolution: Resolution) -> Iterator[Grant]:
    """The roles of the services that the stacks use."""
    services: set[str] = set()
    for stack, address in resolution.blocks():
        services.update(SERVICE_LINKED.get(address.partition(".")[0], ()))
        if stack.blocks[address].get("capacity_type") == "SPOT":
            services.add(SPOT)
    if services:
        stack = next(iter(resolution.stacks.values()))
        arn = resolution.filled(stack, "", "arn:{partition}:iam::{account}:role/aws-service-role/*")
        condition = ("StringEquals", "iam:AWSServiceName", frozenset(services))
        yield Grant(frozenset(["iam:CreateServiceLinkedRole"]), frozenset([arn]), frozenset([condition]))
