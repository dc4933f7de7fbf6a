"""Interface endpoints: needed where nothing else leads out, and in the way where they do not admit Airflow.

docs.aws.amazon.com/mwaa/latest/userguide/vpc-vpe-create-access.html
"""

from collections.abc import Iterator

from operations.explain.case import Case, Json
from operations.explain.firewall import group_admits
from operations.explain.routes import all_lead_out
from operations.findings import Finding, ok, problem, warning

NEEDED = ("s3", "monitoring", "logs", "sqs", "kms", "ecr.api", "ecr.dkr", "airflow.api", "airflow.env", "airflow.ops")
"""In either access mode of the web server."""
GATEWAY = "Gateway"
HTTPS = 443


def check(case: Case) -> Iterator[Finding]:
    """Those that are missing, those that are not used, and those that keep Airflow out."""
    present = {service: endpoint for service in NEEDED for endpoint in case.endpoints if _is_of(endpoint, service, case.region)}
    found = list(_missing(case, present)) if not all_lead_out(case) else []
    for service, endpoint in present.items():
        found += _usable(case, service, endpoint)
    yield from found or [ok("Endpoints", f"{', '.join(present) or 'none, none needed'}")]


def _is_of(endpoint: Json, service: str, region: str) -> bool:
    """The name of a service begins with the partition's own domain: com.amazonaws, cn.com.amazonaws."""
    return str(endpoint["ServiceName"]).endswith(f".{region}.{service}")


def _missing(case: Case, present: dict[str, Json]) -> Iterator[Finding]:
    for service in NEEDED:
        if service not in present:
            cure = f"give the subnets NAT, or {case.vpc_id} an endpoint to com.amazonaws.{case.region}.{service} with private DNS"
            yield problem("Endpoints", f"nothing leads to {service}: neither NAT nor an endpoint", cure)
    if case.environment.get("WebserverAccessMode") == "PUBLIC_ONLY" and case.environment.get("RequirementsS3Path"):
        cure = 'give the subnets NAT, or set mwaa_webserver = "private", then make deploy STACK=mwaa'
        yield warning("Requirements", "without NAT pip reaches no package index", cure)


def _usable(case: Case, service: str, endpoint: Json) -> Iterator[Finding]:
    name = f"Endpoint {endpoint['VpcEndpointId']} ({service})"
    if endpoint["State"].lower() != "available":
        yield problem(name, f"is {endpoint['State']}", "wait for it, or make it anew")
    if endpoint["VpcEndpointType"] == GATEWAY:
        return
    if not endpoint.get("PrivateDnsEnabled"):
        if not all_lead_out(case):
            cure = f"aws ec2 modify-vpc-endpoint --vpc-endpoint-id {endpoint['VpcEndpointId']} --private-dns-enabled"
            yield problem(name, "has no private DNS: the service's own name leads past it", cure)
        return
    groups = [group["GroupId"] for group in endpoint.get("Groups", [])]
    inward = [permission for group in case.security_groups(groups) for permission in group["IpPermissions"]] if groups else []
    if not group_admits(inward, HTTPS, groups=case.security_group_ids, networks=case.networks):
        cure = f"admit TCP 443 from {', '.join(case.security_group_ids)} in {', '.join(groups)}"
        yield problem(name, "its security group does not admit Airflow, and its private DNS takes all calls to the service", cure)
