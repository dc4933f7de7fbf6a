"""The way out of the environment's subnets: private ones, through NAT or through endpoints.

docs.aws.amazon.com/mwaa/latest/userguide/networking-about.html
"""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from operations.explain.case import Case, Json
from operations.findings import Finding, ok, problem

ANYWHERE = "0.0.0.0/0"
AT_NAT = "NatGatewayId"
OTHER_WAYS = (
    "TransitGatewayId",
    "NetworkInterfaceId",
    "GatewayId",
    "VpcPeeringConnectionId",
    "LocalGatewayId",
    "CarrierGatewayId",
    "CoreNetworkArn",
)


def way_out(table: Json) -> Json | None:
    """A route table's route to anywhere, if it has one."""
    return next((route for route in table["Routes"] if route.get("DestinationCidrBlock") == ANYWHERE), None)


def all_lead_out(case: Case) -> bool:
    """Whether every subnet has a way out: then endpoints are a matter of taste."""
    return all(way_out(case.route_tables[subnet]) for subnet in case.subnet_ids if subnet in case.route_tables)


def check(case: Case) -> Iterator[Finding]:
    """Each subnet's way out."""
    for subnet, table in case.route_tables.items():
        yield _way(case, subnet, table["RouteTableId"], way_out(table))


def _way(case: Case, subnet: str, table: str, route: Json | None) -> Finding:
    subject = f"Route of {subnet}"
    if route is None:
        return ok(subject, f"{table} leads nowhere outside: the environment needs endpoints")
    if str(route.get("GatewayId", "")).startswith("igw-"):
        return problem(
            subject, f"{table} leads to {route['GatewayId']}: the subnet is public", f"in {table}, route {ANYWHERE} to a NAT gateway"
        )
    if route.get("State") == "blackhole":
        return problem(subject, f"{table} leads to something that is gone", f"in {table}, route {ANYWHERE} to a NAT gateway that exists")
    if AT_NAT in route:
        return _nat(case, subject, route[AT_NAT])
    return ok(subject, f"leaves by {', '.join(str(route[way]) for way in OTHER_WAYS if way in route)}")


def _nat(case: Case, subject: str, nat: str) -> Finding:
    cure = f"make a NAT gateway and route {ANYWHERE} to it: make deploy STACK=network"
    try:
        (gateway,) = case.client("ec2").describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NatGatewayNotFound":
            raise
        return problem(subject, f"{nat} is gone", cure)
    if gateway["State"] != "available":
        return problem(subject, f"{nat} is {gateway['State']}", cure)
    place = gateway["SubnetId"]
    if not _is_public(case, place):
        return problem(
            subject, f"{nat} stands in {place}, which has no internet gateway", f"route {ANYWHERE} of {place} to an internet gateway"
        )
    return ok(subject, f"leaves by {nat}")


def _is_public(case: Case, subnet: str) -> bool:
    """Whether a subnet's own route table, or else the main one, leads to an internet gateway."""
    tables: list[Any] = case.client("ec2").describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [case.vpc_id]}])["RouteTables"]
    links = [(link, table) for table in tables for link in table["Associations"]]
    own = [table for link, table in links if link.get("SubnetId") == subnet] or [table for link, table in links if link.get("Main")]
    return any(str((way_out(table) or {}).get("GatewayId", "")).startswith("igw-") for table in own)
