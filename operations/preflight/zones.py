"""Whether the availability zones that the subnets are in have what goes there.

A zone's name stands for another zone in another account; its id does not.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from modules.zones import ZONES, ZONES_WITHOUT_EKS
from operations.deployment import Deployment
from operations.findings import Finding, ok, problem
from operations.preflight.region import ELSEWHERE
from operations.preflight.synthesized import stacks
from operations.question import Question
from operations.reading import pages

OTHER_SUBNETS = "Name subnets of other zones in existing_private_subnet_ids"
OFFERED = "aws ec2 describe-instance-type-offerings --location-type availability-zone-id --filters Name=instance-type,Values={type}"


class Zone(NamedTuple):
    """A zone by the account's own name for it, and by its id, which is the same everywhere."""

    name: str
    id: str


def zones(deployment: Deployment) -> Iterator[Finding]:
    """Whether there are enough for a VPC of the deployment's own. Subnets that stand are in theirs for good."""
    if deployment.settings.existing_vpc_id or subnets(deployment):
        return
    found = usable(deployment)
    if len(found) < ZONES:
        yield problem("Zones", f"{len(found)} can be used ({_named(found)}), {ZONES} needed", ELSEWHERE)
    else:
        yield ok("Zones", _named(found[:ZONES]))


def clusters(deployment: Deployment) -> Iterator[Finding]:
    """Whether EKS makes clusters where private subnets are already."""
    if not _marquez_is_to_come(deployment) or not subnets(deployment):
        return
    found = _of_subnets(deployment)
    if without := [zone for zone in found if zone.id in ZONES_WITHOUT_EKS]:
        cure = f"{OTHER_SUBNETS}." if deployment.settings.existing_vpc_id else "`make destroy`, then `make deploy`: a subnet cannot move."
        yield problem("EKS", f"makes no cluster in {_named(without)}, where a private subnet is", cure)
    else:
        yield ok("EKS", f"makes clusters in {_named(found)}")


def nodes(deployment: Deployment) -> Iterator[Finding]:
    """Whether EC2 offers the nodes' type in each of the zones: they are spread over all."""
    if not _marquez_is_to_come(deployment):
        return
    type_, wanted = deployment.settings.eks_node_type, _wanted(deployment)
    asked = {"LocationType": "availability-zone-id", "Filters": [{"Name": "instance-type", "Values": [type_]}]}
    offered = set(pages(deployment.client("ec2"), "describe_instance_type_offerings", "InstanceTypeOfferings[].Location", **asked))
    if without := [zone for zone in wanted if zone.id not in offered]:
        other = f" {OTHER_SUBNETS}, or choose" if deployment.settings.existing_vpc_id else " Choose"
        command = f"{OFFERED.format(type=type_)} --region {deployment.settings.region}"
        cure = f"{other.strip()} another eks_node_type in the settings. Where EC2 offers one: {command}"
        yield problem("Nodes", f"EC2 does not offer {type_} in {_named(without)}", cure)
    else:
        yield ok("Nodes", f"EC2 offers {type_} in {_named(wanted)}")


def endpoints(deployment: Deployment) -> Iterator[Finding]:
    """Whether each service that gets an interface endpoint is in each of the zones."""
    blocks = [block for stack in stacks(deployment) for address, block in stack.blocks.items() if address.startswith("aws_vpc_endpoint.")]
    services = sorted(str(block["service_name"]) for block in blocks if block["vpc_endpoint_type"] == "Interface")
    if not services:
        return
    wanted, found = _wanted(deployment), pages(deployment.client("ec2"), "describe_vpc_endpoint_services", "ServiceDetails[]")
    offered = {service["ServiceName"]: service["AvailabilityZones"] for service in found}
    without = {service: [zone for zone in wanted if zone.name not in offered.get(service, [])] for service in services}
    for service, lacking in without.items():
        if lacking:
            cure = f"{ELSEWHERE} Or bring a VPC of your own in zones that have it: existing_vpc_id."
            yield problem("Endpoints", f"{service} is not offered in {_named(lacking)}", cure)
    if not any(without.values()):
        yield ok("Endpoints", f"all {len(services)} services are offered in {_named(wanted)}")


def usable(deployment: Deployment) -> list[Zone]:
    """Those that Terraform chooses from, in its order: it takes the first by name."""
    asked = [{"Name": "state", "Values": ["available"]}, {"Name": "opt-in-status", "Values": ["opt-in-not-required"]}]
    found = deployment.client("ec2").describe_availability_zones(Filters=asked)["AvailabilityZones"]
    return sorted(Zone(zone["ZoneName"], zone["ZoneId"]) for zone in found if zone["ZoneId"] not in ZONES_WITHOUT_EKS)


def subnets(deployment: Deployment) -> list[str]:
    """The private subnets that are there: those of an existing VPC, or those that the network stack has made."""
    state = deployment.states.of("network")
    made = [resource for resource in state.managed if resource["type"] == "aws_subnet"] if state else []
    own = [instance["attributes"]["id"] for resource in made if "private" in resource["name"] for instance in resource["instances"]]
    return deployment.settings.existing_private_subnet_ids or own


def _marquez_is_to_come(deployment: Deployment) -> bool:
    return deployment.settings.with_marquez and not deployment.resources("marquez")


def _wanted(deployment: Deployment) -> list[Zone]:
    """The zones that the private subnets are in, or will be."""
    return _of_subnets(deployment) if subnets(deployment) else usable(deployment)[:ZONES]


def _of_subnets(deployment: Deployment) -> list[Zone]:
    asked = [{"Name": "subnet-id", "Values": subnets(deployment)}]
    found = pages(deployment.client("ec2"), "describe_subnets", "Subnets[]", Filters=asked)
    return sorted({Zone(subnet["AvailabilityZone"], subnet["AvailabilityZoneId"]) for subnet in found})


def _named(found: Sequence[Zone]) -> str:
    return ", ".join(f"{zone.name} ({zone.id})" for zone in found) or "none"


QUESTIONS = (
    Question("Zones", zones, ("ec2",)),
    Question("EKS", clusters, ("ec2",)),
    Question("Nodes", nodes, ("ec2",)),
    Question("Endpoints", endpoints, ("ec2",)),
)
