"""Values that are assigned to the name of a secret, in SQL, code, JSON, YAML, markup, ini files, connection strings and headers.

The walk goes on behind each value that it has read, and every expression is bounded, so the time is linear in the text's length.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from string import ascii_lowercase, ascii_uppercase

from lineage_masking import literals, words
from lineage_masking.literals import Value


@dataclass(frozen=True)
class Assigned:
    """Characters of a value. If `sure`, they are nothing else in SQL either."""

    start: int
    end: int
    sure: bool


_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)  # as str.lower changes the length of some texts
_NAME = re.compile(rf"(?:{words.IN_A_TEXT})(?:[_-]?(?:id|value|text|string|plain|plaintext|raw|new|old|\d{{1,3}}))?(?![a-z0-9_]|-[a-z0-9])")
_CLOSES_NAME = re.compile(r"\\*['\"`]?\]?")
_OPERATOR = re.compile(
    r"=>|={1,3}|:=|\+=|\?=|\|\|=|!=|<>|<-|->|~=|=~|:(?!:)|(?:is|to|was|like|ilike|eq|set\s+to)(?=\s+['$])|(?:not\s+)?in\s*\(\s*(?=')",
    re.IGNORECASE,
)
_GIVES = ("=", "==", "===", ":", ":=", "=>", "+=", "?=", "||=")
"""Operators behind which a value may stand without quotes."""
_NO_OPERATOR = re.compile(r"(?:as\s+)?(?=\\*'|[ENBX]'|\$)", re.IGNORECASE)
_MARKUP = re.compile(r">\s*(?P<value>[^<>\s][^<>]{0,4000})</")
_PAIR = re.compile(r"\s*,\s*\\*[\"'](?:value|val|parameter_?value)\\*[\"']\s*:\s*(?=\\*[\"'])", re.IGNORECASE)
_OF_TWO = re.compile(r"\s*,\s*(?=[brf]?\\*[\"'])", re.IGNORECASE)
_BEGINS_TWO = re.compile(r"[\[(]\s*[brf]?\\*[\"'][\w .-]{0,80}\Z", re.IGNORECASE)
_ENDS_TWO = re.compile(r"\s*,?\s*[\])]")
_SCHEME = re.compile(r"(?:basic|bearer|token|digest|negotiate|apikey|aws4-hmac-sha256)[ \t]+", re.IGNORECASE)
_OPENS = re.compile(r"\\*[\"']?")
_REST_OF_LINE = re.compile(r"[^\r\n\"'\\]+")

_NO_VALUE = re.compile(
    r"(?:null|default|none|nil|true|false|disable|undefined|str|string|int|integer|bool|boolean|bytes|float|any|object|text|varchar|char|dict|list"
    r"|optional|union|secretstr)(?![\w-])|%s|%\(\w+\)|\?(?=[\s,;)]|\Z)|:[A-Za-z_]\w*(?=[\s,;)]|\Z)|\$(?-i:[A-Z_][A-Z0-9_]*)(?!\w)|\$\d|\$[{(]"
    r"|\{\{|\{(?:\d*|[A-Za-z_]*(?:word|token|key|secret|pwd|pass|pw))\}|\*{3}|<[A-Za-z][\w -]{0,60}>",
    re.IGNORECASE,
)
"""Words of code, types, placeholders and templates."""
_EXPRESSION = re.compile(r"[A-Za-z_][\w.]*\s?[(\[]|\"?[A-Za-z_]\w*\"?(?:\.\"?[A-Za-z_]\w*\"?)+(?=[\s,;)]|\Z)")
_PROSE = re.compile(r"[A-Za-z]{1,20}[ \t]+[A-Za-z]+")
_NO_LETTER_OF_A_SECRET = re.compile(r"[A-Za-z_ ]*\Z|\W*\Z")
_WEAK = ("token", "secret")
"""Words of prose, too: `unexpected token 'select'`."""


def assigned(text: str) -> Iterator[Assigned]:
    """Every value that a name of a secret is given."""
    folded, at = text.translate(_LOWER), 0
    while name := _NAME.search(folded, at):
        at = name.end()
        value, sure = _value(text, name.group(), name.end())
        if value:
            yield from (Assigned(start, end, sure) for start, end in value.spans if start < end)
            at = max(at, value.end)


def _value(text: str, name: str, at: int) -> tuple[Value | None, bool]:
    """The value of the name that ends at a place, and whether it can be nothing else."""
    closing = _CLOSES_NAME.match(text, at)
    after = closing.end() if closing else at
    if after > at and (beside := _beside(text, at, after)):
        return literals.quoted(text, beside), True
    if markup := _MARKUP.match(text, after):
        return Value((markup.span("value"),), markup.end()), True
    start = literals.past_blanks(text, after)
    operator = _OPERATOR.match(text, start)
    if operator:
        return _operand(text, name, operator, is_key=after > at)
    if after == at and start > at and (bridge := _NO_OPERATOR.match(text, start)):
        return _argument(text, name, bridge.end()), True
    return None, False


def _beside(text: str, at: int, after: int) -> int | None:
    """Where the value stands that is the second of two: {"Name": "PASSWORD", "Value": "..."}, ["password", "..."]."""
    if pair := _PAIR.match(text, after):
        return pair.end()
    two = _OF_TWO.match(text, after)
    if two and _BEGINS_TWO.search(text, max(0, at - 100), at):
        value = literals.quoted(text, two.end())
        if value and _ENDS_TWO.match(text, value.end):
            return two.end()
    return None


def _argument(text: str, name: str, at: int) -> Value | None:
    """What SQL has behind a word: PASSWORD '...'."""
    value = literals.quoted(text, at)
    if value and name.endswith(_WEAK) and _NO_LETTER_OF_A_SECRET.match(text[value.spans[0][0] : value.spans[0][1]]):
        return None
    return value


def _operand(text: str, name: str, operator: re.Match[str], *, is_key: bool) -> tuple[Value | None, bool]:
    at = literals.past_blanks(text, operator.end())
    if _NO_VALUE.match(text, at):
        return None, False
    if name == "authorization":
        return _header(text, at), False
    if value := literals.quoted(text, at):
        may_be_a_column = value.quote == '"' and not is_key and operator.group() != ":"
        return _content(text, value, may_be_a_column=may_be_a_column), not may_be_a_column
    if operator.group() not in _GIVES:
        return None, False
    if value := literals.braced(text, at):
        return value, True
    return _bare(text, at, operator.group(), spaced=at > operator.end(), is_key=is_key)


def _content(text: str, value: Value, *, may_be_a_column: bool) -> Value | None:
    """A literal, unless a placeholder fills it, or it is the table of a column of SQL."""
    start, end = value.spans[0]
    placeholder = _NO_VALUE.match(text, start)
    if (placeholder and placeholder.end() >= end) or (may_be_a_column and text[value.end : value.end + 1] == "."):
        return None
    return value


def _header(text: str, at: int) -> Value | None:
    opening = _OPENS.match(text, at)
    start = opening.end() if opening else at
    scheme = _SCHEME.match(text, start)
    rest = _REST_OF_LINE.match(text, scheme.end() if scheme else start)
    return Value((rest.span(),), rest.end()) if rest and not _NO_VALUE.match(rest.group()) else None


def _bare(text: str, at: int, operator: str, *, spaced: bool, is_key: bool) -> tuple[Value | None, bool]:
    value = literals.bare(text, at)
    if value is None or _EXPRESSION.match(text, at):
        return None, False
    word = text[value.spans[0][0] : value.spans[0][1]]
    if not is_key and spaced and (words.names_secret(word) or (operator == ":" and _PROSE.match(text, at))):
        return None, False
    return value, not spaced
