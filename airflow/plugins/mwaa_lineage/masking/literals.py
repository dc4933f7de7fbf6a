"""Reads the value that stands at a place in a text: a literal of SQL, Python, JSON or a shell, however it is quoted, or a bare word."""

import re
from typing import NamedTuple

_LONGEST_COMMENT = 1_000
_MOST_COMMENTS = 12  # between a name and its value: comments full of names are passed over for each of these
_BLANKS = re.compile(rf"\s+|--[^\n]{{0,{_LONGEST_COMMENT}}}\n\s*+|\x1b\[[\d;]*m")
_BEGINS_BLANKS = "-\x1b/"  # beside white space
QUOTE = r"(?:\\*[\"'`])"
"""A quote of a literal, or with backslashes, of a literal within a text."""
_OPENING = re.compile(r"(?:[ENBXRFU]|U&|RB|BR|FR|RF)?(?P<escapes>\\*)(?P<quote>'''|\"\"\"|['\"`])", re.IGNORECASE)
_BEGIN_OPENING = "'\"`\\ENBXRFUenbxrfu"  # the characters
_CLOSING = {
    "'": re.compile(r"(?:[^'\\]|''|\\.)*", re.DOTALL),
    '"': re.compile(r'(?:[^"\\]|""|\\.)*', re.DOTALL),
    "`": re.compile(r"(?:[^`\\]|\\.)*", re.DOTALL),
}
_DOLLARS = re.compile(r"\$(?:[A-Za-z_]\w*)?\$")
_GOES_ON = {
    "'": re.compile(r"(?:[^\S\n]*+(?=\n)|\s*+(?:\|\||\+|\\\r?\n))\s*+[bruENR]?(?=')"),
    '"': re.compile(r'\s*+(?:\+|\\\r?\n)\s*+[bru]?(?=")'),
}
_BRACES = re.compile(r"\{(?:[^{}]|\}\}){1,1000}\}")
_BARE = re.compile(r"[^\s'\"`;,&<>\\\x1b]+")
_TAIL = re.compile(r"[)\]}.:!?]{1,100}\Z")
_BLOCK = re.compile(r"[|>][+-]?[ \t]*\r?\n(?P<indent>[ \t]+)")

_TAGS = re.compile(r"(?:!!(?:str|binary)[ \t]+|&\w{1,60}[ \t]+){0,2}")
_ITEM = re.compile(r"[ \t]*\r?\n(?P<indent>[ \t]*)-[ \t]+(?P<value>[^\s:'\"]+)[ \t]*(?=\r?\n|[\"']|\Z)")

_ONLY_WORDS = re.compile(r"[A-Za-z_.-]*\Z")

_CLOSES = re.compile(r"(?P<quote>\\*[\"'`])(?:\\*[\"'`]){0,2}\s*(?:[}\]),]|\|\||\Z)")
_QUOTES = ("\\", '"', "'", "`")
_LINE = 500  # characters before a place


def past_blanks(text: str, at: int) -> int:
    """Where the text goes on behind blanks, comments of SQL, colours and, in a text within a text, escaped ends of lines."""
    for _ in range(_MOST_COMMENTS):
        if at >= len(text) or not (text[at] in _BEGINS_BLANKS or text[at].isspace()):
            return at
        if blanks := _BLANKS.match(text, at):
            at = blanks.end()
        elif text.startswith("/*", at) and (end := text.find("*/", at + 2, at + _LONGEST_COMMENT)) >= 0:
            at = end + 2
        else:
            return at
    return at


class Value(NamedTuple):
    """Where a value stands: `spans` of its characters, without quotes, and where the text goes on after it."""

    spans: tuple[tuple[int, int], ...]
    end: int
    quote: str = ""


def quoted(text: str, at: int) -> Value | None:
    """The literal that begins at a place. One that nothing ends goes to the end of the text, which may have been cut."""
    if text.startswith("$", at) and (tag := _DOLLARS.match(text, at)):
        end = text.find(tag.group(), tag.end())
        end = end if end >= 0 else len(text)
        return Value(((tag.end(), end),), min(end + len(tag.group()), len(text)), "$")
    opening = _OPENING.match(text, at) if text[at : at + 1] in _BEGIN_OPENING else None
    if opening is None:
        return None
    quote, escapes = opening["quote"], opening["escapes"]
    if escapes or len(quote) > 1:
        end = until(text, escapes + quote, opening.end())
        return Value(((opening.end(), end),), min(end + len(escapes + quote), len(text)), quote[0])
    return _continued(text, opening.end(), quote)


def until(text: str, closing: str, at: int) -> int:
    """Where a literal ends: at its quote with no more escapes than it began with."""
    while (end := text.find(closing, at)) >= 0:
        if text[end - 1] != "\\":
            return end
        at = end + 1
    return len(text)


def _continued(text: str, at: int, quote: str) -> Value:
    """A literal goes on behind an end of line, as SQL has it, and behind what joins it to another."""
    spans = []
    while True:
        closing = _CLOSING[quote].match(text, at)
        end = closing.end() if closing else at
        spans.append((at, end))
        after = min(end + 1, len(text))
        again = _GOES_ON[quote].match(text, after) if quote in _GOES_ON else None
        if again is None:
            return Value(tuple(spans), after, quote)
        at = again.end() + 1


def braced(text: str, at: int) -> Value | None:
    """ODBC's way to quote: {...}."""
    found = _BRACES.match(text, at) if text.startswith("{", at) else None
    return Value(((found.start() + 1, found.end() - 1),), found.end(), "{") if found else None


def block(text: str, at: int) -> Value | None:
    """YAML's block: the lines behind | or > that are indented as the first one is, or more."""
    opening = _BLOCK.match(text, at)
    if opening is None:
        return None
    start = end = opening.end()
    while True:
        line = text.find("\n", end)
        end = line if line >= 0 else len(text)
        if line < 0 or not text.startswith(opening["indent"], line + 1):
            return Value(((start, end),), end)
        end += 1


def past_tags(text: str, at: int) -> int:
    """Where the value goes on behind YAML's tags and anchors: !!str, &name."""
    tags = _TAGS.match(text, at)
    return tags.end() if tags else at


def items(text: str, at: int) -> Value | None:
    """YAML's items, one a line, of which at least one is no word: - ..."""
    spans = []
    while item := _ITEM.match(text, at):
        spans.append(item.span("value"))
        at = item.end()
    return Value(tuple(spans), at) if any(not _ONLY_WORDS.match(text, *span) for span in spans) else None


def bare(text: str, at: int) -> Value | None:
    """A word without quotes, without the punctuation that ends a sentence or closes a bracket."""
    found = _BARE.match(text, at)
    if found is None:
        return None
    last = found.end()
    closed = None if text[last - 1].isalnum() else _TAIL.search(text, max(at, last - 100), last)
    end = closed.start() if closed and closed.start() > at else last
    return Value(((at, end),), end)


def closes_around(text: str, at: int) -> bool:
    """Whether the quote there ends what the text around it has begun, as after the last word of `{"sql": "... order by password"}`."""
    closing = _CLOSES.match(text, at) if text.startswith(_QUOTES, at) else None
    if closing is None:
        return False
    quote = closing["quote"]
    begins = max(0, at - _LINE)
    line = max(text.rfind("\n", begins, at) + 1, begins)
    return any((text.count(quote, begin, at) - text.count(f"\\{quote}", max(0, begin - 1), at)) % 2 for begin in {begins, line})
