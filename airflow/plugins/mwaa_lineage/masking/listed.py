"""Values that stand in a list at the place where another list has the name of a secret.

Rows of SQL, `insert into u (name, password) values ('bob', '...')`, and what PostgreSQL says of keys, `Key (name, token)=(bob, ...)`.
"""

import re
from collections.abc import Iterator

from mwaa_lineage.masking import operands, words
from mwaa_lineage.masking.literals import Value

_NAMES = re.compile(
    r"\((?P<names>[^()'=;]{1,4000})\)\s{0,99}(?:(?P<sign>=)|(?:as\s{0,9}\(\s{0,9})?(?:values\s{0,99}|(?P<query>select\s)))", re.IGNORECASE
)
_PIECE = re.compile(r"(?P<open>\()|(?P<close>\))|(?P<comma>,)|'(?P<literal>(?:[^'\\]|''|\\.)*+)'?|\"[^\"]*+\"|[^()',\"]++|\"", re.DOTALL)
_NEXT = re.compile(r"\s{0,99},\s{0,99}(?=\()")
_ENDS_QUERY = re.compile(r";|\b(?:from|union|where)\b", re.IGNORECASE)


def values(text: str) -> Iterator[tuple[int, int]]:
    """Where such values stand. Each list and each row is passed over once."""
    at = 0
    while names := _NAMES.search(text, at):
        at = names.end()
        places = {place for place, name in enumerate(names["names"].split(",")) if words.names_secret(name.strip(" \t\r\n\"'`[]"))}
        if not places:
            continue
        begins = text.startswith("(", at)
        while begins or names["query"]:
            found, at = _row(text, at, places, plain=names["sign"] is not None, depth=0 if begins else 1)
            yield from found
            another = _NEXT.match(text, at) if begins else None
            if another is None:
                break
            at = another.end()


def _row(text: str, at: int, places: set[int], *, plain: bool, depth: int) -> tuple[list[tuple[int, int]], int]:
    """What stands at these places of the row that begins at `at`, and where the row ends; `plain` is one without quotes."""
    found, place, within_query = [], 0, depth == 1
    while piece := _PIECE.match(text, at):
        at = piece.end()
        depth += (piece["open"] is not None) - (piece["close"] is not None)
        if depth == 0 or (within_query and depth == 1 and piece["literal"] is None and _ENDS_QUERY.search(piece[0])):
            break
        if depth == 1 and piece["comma"]:
            place += 1
        elif place in places and not piece["open"]:
            start, end = piece.span("literal") if piece["literal"] is not None else piece.span() if plain else (at, at)
            if start < end and not _is_no_secret(text, start, end):
                found.append((start + len(text[start:end]) - len(text[start:end].lstrip()), end))
    return found, at


def _is_no_secret(text: str, start: int, end: int) -> bool:
    return operands.is_placeholder(text, Value(((start, end),), end)) or words.is_name(text[start:end]) or not text[start:end].strip()
