"""Whether a VPC that exists has what the stacks would otherwise make: three private subnets with a way out, three public ones, DNS."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from modules.zones import ZONES
from operations.deployment import Deployment
from operations.findings import Finding, ok, problem, warning
from operations.question import Question
from operations.reading import code, pages

ANYWHERE = "0.0.0.0/0"
WHY_OUT = "by it Airflow asks a package index, the nodes a registry of images, and the warehouse Glue, if the VPC has no endpoint glue"
"""For the first two there are no endpoints. The last: Amazon Redshift Database Developer Guide, "Amazon Redshift Spectrum limitations"."""
SETTING = {"private": "existing_private_subnet_ids", "public": "existing_public_subnet_ids"}


def vpc(deployment: Deployment) -> Iterator[Finding]:
    """Everything about it, in the order in which one would mend it."""
    settings = deployment.settings
    vpc_id = settings.existing_vpc_id
    if not vpc_id:
        return
    ec2 = deployment.client("ec2")
    try:
        ec2.describe_vpcs(VpcIds=[vpc_id])
    except ClientError as error:
        if code(error) != "InvalidVpcID.NotFound":
            raise
        yield problem(vpc_id, f"there is no such VPC in {settings.region}", "Correct existing_vpc_id: `aws ec2 describe-vpcs`.")
        return
    yield _names_are_resolved(ec2, vpc_id)
    if settings.mwaa_webserver == "private":
        yield _airflows_api_is_reached(ec2, vpc_id, f"com.amazonaws.{settings.region}.airflow.env")
    routes = list(pages(ec2, "describe_route_tables", "RouteTables[]", Filters=[{"Name": "vpc-id", "Values": [vpc_id]}]))
    found = {subnet["SubnetId"]: subnet for subnet in _subnets(ec2, vpc_id)}
    wanted = {"private": settings.existing_private_subnet_ids, "public": settings.existing_public_subnet_ids}
    for kind, ids in wanted.items():
        yield from _are_there(kind, ids, found, vpc_id)
        for id_ in ids:
            if id_ in found:
                yield way_out(kind, id_, routes)


def _subnets(ec2: Any, vpc_id: str) -> Iterator[Any]:
    return pages(ec2, "describe_subnets", "Subnets[]", Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])


def _names_are_resolved(ec2: Any, vpc_id: str) -> Finding:
    """A private zone, and endpoints with private names, take both attributes."""
    off = []
    for attribute in ("enableDnsSupport", "enableDnsHostnames"):
        answer = ec2.describe_vpc_attribute(VpcId=vpc_id, Attribute=attribute)
        if not answer[f"{attribute[0].upper()}{attribute[1:]}"]["Value"]:
            off.append(attribute)
    if not off:
        return ok("DNS", f"names are resolved in {vpc_id}")
    commands = [f"aws ec2 modify-vpc-attribute --vpc-id {vpc_id} --{_dashed(attribute)}" for attribute in off]
    return problem("DNS", f"{' and '.join(off)} off in {vpc_id}", " && ".join(commands))


def _airflows_api_is_reached(ec2: Any, vpc_id: str, service: str) -> Finding:
    """MWAA passes calls on to a private web server only if they come from inside the VPC."""
    here = [{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "service-name", "Values": [service]}]
    if any(end["PrivateDnsEnabled"] for end in pages(ec2, "describe_vpc_endpoints", "VpcEndpoints[]", Filters=here)):
        return ok("Airflow's API", f"{service} is in {vpc_id}")
    cure = f"Make an interface endpoint {service} with private DNS, or start the DAGs in Airflow's pages."
    return warning(
        "Airflow's API", f"{vpc_id} has no endpoint for it, and the web server is private: `make run-pipeline` cannot call it", cure
    )


def _dashed(attribute: str) -> str:
    return {"enableDnsSupport": "enable-dns-support", "enableDnsHostnames": "enable-dns-hostnames"}[attribute]


def _are_there(kind: str, ids: list[str], found: dict[str, Any], vpc_id: str) -> Iterator[Finding]:
    if elsewhere := [id_ for id_ in ids if id_ not in found]:
        yield problem(f"{kind} subnets", f"{', '.join(elsewhere)} not in {vpc_id}", f"Correct {SETTING[kind]}: `aws ec2 describe-subnets`.")
        return
    zones = sorted({found[id_]["AvailabilityZone"] for id_ in ids})
    if len(zones) < ZONES:
        cure = f"Name one of each of {ZONES} zones in {SETTING[kind]}."
        yield problem(f"{kind} subnets", f"are in {len(zones)} zones only: {', '.join(zones)}", cure)
    else:
        yield ok(f"{kind} subnets", f"in {', '.join(zones)}")


def way_out(kind: str, subnet_id: str, tables: list[Any]) -> Finding:
    """Where a subnet's default route goes: its own table's, or that of the VPC's main table."""
    table = next((table for table in tables if _associated(table, subnet_id)), None)
    table = table or next((table for table in tables if any(link.get("Main") for link in table["Associations"])), {"Routes": []})
    route: dict[str, Any] = next((route for route in table["Routes"] if route.get("DestinationCidrBlock") == ANYWHERE), {})
    to_internet = route.get("GatewayId", "").startswith("igw-")
    if not route or route.get("State") == "blackhole":
        target = f"a NAT gateway: {WHY_OUT}" if kind == "private" else "an internet gateway"
        lack = "leads to something that is gone" if route else "is missing"
        return problem(subnet_id, f"its route to {ANYWHERE} {lack}", f"Give its route table one to {target}.")
    if kind == "public" and not to_internet:
        return problem(subnet_id, "has no internet gateway, so it is not public", f"Name public subnets in {SETTING['public']}.")
    if kind == "private" and to_internet:
        return problem(
            subnet_id, "is public: its default route goes to an internet gateway", f"Name subnets with NAT in {SETTING['private']}."
        )
    return ok(subnet_id, f"{kind}, out by {next(value for key, value in route.items() if key.endswith('Id'))}")


def _associated(table: Any, subnet_id: str) -> bool:
    return any(link.get("SubnetId") == subnet_id for link in table["Associations"])


QUESTIONS = (Question("Existing VPC", vpc, ("ec2",)),)
