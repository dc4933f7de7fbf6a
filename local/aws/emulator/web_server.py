"""The web servers of all MWAA environments, behind one TLS port: Airflow's command line and the signing in.

docs.aws.amazon.com/mwaa/latest/userguide/airflow-cli-command-reference.html and .../access-mwaa-apache-airflow-rest-api.html, which says
where people sign in, and into which cookie.
"""

import base64
import json
import secrets
import shlex
from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Request, Response

from local.aws.emulator.airflow_behind import NEW_API, NoAnswer
from local.aws.emulator.cli_commands import is_listed
from local.aws.emulator.services import Services

OLD_LOGIN, NEW_LOGIN = "/aws_mwaa/login", "/pluginsv2/aws_mwaa/login"
COOKIES = {OLD_LOGIN: "session", NEW_LOGIN: "_token"}


class WebServer:
    """The pages as a WSGI application."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        """The WSGI interface."""
        request = Request(environ)
        pages = {"/aws_mwaa/cli": self._command_line, **dict.fromkeys(COOKIES, self._sign_in)}
        page = pages.get(request.path)
        if page is None or request.method != "POST":
            return _message(404, f"no {request.method} {request.path} here")(environ, start_response)
        return page(request)(environ, start_response)

    def _command_line(self, request: Request) -> Response:
        """Run a line of Airflow's command line: its output in base64, 400 if it failed.

        A command that AWS does not list is answered with 500: github.com/aws/amazon-mwaa-docker-images/issues/148.
        """
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        version, refusal = self._admitted(token if kind == "Bearer" else "", "cli")
        if refusal:
            return refusal
        if request.mimetype != "text/plain":
            return _message(415, "the command must be text/plain")
        words = shlex.split(request.get_data(as_text=True))
        if not is_listed(version, words):
            return _message(
                500, f"MWAA runs no `airflow {' '.join(words[:2])}` on Airflow {version}: its CLI command reference does not list it"
            )
        try:
            done = self._services.airflow.run(words)
        except NoAnswer as silent:
            return _message(silent.status, str(silent))
        outputs = {"stdout": done.stdout, "stderr": done.stderr}
        body = json.dumps({name: base64.b64encode(output).decode() for name, output in outputs.items()})
        return Response(body, status=400 if done.returncode else 200, mimetype="application/json")

    def _sign_in(self, request: Request) -> Response:
        """Exchange a token for a session's cookie."""
        version, refusal = self._admitted(request.form.get("token", ""), "web")
        if refusal:
            return refusal
        page = NEW_LOGIN if int(version.partition(".")[0]) >= NEW_API else OLD_LOGIN
        if request.path != page:
            return _message(404, f"no {request.path} here: Airflow {version} has {page}")
        response = _message(200, "signed in")
        response.set_cookie(COOKIES[page], secrets.token_urlsafe(32), secure=True, httponly=True)
        return response

    def _admitted(self, token: str, kind: str) -> tuple[str, Response | None]:
        """The Airflow version of the environment that a token admits to; or a refusal: of no token of this kind, or of no environment."""
        for mwaa in self._services.all("mwaa"):
            if name := mwaa.redeem(token, kind):
                version = mwaa.runs(name)
                return version, None if version else _message(404, f"no environment {name}")
        return "", _message(403, "Forbidden")


def _message(status: int, text: str) -> Response:
    return Response(json.dumps({"message": text}), status=status, mimetype="application/json")
