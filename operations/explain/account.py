"""What the account must have for MWAA: the role that the service acts in, and room for its endpoints.

docs.aws.amazon.com/mwaa/latest/userguide/mwaa-slr.html
"""

from collections.abc import Iterator

from operations.explain.case import Case
from operations.findings import Finding, ok, problem
from operations.reading import quota

SERVICE_ROLES = "/aws-service-role/airflow.amazonaws.com/"
ENDPOINTS_QUOTA = "L-29B6F2EB"
"""Interface endpoints for each VPC: MWAA makes one for its database and one for a private web server."""


def check_service_role(case: Case) -> Iterator[Finding]:
    """In it MWAA makes endpoints and writes metrics."""
    roles = case.client("iam").list_roles(PathPrefix=SERVICE_ROLES)["Roles"]
    if roles:
        yield ok("Service-linked role", roles[0]["RoleName"])
    else:
        cure = "aws iam create-service-linked-role --aws-service-name airflow.amazonaws.com"
        yield problem("Service-linked role", "MWAA's own is not there: it cannot make its endpoints", cure)


def check_quota(case: Case) -> Iterator[Finding]:
    """Room for MWAA's own endpoints in the VPC."""
    limit = quota(case.client("service-quotas"), "vpc", ENDPOINTS_QUOTA)
    used = sum(endpoint["VpcEndpointType"] == "Interface" for endpoint in case.endpoints)
    if used >= limit:
        more = f"--service-code vpc --quota-code {ENDPOINTS_QUOTA} --desired-value {limit + 10}"
        yield problem(
            "Quota",
            f"{case.vpc_id} has {used} interface endpoints of {limit}: none is left for MWAA's own",
            f"aws service-quotas request-service-quota-increase {more}",
        )
    else:
        yield ok("Quota", f"{used} of {limit} interface endpoints in {case.vpc_id}")
