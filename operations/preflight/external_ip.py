"""Whether EXTERNAL_IP is the operator's own: it alone reaches Marquez and its cluster, and signs in to Airflow by the deployed policy."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, ip_address

import httpx

from operations.deployment import Deployment
from operations.findings import Finding, ok, problem, warning
from operations.question import Question

WHO_AM_I = "https://checkip.amazonaws.com"
SECONDS = 3
EXAMPLES = [IPv4Network(block) for block in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")]
"""Addresses for documentation, which nobody has: RFC 5737."""
WIDE = 16
SET_IT = 'Set external_ip in the settings, or EXTERNAL_IP="$(curl -s https://checkip.amazonaws.com)/32".'


def blocks(deployment: Deployment) -> Iterator[Finding]:
    """Whether each block can be somebody's own."""
    for text in deployment.settings.external_ip:
        block = IPv4Network(text)
        if any(block.subnet_of(example) for example in EXAMPLES):
            yield problem(text, "is an example's address, and nobody's", SET_IT)
        elif not block.is_global:
            yield warning(text, "is private: no request from the internet shows it", f"{SET_IT} It is the address that your network shows.")
        elif block.prefixlen < WIDE:
            yield warning(text, f"admits {block.num_addresses:,} addresses", SET_IT)
        else:
            yield ok(text)


def caller(deployment: Deployment) -> Iterator[Finding]:
    """Whether the address that AWS sees here is among them. The cluster's API admits no other, so the chart needs it."""
    own = _own_address()
    if own is None:
        yield warning("Your address", f"could not be found out from {WHO_AM_I}", "Compare it with external_ip yourself.")
    elif any(own in IPv4Network(block) for block in deployment.settings.external_ip):
        yield ok("Your address", f"{own} is among them")
    elif deployment.settings.with_marquez:
        yield problem("Your address", f"{own} is not among them: Helm will not reach the cluster, nor you Marquez", f"{SET_IT}")
    else:
        yield warning("Your address", f"{own} is not among them: the sign-in policy lets nobody into Airflow from here", SET_IT)


def _own_address() -> IPv4Address | None:
    try:
        answer = httpx.get(WHO_AM_I, timeout=SECONDS).raise_for_status().text.strip()
        address = ip_address(answer)
    except (httpx.HTTPError, ValueError):
        return None
    return address if isinstance(address, IPv4Address) else None


QUESTIONS = (Question("EXTERNAL_IP", blocks), Question("Your address", caller))
