"""IAM's simulator of policies, which moto lacks: it judges a role's inline policies, and no resource's, as SimulatePrincipalPolicy does."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl

import httpx
from werkzeug import Request, Response
from werkzeug.serving import make_server

from local.aws import iam as judged

SECONDS = 60
NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"


@contextmanager
def simulating(aws_url: str, iam: Any) -> Iterator[str]:
    """An IAM whose SimulatePrincipalPolicy works, for the roles that `iam` knows; the rest goes to `aws_url`. Yields its URL."""

    @Request.application
    def answer(request: Request) -> Response:
        body = request.get_data()
        form = dict(parse_qsl(body.decode()))
        if form["Action"] != "SimulatePrincipalPolicy":
            headers = {name: value for name, value in request.headers if name in ("Authorization", "X-Amz-Date", "Content-Type")}
            forwarded = httpx.post(aws_url, content=body, headers=headers, trust_env=False, timeout=SECONDS)
            return Response(forwarded.content, forwarded.status_code, mimetype="text/xml")
        role = form["PolicySourceArn"].rpartition("/")[2]
        names = iam.list_role_policies(RoleName=role)["PolicyNames"]
        policies = [judged.Document.parse(iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]) for name in names]
        return Response(_judge(form, policies), mimetype="text/xml")

    server = make_server("127.0.0.1", 0, answer, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _members(form: dict[str, str], name: str) -> list[str]:
    return [value for key, value in form.items() if re.fullmatch(rf"{re.escape(name)}\.member\.\d+", key)]


def _context(form: dict[str, str]) -> dict[str, list[str]]:
    entries = {
        key.removesuffix("Name"): name for key, name in form.items() if re.fullmatch(r"ContextEntries\.member\.\d+\.ContextKeyName", key)
    }
    return {name: _members(form, f"{entry}Values") for entry, name in entries.items()}


def _judge(form: dict[str, str], identity: list[judged.Document]) -> str:
    role = judged.Principal.role(form["PolicySourceArn"])
    root = {"AWS": f"arn:aws:iam::{role.account}:root"}
    key = judged.Document.parse({"Statement": {"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}})
    results = ""
    for action in _members(form, "ActionNames"):
        for resource in _members(form, "ResourceArns"):
            request = judged.Request(role, action, resource, _context(form), role.account)
            decision = "allowed" if judged.decide(request, judged.Policies(identity, key=key)).allowed else "implicitDeny"
            results += f"<member><EvalActionName>{action}</EvalActionName><EvalDecision>{decision}</EvalDecision></member>"
    result = f"<EvaluationResults>{results}</EvaluationResults><IsTruncated>false</IsTruncated>"
    name = "SimulatePrincipalPolicy"
    return f'<{name}Response xmlns="{NAMESPACE}"><{name}Result>{result}</{name}Result></{name}Response>'
