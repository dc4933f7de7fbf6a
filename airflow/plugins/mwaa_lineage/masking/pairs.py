"""Values that stand beside the name of a secret: as members of an object, as the second of two, as a literal that it is compared to."""

import re

from mwaa_lineage.masking import literals, operands, words
from mwaa_lineage.masking.literals import QUOTE, Value

_SAYS_NAME = re.compile(rf"(?=[nkihfov])(?:name|key|id|header|field|option|variable)(?:{QUOTE})?\s{{0,9}}\Z", re.IGNORECASE)
_THEN_NAME = re.compile(rf"[:=>]\s{{0,9}}(?:{QUOTE})?[\w .-]{{0,80}}\Z", re.IGNORECASE)
_VALUE = r"(?:(?:parameter_?)?val(?:ue)?|default)"
_OTHER = (
    rf"[\s,;]{{1,20}}+(?:{QUOTE})?(?!{_VALUE}\W)\w{{1,40}}+(?:{QUOTE})?\s{{0,9}}+[:=]\s{{0,9}}+"
    r"(?:\"[^\"\n]{0,100}\"|'[^'\n]{0,100}'|[\w.-]{1,100}+)"
)
_THEN_VALUE = re.compile(
    rf"(?:</\w{{1,20}}>\s{{0,20}}<)?(?:{_OTHER}){{0,3}}[\s,;]{{0,40}}(?:{QUOTE})?{_VALUE}(?:{QUOTE})?\s{{0,9}}(?:[:=]\s{{0,9}}|>)",
    re.IGNORECASE,
)
_VALUE_FIRST = re.compile(
    rf"(?:{QUOTE}){_VALUE}(?:{QUOTE})\s{{0,9}}:\s{{0,9}}(?P<quote>\\*[\"'])(?P<value>[^\"'\\]{{1,300}})(?P=quote)\s{{0,9}},\s{{0,9}}"
    rf"(?:{QUOTE})(?:parameter_?)?(?:name|key)(?:{QUOTE})\s{{0,9}}:\s{{0,9}}(?:{QUOTE})[\w .-]{{0,80}}\Z",
    re.IGNORECASE,
)
_OF_TWO = re.compile(r"\s*,\s*(?=[brf]?\\*[\"'])", re.IGNORECASE)
_BEGINS_TWO = re.compile(r"(?P<sets>(?:set|put|add|get|env|header)\w{0,20})?[\[(]\s{0,9}[brf]?\\*[\"'][\w.-]{0,80}\Z", re.IGNORECASE)
_ENDS_TWO = re.compile(r"\s*+,?\s*+[\])]")
_COMPARED = re.compile(
    r"(?P<quote>['\"])(?P<value>[^'\"\n]{1,200})(?P=quote)\s{0,9}(?:={1,3}|!=|<>|(?P<cast>::\s?\w{1,30}(?:\(\d{1,9}\))?\s{1,9})?(?:as\s|(?(cast)|\s(?=\"))))\s{0,9}(?P<opens>\"?)[\w.]{0,80}\Z"
)
_AROUND = re.compile(rf"\b(?:{operands.OF_SQL})\s?\(\s?(?:(?:{operands.OF_SQL})\s?\(\s?)?[\w.\"]{{0,80}}\Z", re.IGNORECASE)
_CAST = re.compile(r"(?:\s?::\s?[A-Za-z]\w{0,30}(?:\s?\(\d{1,9}\))?){1,3}")
_CLOSED = re.compile(
    rf"(?:{_CAST.pattern}|\s{{1,9}}as\s{{1,9}}\w{{1,30}}(?:\s?\(\d{{1,9}}\))?|(?:\s?,\s?(?:'[^'\n]{{0,40}}'|\w{{1,20}})){{1,3}})?\s?\){{1,3}}",
    re.IGNORECASE,
)
_COMPARES = re.compile(r"[!<]?=(?![>=])|<>|(?:not\s+)?(?:i?like|in)(?=[\s('])|is\s+(?:not\s+)?distinct\s+from", re.IGNORECASE)
_PLAIN = re.compile(r"[A-Za-z_ /-]*\Z|[\W\d]*\Z")
_QUOTES = 3  # around the literal, and before the name
_WINDOW, _WIDE = 120, 500  # characters before a name
_LONGEST_SETTER = 30  # characters, such as set_header, before the bracket of two


def beside(text: str, start: int, at: int, after: int) -> Value | None:
    """The value of the name that stands from `start` to `at`; behind its quote, if it has one, the text goes on at `after`."""
    before = text[max(0, start - _WINDOW) : at]
    if _is_named(before):
        if pair := _THEN_VALUE.match(text, after):
            return _not_a_name(text, literals.quoted(text, pair.end()) or literals.bare(text, pair.end()))
        begin = max(0, start - _WIDE)
        wide = text[begin:at]
        if "val" in wide.lower() and (first := _VALUE_FIRST.search(wide)):
            return Value(((begin + first.start("value"), begin + first.end("value")),), after, '"')
    two = _OF_TWO.match(text, after) if after > at else None
    if two and (opening := _opening_of_two(text[max(0, start - _WINDOW) : start])):
        value = literals.quoted(text, two.end())
        if value and (opening["sets"] or _ENDS_TWO.match(text, value.end)):
            return _not_a_name(text, value)
    return None


def _opening_of_two(before: str) -> re.Match[str] | None:
    bracket = max(before.rfind("["), before.rfind("("))
    return _BEGINS_TWO.search(before, max(0, bracket - _LONGEST_SETTER)) if bracket >= 0 else None


def _is_named(before: str) -> bool:
    """Whether the name is itself a value: {"Name": "PASSWORD"."""
    sign = max(before.rfind(":"), before.rfind("="), before.rfind(">"))
    return sign > 0 and _THEN_NAME.match(before, sign) is not None and _SAYS_NAME.search(before, max(0, sign - 30), sign) is not None


def compared(text: str, start: int, at: int) -> Value | None:
    """The literal of `'...' = password`."""
    begin = max(0, start - 2 * _WINDOW)
    before = text[begin:start]
    if "'" not in before and '"' not in before:
        return None
    near = before[-_WINDOW:]
    if "=" not in near and "<>" not in near and " as " not in near and " AS " not in near and "::" not in near and "' \"" not in near:
        return None
    quote = len(before)
    for _ in range(_QUOTES):
        quote = max(before.rfind("'", 0, quote), before.rfind('"', 0, quote), 0)
    found = _COMPARED.search(before, quote)
    if found is None or (found["opens"] and not text.startswith('"', at)):
        return None
    return _not_a_name(text, Value(((begin + found.start("value"), begin + found.end("value")),), at, found["quote"]))


def compared_within(text: str, start: int, at: int) -> Value | None:
    """What SQL compares a name to that stands in a cast or in functions, or takes in its place: lower(password) = '...'."""
    bracket = text.rfind("(", max(0, start - _WINDOW), start)
    within = _AROUND.search(text, max(0, bracket - _LONGEST_SETTER), start) if bracket >= 0 else None
    values = [_other_argument(text, at) if within else None]
    ends = (_CLOSED if within else _CAST).match(text, at)
    if ends and (operator := _COMPARES.match(text, literals.past_blanks(text, ends.end()))):
        values += operands.operand(text, "", operator, is_key=False)[:1]
    found = [value for value in values if value and value.quote == "'"]
    return Value(tuple(span for value in found for span in value.spans), found[-1].end, "'") if found else None


def _other_argument(text: str, at: int) -> Value | None:
    """What a function gives where the name has none, unless it is plain words or a number: coalesce(token, '...')."""
    cast = _CAST.match(text, at)
    comma = literals.past_blanks(text, cast.end() if cast else at)
    value = literals.quoted(text, literals.past_blanks(text, comma + 1)) if text.startswith(",", comma) else None
    return None if value is None or _PLAIN.match(text[slice(*value.spans[0])]) else value


def _not_a_name(text: str, value: Value | None) -> Value | None:
    if value is None:
        return None
    word = text[slice(*value.spans[0])]
    return None if words.is_name(word) or (word.isalpha() and operands.is_no_value(word, 0)) else value
