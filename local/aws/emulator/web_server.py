"""The web servers of all MWAA environments, behind one TLS port: Airflow's command line and the signing in.

docs.aws.amazon.com/mwaa/latest/userguide/airflow-cli-command-reference.html and .../access-mwaa-apache-airflow-rest-api.html.
"""

import base64
import json
import secrets
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from werkzeug.wrappers import Request, Response

from local.aws.emulator.services import Services

COMMAND_SECONDS = 120


class WebServer:
    """The pages as a WSGI application. `airflow` is a file that tells which Airflow stands behind them, if there is one.

    It is JSON: {"command": [...], "environment": {...}}; what is sent is run as arguments of the command. It may come later.
    """

    def __init__(self, services: Services, airflow: Path | None) -> None:
        self._services, self._airflow = services, airflow

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        """The WSGI interface."""
        request = Request(environ)
        pages = {"/aws_mwaa/cli": self._command_line, "/aws_mwaa/login": self._sign_in}
        page = pages.get(request.path)
        if page is None or request.method != "POST":
            return _message(404, f"no {request.method} {request.path} here")(environ, start_response)
        return page(request)(environ, start_response)

    def _command_line(self, request: Request) -> Response:
        """Run a line of Airflow's command line: its output in base64, 400 if it failed."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if refusal := self._refusal(token if kind == "Bearer" else "", "cli"):
            return refusal
        if request.mimetype != "text/plain":
            return _message(415, "the command must be text/plain")
        if self._airflow is None or not self._airflow.is_file():
            return _message(503, "no Airflow stands behind this environment")
        airflow = json.loads(self._airflow.read_text(encoding="utf-8"))
        return _run([*airflow["command"], *shlex.split(request.get_data(as_text=True))], airflow.get("environment", {}))

    def _sign_in(self, request: Request) -> Response:
        """Exchange a token for a session's cookie."""
        if refusal := self._refusal(request.form.get("token", ""), "web"):
            return refusal
        response = _message(200, "signed in")
        response.set_cookie("session", secrets.token_urlsafe(32), secure=True, httponly=True)
        return response

    def _refusal(self, token: str, kind: str) -> Response | None:
        """Why a token does not admit: nobody's or too old, or its environment is gone."""
        for mwaa in self._services.all("mwaa"):
            if name := mwaa.redeem(token, kind):
                return None if mwaa.runs(name) else _message(404, f"no environment {name}")
        return _message(403, "Forbidden")


def _run(command: list[str], environment: dict[str, str]) -> Response:
    try:
        done = subprocess.run(command, env=environment, capture_output=True, timeout=COMMAND_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return _message(504, f"the command took longer than {COMMAND_SECONDS} s")
    except OSError as error:
        return _message(503, f"the Airflow behind this environment does not start: {error}")
    outputs = {"stdout": done.stdout, "stderr": done.stderr}
    body = json.dumps({name: base64.b64encode(output).decode() for name, output in outputs.items()})
    return Response(body, status=400 if done.returncode else 200, mimetype="application/json")


def _message(status: int, text: str) -> Response:
    return Response(json.dumps({"message": text}), status=status, mimetype="application/json")
