"""MWAA's operation InvokeRestApi: what it refuses, and what it makes of Airflow's answers.

docs.aws.amazon.com/mwaa/latest/userguide/access-mwaa-apache-airflow-rest-api.html, and InvokeRestApi in the API reference. AWS does not
say which error a call gets that takes too long or answers too much: here it is RestApiServerException. Nor does it say which paths it
takes: here only those that stay below the API's own address.
"""

import json
from collections.abc import Mapping
from typing import Any

from local.aws.emulator.airflow_behind import AirflowBehind, NoAnswer
from local.aws.emulator.errors import Refused
from local.aws.emulator.neighbours import invalid

SECONDS = 10.0
MOST_BYTES = 6_000_000
CLIENT_ERROR, SERVER_ERROR = 400, 500


def invoke(airflow: AirflowBehind, environment: Mapping[str, Any], request: Mapping[str, Any]) -> dict[str, Any]:
    """Pass a call on to the Airflow behind an available environment. Raises Refused."""
    if environment["WebserverAccessMode"] == "PRIVATE_ONLY":
        raise Refused("AccessDeniedException", f"The web server of {environment['Name']} is private: this call is not from inside its VPC.")
    path = request["Path"]
    if not path.startswith("/") or {"?", "#", "\\"} & set(path) or {"..", "."} & set(path.split("/")):
        raise invalid(f"Path {path}: must be a path of Airflow's REST API, such as /dags.")
    try:
        answer = airflow.ask(
            environment["AirflowVersion"],
            request["Method"],
            path,
            query=request.get("QueryParameters"),
            body=request.get("Body"),
            seconds=SECONDS,
        )
    except NoAnswer as silent:
        raise _failed("RestApiServerException", silent.status, {"detail": str(silent)}) from silent
    if len(answer.body) > MOST_BYTES:
        raise _failed("RestApiServerException", answer.status, {"detail": f"the response is larger than {MOST_BYTES} bytes"})
    response = _document(answer.body)
    if answer.status >= CLIENT_ERROR:
        raise _failed("RestApiServerException" if answer.status >= SERVER_ERROR else "RestApiClientException", answer.status, response)
    return {"RestApiStatusCode": answer.status, "RestApiResponse": response}


def _failed(code: str, status: int, response: Any) -> Refused:
    return Refused(code, "", RestApiStatusCode=status, RestApiResponse=response)


def _document(body: bytes) -> Any:
    """The body as JSON; an error of a web server may be a page."""
    try:
        return json.loads(body) if body else {}
    except ValueError:
        return {"detail": body.decode(errors="replace")[:200]}
