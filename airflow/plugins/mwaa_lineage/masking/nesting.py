"""A text within a text, as JSON in JSON or the repr of SQL: a quote has a backslash before it, an end of line is two letters."""

import re
from bisect import bisect_right
from collections.abc import Iterator

_DOUBLED = r"(?:(?<![\w'])|(?<=[\s{\[(,:=][bBrRfFeEnN]))''(?=[\w\[{/-])|(?<=[^\s'(,])(?<![\s(,=][ENBXenbx])''(?![\w'])"
_ESCAPES = re.compile(
    rf"\\(?:[\"'\\/nrt]|u[0-9a-fA-F]{{4}}|x[0-9a-fA-F]{{2}})|%(?:2[27F]|3[ADF]|40)|&(?:quot|apos|amp);|&#(?:\d{{2,3}}|[xX][0-9a-fA-F]{{2}});|[\uff1a\uff1d]"
    rf"|[\u200b-\u200d\u2060\ufeff\xad]+|{_DOUBLED}"
)
"""Backslashes, what addresses and markup write in the place of signs, full-width signs, characters that nobody sees, and the quotes that
YAML and SQL double within quotes; an empty literal is none of them."""
_CHARACTERS = {
    "\uff1a": ":",
    "\uff1d": "=",
    "&quot;": '"',
    "&apos;": "'",
    "&amp;": "&",
    "\\n": "\n",
    "\\r": "\r",
    "\\t": "\t",
    "''": "'",
    **{f"\\{character}": character for character in "\"'\\/"},
}
_DEEPEST = 3


class Inner:
    """The text with one level of escapes taken away, which knows where its characters stand in the outermost one."""

    def __init__(self, text: str, around: "Inner | None" = None) -> None:
        parts: list[str] = []
        self._begins, self._outer, at, gone = [0], [0], 0, 0
        for escape in _ESCAPES.finditer(text):
            start, end = escape.span()
            character = _character(escape[0])
            parts += (text[at:start], character)
            gone += end - start - len(character)
            self._begins.append(end - gone)
            self._outer.append(end)
            at = end
        self.text = "".join([*parts, text[at:]])
        self._around = around

    def outer(self, at: int) -> int:
        """Where the character at a place stands in the outermost text."""
        index = bisect_right(self._begins, at) - 1
        place = self._outer[index] + at - self._begins[index]
        return self._around.outer(place) if self._around else place


def _character(written: str) -> str:
    if found := _CHARACTERS.get(written):
        return found
    number = written.lstrip("\\&#%uxX").rstrip(";")
    return chr(int(number, 10 if written[2:].rstrip(";") == number and written[0] == "&" else 16)) if number.isascii() else ""


def inner(text: str) -> Iterator[Inner]:
    """The texts within a text, the outermost first."""
    around = None
    for _ in range(_DEEPEST):
        if not _ESCAPES.search(text):
            return
        around = Inner(text, around)
        text = around.text
        yield around
