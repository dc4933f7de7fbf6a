"""Airflow's command line on a deployed environment, through the address at which MWAA's web server takes commands.

docs.aws.amazon.com/mwaa/latest/userguide/call-mwaa-apis-cli.html
"""

import base64
import json
import shlex
from http import HTTPStatus
from typing import Any

import httpx
from botocore.exceptions import BotoCoreError, ClientError

TIMEOUT_SECONDS = 120
"""A command starts an Airflow of its own on a small machine: some take most of a minute."""
Row = dict[str, Any]


class CliUnavailable(Exception):
    """No command can be run; the message says why, `cure` what to do."""

    def __init__(self, message: str, cure: str) -> None:
        super().__init__(message)
        self.cure = cure


class CommandFailed(Exception):
    """Airflow refused a command or broke off; the message is its last word, `output` all that it wrote to standard output."""

    def __init__(self, command: str, output: str, errors: str) -> None:
        said = [line.strip() for line in (errors or output).splitlines() if line.strip()]
        super().__init__(f"airflow {command}: {said[-1] if said else 'failed without a word'}")
        self.output = output


class AirflowCli:
    """The command line of an environment; `mwaa` is boto3's client. Methods raise CliUnavailable and CommandFailed."""

    def __init__(self, mwaa: Any, environment: str) -> None:
        self._mwaa, self._environment = mwaa, environment

    def run(self, *command: str) -> str:
        """Run `airflow <command>`; what it wrote to standard output."""
        token = self._token()
        host, line = token["WebServerHostname"], shlex.join(command)
        headers = {"Authorization": f"Bearer {token['CliToken']}", "Content-Type": "text/plain"}
        try:
            answer = httpx.post(f"https://{host}/aws_mwaa/cli", headers=headers, content=line, timeout=TIMEOUT_SECONDS)
        except httpx.TransportError as error:
            raise CliUnavailable(f"Airflow's web server {host} does not answer: {error or type(error).__name__}", _cure(error)) from error
        return _output(line, answer)

    def rows(self, *command: str) -> list[Row]:
        """Run a command that lists things, and read its list; `list-import-errors` fails when it has some to list."""
        line = (*command, "-o", "json")
        try:
            output = self.run(*line)
        except CommandFailed as failure:
            if rows := read_rows(failure.output):
                return rows
            raise
        rows = read_rows(output)
        if rows is None:
            raise CommandFailed(shlex.join(line), output, "")
        return rows

    def _token(self) -> Any:
        """It lives for 60 seconds: every command needs one of its own."""
        try:
            return self._mwaa.create_cli_token(Name=self._environment)
        except ClientError as error:
            cures = {
                "ResourceNotFoundException": "make deploy STACK=mwaa",
                "AccessDeniedException": "attach the policy `sign_in_policy_arn` (make outputs STACK=mwaa); it holds from EXTERNAL_IP only",
            }
            code = error.response["Error"]["Code"]
            cure = cures.get(code, "make explain says how the environment is")
            raise CliUnavailable(f"MWAA gives no token for {self._environment}: {error}", cure) from error
        except BotoCoreError as error:
            raise CliUnavailable(f"MWAA cannot be asked: {error}", "check the network and your AWS credentials") from error


def read_rows(output: str) -> list[Row] | None:
    """The list in a command's output, which log lines may precede; None if there is none."""
    lines = output.splitlines(keepends=True)
    for number in range(len(lines) - 1, -1, -1):
        if not lines[number].startswith("["):
            continue
        try:
            found, _ = json.JSONDecoder().raw_decode("".join(lines[number:]))
        except ValueError:  # a log line: it begins with its time in brackets
            continue
        if isinstance(found, list):
            return found
    return None


def _output(command: str, answer: httpx.Response) -> str:
    status = answer.status_code
    if status not in (HTTPStatus.OK, HTTPStatus.BAD_REQUEST):
        cure = "make explain says how the environment is"
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            cure = "your role in Airflow must allow it: the policy `sign_in_policy_arn` of the stack mwaa does, from EXTERNAL_IP only"
        raise CliUnavailable(f"Airflow's web server answered {status} to `{command}`: {answer.text[:200]}", cure)
    try:
        streams = answer.json()
        output, errors = (base64.b64decode(streams.get(name) or "").decode(errors="replace") for name in ("stdout", "stderr"))
    except (ValueError, AttributeError) as error:
        raise CliUnavailable(
            f"Airflow's web server did not answer as MWAA's does: {answer.text[:200]}", "is a proxy in between?"
        ) from error
    if status != HTTPStatus.OK:
        raise CommandFailed(command, output, errors)
    return output


def _cure(error: httpx.TransportError) -> str:
    if "CERTIFICATE" in str(error).upper():
        return "if a proxy of yours signs TLS anew, name its certificates in SSL_CERT_FILE"
    if isinstance(error, httpx.ReadTimeout):
        return f"it took longer than {TIMEOUT_SECONDS} s: try again; a larger mwaa_class is faster"
    return 'with mwaa_webserver = "private" it is reachable from inside the VPC only: run this there, or through a VPN into it'
