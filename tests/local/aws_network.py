"""A VPC in the emulated AWS, as a deployment makes one: private subnets in three zones behind a NAT gateway; and roles."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.aws.machine import Aws

ZONES = "abc"


@dataclass(frozen=True)
class Network:
    """Ids of what is in it; the security group admits its own members."""

    vpc: str
    subnets: list[str]
    route_table: str
    group: str


def make_network(aws: Aws) -> Network:
    """Make it."""
    ec2 = aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    subnets = []
    for number, zone in enumerate(ZONES):
        made = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.20.{number}.0/24", AvailabilityZone=f"us-east-1{zone}")
        subnets.append(made["Subnet"]["SubnetId"])
        ec2.associate_route_table(RouteTableId=table, SubnetId=subnets[-1])
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=subnets[0], AllocationId=address)["NatGateway"]["NatGatewayId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
    group = ec2.create_security_group(GroupName="airflow", Description="Airflow", VpcId=vpc)["GroupId"]
    itself = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[itself])
    return Network(vpc, subnets, table, group)


ADMIN = {"Version": "2012-10-17", "Statement": [{"Sid": "Anything", "Effect": "Allow", "Action": "*", "Resource": "*"}]}


def trust(*services: str, **conditions: Mapping[str, str]) -> str:
    """A trust policy for services, with conditions {operator: {key: value}}."""
    named = {"Service": [f"{service}.amazonaws.com" for service in services]}
    statement = {"Sid": "Trust", "Effect": "Allow", "Principal": named, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement | ({"Condition": conditions} if conditions else {})]})


def make_role(aws: Aws, name: str, *services: str, policy: Mapping[str, Any] | None = ADMIN, **conditions: Mapping[str, str]) -> str:
    """The ARN of a role that these services may take on, with a policy unless it is None."""
    iam = aws.client("iam")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(*services, **conditions))["Role"]
    if policy is not None:
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps(policy))
    return str(role["Arn"])
