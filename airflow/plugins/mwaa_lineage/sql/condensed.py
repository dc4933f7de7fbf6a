"""SQL without most of its literals, which lineage does not come from: of rows of values and of lists one stands for all.

It is done on the text, as parsing a row costs a thousand times more than passing over it. A short text stays as it is.
"""

import re
from collections.abc import Iterator

SHORT = 20_000  # characters of a text that is parsed as it stands
LONGEST_LITERAL = 10_000  # characters: of a longer one nothing but the quotes is left

STRING = r"'(?:[^'\\]++|''|\\.)*+'"
DOLLARS = r"\$(?P<tag>\w*)\$.*?\$(?P=tag)\$"
_IN_COMMENT = r"[^*/]++|\*(?!/)|/(?!\*)"
_INNERMOST = rf"/\*(?:{_IN_COMMENT})*+\*/"
COMMENT = rf"--[^\n]*+|/\*(?:{_IN_COMMENT}|/\*(?:{_IN_COMMENT}|{_INNERMOST})*+\*/)*+\*/"  # they nest
_PLAIN = rf"[^()'\"$/;-]++|{STRING}|-(?!-)|/(?!\*)"
_ROW = rf"\((?:{_PLAIN}|\((?:{_PLAIN}|\((?:{_PLAIN})*+\))*+\))*+\)"
_WORD = r"(?i:null|true|false|date|timestamp|interval)\b"
_LITERAL = rf"(?:[+-]?[\d.]++(?i:e[+-]?\d+)?|(?i:[en]?){STRING}|{_WORD}(?:\s*+{STRING})?)(?:\s*+::\s*+[\w.]++(?:\(\d+\))?)*+"
_LITERALS = rf"{_LITERAL}(?:\s*+,\s*+{_LITERAL}){{0,500}}+"

_PLACE = re.compile(  # each alternative begins with one letter, by which `re` finds it fast
    rf"{STRING}|\"[^\"]*+\"|{DOLLARS}|{COMMENT}"
    r"|v(?<!\wv)(?i:alues)\b|V(?<!\wV)(?i:alues)\b|i(?<!\wi)[nN]\s*+\(|I(?<!\wI)[nN]\s*+\(",
    re.DOTALL,
)
_SIMPLE_ROW = rf"\((?:{_PLAIN})*+\)"
_NEXT_ROWS = re.compile(rf"\s*+(,)\s*+({_SIMPLE_ROW}(?:\s*+,\s*+{_SIMPLE_ROW}){{0,200}}+)", re.DOTALL)
_NEXT_ROW = re.compile(rf"\s*+(,?+)\s*+({_ROW})", re.DOTALL)
_NEXT_LITERALS = re.compile(rf"\s*+(,?+)\s*+({_LITERALS}|\(\s*+{_LITERALS}\s*+\))(?=\s*+[,)])", re.DOTALL)
_FIRST = re.compile(_LITERAL, re.DOTALL)
_QUERY = re.compile(r"(?i:\bselect\b)")
_VALUES = re.compile("values", re.IGNORECASE)
_UNLOAD = re.compile(rf"(?i:\bunload)(?:\s|{COMMENT})*+\((?:\s|{COMMENT})*+$")
_PIVOT = re.compile(r"(?i:\bfor)\s+(?:\w+|\"[^\"]*\")\s+$")  # its IN names columns
_NEAR = 150  # characters before IN in which FOR is looked for
_FAR = 1_000  # and before a long literal, UNLOAD


def condensed(text: str) -> str:
    """`text`, with one literal in place of many where it is long. Strings, comments and names are left as they are, but for long ones."""
    return "".join(_parts(text)) if len(text) > SHORT else text


def _parts(text: str) -> Iterator[str]:
    at = kept = 0
    while found := _PLACE.search(text, at):
        at = found.end()
        if _VALUES.fullmatch(found[0]):
            out = _rows(text, at)
        elif found[0][-1] == "(":
            out = iter(()) if _stands_after(_PIVOT, text, found, _NEAR) else _literals(text, at)
        elif len(found[0]) > LONGEST_LITERAL and found[0][0] in "'$-/" and not _stands_after(_UNLOAD, text, found, _FAR):
            yield text[kept : found.start()]
            yield "''" if found[0][0] in "'$" else " "
            kept = at
            continue
        else:
            continue
        for start, end in out:
            yield text[kept:start]
            kept = at = end
    yield text[kept:]


def _stands_after(words: re.Pattern[str], text: str, found: re.Match[str], within: int) -> bool:
    return words.search(text, max(0, found.start() - within), found.start()) is not None


def _rows(text: str, at: int) -> Iterator[tuple[int, int]]:
    """The rows of VALUES that can be left out: all but the first, and but those with a query in them."""
    found = _NEXT_ROW.match(text, at)
    if not found or found[1]:
        return
    at = found.end()
    while found := _NEXT_ROWS.match(text, at) or _NEXT_ROW.match(text, at):
        if _QUERY.search(text, found.start(), found.end()):
            found = _NEXT_ROW.match(text, at)
        if not found or not found[1]:
            return
        if not _QUERY.search(text, found.start(), found.end()):
            yield at, found.end()
        at = found.end()


def _literals(text: str, at: int) -> Iterator[tuple[int, int]]:
    """The literals of IN ( that can be left out: all but the first, or the first row of them."""
    first = True
    while found := _NEXT_LITERALS.match(text, at):
        if bool(found[1]) == first:
            return
        if not first:
            yield at, found.end()
        elif only := _FIRST.match(text, found.start(2)):
            yield only.end(), found.end()
        first, at = False, found.end()
