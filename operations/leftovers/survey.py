"""The search for leftovers: every kind side by side."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from modules.state_place import state_folder
from operations.deployment import Deployment
from operations.leftovers import (
    airflow,
    alarms,
    buckets,
    budgets,
    databases,
    identity,
    keys,
    kubernetes,
    lake,
    logs,
    network,
    secrets,
    zones,
)
from operations.leftovers.belongings import Belongings, belongings
from operations.leftovers.kind import Kind, Leftover
from operations.reading import pages, unread

SIDE_BY_SIDE = 16
FIRST = ("resourcegroupstaggingapi", "eks", "sts", "s3")
"""Services that say what is the deployment's, before anything is looked for."""
OF_THE_ACCOUNT = "RDSOSMetrics"
"""The log group of RDS's enhanced monitoring, which all databases of an account share."""

Search = tuple[str, str, Callable[[Any, Belongings], Iterable[Leftover]]]
"""What is looked for, the service that is asked, and how."""


@dataclass
class Survey:
    """What is left, in the order in which it can be removed; what is kept on purpose; what could not be looked for."""

    leftovers: list[Leftover] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def _of(*kinds: Kind) -> tuple[Search, ...]:
    return tuple((kind.name, kind.service, kind.leftovers) for kind in kinds)


SEARCHES: tuple[Search, ...] = (
    *_of(*alarms.KINDS, *airflow.KINDS, *kubernetes.KINDS, *databases.KINDS, *network.KINDS, *lake.KINDS),
    ("Bucket", "s3", buckets.leftovers),
    *_of(*logs.KINDS, *secrets.KINDS, *zones.KINDS, *identity.KINDS, keys.ALIASES),
    ("KMS key", "kms", keys.leftovers),
    ("Budget", "budgets", budgets.leftovers),
)


def find(deployment: Deployment) -> list[Leftover]:
    """What is the deployment's, by its tag or its name, and in no stack's state, in the order in which it can be removed."""
    return survey(deployment).leftovers


def survey(deployment: Deployment) -> Survey:
    """Look for every kind. What cannot be read is said, and hides nothing else."""
    for service in {*FIRST, *(service for _, service, _ in SEARCHES)}:  # threads may share clients, but not make them
        deployment.client(service)
    found = Survey()
    try:
        own = belongings(deployment)
    except Exception as error:
        return Survey(unread=[f"What is the deployment's {unread(error, [deployment.client(service) for service in FIRST])}"])
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        futures = [pool.submit(_search, deployment, own, search) for search in SEARCHES]
        kept = pool.submit(_kept, deployment, own)
    for leftovers, reason in (future.result() for future in futures):
        found.leftovers += leftovers
        found.unread += reason
    found.kept += kept.result()
    return found


def _search(deployment: Deployment, own: Belongings, search: Search) -> tuple[list[Leftover], list[str]]:
    name, service, leftovers = search
    client = deployment.client(service)
    try:
        return sorted(leftovers(client, own), key=lambda leftover: leftover.name), []
    except Exception as error:
        return [], [f"{name} {unread(error, [client])}"]


def _kept(deployment: Deployment, own: Belongings) -> list[str]:
    lines = []
    if bucket := state_folder(deployment.settings)[0]:
        lines.append(f"Bucket {bucket} keeps Terraform's state, and is not a part of the deployment")
    for line in (keys.pending(deployment.client("kms"), own), _shared(deployment.client("logs"))):
        with suppress(BotoCoreError, ClientError):  # the searches ask the same services, and say so
            lines += line
    return lines


def _shared(client: Any) -> Iterable[str]:
    if OF_THE_ACCOUNT in pages(client, "describe_log_groups", "logGroups[].logGroupName", logGroupNamePrefix=OF_THE_ACCOUNT):
        yield f"Log group {OF_THE_ACCOUNT} is the account's: RDS writes to it for every database with enhanced monitoring"
