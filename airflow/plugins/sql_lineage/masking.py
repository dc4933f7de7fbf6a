"""Finds the credentials in SQL, error messages and connection strings, and hides them.

What is hidden: the keys of COPY, UNLOAD and CREATE EXTERNAL (Amazon Redshift Database Developer Guide, authorization parameters,
in both of their forms), passwords of users, AWS access key ids, signatures of S3 URLs, passwords in URLs and DSNs. The name of a role
(IAM_ROLE, aws_iam_role) is no secret.
"""

import re
from collections.abc import Iterable, Iterator

HIDDEN = "***"

_WORDS = r"(?:access_key_id|secret_access_key|session_token|master_symmetric_key|identified\s+by|password|passwd|pwd|secret|token|api_?key)"
_LITERALS = (
    r"''(?P<secret>[^']+)''",  # in a query that is itself a literal
    r"'(?P<secret>(?:[^'\\]|''|\\.)+)'",
    r"\$\$(?P<secret>.+?)\$\$",
)
_CODE = r"(?!(?:null|default|none|true|false)\b|[%:{$])"  # words of SQL, placeholders, templates
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        *(rf"\b{_WORDS}\s+(?:as\s+)?{literal}" for literal in _LITERALS),
        *(rf"{_WORDS}\s*=\s*{literal}" for literal in _LITERALS),
        rf"""{_WORDS}["']\s*:\s*["'](?P<secret>[^"']+)["']""",
        rf"""{_WORDS}={_CODE}(?P<secret>[^\s'";,&()]+)""",
        r"\b(?P<secret>(?:AKIA|ASIA)[A-Z0-9]{12,124})\b",
        r"""\bX-Amz-(?:Signature|Security-Token|Credential)=(?P<secret>[^\s'"&]+)""",
        r"""://[^\s'"/:@]{0,128}:(?P<secret>[^\s'"]{1,512})@""",  # bounded, as a search from every :// to the end of a text takes minutes
    )
)
_SHORTEST = 4  # characters: shorter values would hide half of a text wherever they occur


def mask(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` with the credentials in it, and each of `secrets`, replaced by ***.

    Of a secret that the text shows cut off by three dots, as the warehouse's error messages do, the rest is replaced too.
    """
    for start, end in sorted(_spans(text), reverse=True):
        text = text[:start] + HIDDEN + text[end:]
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
        for cut in _cut_off(secret) if "..." in text else ():
            text = text.replace(cut, HIDDEN)
    return text


def secrets_in(text: str) -> set[str]:
    """The credentials in `text`."""
    return {secret for start, end in _spans(text) if len(secret := text[start:end]) >= _SHORTEST and secret != HIDDEN}


def _spans(text: str) -> list[tuple[int, int]]:
    """Where credentials stand, overlapping places joined."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(match.span("secret") for pattern in _PATTERNS for match in pattern.finditer(text)):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _cut_off(secret: str) -> Iterator[str]:
    for length in range(len(secret) - 1, _SHORTEST - 1, -1):
        yield f"...{secret[-length:]}"
        yield f"{secret[:length]}..."
