"""Pages of a listing."""

from collections.abc import Mapping, Sequence
from typing import Any

from local.aws.emulator.errors import Refused


def page(members: Sequence[Any], name: str, request: Mapping[str, Any], *, most: int = 100) -> dict[str, Any]:
    """The answer's member `name` with the page that a request wants, and the token of the next. Raises Refused for a token of nobody's.

    Services spell the members of paging in lower camel case or with a capital: `name` tells which.
    """
    size, token, following = ("MaxResults", "NextToken", "NextToken") if name[0].isupper() else ("maxResults", "nextToken", "nextToken")
    try:
        start = int(str(request.get(token, "0")).removeprefix("page-from-"))
    except ValueError:
        raise Refused("ValidationException", f"{token} is not valid: {request[token]}") from None
    end = start + (request.get(size) or most)
    return {name: list(members[start:end])} | ({following: f"page-from-{end}"} if end < len(members) else {})
