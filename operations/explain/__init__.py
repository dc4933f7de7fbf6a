"""Why an environment of MWAA was not created, or hangs: what AWS says, and everything that is known to stop it.

The facts are those of MWAA's user guide and of the script verify_env in AWS's support tools.
"""

from typing import Any

from botocore.exceptions import ClientError
from rich.console import Console
from rich.text import Text

from operations.deployment import Deployment
from operations.explain import account, acls, bucket, endpoints, key, logs, requirements, role, routes, security_groups, subnets
from operations.explain.case import Case
from operations.findings import Finding, problem, problems, show, warning
from operations.question import Question
from operations.reading import code, unread

CHECKS: tuple[Question[Case], ...] = (
    Question("Subnets", subnets.check, ("ec2",)),
    Question("Routes", routes.check, ("ec2",)),
    Question("Endpoints", endpoints.check, ("ec2",)),
    Question("Security groups", security_groups.check, ("ec2",)),
    Question("Network ACLs", acls.check, ("ec2",)),
    Question("Execution role", role.check, ("iam",)),
    Question("Service-linked role", account.check_service_role, ("iam",)),
    Question("Bucket", bucket.check, ("s3",)),
    Question("Key", key.check, ("kms",)),
    Question("Log groups", logs.check, ("logs", "kms")),
    Question("Requirements", requirements.check, ("logs",)),
    Question("Quota", account.check_quota, ("service-quotas", "ec2")),
)


def explain(deployment: Deployment, console: Console) -> int:
    """Say what is wrong with the environment; the exit code is 0 when nothing is, and AWS has not given it up."""
    name = deployment.settings.name("airflow")
    try:
        environment = deployment.client("mwaa").get_environment(Name=name)["Environment"]
    except ClientError as error:
        show([_not_there(deployment, name, error)], console)
        return 1
    console.print(Text(what_aws_says(environment), "bold"), soft_wrap=True)
    findings = look_into(Case(environment, deployment.client))
    show(findings, console)
    console.print(Text(_conclusion(findings), "bold"), soft_wrap=True)
    return 1 if problems(findings) or environment["Status"].endswith("FAILED") else 0


def look_into(case: Case) -> list[Finding]:
    """Every check's findings; what cannot be looked at is a warning, and no reason to stop."""
    return [finding for check in CHECKS for finding in check.answer(case)]


def what_aws_says(environment: dict[str, Any]) -> str:
    """The environment's status, and the error of its last change, if any."""
    error = environment.get("LastUpdate", {}).get("Error", {})
    said = f" AWS says: {error.get('ErrorCode', '')}: {error.get('ErrorMessage', '')}" if error else " AWS gives no reason."
    return f"{environment['Name']} is {environment['Status']}.{said if error or environment['Status'] != 'AVAILABLE' else ''}"


def _not_there(deployment: Deployment, name: str, error: ClientError) -> Finding:
    if code(error) != "ResourceNotFoundException":
        cure = "ask again with credentials that may describe the environment"
        return warning(name, unread(error, [deployment.client("mwaa")]), cure)
    first = "" if deployment.resources("network") else "make deploy STACK=network, then "
    return problem(name, f"there is no such environment in {deployment.settings.region}", f"{first}make deploy STACK=mwaa")


def _conclusion(findings: list[Finding]) -> str:
    if found := problems(findings):
        return f"{len(found)} thing{'s' if len(found) > 1 else ''} to mend"
    return "All that can be checked is as MWAA wants it"
