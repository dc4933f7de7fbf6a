"""Airflow's REST API on a deployed environment, through MWAA's operation InvokeRestApi: signed with AWS credentials, no token.

docs.aws.amazon.com/mwaa/latest/userguide/access-mwaa-apache-airflow-rest-api.html: a call may take 10 s and be answered with 6 MB.
"""

import time
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

EXPLAIN = "make explain says how the environment is"
POLICY = "attach the policy `sign_in_policy_arn` (make outputs STACK=mwaa)"
CURES = {
    "AccessDeniedException": f'{POLICY}: it holds from EXTERNAL_IP only, and with mwaa_webserver = "private" from inside the VPC only',
    "ResourceNotFoundException": "make state says whether it is deployed; make explain says how it is",
    "RestApiServerException": f"try again in a minute: the web server may be busy, or being replaced; {EXPLAIN}",
}
OUTDATED = "Update your environment"
"""How MWAA's message begins when an environment is older than the operation: any update brings what is missing."""
FORBIDDEN = (401, 403)
HICCUPS = 3
"""So many answers in a row may fail to come: a web server that is busy, or replaced, answers again."""


class ApiUnavailable(Exception):
    """Airflow cannot be asked; the message says why, `cure` what to do."""

    def __init__(self, message: str, cure: str) -> None:
        super().__init__(message)
        self.cure = cure


class NoAnswer(ApiUnavailable):
    """The next call may be answered."""


class CallRefused(Exception):
    """Airflow does not do what it was asked for; `status` is its HTTP status, the message has its reason."""

    def __init__(self, call: str, status: int, reason: str) -> None:
        super().__init__(f"{call}: {status} {reason}")
        self.status = status


class AirflowApi:
    """The API of an environment; `mwaa` is a client of operations.deployment, whose SDK knows the operation.

    After a call without an answer, it waits `pause` seconds and asks again: ask only for what may be asked for twice.
    """

    def __init__(self, mwaa: Any, environment: str, *, pause: float) -> None:
        self._mwaa, self._environment, self._pause = mwaa, environment, pause

    def call(self, method: str, path: str, *, query: Mapping[str, Any] | None = None, body: Mapping[str, Any] | None = None) -> Any:
        """What Airflow answers, read from JSON. The path is the one behind /api/v1 or /api/v2; MWAA takes 64 characters at most.

        Raises ApiUnavailable and CallRefused.
        """
        given = {"QueryParameters": query, "Body": body}
        arguments = {name: value for name, value in given.items() if value is not None}
        for _ in range(HICCUPS):
            try:
                return self._ask(method, path, arguments)
            except NoAnswer:
                time.sleep(self._pause)
        return self._ask(method, path, arguments)

    def _ask(self, method: str, path: str, arguments: Mapping[str, Any]) -> Any:
        try:
            answer = self._mwaa.invoke_rest_api(Name=self._environment, Method=method, Path=path, **arguments)
        except ClientError as error:
            raise self._failure(f"{method} {path}", error) from error
        except BotoCoreError as error:
            raise NoAnswer(f"MWAA cannot be asked: {error}", "check the network and your AWS credentials") from error
        return answer["RestApiResponse"]

    def _failure(self, call: str, error: ClientError) -> ApiUnavailable | CallRefused:
        told: Mapping[str, Any] = error.response
        code, status = told["Error"]["Code"], told.get("RestApiStatusCode", 0)
        reason = _reason(told.get("RestApiResponse"))
        if code == "RestApiClientException" and status in FORBIDDEN:
            return ApiUnavailable(f"Airflow forbids {call} to your role in it: {status} {reason}", POLICY)
        if code == "RestApiClientException":
            return CallRefused(call, status, reason)
        if code == "RestApiServerException":
            return NoAnswer(f"Airflow's web server failed at {call}: {status} {reason}", CURES[code])
        message = f"MWAA does not pass {call} on to {self._environment}: {error}"
        if OUTDATED in told["Error"]["Message"]:
            return ApiUnavailable(message, f"aws mwaa update-environment --name {self._environment}; it takes some 20 minutes")
        return ApiUnavailable(message, CURES.get(code, EXPLAIN))


def _reason(response: Any) -> str:
    """Airflow's own words: 2.x answers with a problem (RFC 7807), 3.x with a `detail`, which for a malformed request is a list."""
    if isinstance(response, Mapping):
        response = response.get("detail") or response.get("title") or response
    return str(response or "without a word")
