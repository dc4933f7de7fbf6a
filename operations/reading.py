"""Questions to AWS that may fail: each failure is a text that says what is missing, and takes no other answer with it."""

import re
from collections.abc import Iterator, Sequence
from textwrap import shorten
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "NotAuthorized"}
IAM_PREFIXES = {"tagging": "tag"}
"""What a service is called in IAM policies, where that is not the name by which its requests are signed."""
IAM_ACTIONS = {"ListBuckets": "ListAllMyBuckets", "DescribeBudget": "ViewBudget"}
LONGEST = 300
"""Characters of an error: a proxy or a load balancer answers with whole pages."""


def code(error: ClientError) -> str:
    """AWS's own name of an error."""
    return str(error.response.get("Error", {}).get("Code", ""))


def unread(error: Exception, clients: Sequence[Any]) -> str:
    """Why something could not be read; of a call that was denied, the IAM action that it takes. `clients` are those that were asked."""
    if isinstance(error, ClientError) and code(error) in DENIED:
        return f"could not be read: needs {_action(error, clients)}"
    kind = "" if isinstance(error, ClientError | BotoCoreError) else f"{type(error).__name__}: "
    return f"could not be read: {kind}{shorten(str(error), LONGEST)}"


def pages(client: Any, operation: str, items: str, **arguments: Any) -> Iterator[Any]:
    """The items of all pages of an answer; `items` is where they are in it, as a JMESPath expression for operations that have pages."""
    if client.can_paginate(operation):
        found = client.get_paginator(operation).paginate(**arguments).search(items)
        return (item for item in found if item is not None)
    return iter(getattr(client, operation)(**arguments).get(items, []))


def quota(client: Any, service: str, code: str) -> int:
    """An account's own quota, or the default where it never had one of its own; `client` is that of Service Quotas. Raises ClientError."""
    try:
        answer = client.get_service_quota(ServiceCode=service, QuotaCode=code)
    except client.exceptions.NoSuchResourceException:
        answer = client.get_aws_default_service_quota(ServiceCode=service, QuotaCode=code)
    return int(answer["Quota"]["Value"])


def _action(error: ClientError, clients: Sequence[Any]) -> str:
    if named := re.search(r"not authorized to perform:? ([\w-]+:\w+)", str(error)):
        return named[1]
    operation = error.operation_name
    models = [client.meta.service_model for client in clients]
    signing = next((model.signing_name for model in models if operation in model.operation_names), "")
    return f"{IAM_PREFIXES.get(signing, signing)}:{IAM_ACTIONS.get(operation, operation)}".removeprefix(":")
