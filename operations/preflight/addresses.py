"""Whether the subnets of a VPC that exists have as many free addresses as the stacks take.

In a VPC of the deployment's own the settings see to it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil

from modules.redshift_capacity import addresses as of_warehouse
from modules.settings import Settings
from modules.zones import ZONES
from operations.deployment import Deployment
from operations.findings import Finding, ok, problem
from operations.question import Question
from operations.reading import pages

TASKS_OF_AIRFLOW = 4
"""Two schedulers and two web servers, beside the workers, each with an address: Amazon MWAA User Guide, "Configuring the Amazon MWAA
environment class". AWS says no number for a subnet, so all are taken to be in one of the two."""
ENDPOINTS_OF_AIRFLOW = 2
"""One for the database, one for a private web server: "About networking on Amazon MWAA"."""
OF_CLUSTER = 6
"""Amazon EKS User Guide, "View Amazon EKS networking requirements for VPC and subnets"."""
OF_NODE = 12
"""Two interfaces of six addresses, which the VPC CNI takes at once on a t3.medium: amazon-vpc-cni-k8s, "ENI and IP target"."""
OF_DATABASE = 2
"""Its own, and a spare one to recover with: Amazon RDS User Guide, "Working with a DB instance in a VPC"."""
OF_LOAD_BALANCER = 8
"""User Guide for Application Load Balancers, "Subnets for your load balancer"."""


@dataclass(frozen=True)
class Need:
    """What a stack takes of each subnet of a kind."""

    what: str
    stack: str
    kind: str
    count: Callable[[Settings], int]


NEEDS = (
    Need("Redshift", "redshift", "private", lambda settings: of_warehouse(settings.redshift_base_capacity)),
    Need("MWAA", "mwaa", "private", lambda settings: settings.mwaa_max_workers + TASKS_OF_AIRFLOW + ENDPOINTS_OF_AIRFLOW),
    Need("EKS", "marquez", "private", lambda settings: OF_CLUSTER + OF_NODE * ceil(settings.eks_nodes / ZONES)),
    Need("RDS", "marquez", "private", lambda _: OF_DATABASE),
    Need("the lineage API's load balancer", "marquez", "private", lambda _: OF_LOAD_BALANCER),
    Need("Marquez's load balancer", "marquez", "public", lambda _: OF_LOAD_BALANCER),
)


def addresses(deployment: Deployment) -> Iterator[Finding]:
    """A problem for each subnet that is too full for the stacks that do not stand yet."""
    settings = deployment.settings
    if not settings.existing_vpc_id:
        return
    named = {"private": settings.existing_private_subnet_ids, "public": settings.existing_public_subnet_ids}
    asked = [{"Name": "subnet-id", "Values": [id_ for ids in named.values() for id_ in ids]}]
    found = pages(deployment.client("ec2"), "describe_subnets", "Subnets[]", Filters=asked)
    free = {subnet["SubnetId"]: subnet["AvailableIpAddressCount"] for subnet in found}
    for kind, ids in named.items():
        needs = {need.what: need.count(settings) for need in NEEDS if need.kind == kind and _is_to_come(deployment, need.stack)}
        for id_ in ids:
            if needs and id_ in free:
                yield _judged(id_, kind, free[id_], needs)


def _is_to_come(deployment: Deployment, stack: str) -> bool:
    return stack in deployment.stacks and not deployment.resources(stack)


def _judged(subnet: str, kind: str, free: int, needs: dict[str, int]) -> Finding:
    needed = sum(needs.values())
    detail = f"{free} addresses free, {needed} needed ({', '.join(f'{what} {count}' for what, count in needs.items())})"
    if free >= needed:
        return ok(subnet, detail)
    cure = f"Name a wider or emptier subnet of the zone in existing_{kind}_subnet_ids"
    return problem(subnet, detail, f"{cure}, or choose smaller settings." if kind == "private" else f"{cure}.")


QUESTIONS = (Question("Free addresses", addresses, ("ec2",)),)
