"""What MWAA finds only while it builds an environment: a network in which it cannot work."""

from collections.abc import Mapping
from typing import Any

from local.aws.emulator.place import Place

NEEDED_ENDPOINTS = ("s3", "sqs", "logs", "monitoring")
"""Without a way out, services have to be in the VPC: docs.aws.amazon.com/mwaa/latest/userguide/vpc-vpe-create-access.html."""


def misconfiguration(place: Place, network: Mapping[str, Any]) -> str:
    """Why an environment fails in this network; empty if it does not. AWS says less: it does not name what is missing."""
    ec2 = place.moto("ec2")
    subnets = [ec2.get_subnet(id_) for id_ in network["SubnetIds"]]
    cut_off = [subnet.id for subnet in subnets if not _gets_out(ec2, subnet)]
    if cut_off and not _has_endpoints(ec2, subnets[0].vpc_id):
        return f"You may need to check the networking of your environment: {', '.join(cut_off)} reach neither a NAT gateway nor endpoints."
    groups = [ec2.get_security_group_from_id(id_) for id_ in network["SecurityGroupIds"]]
    if not any(_admits_itself(group) for group in groups):
        return "You may need to check the networking of your environment: its security groups do not admit their own members."
    return ""


def _gets_out(ec2: Any, subnet: Any) -> bool:
    """Whether a route leads out for those without a public address."""
    tables = [table for table in ec2.route_tables.values() if table.vpc_id == subnet.vpc_id]
    own = [table for table in tables if any(link.get("SubnetId") == subnet.id for link in table.associations)]
    used = own or [table for table in tables if table.main_association_id]
    return any(route.nat_gateway or route.transit_gateway for table in used for route in table.routes)


def _has_endpoints(ec2: Any, vpc: str) -> bool:
    there = {endpoint.service_name.rpartition(".")[2] for endpoint in ec2.vpc_end_points.values() if endpoint.vpc_id == vpc}
    return there.issuperset(NEEDED_ENDPOINTS)


def _admits_itself(group: Any) -> bool:
    return any(rule.source_group.get("GroupId") == group.id for rule in group.ingress_rules)
