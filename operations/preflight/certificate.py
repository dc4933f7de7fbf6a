"""Whether the certificate can be used."""

from collections.abc import Iterator

from operations.deployment import Deployment
from operations.findings import Finding, ok, problem
from operations.question import Question


def certificate(deployment: Deployment) -> Iterator[Finding]:
    """Whether it is issued, and for both names in front of Marquez."""
    arn, domain = deployment.settings.certificate_arn, deployment.settings.domain
    if not arn:
        return
    client = deployment.client("acm")
    try:
        found = client.describe_certificate(CertificateArn=arn)["Certificate"]
    except client.exceptions.ResourceNotFoundException:
        yield problem("Certificate", f"there is no {arn}", "Put the ARN of one of yours into certificate_arn: `aws acm list-certificates`.")
        return
    if found["Status"] == "ISSUED":
        yield ok("Certificate", "issued")
    else:
        yield problem(
            "Certificate", f"is {found['Status']}, not ISSUED", "Validate it by the DNS records that ACM shows, then wait for ISSUED."
        )
    covered = {found["DomainName"], *found.get("SubjectAlternativeNames", [])}
    for name in (f"marquez.{domain}", f"lineage.{domain}"):
        if covers(covered, name):
            yield ok(name, "covered")
        else:
            cure = f"Request one for marquez.{domain} and lineage.{domain}, or for *.{domain}."
            yield problem(name, f"the certificate is for {', '.join(sorted(covered))}", cure)


def covers(names: set[str], host: str) -> bool:
    """Whether a certificate for these names is one for the host: an asterisk stands for one label (RFC 6125)."""
    return host in names or f"*.{host.partition('.')[2]}" in names


QUESTIONS = (Question("Certificate", certificate, ("acm",)),)
