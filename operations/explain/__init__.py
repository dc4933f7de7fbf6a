"""Why an environment of MWAA was not created, or hangs: what AWS says, and everything that is known to stop it.

The facts are those of MWAA's user guide and of the script verify_env in AWS's support tools.
"""

from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import ClientError
from rich.console import Console
from rich.text import Text

from operations.deployment import Deployment
from operations.explain import account, acls, bucket, endpoints, key, logs, requirements, role, routes, security_groups, subnets
from operations.explain.case import Case
from operations.findings import Finding, problem, problems, show, warning

CHECKS: dict[str, Callable[[Case], Iterator[Finding]]] = {
    "Subnets": subnets.check,
    "Routes": routes.check,
    "Endpoints": endpoints.check,
    "Security groups": security_groups.check,
    "Network ACLs": acls.check,
    "Execution role": role.check,
    "Service-linked role": account.check_service_role,
    "Bucket": bucket.check,
    "Key": key.check,
    "Log groups": logs.check,
    "Requirements": requirements.check,
    "Quota": account.check_quota,
}


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
    """Every check's findings; what may not be looked at is a warning, and no reason to stop."""
    findings: list[Finding] = []
    for subject, check in CHECKS.items():
        try:
            findings.extend(check(case))
        except ClientError as error:
            findings.append(_not_looked_at(subject, error))
    return findings


def what_aws_says(environment: dict[str, Any]) -> str:
    """The environment's status, and the error of its last change, if any."""
    error = environment.get("LastUpdate", {}).get("Error", {})
    said = f" AWS says: {error.get('ErrorCode', '')}: {error.get('ErrorMessage', '')}" if error else " AWS gives no reason."
    return f"{environment['Name']} is {environment['Status']}.{said if error or environment['Status'] != 'AVAILABLE' else ''}"


def _not_there(deployment: Deployment, name: str, error: ClientError) -> Finding:
    if error.response["Error"]["Code"] != "ResourceNotFoundException":
        return _not_looked_at(name, error)
    first = "" if deployment.resources("network") else "make deploy STACK=network, then "
    return problem(name, f"there is no such environment in {deployment.settings.region}", f"{first}make deploy STACK=mwaa")


def _not_looked_at(subject: str, error: ClientError) -> Finding:
    said = f"{error.operation_name} answered {error.response['Error']['Code']}: {error.response['Error']['Message']}"
    return warning(subject, f"could not be looked at: {said}", f"run this with credentials that may call {error.operation_name}")


def _conclusion(findings: list[Finding]) -> str:
    if found := problems(findings):
        return f"{len(found)} thing{'s' if len(found) > 1 else ''} to mend"
    return "All that can be checked is as MWAA wants it"
