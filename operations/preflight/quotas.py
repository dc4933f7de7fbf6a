"""Whether the account's quotas leave room for the stacks that are not deployed yet."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from operations.deployment import Deployment
from operations.explain.account import ENDPOINTS_QUOTA
from operations.findings import Finding, ok, problem, warning
from operations.preflight import zones
from operations.question import Question
from operations.reading import pages, quota

STANDARD = "acdhimrtz"
"""First letters of the instance families that the vCPU quotas below are for."""
ON_DEMAND, SPOT = "L-1216C47A", "L-34B43A08"


@dataclass(frozen=True)
class Quota:
    """A quota by its codes in Service Quotas, how much of it is used and how much a deploy of `stack` needs more."""

    name: str
    service: str
    code: str
    stack: str
    used: Callable[[Deployment], int]
    needed: Callable[[Deployment], int]
    reads: tuple[str, ...]

    def ask(self, deployment: Deployment) -> Iterator[Finding]:
        """Whether it leaves room; nothing for a stack that stands, or that needs none."""
        if self.stack not in deployment.stacks or deployment.resources(self.stack):
            return
        needed = self.needed(deployment)
        if not needed:
            return
        used, limit = self.used(deployment), quota(deployment.client("service-quotas"), self.service, self.code_for(deployment))
        detail = f"{used} of {limit} used, {needed} more needed"
        if used + needed <= limit:
            yield ok(self.name, detail)
            return
        raise_it = (
            f"aws service-quotas request-service-quota-increase --service-code {self.service} --quota-code {self.code_for(deployment)}"
            f" --desired-value {used + needed} --region {deployment.settings.region}"
        )
        yield problem(self.name, detail, f"Remove what is no longer used, or ask for more: {raise_it}")

    def code_for(self, deployment: Deployment) -> str:
        """Spot and on-demand nodes count against quotas of their own."""
        return SPOT if self.code == ON_DEMAND and deployment.settings.eks_spot else self.code


def _vpcs(deployment: Deployment) -> int:
    return sum(1 for _ in pages(deployment.client("ec2"), "describe_vpcs", "Vpcs[]"))


def _addresses(deployment: Deployment) -> int:
    return sum(1 for _ in pages(deployment.client("ec2"), "describe_addresses", "Addresses"))


def _gateways(deployment: Deployment) -> int:
    """Those in the first zone, where the stack puts its own."""
    ec2 = deployment.client("ec2")
    zone = [{"Name": "availability-zone-id", "Values": [zones.usable(deployment)[0].id]}]
    subnets = set(pages(ec2, "describe_subnets", "Subnets[].SubnetId", Filters=zone))
    states = [{"Name": "state", "Values": ["pending", "available"]}]
    return sum(subnet in subnets for subnet in pages(ec2, "describe_nat_gateways", "NatGateways[].SubnetId", Filters=states))


def _gateway_endpoints(deployment: Deployment) -> int:
    return _endpoints(deployment, "Gateway")


def _interface_endpoints(deployment: Deployment) -> int:
    return _endpoints(deployment, "Interface", {"Name": "vpc-id", "Values": [str(deployment.settings.existing_vpc_id)]})


def _endpoints(deployment: Deployment, kind: str, *filters: dict[str, Any]) -> int:
    asked = [{"Name": "vpc-endpoint-type", "Values": [kind]}, *filters]
    return sum(1 for _ in pages(deployment.client("ec2"), "describe_vpc_endpoints", "VpcEndpoints[]", Filters=asked))


def _load_balancers(deployment: Deployment) -> int:
    kind = "LoadBalancers[?Type=='application']"
    return sum(1 for _ in pages(deployment.client("elbv2"), "describe_load_balancers", kind))


def _databases(deployment: Deployment) -> int:
    return sum(1 for _ in pages(deployment.client("rds"), "describe_db_instances", "DBInstances[]"))


def _environments(deployment: Deployment) -> int:
    return sum(1 for _ in pages(deployment.client("mwaa"), "list_environments", "Environments[]"))


def _clusters(deployment: Deployment) -> int:
    return sum(1 for _ in pages(deployment.client("eks"), "list_clusters", "clusters[]"))


def _vcpus(deployment: Deployment) -> int:
    """Those of the standard families that run, at the price (spot or not) of the nodes to come."""
    ec2 = deployment.client("ec2")
    states = [{"Name": "instance-state-name", "Values": ["pending", "running"]}]
    instances = list(pages(ec2, "describe_instances", "Reservations[].Instances[]", Filters=states))
    spot = deployment.settings.eks_spot
    types = [found["InstanceType"] for found in instances if (found.get("InstanceLifecycle") == "spot") is spot]
    standard = [name for name in types if name[0] in STANDARD]
    sizes = _sizes(ec2, set(standard))
    return sum(sizes[name] for name in standard)


def _node_vcpus(deployment: Deployment) -> int:
    settings = deployment.settings
    return settings.eks_nodes * _sizes(deployment.client("ec2"), {settings.eks_node_type})[settings.eks_node_type]


def _sizes(ec2: Any, types: set[str]) -> dict[str, int]:
    found = pages(ec2, "describe_instance_types", "InstanceTypes[]", InstanceTypes=sorted(types)) if types else iter(())
    return {kind["InstanceType"]: kind["VCpuInfo"]["DefaultVCpus"] for kind in found}


def _airflows_endpoints(deployment: Deployment) -> int:
    """In an existing VPC, which may have others: one for Airflow's database, one for a private web server."""
    if not deployment.settings.existing_vpc_id:
        return 0
    return 2 if deployment.settings.mwaa_webserver == "private" else 1


def _two(_: Deployment) -> int:
    return 2


def _one(_: Deployment) -> int:
    return 1


def _one_in_an_own_vpc(deployment: Deployment) -> int:
    return 0 if deployment.settings.existing_vpc_id else 1


VPCS = Quota("VPCs", "vpc", "L-F678F1CE", "network", _vpcs, _one_in_an_own_vpc, ("ec2",))
ADDRESSES = Quota("Elastic addresses", "ec2", "L-0263D0A3", "network", _addresses, _one_in_an_own_vpc, ("ec2",))
GATEWAYS = Quota("NAT gateways in a zone", "vpc", "L-FE5A380F", "network", _gateways, _one_in_an_own_vpc, ("ec2",))
GATEWAY_ENDPOINTS = Quota("Gateway endpoints", "vpc", "L-1B52E74A", "network", _gateway_endpoints, _one_in_an_own_vpc, ("ec2",))
INTERFACES = Quota("Interface endpoints", "vpc", ENDPOINTS_QUOTA, "mwaa", _interface_endpoints, _airflows_endpoints, ("ec2",))
LOAD_BALANCERS = Quota("Load balancers", "elasticloadbalancing", "L-53DA6B97", "marquez", _load_balancers, _two, ("elbv2",))
DATABASES = Quota("RDS instances", "rds", "L-7B6409FD", "marquez", _databases, _one, ("rds",))
ENVIRONMENTS = Quota("MWAA environments", "airflow", "L-67D41C6B", "mwaa", _environments, _one, ("mwaa",))
CLUSTERS = Quota("EKS clusters", "eks", "L-1194D53C", "marquez", _clusters, _one, ("eks",))
VCPUS = Quota("vCPUs", "ec2", ON_DEMAND, "marquez", _vcpus, _node_vcpus, ("ec2",))


KINDS = (VPCS, ADDRESSES, GATEWAYS, GATEWAY_ENDPOINTS, INTERFACES, ENVIRONMENTS, CLUSTERS, LOAD_BALANCERS, DATABASES)


def _node_vcpus_fit(deployment: Deployment) -> Iterator[Finding]:
    family = deployment.settings.eks_node_type.partition(".")[0]
    if family[0] in STANDARD:
        yield from VCPUS.ask(deployment)
    elif not deployment.resources("marquez") and deployment.settings.with_marquez:
        cure = f"Look at it yourself: https://console.aws.amazon.com/servicequotas/home/services/ec2/quotas?region={deployment.settings.region}"
        yield warning("vCPUs", f"the family {family} has a quota of its own, which is not looked at here", cure)


QUESTIONS = (
    *(Question(kind.name, kind.ask, (*kind.reads, "service-quotas")) for kind in KINDS),
    Question("vCPUs", _node_vcpus_fit, ("ec2", "service-quotas")),
)
