"""What stands behind `Authorization`, as a header of its own, in an object, or in a command."""

import re

from mwaa_lineage.masking import literals, operands
from mwaa_lineage.masking.literals import Value

_OF_ONE_WORD = re.compile(r"(?:basic|bearer|token|negotiate|apikey|geniekey|ssws)[ \t]+", re.IGNORECASE)
_SCHEME = re.compile(r"(?:digest|oauth|aws4-hmac-sha256|aws4-ecdsa-p256-sha256)[ \t]+", re.IGNORECASE)
_WORD = re.compile(r"[^\s\"'\\,;]+")
_LINE = re.compile(r"(?:[^\r\n\\]|\\(?![rn])|(?<=,)\r?\n[ \t]+)*")
_OPENING = re.compile(r"(\\*[\"'])[\w-]{0,40}\Z")


def credentials(text: str, start: int, at: int) -> Value | None:
    """The credentials of the header whose name begins at `start` and whose value begins behind `at`."""
    at = literals.past_blanks(text, at)
    value = literals.quoted(text, at)
    begin, end = value.spans[0] if value else (at, _line_ends(text, start, at))
    if one := _OF_ONE_WORD.match(text, begin, end):
        word = _WORD.match(text, one.end(), end)
        begin, end = (one.end(), end if value else word.end()) if word else (end, end)
    elif scheme := _SCHEME.match(text, begin, end):
        begin = scheme.end()
    if begin >= end or operands.is_no_value(text, begin):
        return None
    return Value(((begin, end),), value.end if value else end)


def _line_ends(text: str, start: int, at: int) -> int:
    line = _LINE.match(text, at)
    end = line.end() if line else at
    opening = _OPENING.search(text, max(0, start - 50), start)
    return min(end, literals.until(text, opening.group(1), at)) if opening else end
