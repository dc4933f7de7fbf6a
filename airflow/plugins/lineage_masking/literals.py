"""Reads the value that stands at a place in a text: a literal of SQL, Python, JSON or a shell, however it is quoted, or a bare word."""

import re
from dataclasses import dataclass

_LONGEST_COMMENT = 1_000
_BLANKS = re.compile(rf"\s+|--[^\n]{{0,{_LONGEST_COMMENT}}}\n|\\[nrt]")
_OPENING = re.compile(r"(?:[ENBXRFU]|U&|RB|BR|FR|RF)?(?P<escapes>\\*)(?P<quote>'''|\"\"\"|['\"`])", re.IGNORECASE)
_CLOSING = {
    "'": re.compile(r"(?:[^'\\]|''|\\.)*", re.DOTALL),
    '"': re.compile(r'(?:[^"\\]|""|\\.)*', re.DOTALL),
    "`": re.compile(r"(?:[^`\\]|\\.)*", re.DOTALL),
}
_IN_A_LITERAL = re.compile(r"''([^']+)''")  # of a query that is itself a literal
_DOLLARS = re.compile(r"\$(?:[A-Za-z_]\w*)?\$")
_NEXT_LINE = re.compile(r"\s*\n\s*(?=')")
_BRACES = re.compile(r"\{(?:[^{}]|\}\})+\}")
_BARE = re.compile(r"[^\s'\"`;,&<>\\]+")
_TAIL = re.compile(r"[)\]}.:!?]+\Z")


def past_blanks(text: str, at: int) -> int:
    """Where the text goes on behind blanks, comments of SQL and, in a text within a text, escaped ends of lines."""
    while True:
        if blanks := _BLANKS.match(text, at):
            at = blanks.end()
        elif text.startswith("/*", at) and (end := text.find("*/", at + 2, at + _LONGEST_COMMENT)) >= 0:
            at = end + 2
        else:
            return at


@dataclass(frozen=True)
class Value:
    """Where a value stands: `spans` of its characters, without quotes, and where the text goes on after it."""

    spans: tuple[tuple[int, int], ...]
    end: int
    quote: str = ""


def quoted(text: str, at: int) -> Value | None:
    """The literal that begins at a place. One that nothing ends goes to the end of the text, which may have been cut."""
    if within := _IN_A_LITERAL.match(text, at):
        return Value((within.span(1),), within.end(), "'")
    if tag := _DOLLARS.match(text, at):
        end = text.find(tag.group(), tag.end())
        end = end if end >= 0 else len(text)
        return Value(((tag.end(), end),), min(end + len(tag.group()), len(text)), "$")
    opening = _OPENING.match(text, at)
    if opening is None:
        return None
    quote, escapes = opening["quote"], opening["escapes"]
    if escapes or len(quote) > 1:
        end = _find(text, escapes + quote, opening.end())
        return Value(((opening.end(), end),), min(end + len(escapes + quote), len(text)), quote[0])
    return _continued(text, opening.end(), quote)


def _find(text: str, closing: str, at: int) -> int:
    """Where a literal within a literal ends: at its quote with no more escapes than it began with."""
    while (end := text.find(closing, at)) >= 0:
        if text[end - 1] != "\\" or not closing.startswith("\\"):
            return end
        at = end + 1
    return len(text)


def _continued(text: str, at: int, quote: str) -> Value:
    """A literal goes on behind an end of line, as SQL has it."""
    spans = []
    while True:
        closing = _CLOSING[quote].match(text, at)
        end = closing.end() if closing else at
        spans.append((at, end))
        after = min(end + 1, len(text))
        again = _NEXT_LINE.match(text, after) if quote == "'" else None
        if again is None:
            return Value(tuple(spans), after, quote)
        at = again.end() + 1


def braced(text: str, at: int) -> Value | None:
    """ODBC's way to quote: {...}."""
    found = _BRACES.match(text, at)
    return Value(((found.start() + 1, found.end() - 1),), found.end(), "{") if found else None


def bare(text: str, at: int) -> Value | None:
    """A word without quotes, without the punctuation that ends a sentence or closes a bracket."""
    found = _BARE.match(text, at)
    if found is None:
        return None
    word = found.group()
    closed = _TAIL.search(word)
    length = len(word) - (len(closed.group()) if closed and closed.start() else 0)
    return Value(((at, at + length),), at + length)
