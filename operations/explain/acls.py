"""The network ACLs of the environment's subnets: they keep no state, so answers need a rule as well.

docs.aws.amazon.com/mwaa/latest/userguide/vpc-security.html
"""

from collections.abc import Iterator
from ipaddress import IPv4Network

from operations.explain.case import Case
from operations.explain.firewall import ANYWHERE, Ports, acl_admits
from operations.explain.routes import all_lead_out
from operations.findings import Finding, ok, problem

DATABASE: Ports = (5432, 5432)
HTTPS: Ports = (443, 443)
ANSWERS: Ports = (32768, 60999)  # where Linux opens connections from


def check(case: Case) -> Iterator[Finding]:
    """What each ACL must let through."""
    for acl in case.network_acls:
        name = acl["NetworkAclId"]
        kept = [
            (f"TCP {ports[0]}-{ports[1]}" if ports[0] != ports[1] else f"TCP {ports[0]}") + f" {'to' if egress else 'from'} {network}"
            for egress, ports, network in _needs(case)
            if not acl_admits(acl["Entries"], ports, network, egress=egress)
        ]
        for what in kept:
            yield problem("Network ACL", f"{name} lets no {what} through", f"add a rule to {name} that allows {what}")
        if not kept:
            yield ok("Network ACL", name)


def _needs(case: Case) -> Iterator[tuple[bool, Ports, IPv4Network]]:
    """(outward, ports, with whom)."""
    for network in case.networks:
        for ports in (DATABASE, HTTPS, ANSWERS):
            yield True, ports, network
            yield False, ports, network
    if all_lead_out(case):
        yield True, HTTPS, ANYWHERE
        yield False, ANSWERS, ANYWHERE
