"""Which capacities Redshift Serverless takes, in RPUs, and how many addresses they need.

Sources: Amazon Redshift Management Guide, "Compute capacity for Amazon Redshift Serverless" and "Considerations when using Amazon Redshift
Serverless".
"""

from ipaddress import IPv4Network

SMALLEST = 4
SMALLEST_REGIONS = {
    "ap-northeast-1",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "eu-north-1",
    "eu-west-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
}
"""Where AWS offers it: the first page, "Redshift Serverless with 4 Redshift Processing Units (RPUs) capacity", as it stood in 2025. In any
other region the smallest is 8."""
LARGE = 512
"""Above it a base capacity grows in larger steps, and only in some regions."""
LARGE_REGIONS = {"us-east-1", "us-east-2", "us-west-2", "eu-west-1"}
"""Where AWS offers more than LARGE. One of its two pages adds eu-central-1, the other eu-west-2: what both name is taken."""
ADDRESSES = {8: 9, 32: 13, 64: 21, 128: 37, 256: 69, 512: 133, 1024: 261}
"""{base capacity up to which: free addresses that it needs in each subnet}, with enhanced VPC routing."""
SUBNETS = 16
"""Into so many subnets a VPC of the deployment's own is cut."""
RESERVED = 5
"""AWS keeps so many addresses of every subnet."""


def rpus(value: int) -> int:
    """The smallest capacity, or a multiple of eight. Raises ValueError."""
    if value != SMALLEST and value % 8:
        raise ValueError(f"is neither {SMALLEST} nor a multiple of 8")
    return value


def base(value: int, region: str | None, vpc_cidr: str | None) -> int:
    """A base capacity that AWS gives in the region, and for which the deployment's own VPC has room; what is None is not looked at.

    Raises ValueError.
    """
    if value == SMALLEST and region and region not in SMALLEST_REGIONS:
        raise ValueError(f"is what AWS offers in {', '.join(sorted(SMALLEST_REGIONS))} only: take 8 in {region}")
    if value > LARGE and value % 32:
        raise ValueError(f"is no multiple of 32, as AWS wants it above {LARGE}")
    if value > LARGE and region and region not in LARGE_REGIONS:
        raise ValueError(f"is more than {LARGE}, and AWS offers that in {', '.join(sorted(LARGE_REGIONS))} only")
    if vpc_cidr:
        needed = addresses(value)
        free = IPv4Network(vpc_cidr).num_addresses // SUBNETS - RESERVED
        if needed > free:
            raise ValueError(f"needs {needed} free addresses in a subnet, and vpc_cidr = {vpc_cidr} gives {free}: take a wider one")
    return value


def addresses(value: int) -> int:
    """Free addresses that a base capacity needs in each of its subnets."""
    return next(needed for upto, needed in ADDRESSES.items() if value <= upto)
