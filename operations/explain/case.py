"""The environment that is looked into, as MWAA describes it, and what of AWS several checks look at."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """`environment` is what GetEnvironment answers; `client` gives boto3's client of a service."""

    environment: Json
    client: Callable[[str], Any]

    @property
    def name(self) -> str:
        """The environment's name."""
        return str(self.environment["Name"])

    @property
    def region(self) -> str:
        """Its region."""
        return str(self.environment["Arn"].split(":")[3])

    @property
    def account(self) -> str:
        """Its account's number."""
        return str(self.environment["Arn"].split(":")[4])

    @property
    def subnet_ids(self) -> list[str]:
        """The subnets that it was told to use."""
        return list(self.environment.get("NetworkConfiguration", {}).get("SubnetIds", []))

    @property
    def security_group_ids(self) -> list[str]:
        """The security groups that it was told to use."""
        return list(self.environment.get("NetworkConfiguration", {}).get("SecurityGroupIds", []))

    @property
    def bucket(self) -> str:
        """Its bucket."""
        return str(self.environment["SourceBucketArn"].rpartition(":")[2])

    @property
    def kms_key(self) -> str | None:
        """The ARN of its key, if it has one of the account's own."""
        return self.environment.get("KmsKey")

    @cached_property
    def subnets(self) -> list[Json]:
        """Its subnets, as EC2 describes them."""
        return list(self.client("ec2").describe_subnets(SubnetIds=self.subnet_ids)["Subnets"])

    @property
    def vpc_id(self) -> str:
        """The VPC of its subnets."""
        return str(self.subnets[0]["VpcId"])

    @property
    def networks(self) -> list[IPv4Network]:
        """The addresses of its subnets."""
        return [IPv4Network(subnet["CidrBlock"]) for subnet in self.subnets]

    @cached_property
    def route_tables(self) -> dict[str, Json]:
        """{subnet: its route table}: its own, or else the VPC's main one."""
        tables = self._of_vpc("describe_route_tables", "RouteTables")
        own = {link.get("SubnetId"): table for table in tables for link in table["Associations"]}
        main = next((table for table in tables for link in table["Associations"] if link.get("Main")), None)
        return {subnet: table for subnet in self.subnet_ids if (table := own.get(subnet, main))}

    @cached_property
    def endpoints(self) -> list[Json]:
        """The VPC's endpoints."""
        return self._of_vpc("describe_vpc_endpoints", "VpcEndpoints")

    @cached_property
    def network_acls(self) -> list[Json]:
        """The network ACLs of its subnets."""
        acls = self._of_vpc("describe_network_acls", "NetworkAcls")
        return [acl for acl in acls if {link["SubnetId"] for link in acl["Associations"]} & set(self.subnet_ids)]

    def security_groups(self, ids: list[str]) -> list[Json]:
        """Security groups, as EC2 describes them."""
        return list(self.client("ec2").describe_security_groups(GroupIds=ids)["SecurityGroups"])

    def _of_vpc(self, operation: str, items: str) -> list[Json]:
        pages = self.client("ec2").get_paginator(operation).paginate(Filters=[{"Name": "vpc-id", "Values": [self.vpc_id]}])
        return [item for page in pages for item in page[items]]
