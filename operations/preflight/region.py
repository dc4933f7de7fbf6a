"""Whether the region has what is deployed."""

from collections.abc import Iterator

import boto3
from botocore.exceptions import ClientError

from operations.deployment import Deployment
from operations.findings import Finding, ok, problem, warning
from operations.question import Question
from operations.reading import unread

SERVICES = {
    "mwaa": "mwaa",
    "redshift-serverless": "redshift-serverless",
    "redshift-data": "redshift-data",
    "glue": "glue",
    "secretsmanager": "secretsmanager",
}
MARQUEZ = {"eks": "eks", "rds": "rds", "elb": "elbv2"}
"""{the service in AWS's public parameters: in the SDK}. One call takes ten of them."""
PARAMETERS = "/aws/service/global-infrastructure/regions/{region}/services/{service}"
"""docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-global-infrastructure.html"""
ELSEWHERE = "Choose another `region` in the settings."


def services(deployment: Deployment) -> Iterator[Finding]:
    """Whether every service is offered; what AWS does not let us read, the SDK's own list tells."""
    region = deployment.settings.region
    wanted = SERVICES | (MARQUEZ if deployment.settings.with_marquez else {})
    names = {PARAMETERS.format(region=region, service=service): service for service in wanted}
    client = deployment.client("ssm")
    try:
        missing = [names[name] for name in client.get_parameters(Names=list(names))["InvalidParameters"]]
    except ClientError as error:
        yield _by_the_sdk(region, wanted, unread(error, [client]))
        return
    if missing:
        yield problem("Services", f"{region} does not offer {', '.join(sorted(missing))}", ELSEWHERE)
    else:
        yield ok("Services", f"{region} offers all {len(wanted)}")


def _by_the_sdk(region: str, wanted: dict[str, str], reason: str) -> Finding:
    session = boto3.Session()
    known = {service: session.get_available_regions(name) for service, name in wanted.items()}
    missing = [service for service, regions in known.items() if regions and region not in regions]  # of some it knows no regions at all
    if missing:
        return warning("Services", f"{reason}; the SDK knows no {', '.join(missing)} in {region}", f"{ELSEWHERE} Or read on: SDKs age.")
    return ok("Services", f"{region} offers all {len(wanted)}, the SDK says ({reason})")


QUESTIONS = (Question("Services", services, ("ssm",)),)
