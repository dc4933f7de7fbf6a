"""What each kind of resource adds to the bill: lines of so much of something, at the price of one."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cached_property
from typing import Any

from modules.kubernetes_versions import STANDARD_SUPPORT_ENDS
from operations.cost.prices import Price, PriceList, Unpriced
from tools.synthesized import SynthesizedStack

HOURS = 730
"""Of a month, as AWS's own calculator counts."""
DAYS = HOURS / 24
Block = Mapping[str, Any]


class When(Enum):
    """When a line is charged."""

    ALWAYS = "always"
    ASSUMED = "always, amount assumed"
    USED = "when used"


@dataclass(frozen=True)
class Line:
    """A line of a month's bill: `amount` of what `price` is for; `most` is the largest amount that the deployment's limits allow."""

    stack: str
    what: str
    amount: float
    price: Price
    when: When = When.ALWAYS
    most: float | None = None

    @property
    def usd(self) -> float:
        """US dollars a month."""
        return self.amount * self.price.usd

    @property
    def usd_at_most(self) -> float:
        """US dollars in the dearest month that the limits allow."""
        return (self.amount if self.most is None else self.most) * self.price.usd


@dataclass(frozen=True)
class Pricing:
    """What a resource's price depends on, besides itself: its stack, the prices, the day."""

    stack: SynthesizedStack
    prices: PriceList
    today: date

    def line(self, what: str, amount: float, price: str, when: When = When.ALWAYS, most: float | None = None) -> Line:
        """A line at the price of that name. Raises Unpriced."""
        return Line(self.stack.id, what, amount, self.prices.price(price), when, most)

    def assume(self, what: str, price: str, amount: str | None = None) -> Line:
        """A line of the amount that is assumed under the price's name, or another."""
        return self.line(what, self.prices.assumed[amount or price], price, When.ASSUMED)

    def use(self, what: str, of_a_run: str, price: str, most: float | None = None) -> Line:
        """A line of what a run takes, for all runs of a month."""
        return self.line(what, self.prices.assumed[of_a_run] * self.prices.assumed["runs"], price, When.USED, most)

    @cached_property
    def daily_rpu_hours(self) -> int | None:
        """The limit of the stack's warehouse, if it has one."""
        limits = [block for address, block in self.stack.blocks.items() if address.startswith("aws_redshiftserverless_usage_limit.")]
        return min((limit["amount"] for limit in limits if limit["period"] == "daily"), default=None)


Lines = Callable[[Block, Pricing], Iterator[Line]]


def _nat_gateway(_: Block, pricing: Pricing) -> Iterator[Line]:
    yield pricing.line("NAT gateway", HOURS, "NAT gateway hour")
    yield pricing.assume("NAT gateway traffic", "NAT gateway GB")


def _elastic_address(_: Block, pricing: Pricing) -> Iterator[Line]:
    yield pricing.line("elastic address", HOURS, "public IPv4 address hour")


def _endpoint(block: Block, pricing: Pricing) -> Iterator[Line]:
    if block["vpc_endpoint_type"] == "Interface":
        yield pricing.line("interface endpoints", HOURS * len(block["subnet_ids"]), "interface endpoint hour")


def _zone(_: Block, pricing: Pricing) -> Iterator[Line]:
    yield pricing.line("DNS zone", 1, "hosted zone month")


def _key(_: Block, pricing: Pricing) -> Iterator[Line]:
    yield pricing.line("KMS key", 1, "KMS key month")
    yield pricing.assume("KMS requests", "KMS ten thousand requests")


def _secret(_: Block, pricing: Pricing) -> Iterator[Line]:
    yield pricing.line("secrets", 1, "secret month")


def _log_group(block: Block, pricing: Pricing) -> Iterator[Line]:
    yield from _log("logs", pricing.prices.log_volume(block["name"]), pricing)


def _log(what: str, volume: float, pricing: Pricing) -> Iterator[Line]:
    yield pricing.line(what, volume, "log GB", When.ASSUMED)
    yield pricing.line(f"{what} storage", volume * pricing.prices.assumed["months of logs"], "log storage GB-month", When.ASSUMED)


def _bucket(_: Block, pricing: Pricing) -> Iterator[Line]:
    yield pricing.assume("buckets", "S3 GB-month", "S3 GB")
    yield pricing.assume("bucket requests", "S3 thousand writes")


def _crawler(_: Block, pricing: Pricing) -> Iterator[Line]:
    yield pricing.use("crawls", "DPU hours of a crawl", "Glue DPU hour")


def _namespace(block: Block, pricing: Pricing) -> Iterator[Line]:
    yield pricing.assume("warehouse storage", "Redshift storage GB-month", "Redshift storage GB")
    if block.get("manage_admin_password"):
        yield pricing.line("secrets", 1, "secret month")  # Redshift's own, on this account's bill


def _workgroup(block: Block, pricing: Pricing) -> Iterator[Line]:
    limit = pricing.daily_rpu_hours
    most = block["max_capacity"] * HOURS if limit is None else limit * DAYS
    yield pricing.use("warehouse queries", "RPU hours of a run", "Redshift RPU hour", most)


def _airflow(block: Block, pricing: Pricing) -> Iterator[Line]:
    size, smallest, largest = block["environment_class"], block["min_workers"], block["max_workers"]
    yield pricing.line(f"Airflow {size}", HOURS, f"{size} hour")
    if smallest > 1:
        yield pricing.line(f"{smallest - 1} more workers", HOURS * (smallest - 1), f"{size} worker hour")
    if largest > smallest:
        yield pricing.use("workers while tasks wait", "worker hours of a run", f"{size} worker hour", HOURS * (largest - smallest))
    yield pricing.assume("Airflow's database", "Airflow database GB-month", "Airflow database GB")
    # MWAA makes them in the environment's subnets: one to its database, and one to a private web server.
    endpoints = 1 if block["webserver_access_mode"] == "PUBLIC_ONLY" else 2
    subnets = len(block["network_configuration"]["subnet_ids"])
    yield pricing.line("Airflow's own endpoints", HOURS * endpoints * subnets, "interface endpoint hour")
    yield pricing.assume("interface endpoint traffic", "interface endpoint GB")


def _cluster(block: Block, pricing: Pricing) -> Iterator[Line]:
    ends = STANDARD_SUPPORT_ENDS.get(block["version"])
    # Extended support is AWS's default. Without it AWS raises the version when standard support ends, and the price stays.
    kept = block.get("upgrade_policy", {}).get("support_type", "EXTENDED") == "EXTENDED"
    extended = kept and ends is not None and pricing.today > ends
    yield pricing.line(
        f"EKS {block['version']}{' in extended support' if extended else ''}",
        HOURS,
        "EKS extended support hour" if extended else "EKS hour",
    )


def _nodes(block: Block, pricing: Pricing) -> Iterator[Line]:
    (machine,) = block["instance_types"]
    count = block["scaling_config"]["desired_size"]
    if block["capacity_type"] == "SPOT":
        share = pricing.prices.assumed["spot share"]
        yield pricing.line(f"{count} spot nodes {machine}", HOURS * count * share, f"{machine} hour", When.ASSUMED)
    else:
        yield pricing.line(f"{count} nodes {machine}", HOURS * count, f"{machine} hour")
    for volume in _launch_template(block, pricing)["block_device_mappings"]:
        disk = volume["ebs"]
        yield pricing.line("disks of the nodes", count * disk["volume_size"], f"{disk['volume_type']} volume GB-month")


def _launch_template(block: Block, pricing: Pricing) -> Block:
    found = re.search(r"aws_launch_template\.[\w-]+", block["launch_template"]["id"])
    if found is None:
        raise Unpriced("a node group without a launch template of its stack")
    return pricing.stack.blocks[found[0]]


def _database(block: Block, pricing: Pricing) -> Iterator[Line]:
    yield pricing.line(f"database {block['instance_class']}", HOURS, f"{block['instance_class']} hour")
    yield pricing.line("database storage", block["allocated_storage"], f"RDS {block['storage_type']} storage GB-month")
    if block.get("performance_insights_enabled"):
        days = block["performance_insights_retention_period"]
        yield pricing.line("Performance Insights", 1, f"Performance Insights of {days} days month")
    if block.get("monitoring_interval"):
        yield from _log("enhanced monitoring", pricing.prices.assumed["enhanced monitoring GB"], pricing)


def _load_balancer(block: Block, pricing: Pricing) -> Iterator[Line]:
    yield pricing.line("load balancers", HOURS, "load balancer hour")
    units = HOURS * pricing.prices.assumed["capacity units"]
    yield pricing.line("load balancer traffic", units, "load balancer capacity unit hour", When.ASSUMED)
    if not block["internal"]:
        yield pricing.line("load balancer addresses", HOURS * len(block["subnets"]), "public IPv4 address hour")


LINES: dict[str, Lines] = {
    "aws_cloudwatch_log_group": _log_group,
    "aws_db_instance": _database,
    "aws_eip": _elastic_address,
    "aws_eks_cluster": _cluster,
    "aws_eks_node_group": _nodes,
    "aws_glue_crawler": _crawler,
    "aws_kms_key": _key,
    "aws_lb": _load_balancer,
    "aws_mwaa_environment": _airflow,
    "aws_nat_gateway": _nat_gateway,
    "aws_redshiftserverless_namespace": _namespace,
    "aws_redshiftserverless_workgroup": _workgroup,
    "aws_route53_zone": _zone,
    "aws_s3_bucket": _bucket,
    "aws_secretsmanager_secret": _secret,
    "aws_vpc_endpoint": _endpoint,
}


def lines(address: str, pricing: Pricing) -> list[Line]:
    """The lines of one resource; none for what is free. Raises Unpriced for a kind that is neither priced nor listed as free."""
    kind = address.partition(".")[0]
    if kind in LINES:
        return list(LINES[kind](pricing.stack.blocks[address], pricing))
    if kind in pricing.prices.free:
        return []
    raise Unpriced("neither a price nor a reason to be free")
