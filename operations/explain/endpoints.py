"""VPC endpoints: needed where nothing else leads out, and in the way where they do not admit Airflow.

docs.aws.amazon.com/mwaa/latest/userguide/vpc-vpe-create-access.html
"""

import json
from collections.abc import Iterator

from local.aws.iam import Document, Policies, PolicyError, Principal, Request, decide
from operations.explain import role
from operations.explain.case import Case, Json
from operations.explain.firewall import group_admits
from operations.explain.policies import listed
from operations.explain.routes import all_lead_out
from operations.findings import Finding, ok, problem, warning

NEEDED = ("s3", "monitoring", "logs", "sqs", "kms")
"""In either access mode of the web server; its own endpoints MWAA makes itself."""
USED = (*NEEDED, "secretsmanager")
"""Airflow looks its connections and variables up in the last."""
ACTIONS = {"monitoring": "cloudwatch"}
"""{endpoint: the prefix of its actions}, where that is not its name."""
FULL_ACCESS = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}
GATEWAY = "Gateway"
HTTPS = 443


def check(case: Case) -> Iterator[Finding]:
    """Those that are missing, those that are not used, and those that keep Airflow out."""
    present = {service: endpoint for service in USED for endpoint in case.endpoints if _is_of(endpoint, service, case.region)}
    found = list(_missing(case, present)) if not all_lead_out(case) else []
    for service, endpoint in present.items():
        found += [*_usable(case, service, endpoint), *_open(case, service, endpoint)]
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


def _open(case: Case, service: str, endpoint: Json) -> Iterator[Finding]:
    """Whether the endpoint's policy lets through what MWAA sends, in the execution role and in roles of AWS's own.

    MWAA wants full access on every endpoint that it uses (Amazon MWAA User Guide, "Security in your VPC").
    """
    text = endpoint.get("PolicyDocument")
    if not text or not _takes_its_calls(case, endpoint):
        return
    name, id_ = f"Endpoint {endpoint['VpcEndpointId']} ({service})", endpoint["VpcEndpointId"]
    cure = f"aws ec2 modify-vpc-endpoint --vpc-endpoint-id {id_} --reset-policy gives it full access, as MWAA wants it"
    try:
        refused = _refused(case, service, Document.parse(text))
    except PolicyError as error:
        yield warning(name, f"its policy cannot be judged: {error}", cure)
        return
    if refused:
        yield problem(name, f"its policy does not let Airflow's role {refused}", cure)
    elif _statements(json.loads(text)) != FULL_ACCESS:
        detail = "its policy is not full access: MWAA's own principals, which are in AWS's accounts, may be refused"
        yield warning(name, detail, cure)


def _takes_its_calls(case: Case, endpoint: Json) -> bool:
    """A gateway takes those of the subnets whose route tables it is in; an interface all of the VPC, by private DNS."""
    if endpoint["VpcEndpointType"] != GATEWAY:
        return bool(endpoint.get("PrivateDnsEnabled"))
    tables = {table["RouteTableId"] for table in case.route_tables.values()}
    return bool(tables & set(endpoint.get("RouteTableIds", [])))


def _refused(case: Case, service: str, policy: Document) -> str:
    """The first thing that MWAA does through an endpoint and its policy refuses: `do something (an action)`; empty if there is none."""
    prefix = f"{ACTIONS.get(service, service)}:"
    anything = Document.parse({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
    for need in role.needs(case):
        for action in need.actions:
            if action.startswith(prefix):
                principal = Principal.role(case.environment["ExecutionRoleArn"])
                request = Request(principal, action, need.resources[0], {"aws:SecureTransport": "true"}, case.account)
                decision = decide(request, Policies([anything], key=Document.parse(FULL_ACCESS), endpoint=policy))
                if not decision.allowed:
                    return f"{need.what} ({action}): {decision.reason}"
    return ""


def _statements(policy: Json) -> Json:
    """A policy as AWS writes full access, whichever of the ways that mean everybody is used."""
    kept = [{name: _plain(value) for name, value in statement.items() if name != "Sid"} for statement in listed(policy["Statement"])]
    return {"Statement": kept}


def _plain(value: object) -> object:
    return "*" if value in ("*", ["*"], {"AWS": "*"}, {"AWS": ["*"]}) else value
