"""Whose credentials these are, and whether they are for the account that the settings name."""

from typing import Any

from botocore import exceptions as failures

from operations.deployment import Deployment
from operations.findings import Finding, ok, problem, warning
from operations.reading import code

SUBJECT = "Credentials"
LOG_IN = "Log in (`aws sso login`, or new access keys), and name the profile: export AWS_PROFILE=..."
NOT_ACCEPTED = f"{LOG_IN} A region must be enabled for the account, and the clock right."
EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}


def findings(deployment: Deployment) -> list[Finding]:
    """What AWS says of whoever asks; nothing else is worth asking when this is a problem."""
    try:
        caller = deployment.client("sts").get_caller_identity()
    except (failures.BotoCoreError, failures.ClientError) as error:
        return [refusal(error) or problem(SUBJECT, f"AWS does not accept them: {error}", NOT_ACCEPTED)]
    return [*_account(caller, deployment.settings.account_id), *_principal(caller)]


def refusal(error: Exception) -> Finding | None:
    """What an error says of the credentials, and of the way to AWS; None where it says nothing of them."""
    if isinstance(error, failures.NoCredentialsError):
        return problem(SUBJECT, "there are none", LOG_IN)
    if isinstance(error, failures.ConnectionError | failures.HTTPClientError):
        return problem(SUBJECT, f"AWS cannot be reached: {error}", "Look at the network, the proxy (HTTPS_PROXY) and AWS_ENDPOINT_URL.")
    if isinstance(error, failures.ClientError) and code(error) in EXPIRED:
        return problem(SUBJECT, "they have expired", LOG_IN)
    return None


def _account(caller: dict[str, Any], wanted: str | None) -> list[Finding]:
    account = caller["Account"]
    if wanted and account != wanted:
        cure = "Take credentials for that account (AWS_PROFILE), or change account_id in the settings."
        return [problem("Account", f"the credentials are for {account}, the settings say account_id = {wanted}", cure)]
    return [ok("Account", f"{account}, as {caller['Arn']}")]


def _principal(caller: dict[str, Any]) -> list[Finding]:
    if caller["Arn"].endswith(":root"):
        return [warning("Principal", "the account's root user, whom no policy limits", "Deploy in a role or as a user made for it.")]
    return []
