"""The environment's subnets: two of them, in two availability zones of one VPC that resolves names.

docs.aws.amazon.com/mwaa/latest/userguide/networking-about.html
"""

from collections.abc import Iterator

from botocore.exceptions import ClientError

from operations.explain.case import Case
from operations.findings import Finding, ok, problem

SUBNETS = 2
ANEW = "an environment's subnets cannot be changed: mend the network, then `make destroy STACK=mwaa` and `make deploy STACK=mwaa`"
DNS = {
    "enableDnsSupport": ("EnableDnsSupport", "--enable-dns-support"),
    "enableDnsHostnames": ("EnableDnsHostnames", "--enable-dns-hostnames"),
}


def check(case: Case) -> Iterator[Finding]:
    """How many there are, where they are, and whether their VPC has DNS."""
    named = " and ".join(case.subnet_ids)
    try:
        zones = sorted({subnet["AvailabilityZone"] for subnet in case.subnets})
    except ClientError as error:
        if error.response["Error"]["Code"] != "InvalidSubnetID.NotFound":
            raise
        yield problem("Subnets", f"{named}: at least one is gone", ANEW)
        return
    found = [*_places(case, named, zones), *_dns(case)]
    yield from found or [ok("Subnets", f"{named} in {' and '.join(zones)}")]


def _places(case: Case, named: str, zones: list[str]) -> Iterator[Finding]:
    if len(case.subnet_ids) != SUBNETS:
        yield problem("Subnets", f"{len(case.subnet_ids)} are given ({named}); MWAA takes exactly two", ANEW)
    elif len(zones) < SUBNETS:
        yield problem("Subnets", f"{named} are both in {zones[0]}; MWAA wants two zones", ANEW)
    if len({subnet["VpcId"] for subnet in case.subnets}) > 1:
        yield problem("Subnets", f"{named} are of different VPCs", ANEW)


def _dns(case: Case) -> Iterator[Finding]:
    for attribute, (answer, option) in DNS.items():
        found = case.client("ec2").describe_vpc_attribute(VpcId=case.vpc_id, Attribute=attribute)
        if not found[answer]["Value"]:
            cure = f"aws ec2 modify-vpc-attribute --vpc-id {case.vpc_id} {option}"
            yield problem("DNS", f"{attribute} of {case.vpc_id} is off: Airflow does not find its database", cure)
