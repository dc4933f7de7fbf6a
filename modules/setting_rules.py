"""What a setting's value must look like: each rule gives the value back, or raises ValueError with what is wrong."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from modules.kubernetes_versions import STANDARD_SUPPORT_ENDS
from modules.marquez_images import images
from modules.runtimes import load_runtimes

OLDEST_EKS = tuple(map(int, next(iter(STANDARD_SUPPORT_ENDS)).split(".")))
NEWEST_EKS = (1, 37)
"""The newest Kubernetes that tools/kubernetes has the schemas of: the chart is known to be valid there."""
WIDEST_EXTERNAL = 8
TAKEN_BEGINNINGS = ("sg", "internal", "sthree", "amzn-s3-demo")
"""Names of security groups, load balancers and buckets may not begin so, a hyphen after it.

Sources: Amazon EC2 API Reference, CreateSecurityGroup; Elastic Load Balancing API Reference, CreateLoadBalancer; Amazon S3 User Guide,
"General purpose bucket naming rules".
"""
VPC_PREFIXES = range(16, 21)
LAST_PORT = 65535
EMAIL = r"(?=.{1,254}$)[\w.+-]{1,64}@([a-zA-Z0-9-]+\.)+[a-zA-Z]{2,}"
"""254 characters: RFC 5321, a path of 256 with its brackets; 64 before the @."""
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
"""One part of a host's name, in lower case: RFC 1123, section 2.1, and RFC 1035, section 2.3.4."""


def _matches(value: str, pattern: str) -> bool:
    """Whether all of it does; letters and digits are those of ASCII, as names and addresses take no others."""
    return re.fullmatch(pattern, value, re.ASCII) is not None


def _matching(value: str, pattern: str, otherwise: str) -> str:
    if not _matches(value, pattern):
        raise ValueError(otherwise)
    return value


def deployment_id(value: str) -> str:
    """2 to 20 characters: the longest name made from it must fit into what AWS allows. Some beginnings of names are AWS's own."""
    _matching(
        value, r"[a-z](?!.*--)[a-z0-9-]{0,18}[a-z0-9]", "must be 2 to 20 lower-case letters, digits and single hyphens, a letter first"
    )
    begins = "-, ".join(TAKEN_BEGINNINGS)
    return _matching(value, rf"(?!({'|'.join(TAKEN_BEGINNINGS)})(-|$)).*", f"begins names, and AWS takes none that begin with {begins}-")


def account_id(value: str) -> str:
    """An account's number."""
    return _matching(value, r"\d{12}", "is not the number of an AWS account: 12 digits, in quotes")


def vpc_id(value: str) -> str:
    """The id of a VPC."""
    return _matching(value, r"vpc-[0-9a-f]{1,17}", "is not the id of a VPC")


def subnet_id(value: str) -> str:
    """The id of a subnet."""
    return _matching(value, r"subnet-[0-9a-f]{1,17}", "is not the id of a subnet")


def instance_type(value: str) -> str:
    """The name of an EC2 instance type that Marquez runs on: none with AWS's own ARM processors, and none with 2 GiB or less.

    A family, a dot and one of EC2's sizes (botocore's model of EC2, InstanceType); the preflight asks AWS which families there are.
    """
    sizes = r"nano|micro|small|medium|large|\d{0,3}xlarge|metal(?:-\d{1,3}xl)?"
    _matching(value, rf"[a-z][a-z0-9-]{{0,29}}\.(?:{sizes})", "is not the name of an EC2 instance type")
    _matching(value, r"(?!a1\.|[a-z]+\d+g).*", "is an ARM machine, and Marquez's images are made for x86")
    return _matching(value, r".*\.(?!nano$|micro$|small$).*", "has 2 GiB or less, in which an upgrade of Marquez finds no room")


def lineage_namespace(value: str) -> str:
    """A namespace that OpenLineage and Marquez take."""
    return _matching(value, r"[\w.:/=+-]{1,255}", "must be letters, digits and .:/=+-_ only")


def secrets_prefix(value: str) -> str:
    """What Secrets Manager takes in a name (API reference, CreateSecret: at most 512 characters), with room for what follows it.

    A prefix below another deployment's connections or variables would have its Airflow read these secrets.
    """
    otherwise = "must be 1 to 64 letters, digits and _+=.@-, in parts with a slash between, none of them connections or variables"
    return _matching(value, r"(?=.{1,64}$)(?!(.*/)?(connections|variables)(/|$))[\w+=.@-]+(/[\w+=.@-]+)*", otherwise)


def domain(value: str) -> str:
    """A DNS name of at least two labels, which leaves room for marquez. and lineage. in front: 253 characters in all."""
    return _matching(value, rf"(?=.{{1,245}}$)({LABEL}\.)+[a-z]{{2,63}}", "is not a domain name in lower case")


def certificate_arn(value: str) -> str:
    """The ARN of a certificate of AWS Certificate Manager."""
    return _matching(
        value, r"arn:aws[a-z-]{0,16}:acm:[a-z0-9-]{1,32}:\d{12}:certificate/[0-9a-f-]{1,64}", "is not the ARN of an ACM certificate"
    )


def tickit_location(value: str) -> str:
    """`generated`, or a folder in S3."""
    return _location(value, "generated")


def state_backend(value: str) -> str:
    """`local`, or a folder in S3."""
    return _location(value, "local")


def _location(value: str, word: str) -> str:
    folder = r"(?=.{1,1024}$)s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w.=-]+)+"
    return _matching(value, rf"{word}|{folder}", f'must be "{word}" or a folder in S3, s3://<bucket>/<folder>, with no slash at its end')


def _network(value: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(value)
    except ValueError as error:
        raise ValueError(f"is not a block of addresses: {error}") from None


def external_ip(value: str) -> str:
    """A CIDR of the operator's own addresses, never the whole internet. An address alone is a block of one."""
    network = _network(value)
    if network.prefixlen == 0:
        raise ValueError("admits the whole internet: name your own addresses")
    if network.version != 4:  # noqa: PLR2004 - Internet Protocol version 4
        raise ValueError("is an IPv6 block, and the load balancer has IPv4 addresses only")
    if network.prefixlen < WIDEST_EXTERNAL:
        raise ValueError(f"is wider than /{WIDEST_EXTERNAL}: name your own addresses")
    return str(network)


def vpc_cidr(value: str) -> str:
    """A private block that holds six subnets of a sixteenth each."""
    network = _network(value)
    if not isinstance(network, IPv4Network) or not network.is_private or network.prefixlen not in VPC_PREFIXES:
        raise ValueError(f"must be a private IPv4 block between /{VPC_PREFIXES.start} and /{VPC_PREFIXES.stop - 1}")
    return str(network)


def eks_version(value: str) -> str:
    """A minor version in EKS's standard support, as an older one costs six times as much, and one that the chart is checked with."""
    _matching(value, r"1\.\d{2}", "is not a Kubernetes version like 1.35, in quotes")
    version = tuple(map(int, value.split(".")))
    if version > NEWEST_EKS:
        raise ValueError(f"is newer than what the chart is checked with: {'.'.join(map(str, NEWEST_EKS))} at most")
    if version < OLDEST_EKS:
        oldest = ".".join(map(str, OLDEST_EKS))
        raise ValueError(f"has left EKS's standard support: AWS charges six times the price and upgrades by force; {oldest} or newer")
    return value


def image_digests(digests: dict[str, str]) -> dict[str, str]:
    """Of images that the chart runs, each with the tag that the digest is of: a digest wins over the tag, and would hold an old image."""
    known = images()
    for name, digest in digests.items():
        if name not in known:
            raise ValueError(f"has no image {name}: there are {', '.join(known)}")
        tag = known[name].rpartition(":")[2]
        if not re.fullmatch(re.escape(tag) + r"@sha256:[0-9a-f]{64}", digest):
            raise ValueError(f"of {name} must be {tag}@sha256:<64 hexadecimal digits>, the digest of {known[name]}")
    return digests


def airflow_version(value: str, *, exists: bool) -> str:
    """A version that MWAA creates environments of; with `exists`, any 2.x or 3.x."""
    if exists:
        return _matching(value, r"[23]\.\d{1,3}\.\d{1,3}", "is not a version of Airflow like 2.7.2, in quotes")
    runtimes = load_runtimes()
    end = runtimes[value].end_of_support if value in runtimes else None
    creatable = [row.airflow for row in runtimes.values() if row.end_of_support is None or row.end_of_support > _today()]
    if value not in creatable:
        since = f" since {end}" if end else ""
        raise ValueError(
            f"is none that MWAA still creates environments of{since}; it does of {', '.join(creatable)}; "
            "airflow_environment_exists = true declares that yours exists already"
        )
    return value


def email(value: str) -> str:
    """An address that mail can be sent to."""
    return _matching(value, EMAIL, "is not a mail address")


def is_email(value: str) -> bool:
    """Whether it is one address and nothing else."""
    return _matches(value, EMAIL)


def is_past(day: date) -> bool:
    """Whether a day is over (UTC)."""
    return day < _today()


def _today() -> date:
    return datetime.now(UTC).date()


def lineage_url(value: str) -> str:
    """protocol://host:port, without a user or a password; with the path that takes events where that is not OpenLineage's own.

    Sources of the paths: docs/lineage/openlineage.md of DataHub; docs.open-metadata.org, API reference, "OpenLineage Events".
    """
    otherwise = "must be http or https://<host>:<port>, the host in lower case, the port spelled out, and after it a path or nothing"
    _matching(value, rf"(?=.{{1,512}}$)https?://(?=[^:]{{1,253}}:)({LABEL}\.)*{LABEL}:[1-9]\d{{0,4}}(/(?!\.+(/|$))[\w.-]+)*", otherwise)
    _matching(
        value,
        "(?!.*/openlineage$).*",
        "needs the whole path: DataHub's is /openapi/openlineage/api/v1/lineage, OpenMetadata's /api/v1/openlineage/lineage",
    )
    if int(re.split("[:/]", value)[4]) > LAST_PORT:
        raise ValueError(otherwise)
    return value


def toml(value: Any) -> str:
    """A value as settings.toml spells it."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {json.dumps(item)}" for key, item in value.items()) + "}"
    return value.isoformat() if isinstance(value, date) else json.dumps(value)
