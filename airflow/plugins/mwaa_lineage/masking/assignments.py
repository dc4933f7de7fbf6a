"""Values that are assigned to the name of a secret, in SQL, code, JSON, YAML, markup, ini files, connection strings and headers.

The walk goes on behind each value that it has read, and every expression is bounded, so the time is linear in the text's length.
"""

import re
from collections.abc import Iterator
from string import ascii_lowercase, ascii_uppercase

from mwaa_lineage.masking import headers, literals, operands, pairs, words
from mwaa_lineage.masking.literals import QUOTE, Value

_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)  # as str.lower changes the length of some texts
_IDENTIFIED = r"identified\s{1,9}(?:with\s{1,9}[\w-]{1,40}\s{1,9})?(?:by|as)(?:\s{1,9}values)?"
_NAME = re.compile(
    rf"(?:{words.IN_A_TEXT}|{_IDENTIFIED})(?:[_-]?(?:value|text|string|plain|plaintext|raw|new|old|base|(?:base64|b64)(?:_?encoded)?|encoded|\d{{1,3}}))?s?(?![a-z0-9_]|-[a-z0-9])"
)
_CLOSES_NAME = re.compile(rf"(?:{QUOTE})?\]?(?:\x1b\[[\d;]*m)?", re.IGNORECASE)
_BEGIN_CLOSING = "\\\"'`&%]\x1b"  # the characters
_IN_A_NAME = re.compile(r"[\w .-]{0,80}\Z")
_OPERATOR = re.compile(
    r"=>|={1,3}|:=|\+=|\?=|\|\|=|!=|<>|<-|->|!?~\*?=?|=~|:(?!:)|%3[ad]|\\+u003[ad]|&#61;|(?:is|was)\s{0,9}[:=]|is\s+(?:not\s+)?distinct\s+from"
    r"|(?:is|to|was|(?:not\s+)?i?like|(?:not\s+)?similar\s+to|rlike|regexp|eq|set\s+to)(?=\s)|(?:not\s+)?in(?=[\s(])",
    re.IGNORECASE,
)
_NO_OPERATOR = re.compile(
    r"(?:as\s+|for\s+\S{1,200}\s{0,9}=\s{0,9}(?:password\s{0,9}\(\s{0,9})?)?(?=\\*'|(?:[ENBX]|U&)'|\$(?:[a-z_]\w{0,60})?\$)", re.IGNORECASE
)
_MARKUP = re.compile(r">\s{0,99}(?P<value>[^<>\s][^<>]{0,4000})</")
_PLAIN_BEFORE = re.compile(
    r"(?:\bconnect\s+to\s+\S{1,128}\s+|\blogin\s+\S{1,100}\s+|(?:\A|[\n\"'])\s{0,20}(?:ENV|ARG)\s+\w{0,60}|\bvariables\s+set\s+\S{0,60}|\b(?:user|role|login)\s+\S{1,128}\s+)\Z",
    re.IGNORECASE,
)
"""What .netrc, a Dockerfile, Airflow's command and Oracle's CREATE USER have before a name whose value needs no quotes."""
_PLAIN_WORDS = 3  # at most, between which and the name nothing else stands
_ENDS_OF_PLAIN_WORDS = ("login", "env", "arg", "set", "user", "role", "to")
_JOINED = re.compile(r"\\*'\s{0,99}\|\|\s{0,99}(?=[EN]?\\*')")
"""Behind the operator within a literal, to which the value is joined: 'password=' || '...'."""
_TYPED = re.compile(
    r"\s+(?:set\s+|(?:[A-Za-z]\w{0,30}+\s){0,2}[A-Za-z]\w{0,30}(?:\b|(?=not))(?:\s?\(\s?\w{1,9}(?:,\s?\d{1,9})?\))?\s{0,9}(?:not\s+null\s+)?)?"
    r"(?::=|=|\bdefault\b)\s{0,99}(?=(?:[ENB]|U&)?\\*')",
    re.IGNORECASE,
)
"""Behind the name of a variable or of a column that is declared: password varchar(20) := '...', password text default '...'."""
_ARN = re.compile(r"arn:[\w-]{0,20}:[\w-]{0,30}:[\w-]{0,30}:\d{0,12}:\Z")
_MAY_BE_A_PASSWORD = re.compile(r"[A-Za-z_ ]*[^A-Za-z_ ]")
_NO_LETTER_OF_A_SECRET = re.compile(r"[A-Za-z_ ]*\Z|\W*\Z")
_WEAK = ("token", "tokens", "secret", "secrets")
"""Words of prose, too: `unexpected token 'select'`."""


def assigned(text: str) -> Iterator[tuple[int, int, bool]]:
    """Every value that a name of a secret is given: where it starts and ends, and whether it is nothing else in SQL either."""
    folded, at = text.translate(_LOWER), 0
    while name := _NAME.search(folded, at):
        at = name.end()
        value, sure = _value(text, name.group(), name.start(), name.end())
        if value:
            for start, end in value.spans:
                if start < end:
                    yield start, end, sure
            at = max(at, value.end)


def _value(text: str, name: str, start: int, at: int) -> tuple[Value | None, bool]:
    """The value of the name that stands from `start` to `at`, and whether it can be nothing else."""
    after = _name_closed(text, start, at)
    if found := pairs.beside(text, start, at, after):
        return found, True
    if text.startswith(">", after) and (markup := _MARKUP.match(text, after)) and not words.is_name(markup["value"].rstrip(" :*")):
        return Value((markup.span("value"),), markup.end()), True
    if given := _given(text, name, start, at, after):
        return given
    compared = pairs.compared(text, start, at)
    return compared, compared is not None and compared.quote == "'"


def _is_in_an_arn(text: str, start: int) -> bool:
    return text.startswith(":", start - 1) and start > 0 and _ARN.search(text, max(0, start - 100), start) is not None


def _given(text: str, name: str, start: int, at: int, after: int) -> tuple[Value, bool] | None:
    """What stands behind the name: behind an operator, in a declaration, or as an argument of SQL."""
    behind = literals.past_blanks(text, after)
    value: Value | None = None
    sure = False
    if (operator := _OPERATOR.match(text, behind)) and not _is_in_an_arn(text, start):
        if text.startswith(("\\", "'"), operator.end()) and (joined := _JOINED.match(text, operator.end())):
            value, sure = literals.quoted(text, joined.end()), True
        elif name == "authorization" and not operator.group()[0].isalpha():
            value = headers.credentials(text, start, operator.end())
        else:
            value, sure = operands.operand(text, name, operator, is_key=after > at)
    elif typed := _TYPED.match(text, after):
        declared = literals.quoted(text, typed.end())
        value = None if declared and operands.is_placeholder(text, declared) else declared
    elif after == at:
        value, sure = _argument(text, name, start, at, behind)
    return (value, sure) if value else None


def _name_closed(text: str, start: int, at: int) -> int:
    """Where the text goes on behind the name's own quote, if it is in quotes."""
    closing = _CLOSES_NAME.match(text, at) if text[at : at + 1] in _BEGIN_CLOSING else None
    after = closing.end() if closing else at
    if text[at:after] == "'":
        opening = text.rfind("'", max(0, start - 100), start)
        if opening < 0 or not _IN_A_NAME.match(text, opening + 1, start):
            return at
    return after


def _argument(text: str, name: str, start: int, at: int, behind: int) -> tuple[Value | None, bool]:
    """What SQL has behind a word: PASSWORD '...'."""
    value: Value | None = None
    identified = name.startswith("identified")
    if literals.closes_around(text, behind):
        return None, False
    if bridge := _NO_OPERATOR.match(text, behind):
        value = literals.quoted(text, bridge.end())
        is_weak = name in _WEAK and text[start - 1 : start] not in ("_", "-")
        prose = value and is_weak and len(value.spans) == 1 and _NO_LETTER_OF_A_SECRET.match(text[value.spans[0][0] : value.spans[0][1]])
        return (None if prose else value), True
    if behind == at:
        return None, False
    if text.startswith('"', behind):
        found = literals.quoted(text, behind)
        if found and not operands.is_placeholder(text, found) and (identified or _MAY_BE_A_PASSWORD.match(text, *found.spans[0])):
            value = found
    elif _stands_plain(text[max(0, start - 200) : start]) and (identified or not operands.is_no_value(text, behind)):
        value = literals.bare(text, behind)
    return value, False


def _stands_plain(before: str) -> bool:
    parts = before.rsplit(None, _PLAIN_WORDS)
    if not any(part.lower().endswith(_ENDS_OF_PLAIN_WORDS) for part in parts[-2:]):
        return False
    return _PLAIN_BEFORE.search(before, len(parts[0]) if len(parts) > _PLAIN_WORDS else 0) is not None
