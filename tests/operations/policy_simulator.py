"""IAM's simulator of policies, which moto lacks: it judges a role's inline policies as moto itself enforces them."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl

import httpx
from moto.iam.access_control import IAMPolicy, PermissionResult
from werkzeug import Request, Response
from werkzeug.serving import make_server

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
        policies = [IAMPolicy(json.dumps(iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])) for name in names]
        return Response(_judge(policies, _members(form, "ActionNames"), _members(form, "ResourceArns")), mimetype="text/xml")

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
    return [value for key, value in form.items() if key.startswith(f"{name}.member.")]


def _judge(policies: list[IAMPolicy], actions: list[str], resources: list[str]) -> str:
    results = ""
    for action in actions:
        permitted = [policy.is_action_permitted(action, resource) for policy in policies for resource in resources]
        decision = "allowed" if PermissionResult.PERMITTED in permitted else "implicitDeny"
        results += f"<member><EvalActionName>{action}</EvalActionName><EvalDecision>{decision}</EvalDecision></member>"
    result = f"<EvaluationResults>{results}</EvaluationResults><IsTruncated>false</IsTruncated>"
    name = "SimulatePrincipalPolicy"
    return f'<{name}Response xmlns="{NAMESPACE}"><{name}Result>{result}</{name}Result></{name}Response>'
