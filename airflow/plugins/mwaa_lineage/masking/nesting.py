"""A text within a text, as JSON in JSON or the repr of SQL: a quote has a backslash before it, an end of line is two letters."""

import re
from bisect import bisect_right
from collections.abc import Iterator

_DOUBLED = r"(?:(?<![\w'])|(?<=[\s{\[(,:=][bBrRfFeEnN]))''(?=[\w\[{/-])|(?<=[^\s'(,])(?<![\s(,=][ENBXenbx])''(?![\w'])"
_ESCAPES = re.compile(rf"\\(?:[\"'\\/nrt]|u[0-9a-fA-F]{{4}}|x[0-9a-fA-F]{{2}})|{_DOUBLED}")
"""Backslashes, and the quotes that YAML and SQL double within quotes; an empty literal is none of them."""
_CHARACTERS = {"\\n": "\n", "\\r": "\r", "\\t": "\t", "''": "'", **{f"\\{character}": character for character in "\"'\\/"}}
_DEEPEST = 3


class Inner:
    """The text with one level of escapes taken away, which knows where its characters stand in the outermost one."""

    def __init__(self, text: str, around: "Inner | None" = None) -> None:
        parts: list[str] = []
        self._begins, self._outer, at, gone = [0], [0], 0, 0
        for escape in _ESCAPES.finditer(text):
            start, end = escape.span()
            written = escape[0]
            parts += (text[at:start], _CHARACTERS.get(written) or chr(int(written[2:], 16)))
            gone += end - start - 1
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


def inner(text: str) -> Iterator[Inner]:
    """The texts within a text, the outermost first."""
    around = None
    for _ in range(_DEEPEST):
        if ("\\" not in text and "''" not in text) or not _ESCAPES.search(text):
            return
        around = Inner(text, around)
        text = around.text
        yield around
