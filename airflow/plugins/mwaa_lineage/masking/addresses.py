"""Credentials in URLs: user and password before the host, signatures and keys in the query."""

import re
from collections.abc import Iterator

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,60}://")
_ENDS = re.compile(r"[\s'\"<>`]")
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.%]*\]|[\w.*{}$%-]*)(?::[\w{}$]*)?(?:,[\w.:-]+)*(?=[/?#;,)\]}|\\.!&]|\Z)")
_PORT = re.compile(r"\d{1,5}(?:[/?#]|\Z)")
_WORD_LIKE = re.compile(r"[A-Za-z]{1,12}\Z|git\Z|user(?:name)?\Z")
_PLACEHOLDER = re.compile(r"(?:\{[^{}]*\}|\{\{.*\}\}|\$\{?\w+\}?|<[^>]*>|%s|\*+|%\(\w+\)s)\Z")
_QUERY = re.compile(
    r"[?&;#](?:sig|signature|x-(?:amz|goog|oss|ms|cos)-(?:signature|security-token|credential)|awsaccesskeyid|key|auth|code)"
    r"=(?P<secret>[^\s'\"&;<>`\\]+)",
    re.IGNORECASE,
)
_ORACLE = re.compile(r"(?:jdbc:oracle:\w{1,10}:|\bsqlplus\s+)[^/\s@]{1,128}/(?P<secret>[^@\s'\"]{1,200})@", re.IGNORECASE)


def credentials(text: str) -> Iterator[tuple[int, int]]:
    """Where they stand. Each address is looked at once, so the search is linear."""
    schemes = list(_SCHEME.finditer(text)) if "://" in text else []
    following = [*(scheme.start() for scheme in schemes[1:]), len(text)]
    for scheme, end in zip(schemes, following, strict=False):
        ends = _ENDS.search(text, scheme.end(), end)
        yield from _user(text, scheme.end(), ends.start() if ends else end)
    if "=" in text:
        yield from (match.span("secret") for match in _QUERY.finditer(text) if not _PLACEHOLDER.match(match["secret"]))
    if "racle" in text or "sqlplus" in text:
        yield from (match.span("secret") for match in _ORACLE.finditer(text))


def _user(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = text.rfind("@", start, end)
    while at >= 0 and not _HOST.match(text, at + 1, end):
        at = text.rfind("@", start, at)
    if at < 0:
        return
    colon = text.find(":", start, at)
    name_ends = colon if colon >= 0 else at
    if any(mark in text[start:name_ends] for mark in "/?#"):
        return
    if colon < 0:
        user = text[start:at]
        if not _WORD_LIKE.match(user) and len(user) > 12 and not _PLACEHOLDER.match(user):  # noqa: PLR2004 - a token, no name
            yield start, at
    elif colon + 1 < at and not _PORT.match(text, colon + 1, at) and not _PLACEHOLDER.match(text[colon + 1 : at]):
        yield colon + 1, at
