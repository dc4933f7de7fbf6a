"""The environment's security groups: its parts reach each other, and AWS.

docs.aws.amazon.com/mwaa/latest/userguide/vpc-security.html: all among themselves, or at least HTTPS and the metadata database.
"""

from collections.abc import Iterator

from botocore.exceptions import ClientError

from operations.explain.case import Case, Json
from operations.explain.firewall import ANYWHERE, group_admits
from operations.explain.routes import all_lead_out
from operations.findings import Finding, ok, problem

HTTPS = 443
AMONG_THEMSELVES = {5432: "Airflow's database", HTTPS: "Airflow's web server and endpoints"}
SELF = "one rule cures it: all traffic from the group to itself (make deploy STACK=network)"


def check(case: Case) -> Iterator[Finding]:
    """Rules of all groups together: each member has them all."""
    ids = case.security_group_ids
    try:
        groups = case.security_groups(ids)
    except ClientError as error:
        if error.response["Error"]["Code"] != "InvalidGroup.NotFound":
            raise
        yield problem(
            "Security groups", f"{', '.join(ids)}: at least one is gone", "make deploy STACK=network, then make deploy STACK=mwaa"
        )
        return
    inward = [permission for group in groups for permission in group["IpPermissions"]]
    outward = [permission for group in groups for permission in group["IpPermissionsEgress"]]
    found = [*_among_themselves(case, inward, "from"), *_among_themselves(case, outward, "to"), *_outward(case, outward)]
    yield from found or [ok("Security groups", f"{', '.join(ids)}: open to themselves, and to AWS by HTTPS")]


def _among_themselves(case: Case, permissions: list[Json], way: str) -> Iterator[Finding]:
    ids = case.security_group_ids
    for port, what in AMONG_THEMSELVES.items():
        if not group_admits(permissions, port, groups=ids, networks=case.networks):
            yield problem("Security groups", f"{', '.join(ids)}: no rule admits TCP {port} {way} the group itself ({what})", SELF)


def _outward(case: Case, permissions: list[Json]) -> Iterator[Finding]:
    """Without a way out of the subnets, endpoints inside them are all that is to be reached."""
    if all_lead_out(case) and not group_admits(permissions, HTTPS, networks=[ANYWHERE]):
        cure = "add an egress rule: TCP 443 to 0.0.0.0/0 (make deploy STACK=network)"
        yield problem("Security groups", f"{', '.join(case.security_group_ids)}: no rule lets HTTPS out to AWS and the package index", cure)
