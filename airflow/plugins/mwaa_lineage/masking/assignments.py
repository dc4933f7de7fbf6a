"""Values that are assigned to the name of a secret, in SQL, code, JSON, YAML, markup, ini files, connection strings and headers.

The walk goes on behind each value that it has read, and every expression is bounded, so the time is linear in the text's length.
"""

import re
from collections.abc import Iterator
from string import ascii_lowercase, ascii_uppercase

from mwaa_lineage.masking import commands, literals, operands, pairs, words
from mwaa_lineage.masking.literals import QUOTE, Value

_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)  # as str.lower changes the length of some texts
_IDENTIFIED = r"identified\s{1,9}(?:with\s{1,9}[\w-]{1,40}\s{1,9})?(?:by|as)(?:\s{1,9}values)?"
_NAME = re.compile(
    rf"(?:{words.IN_A_TEXT}|{_IDENTIFIED})(?:[_-]?(?:value|text|string|plain|plaintext|raw|new|old|base|(?:base64|b64)(?:_?encoded)?|encoded|prod(?:uction)?|dev|stag(?:e|ing)|qa|uat|\d{{1,3}}))?s?(?![a-z0-9_]|-[a-z0-9])"
)
_CLOSES_NAME = re.compile(rf"(?:{QUOTE})?\]?(?:\x1b\[[\d;]*m)?", re.IGNORECASE)
_BEGIN_CLOSING = "\\\"'`]\x1b"  # the characters
_IN_A_NAME = re.compile(r"[\w .-]{0,80}\Z")
_OPERATOR = re.compile(
    r"=>|={1,3}|:=|\+=|\?=|\|\|=|!=|<>|<-|->|!?~\*?=?|=~|:(?!:)|(?:is|was)\s{0,9}[:=]|is\s+(?:not\s+)?distinct\s+from"
    r"|(?:is|to|was|(?:not\s+)?i?like|(?:not\s+)?similar\s+to|rlike|regexp|eq|set\s+to)(?=\s)|(?:not\s+)?in(?=[\s(])",
    re.IGNORECASE,
)
_NO_OPERATOR = re.compile(
    r"(?:as\s+|(?:sha\d{1,3}|md5|hash)\s+|for\s+\S{1,200}\s{0,9}=\s{0,9}(?:password\s{0,9}\(\s{0,9})?)?(?=\\*'|(?:[ENBX]|U&)'|\$(?:[a-z_]\w{0,60})?\$)",
    re.IGNORECASE,
)
_MARKUP = re.compile(r">\s{0,99}(?P<value>[^<>\s][^<>]{0,4000})</")
_PLAIN_BEFORE = re.compile(
    r"(?:\bconnect\s+to\s+\S{1,128}\s+|\blogin\s+\S{1,100}\s+|(?:\A|[\n\"'])\s{0,20}(?:ENV|ARG|setenv|\\+set)\s+\w{0,60}|\bconfig\s+set\s+\S{0,100}|\bvariables\s+set\s+\S{0,60}|\b(?:user|role|login)\s+\S{1,128}\s+)\Z",
    re.IGNORECASE,
)
"""What .netrc, a Dockerfile, Airflow's command and Oracle's CREATE USER have before a name whose value needs no quotes."""
_PLAIN_WORDS = 3  # at most, between which and the name nothing else stands
_BEHIND_A_COLUMN = (")", "::", ",", " as ", " AS ", " )", " ::")
_ENDS_OF_PLAIN_WORDS = ("login", "env", "arg", "set", "user", "role", "to")
_JOINED = re.compile(r"\\*'\s{0,99}\|\|\s{0,99}(?=[EN]?\\*')")
"""Behind the operator within a literal, to which the value is joined: 'password=' || '...'."""
_TYPED = re.compile(
    r"\s+(?:set\s+|(?:(?!(?:where|on|and|or|set)\s)[A-Za-z]\w{0,30}+\s){0,2}[A-Za-z]\w{0,30}(?:\b|(?=not))(?:\s?\(\s?\w{1,9}(?:,\s?\d{1,9})?\))?\s{0,9}(?:not\s+null\s+)?)?"
    r"(?::=|=|\bdefault\b)\s{0,99}(?=(?:[ENB]|U&)?\\*')",
    re.IGNORECASE,
)
"""Behind the name of a variable or of a column that is declared: password varchar(20) := '...', password text default '...'."""
_ARN = re.compile(r"arn:[\w-]{0,20}:[\w-]{0,30}:[\w-]{0,30}:\d{0,12}:\Z")
_MAY_BE_A_PASSWORD = re.compile(r"[A-Za-z_ ]*[^A-Za-z_ ]")
_NO_LETTER_OF_A_SECRET = re.compile(r"[A-Za-z_ ]*\Z|\W*\Z")
_OF_NO_SHORT_NAME = re.compile(
    r"(?!(?:not|in|like)[\s(])[a-z]+\s|[^\w\s]{1,3}\s{0,9}(?:\\*[\"'])?(?:true|false|yes|no|ok|[yn]|all|(?:pass|fail)(?:ed)?|-?\d{1,9}(?:\.\d{0,9})?%?)(?![\w.-])",
    re.IGNORECASE,
)
"""What makes `pass` a word of prose or the name of a result."""
_COMMENTED = re.compile(r"\bcomment\s{1,9}on\s{1,9}\w{1,30}\s{1,9}[\w.\"]{0,200}\Z", re.IGNORECASE)
_CALL = re.compile(r"\((?:\s?(?:\"\w{1,60}\"|'\w{1,60}')\s?,)?\s?(?=[\"'\\])")
_SETS = re.compile(r"(?:\b(?:set|with)\w{1,20}|\.p)\Z", re.IGNORECASE)
"""What ends with the name's first letter."""
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
    if given := _given(text, name, start, at, after) or _set(text, start, after):
        return given
    if text.startswith(_BEHIND_A_COLUMN, after) and (found := pairs.compared_within(text, start, after)):
        return found, True
    found = None if name in words.SHORT else pairs.compared(text, start, at)
    return found, found is not None and found.quote == "'"


def _is_no_assignment(text: str, start: int, operator: re.Match[str]) -> bool:
    """Whether the name stands in an ARN, or in SQL's comment on a column."""
    if operator.group().lower() == "is":
        return _COMMENTED.search(text, max(0, start - 300), start) is not None
    return text.startswith(":", start - 1) and start > 0 and _ARN.search(text, max(0, start - 100), start) is not None


def _given(text: str, name: str, start: int, at: int, after: int) -> tuple[Value, bool] | None:
    """What stands behind the name: behind an operator, in a declaration, or as an argument of SQL."""
    behind = literals.past_blanks(text, after)
    value: Value | None = None
    sure = False
    if name in words.SHORT and _OF_NO_SHORT_NAME.match(text, behind):
        return None
    if (operator := _OPERATOR.match(text, behind)) and not _is_no_assignment(text, start, operator):
        if text.startswith(("\\", "'"), operator.end()) and (joined := _JOINED.match(text, operator.end())):
            value, sure = literals.quoted(text, joined.end()), True
        elif name == "authorization" and not operator.group()[0].isalpha():
            value = commands.authorization(text, start, operator.end())
        else:
            value, sure = operands.operand(text, name, operator, is_key=after > at)
    elif (name != "pass" or text[start - 1 : start] == "@") and (typed := _TYPED.match(text, after)):
        declared = literals.quoted(text, typed.end())
        value = None if declared and operands.is_placeholder(text, declared) else declared
    elif (after == at or (text[at:after] == '"' and text.startswith(" '", after))) and name not in words.SHORT:
        value, sure = _argument(text, name, start, at, behind)
    return (value, sure) if value else None


def _set(text: str, start: int, at: int) -> tuple[Value, bool] | None:
    """The last argument of what sets a secret in code: setPassword("..."), .password("...")."""
    call = _CALL.match(text, at)
    if call is None or not _SETS.search(text, max(0, start - 40), start + 1):
        return None
    value = literals.quoted(text, call.end())
    return (value, False) if value and not _NO_LETTER_OF_A_SECRET.match(text[slice(*value.spans[0])]) else None


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
        is_weak = text.startswith('"', at) or (name in _WEAK and text[start - 1 : start] not in ("_", "-"))
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
