"""The VPC and what is in it, in the order in which it can be removed."""

from typing import Any

from operations.leftovers.belongings import Belongings
from operations.leftovers.kind import Found, Kind, Steps
from operations.reading import pages


def _in_our_network(belongings: Belongings, interface: Found) -> bool:
    """Who made an interface seldom tags it: its groups and its VPC show whose it is."""
    groups = interface.item.get("Groups", [])
    return belongings.is_tagged(interface.item["VpcId"]) or any(_is_group(belongings, group["GroupName"]) for group in groups)


def _is_group(belongings: Belongings, name: str) -> bool:
    return belongings.is_name(name) or belongings.is_name(name.removeprefix("eks-cluster-sg-"))


def _works(belongings: Belongings, interface: Found) -> bool:
    """An interface in use goes with its user: an AWS service, or what stands in a VPC or a group that a stack holds."""
    if interface.item["Status"] == "available":
        return False
    if interface.item.get("RequesterManaged"):  # AWS lets nobody else remove it
        return True
    groups = [group["GroupId"] for group in interface.item.get("Groups", [])]
    return belongings.has("aws_vpc", interface.item["VpcId"]) or belongings.has("aws_security_group", *groups)


def _detach_interface(_: Any, interface: Found) -> Steps:
    attachment = interface.item.get("Attachment", {}).get("AttachmentId")
    return [["ec2", "detach-network-interface", "--force", "--attachment-id", attachment]] if attachment else []


def _revoke_references(client: Any, group: Found) -> Steps:
    """A group stays while a rule of another names it. Groups go in the order of their ids, and their own rules with them."""
    steps = []
    for rule in pages(client, "describe_security_group_rules", "SecurityGroupRules[]"):
        if rule.get("ReferencedGroupInfo", {}).get("GroupId") == group.id and rule["GroupId"] > group.id:
            direction = "egress" if rule["IsEgress"] else "ingress"
            which = ["--group-id", rule["GroupId"], "--security-group-rule-ids", rule["SecurityGroupRuleId"]]
            steps.append(["ec2", f"revoke-security-group-{direction}", *which])
    return steps


def _is_default(_: Belongings, group: Found) -> bool:
    """It goes with the VPC."""
    return group.name == "default"


def _is_of_eks(belongings: Belongings, group: Found) -> bool:
    """EKS begins the name of a cluster's own group with its own words."""
    return _is_group(belongings, group.name)


def _is_main(_: Belongings, table: Found) -> bool:
    """The main table goes with the VPC."""
    return any(link.get("Main") for link in table.item["Associations"])


def _detach_gateway(_: Any, gateway: Found) -> Steps:
    attached = [attachment["VpcId"] for attachment in gateway.item["Attachments"]]
    return [["ec2", "detach-internet-gateway", "--internet-gateway-id", gateway.id, "--vpc-id", vpc] for vpc in attached]


def _is_going(_: Belongings, endpoint: Found) -> bool:
    """AWS lists an endpoint for a while after its end."""
    return endpoint.item["State"].lower() in ("deleting", "deleted")


KINDS = (
    Kind(
        "NAT gateway",
        "aws_nat_gateway",
        "ec2",
        "describe_nat_gateways",
        "NatGateways[]",
        "ec2 delete-nat-gateway --nat-gateway-id {id} && ec2 wait nat-gateway-deleted --nat-gateway-ids {id}",
        id="NatGatewayId",
        arguments={"Filter": [{"Name": "state", "Values": ["pending", "available", "failed"]}]},
    ),
    Kind(
        "VPC endpoint",
        "aws_vpc_endpoint",
        "ec2",
        "describe_vpc_endpoints",
        "VpcEndpoints[]",
        "ec2 delete-vpc-endpoints --vpc-endpoint-ids {id}",
        id="VpcEndpointId",
        excepted=_is_going,
    ),
    Kind(
        "Network interface",
        "aws_network_interface",
        "ec2",
        "describe_network_interfaces",
        "NetworkInterfaces[]",
        "ec2 delete-network-interface --network-interface-id {id}",
        id="NetworkInterfaceId",
        also=_in_our_network,
        excepted=_works,
        before=_detach_interface,
    ),
    Kind(
        "Elastic address",
        "aws_eip",
        "ec2",
        "describe_addresses",
        "Addresses",
        "ec2 release-address --allocation-id {id}",
        id="AllocationId",
    ),
    Kind(
        "Security group",
        "aws_security_group",
        "ec2",
        "describe_security_groups",
        "SecurityGroups[]",
        "ec2 delete-security-group --group-id {id}",
        id="GroupId",
        label="GroupName",
        before=_revoke_references,
        also=_is_of_eks,
        excepted=_is_default,
    ),
    Kind("Subnet", "aws_subnet", "ec2", "describe_subnets", "Subnets[]", "ec2 delete-subnet --subnet-id {id}", id="SubnetId"),
    Kind(
        "Route table",
        "aws_route_table",
        "ec2",
        "describe_route_tables",
        "RouteTables[]",
        "ec2 delete-route-table --route-table-id {id}",
        id="RouteTableId",
        excepted=_is_main,
    ),
    Kind(
        "Internet gateway",
        "aws_internet_gateway",
        "ec2",
        "describe_internet_gateways",
        "InternetGateways[]",
        "ec2 delete-internet-gateway --internet-gateway-id {id}",
        id="InternetGatewayId",
        before=_detach_gateway,
    ),
    Kind("VPC", "aws_vpc", "ec2", "describe_vpcs", "Vpcs[]", "ec2 delete-vpc --vpc-id {id}", id="VpcId"),
)
