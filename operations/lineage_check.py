"""The demo's own check of the lineage, of what the deployed Airflow has sent to the deployed Marquez."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from botocore.exceptions import ClientError
from rich.console import Console

from lineage import placeholders, report, where
from lineage.check import Verdict, compare
from lineage.client import LineageApiError, RefusedError, StoreUnreachableError, read_lineage
from lineage.expected_files import load
from modules.settings import InvalidSettings
from modules.warehouse import DATABASE
from operations.deployment import Deployment, NotDeployed
from operations.findings import problem, show, warning

API_KEY = "OPENLINEAGE_API_KEY"
EVENTS = "/api/v1/lineage"
"""Where Marquez takes events."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")
PORT_FORWARD = "kubectl port-forward to Marquez, then make check-lineage URL=http://127.0.0.1:5000"


def check_anywhere(root: Path, console: Console, url: str | None) -> int:
    """Check the store at `url`, else that of `make up`, else the deployment's Marquez; exit code 0 only when the lineage is complete.

    A store at `url` is checked as the deployment's, with its names and its key, where there is a deployment. Otherwise the names are
    those that the store has, and the key is OPENLINEAGE_API_KEY. Raises NotDeployed, InvalidSettings.
    """
    here = url or where.running()
    if here is None or (url and _is_deployed(root)):
        return check(Deployment.of(root), console, url)
    console.print(f"The lineage at {here}{'' if url else ', where `make up` runs'}", soft_wrap=True)
    try:
        graph = read_lineage(here, api_key=os.environ.get(API_KEY) or None)
    except LineageApiError as error:
        show([problem("Marquez", str(error), f"is the address right? A store that wants a key takes it from {API_KEY}")], console)
        return 1
    dags = where.dags(url)
    verdict = compare(load(dags, placeholders.completed(load(dags, {}), {}, graph)), graph)
    report.print_verdict(verdict, console)
    return 0 if verdict.is_complete else 1


def _is_deployed(root: Path) -> bool:
    try:
        deployment = Deployment.of(root)
        return bool(deployment.outputs("network"))
    except (InvalidSettings, NotDeployed):
        return False


def check(deployment: Deployment, console: Console, url: str | None = None) -> int:
    """Print the verdict; the exit code is 0 only when the lineage is complete. `url` is Marquez's, if not the deployment's own.

    Raises NotDeployed.
    """
    elsewhere = deployment.settings.lineage_url
    url = url or (elsewhere.removesuffix(EVENTS) if elsewhere else deployment.outputs("marquez")["marquez_ui_url"])
    console.print(f"The lineage at {url}", soft_wrap=True)
    try:
        verdict = _verdict(deployment, url, _key(deployment, url, console))
    except LineageApiError as error:
        show([problem("Marquez", str(error), _cure(deployment, error))], console)
        return 1
    report.print_verdict(verdict, console)
    return 0 if verdict.is_complete else 1


def _verdict(deployment: Deployment, url: str, key: str | None) -> Verdict:
    settings = deployment.settings
    values = {
        "bucket": deployment.outputs("lake")["bucket_name"],
        "warehouse": settings.warehouse_namespace,
        "database": DATABASE,
    }
    # A store that others write to as well has more in it than this pipeline's.
    namespace = None if settings.with_marquez else settings.lineage_namespace
    return compare(load(where.DAGS, values), read_lineage(url, api_key=key), namespace)


def _key(deployment: Deployment, url: str, console: Console) -> str | None:
    """The key of the lineage API, if there is one. It does not go over a network that anyone can listen to."""
    secret = deployment.outputs("network")["lineage_api_key_secret_arn"]
    try:
        key = str(deployment.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]).strip()
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":  # that is: no value yet
            show([warning("Key", f"its secret cannot be read: {error}", f"you need secretsmanager:GetSecretValue on {secret}")], console)
        return None
    address = urlsplit(url)
    if address.scheme != "https" and address.hostname not in LOOPBACK:
        show(
            [warning("Key", "is not sent: the address is plain HTTP", f"set domain and certificate_arn for TLS, or {PORT_FORWARD}")],
            console,
        )
        return None
    return key


def _cure(deployment: Deployment, error: LineageApiError) -> str:
    if isinstance(error, RefusedError):
        key = f"{deployment.settings.variables_prefix}/{API_KEY}"
        return f"the key in {key} must be the store's; over plain HTTP none is sent: {PORT_FORWARD}"
    if not isinstance(error, StoreUnreachableError):
        if deployment.settings.lineage_path:
            return (
                "only a Marquez can be checked: of another catalog look at its own page (docs/catalogs.md); `make demo` checks these DAGs"
            )
        return f"is it a Marquez? If only its API is elsewhere: {PORT_FORWARD}"
    if not deployment.settings.with_marquez:
        return "is lineage_url reachable from here? Otherwise from inside the VPC: URL= names another way to it"
    changed = "has your address changed (EXTERNAL_IP; make deploy STACK=marquez)"
    return f"{changed}? Is the chart there (make deploy STACK=marquez-chart)? Or {PORT_FORWARD}"
