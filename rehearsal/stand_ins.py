"""What stands in the emulated AWS for things of the person's own account that their settings name."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.tickit import generate
from local.aws.machine import Aws
from modules.zones import ZONES

CIDR = "10.20.0.0/16"
SCALE = 1.0
"""Of the TICKIT data, as a factor of its row counts."""


@dataclass(frozen=True)
class Vpc:
    """Ids of a VPC that has three private subnets behind a NAT gateway, and three public ones in the same zones."""

    vpc: str
    private: list[str]
    public: list[str]


def make_vpc(aws: Aws) -> Vpc:
    """Make it, as the preflight wants one to be."""
    ec2 = aws.client("ec2")
    zones = [zone["ZoneName"] for zone in ec2.describe_availability_zones()["AvailabilityZones"]][:ZONES]
    vpc = ec2.create_vpc(CidrBlock=CIDR)["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    internet = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(VpcId=vpc, InternetGatewayId=internet)
    public = [_subnet(ec2, vpc, number, zone) for number, zone in enumerate(zones)]
    private = [_subnet(ec2, vpc, ZONES + number, zone) for number, zone in enumerate(zones)]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=public[0], AllocationId=address)["NatGateway"]["NatGatewayId"]
    _route(ec2, vpc, public, GatewayId=internet)
    _route(ec2, vpc, private, NatGatewayId=nat)
    return Vpc(vpc, private, public)


def request_certificate(aws: Aws, domain: str) -> str:
    """The ARN of a certificate for the two names below a domain that the deployment uses."""
    names = [f"marquez.{domain}", f"lineage.{domain}"]
    return str(aws.client("acm").request_certificate(DomainName=names[0], SubjectAlternativeNames=names)["CertificateArn"])


def upload_tickit(aws: Aws, location: str, folder: Path) -> None:
    """Put the generated data where s3://<bucket>/<folder> says; `folder` is where it is generated."""
    bucket, _, prefix = location.removeprefix("s3://").partition("/")
    s3 = aws.client("s3")
    place: dict[str, Any] = {"CreateBucketConfiguration": {"LocationConstraint": aws.region}} if aws.region != "us-east-1" else {}
    s3.create_bucket(Bucket=bucket, **place)
    for table, file in generate(folder, scale=SCALE).items():
        s3.upload_file(str(file), bucket, f"{prefix}/{table}/{file.name}")


def _subnet(ec2: Any, vpc: str, number: int, zone: str) -> str:
    made = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.20.{number * 16}.0/20", AvailabilityZone=zone)
    return str(made["Subnet"]["SubnetId"])


def _route(ec2: Any, vpc: str, subnets: list[str], **way_out: str) -> None:
    """A route table of the subnets, with a default route."""
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", **way_out)
    for subnet in subnets:
        ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
