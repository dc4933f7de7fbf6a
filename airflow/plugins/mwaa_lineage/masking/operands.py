"""What stands behind an operator: a literal, several of them in brackets, or a word; no expression of code and no placeholder."""

import re

from mwaa_lineage.masking import literals, words
from mwaa_lineage.masking.literals import Value

_GIVES = ("=", "==", "===", ":", ":=", "=>", "+=", "?=", "||=")
"""Operators behind which a value may stand without quotes,"""
_MAY_GIVE = re.compile(r"->|(?:is|was)\s*[:=]|\\")
"""and what begins those behind which a value with a digit stands; the others would be prose."""
_NO_VALUE = re.compile(
    r"(?=[a-z])(?:(?:null|default|none|nil|true|false|disable|undefined|str|string|int|integer|bool|boolean|bytes|float|any|object|text|varchar|char|dict|list"
    r"|optional|union|secretstr|final|not)(?![\w-])"
    r"|(?:required|optional|missing|set|unset|yes|no|empty)(?=[\s,;.)\]}\"'\\]|\Z))|%s|%\(\w+\)|\?(?=[\s,;)\"'\\]|\Z)|:[A-Za-z_]\w*(?=[\s,;)\"'\\]|\Z)|\$(?-i:[A-Z_][A-Z0-9_]*)(?!\w)|\$\d"
    r"|\$[{(]|\{\{|\{(?:\d*|[A-Za-z_]*(?:word|token|key|secret|pwd|pass|pw))\}|\*{3}|<[A-Za-z][\w -]{0,60}>"
    r"|!(?:Ref|Sub|GetAtt|ImportValue|vault|env)\b",
    re.IGNORECASE,
)
"""Words of code, types, placeholders and templates."""
_PLACEHOLDER = re.compile(
    r"\{\{[^{}]*\}\}|\$\{[^{}]*\}|\$(?-i:[A-Z_][A-Z0-9_]*)|\$\d|%s|%\(\w+\)s?|\?|<[A-Za-z][A-Za-z _-]{0,60}>|\*{3,}"
    r"|\{(?:\d*|[A-Za-z_.]*(?:word|token|key|secret|pwd|pass|pw))\}|null|none|default",
    re.IGNORECASE,
)
"""What a literal may hold in the place of a value."""
_IDENTIFIER = r"\"?[A-Za-z_]++(?:\d{1,3}[A-Za-z_]*+)?\"?"
_EXPRESSION = re.compile(rf"{_IDENTIFIER}(?:(?:\.{_IDENTIFIER}){{0,9}}\s?[(\[]|(?:\.{_IDENTIFIER}){{1,9}}(?=[\s,;):\"'\\]|\Z))")
"""A call, or what has a table, an object or a module before it; names of code seldom have digits in several places."""
_PROSE = re.compile(r"[A-Za-z]{1,20}[ \t]+[A-Za-z]+")
_TYPE = re.compile(
    r"(?:(?:typing|pydantic|Final|ClassVar|Optional|Annotated|Union|str|bytes|None|SecretStr|SecretBytes|string|String|Any)[\s.|,\[\]]{0,9}){1,6}=(?!=)\s*"
)
_OTHERWISE = re.compile(
    r"[\w.]{1,80}(?:[(\[][^()\[\]\n]{0,80}[)\]])?\s{1,9}(?:or|else|\?\?|\|\||if\s[^\n'\"]{1,80}\selse)\s{1,9}(?=[brfu]?['\"])"
    r"|[\w.]{0,80}\.?(?:get\w{0,30}|pop|setdefault)\(\s?(?:[bru]?(?:'[^'\n]{0,100}'|\"[^\"\n]{0,100}\")\s?,\s?){1,2}(?:\w{1,30}\s?=\s?)?(?=[bru]?['\"])"
)
"""What is given where nothing else is there: TOKEN or "...", os.getenv("TOKEN", "...")."""
OF_SQL = (
    "cast|convert|try_cast|trim|ltrim|rtrim|btrim|upper|lower|coalesce|nvl|ifnull|isnull|nullif|decode|replace|concat|concat_ws"
    "|to_char|md5|sha1?|sha2|hex|crypt|password"
)
_WRAPPERS = f"{OF_SQL}|quote_literal|str|bytes|bytearray|secretstr|secretbytes|secret|array|any|list|tuple|set|frozenset|row|quote"
"""Functions whose argument is the value."""
_OPENS = re.compile(rf"(?=\w*+\s?[(\[{{])(?:(?:{_WRAPPERS}|(?-i:(?:[A-Z][a-z0-9]+)+))\s?)?[(\[{{](?:(?:secret_)?value\s?=)?", re.IGNORECASE)
"""These, and what an object of some class shows of itself: SecretStr('...'), Secret(value='...')."""
_MEMBER = re.compile(
    rf"\{{[^{{}}]{{0,200}}?(?<!\w)(?:secret_?)?(?:value|data|string|text|plaintext)(?:{literals.QUOTE})?\s{{0,9}}:\s{{0,9}}", re.IGNORECASE
)
"""What holds the value in an object that has the name: {"password": {"value": "..."}}."""
_FILLED = re.compile(r"\s?(?:\.format\(|%)\s?\(?")
_DEEPEST = 3  # brackets around a value
_COLUMN = re.compile(r"\.\\*[\"\w]")


def is_placeholder(text: str, value: Value) -> bool:
    """Whether a placeholder fills the literal."""
    start, end = value.spans[0]
    found = None if value.quote == "$" else _PLACEHOLDER.match(text, start, end)
    return found is not None and (found.end() == end or text[found.end()] in "\"'")


def is_no_value(text: str, at: int) -> bool:
    """Whether a word of code, a type, a placeholder or a template stands there."""
    return _NO_VALUE.match(text, at) is not None


def operand(text: str, name: str, operator: re.Match[str], *, is_key: bool) -> tuple[Value | None, bool]:
    """The value behind an operator, and whether it can be nothing else than a secret."""
    sign = operator.group().lower()
    at = literals.past_blanks(text, operator.end())
    if sign == ":":
        at = literals.past_tags(text, at) if at > operator.end() else at
        if annotated := _TYPE.match(text, at):
            sign, at = "=", annotated.end()
    value = None if (closes := literals.closes_around(text, at)) else literals.quoted(text, at)
    if value and not sign.endswith("in"):
        return _literal(text, value, sign, is_key=is_key)
    if value := _several(text, at):
        return value, value.quote == "'"
    if value := _otherwise(text, at) or (_below(text, operator.end(), at) if sign == ":" else None):
        return value, False
    if closes or is_no_value(text, at):
        return None, False
    if value := literals.braced(text, at) if sign == "=" else literals.block(text, at) if sign == ":" else None:
        return value, sign == "="
    return _bare(text, at, name, sign, spaced=at > operator.end(), is_key=is_key)


def _literal(text: str, value: Value, sign: str, *, is_key: bool) -> tuple[Value | None, bool]:
    may_be_a_column = value.quote == '"' and sign != ":"
    kept = is_placeholder(text, value) or (may_be_a_column and _COLUMN.match(text, value.end))
    filled = _FILLED.match(text, value.end) if kept else None
    return (literals.quoted(text, filled.end()) if filled else None if kept else value), is_key or not may_be_a_column


def _below(text: str, start: int, at: int) -> Value | None:
    """What stands in the object or in the list that the name has."""
    if member := _MEMBER.match(text, at):
        return literals.quoted(text, member.end()) or literals.bare(text, member.end())
    return literals.items(text, start)


def _otherwise(text: str, at: int) -> Value | None:
    """What is taken where something else is not there."""
    other = _OTHERWISE.match(text, at)
    return literals.quoted(text, other.end()) if other else None


def _several(text: str, at: int) -> Value | None:
    """The literals in brackets, or in a function that gives them back: in ('...', '...'), cast('...' as text), ["..."]."""
    first = at
    for _ in range(_DEEPEST):
        opening = _OPENS.match(text, at)
        if opening is None:
            break
        at = literals.past_blanks(text, opening.end())
    value = literals.quoted(text, at) if at > first else None
    if value is None or (text[first] == "{" and text.startswith(":", literals.past_blanks(text, value.end))):
        return None
    spans, end = list(value.spans), value.end
    while text.startswith(",", literals.past_blanks(text, end)):
        more = literals.quoted(text, literals.past_blanks(text, literals.past_blanks(text, end) + 1))
        if more is None:
            break
        spans += more.spans
        end = more.end
    return Value(tuple(spans), end, value.quote)


def _bare(text: str, at: int, name: str, sign: str, *, spaced: bool, is_key: bool) -> tuple[Value | None, bool]:
    """A word without quotes, where it is no code and no prose."""
    is_many = name.endswith("s") and spaced
    is_prose = sign == ":" and spaced and not is_key and _PROSE.match(text, at)
    is_code = text.startswith(("(", "[", "{", "|"), at) or _EXPRESSION.match(text, at)
    if is_many or is_prose or is_code or not (sign in _GIVES or _MAY_GIVE.match(sign)):
        return None, False
    value = literals.bare(text, at)
    word = text[slice(*value.spans[0])] if value else ""
    is_weak = sign not in _GIVES or (spaced and name in words.SHORT)
    if words.is_name(word) or (is_weak and not any(letter.isdigit() for letter in word)):
        return None, False
    return value, not spaced
