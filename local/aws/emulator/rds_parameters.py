"""What RDS takes and tells of a PostgreSQL parameter.

A static parameter is never applied at once, and RDS refuses to be told so. A parameter that has its default value is told of with
`pending-reboot`, whatever it was set with, so that Terraform sees a difference for ever (terraform-provider-aws#39252: rds.force_ssl is 1
by default from PostgreSQL 15 on). The default values of other parameters depend on the instance, and are not known here.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from moto.rds.exceptions import InvalidParameterCombination

STATIC = {
    "autovacuum_freeze_max_age",
    "autovacuum_max_workers",
    "huge_pages",
    "max_connections",
    "max_locks_per_transaction",
    "max_logical_replication_workers",
    "max_pred_locks_per_transaction",
    "max_prepared_transactions",
    "max_replication_slots",
    "max_wal_senders",
    "max_worker_processes",
    "rds.logical_replication",
    "shared_buffers",
    "shared_preload_libraries",
    "superuser_reserved_connections",
    "track_activity_query_size",
    "track_commit_timestamp",
    "wal_buffers",
}
"""Those that PostgreSQL reads at its start (context `postmaster` in pg_settings), as far as RDS lets one set them."""
FORCE_SSL, FORCED_SINCE = "rds.force_ssl", 15
"""docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html"""


def check(family: str, parameters: Iterable[Mapping[str, Any]]) -> None:
    """Raises RDS's error if a static parameter is to be applied at once."""
    for parameter in parameters:
        if parameter.get("ApplyMethod") == "immediate" and _is_static(family, parameter["ParameterName"]):
            raise InvalidParameterCombination("cannot use immediate apply method for static parameter")


def reported(family: str, parameter: Mapping[str, Any]) -> dict[str, Any]:
    """What RDS adds to what it was told of a parameter, or changes."""
    name = parameter["ParameterName"]
    is_default = name == FORCE_SSL and _version(family) >= FORCED_SINCE and parameter.get("ParameterValue") == "1"
    told = {"Source": "user", "ApplyType": "static" if _is_static(family, name) else "dynamic"}
    return told | ({"ApplyMethod": "pending-reboot"} if is_default else {})


def _is_static(family: str, name: str) -> bool:
    return name in STATIC or (name == FORCE_SSL and _version(family) < FORCED_SINCE)


def _version(family: str) -> int:
    found = re.fullmatch(r"postgres(\d+)", family)
    return int(found[1]) if found else 0
