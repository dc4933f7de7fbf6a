"""How large a workgroup of Redshift Serverless may be, and how much room it needs.

docs.aws.amazon.com/redshift/latest/mgmt/serverless-capacity.html and .../serverless-usage-considerations.html.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from local.aws.emulator import zones
from local.aws.emulator.neighbours import invalid

SMALLEST, SMALL, STEP, LARGE, LARGE_STEP, LARGEST = 4, 8, 8, 512, 32, 1024
"""RPUs."""
WITH_SMALLEST = (
    *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1"),
    *("eu-west-1", "eu-north-1"),
)
"""The regions with 4 RPUs that the first page names."""
BEYOND_LARGE = ("us-east-1", "us-east-2", "us-west-2", "eu-west-1")
"""The regions with more than 512 RPUs of which both pages speak. One adds Frankfurt, the other London: neither is offered here."""
ADDRESSES = {8: 9, 32: 13, 64: 21, 128: 37, 256: 69, 512: 133, 1024: 261}
"""{RPUs at most: addresses that must be free in each subnet}, with enhanced VPC routing."""
ADDRESSES_WHEN_GROWING = {8: 10, 16: 10, 32: 13, 64: 16, 128: 28, 256: 52, 512: 100, 1024: 197}
"""The same for a workgroup that there is, by what it grows to."""
ADDRESSES_AT_LEAST = 3
"""Without enhanced VPC routing, whatever the size."""
TWO_ZONES_ONLY = "us-west-1"


def check_size(region: str, workgroup: Mapping[str, Any]) -> None:
    """Raises Refused for a capacity that cannot be had."""
    base, most = workgroup["baseCapacity"], workgroup.get("maxCapacity")
    largest = LARGEST if region in BEYOND_LARGE else LARGE
    step = STEP if base <= LARGE else LARGE_STEP
    if base == SMALLEST and region not in WITH_SMALLEST:
        raise invalid(f"baseCapacity {base}: the smallest is {SMALL} in {region}")
    if base != SMALLEST and not (SMALL <= base <= largest and base % step == 0):
        beyond = f", or up to {LARGEST} in steps of {LARGE_STEP}" if largest > LARGE else ""
        raise invalid(f"baseCapacity {base}: {SMALLEST}, or {SMALL} to {LARGE} RPUs in steps of {STEP}{beyond} in {region}")
    if most is not None and most < base:
        raise invalid(f"maxCapacity {most} is below baseCapacity {base}")


def check_room(region: str, workgroup: Mapping[str, Any], subnets: Iterable[Any], *, before: Mapping[str, Any] | None = None) -> None:
    """Raises Refused for subnets (moto's) in too few zones, or with too few free addresses. `before` is the workgroup that is changed."""
    subnets = list(subnets)
    routed = workgroup["enhancedVpcRouting"]
    supported = {subnet.availability_zone for subnet in subnets if not zones.lacks("redshift-serverless", subnet.availability_zone_id)}
    needed = 3 if routed and region != TWO_ZONES_ONLY else 2
    if len(supported) < needed:
        there = ", ".join(sorted(supported)) or "none"
        raise invalid(f"The subnets must lie in {needed} availability zones that Redshift Serverless supports, and lie in {there}.")
    free = _addresses(workgroup, before) if routed else ADDRESSES_AT_LEAST
    short = [f"{subnet.id} has {subnet.available_ip_address_count}" for subnet in subnets if subnet.available_ip_address_count < free]
    if short:
        raise invalid(f"{free} free IP addresses are needed in each subnet for {workgroup['baseCapacity']} RPUs: {', '.join(short)}.")


def _addresses(workgroup: Mapping[str, Any], before: Mapping[str, Any] | None) -> int:
    base = workgroup["baseCapacity"]
    if before and before["enhancedVpcRouting"]:
        if base <= before["baseCapacity"]:
            return 0
        return _at(ADDRESSES_WHEN_GROWING, base)
    return _at(ADDRESSES, base)


def _at(table: Mapping[int, int], base: int) -> int:
    return next(addresses for most, addresses in table.items() if base <= most)
