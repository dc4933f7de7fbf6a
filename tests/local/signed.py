"""Signed requests to the emulated AWS, with nothing that checks them before they are sent."""

import json
from typing import Any

import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.aws.machine import Aws

SECONDS = 60  # the first request of a service has its model read


def send(
    aws: Aws,
    service: str,
    method: str = "POST",
    path: str = "/",
    *,
    body: str | bytes = b"",
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    """Send a request that is signed for a service, by the name it has in signatures."""
    content = body if isinstance(body, bytes) else body.encode()
    request = AWSRequest(method, aws.url + path, headers=headers or {}, data=content)
    SigV4Auth(Credentials("local", "local"), service, "us-east-1").add_auth(request)
    return httpx.request(method, aws.url + path, headers=dict(request.headers), content=content, trust_env=False, timeout=SECONDS)


def send_json(aws: Aws, service: str, target: str, **parameters: Any) -> httpx.Response:
    """Call an operation of a service that speaks JSON; `target` is the service's prefix, a dot, and the operation."""
    headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
    return send(aws, service, body=json.dumps(parameters), headers=headers)


def send_query(aws: Aws, service: str, action: str, **parameters: str) -> httpx.Response:
    """Call an operation of a service that speaks a query protocol."""
    body = str(httpx.QueryParams({"Action": action, **parameters}))
    return send(aws, service, body=body, headers={"Content-Type": "application/x-www-form-urlencoded"})


def serverless(aws: Aws, operation: str, **parameters: Any) -> dict[str, Any]:
    """Call Redshift Serverless. The SDK of the project's environment is older than some of the parameters."""
    return dict(send_json(aws, "redshift-serverless", f"RedshiftServerless.{operation}", **parameters).json())
