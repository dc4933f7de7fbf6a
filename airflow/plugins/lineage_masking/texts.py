"""Finds the credentials in SQL, error messages, commands and connection strings, and hides them.

What is hidden: the keys of COPY, UNLOAD and CREATE EXTERNAL (Amazon Redshift Database Developer Guide, authorization parameters,
in both of their forms), passwords of users, AWS access key ids, signatures of S3 URLs, passwords in URLs and DSNs, what is assigned to
a name like `api_token`, options of commands like `--password`, HTTP authorization. The name of a role (IAM_ROLE, aws_iam_role) is none.
"""

import re
from collections.abc import Iterable, Iterator
from string import ascii_lowercase, ascii_uppercase

HIDDEN = "***"

_WORDS = (
    r"(?:access_key(?:_id)?|secret_access_key|session_token|master_symmetric_key|private_key|identified\s+by|passphrase|password|passwd|pwd"
    r"|secret|token|api_?key)"
)
_LITERALS = (
    r"''(?P<secret>[^']+)''",  # in a query that is itself a literal
    r"'(?P<secret>(?:[^'\\]|''|\\.)+)'",
    r"\$\$(?P<secret>.+?)\$\$",
)
_CODE = r"(?!(?:null|default|none|true|false)\b|[%:{$])"  # words of SQL, placeholders, templates


def _compiled(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE | re.DOTALL) for pattern in patterns)


_WORD = re.compile(_WORDS)
_AT_A_WORD = _compiled(
    *(rf"\b{_WORDS}\s+(?:as\s+)?{literal}" for literal in _LITERALS),
    *(rf"{_WORDS}\s*=\s*{literal}" for literal in _LITERALS),
    rf"""{_WORDS}\\*["']\s*:\s*\\*["'](?P<secret>(?:[^"'\\]|\\[^"'])+)""",
    rf"""{_WORDS}={_CODE}(?P<secret>[^\s'";,&()]+)""",
)
_LIKE_A_NAME = _compiled(rf"""{_WORDS}\s*=\s*\\*"(?P<secret>[^"\\]+)\\*"(?!\s*\.)""")  # of a column, if it is SQL
_ELSEWHERE = {
    "akia": _compiled(r"\b(?P<secret>AKIA[A-Z0-9]{12,124})\b"),
    "asia": _compiled(r"\b(?P<secret>ASIA[A-Z0-9]{12,124})\b"),
    "x-amz-": _compiled(r"""\bX-Amz-(?:Signature|Security-Token|Credential)=(?P<secret>[^\s'"&]+)"""),
    # Bounded, as a search from every :// to the end of a text takes minutes.
    "@": _compiled(r"""://[^\s'"/:@]{0,128}:(?P<secret>[^\s'"]{1,512})@"""),
}
_IN_A_COMMAND = {  # or in a comment, if it is SQL
    "--": _compiled(
        r"""--[\w-]{0,40}(?:password|passwd|passphrase|secret|token|api-?key|access-?key)[\w-]{0,20}(?:=|\s+)["']?(?P<secret>[^\s"'$-][^\s"']*)"""
    ),
    "authorization": _compiled(r"""\bauthorization\\*["']?\s*[:=]\s*\\*["']?(?:basic|bearer)\s+(?P<secret>[^\s"'\\]+)"""),
}
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)  # as str.lower changes the length of some texts
_SHORTEST = 4  # characters: shorter values would hide half of a text wherever they occur


def mask(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` with the credentials in it, and each of `secrets`, replaced by ***.

    Of a secret that the text shows cut off by three dots, as the warehouse's error messages do, the rest is replaced too.
    """
    spans = _spans(_matches(text, (*_AT_A_WORD, *_LIKE_A_NAME), _ELSEWHERE | _IN_A_COMMAND))
    ends, starts = [0, *(end for _, end in spans)], [*(start for start, _ in spans), len(text)]
    text = HIDDEN.join(text[end:start] for end, start in zip(ends, starts, strict=True))
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
        for cut in _cut_off(secret) if "..." in text else ():
            text = text.replace(cut, HIDDEN)
    return text


def secrets_in(text: str) -> set[str]:
    """The credentials in `text`, of those forms that are nothing else in SQL: they can be hidden wherever they occur."""
    found = {text[start:end] for start, end in _spans(_matches(text, _AT_A_WORD, _ELSEWHERE))}
    return {secret for secret in found if len(secret) >= _SHORTEST and secret != HIDDEN}


def _matches(
    text: str, at_a_word: tuple[re.Pattern[str], ...], elsewhere: dict[str, tuple[re.Pattern[str], ...]]
) -> Iterator[re.Match[str]]:
    """Each pattern where it can match at all: to try all of them at every character takes a hundred times as long."""
    folded = text.translate(_LOWER)
    for word in _WORD.finditer(folded):
        for pattern in at_a_word:
            if match := pattern.match(text, word.start()):
                yield match
    for hint, patterns in elsewhere.items():
        for pattern in patterns if hint in folded else ():
            yield from pattern.finditer(text)


def _spans(matches: Iterable[re.Match[str]]) -> list[tuple[int, int]]:
    """Where credentials stand, overlapping places joined."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(match.span("secret") for match in matches):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _cut_off(secret: str) -> Iterator[str]:
    for length in range(len(secret) - 1, _SHORTEST - 1, -1):
        yield f"...{secret[-length:]}"
        yield f"{secret[:length]}..."
