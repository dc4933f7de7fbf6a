"""Finds every credential in a text, by whichever of its marks."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mwaa_lineage.masking import addresses, assignments, commands, listed, tokens
from mwaa_lineage.masking.nesting import inner


class Found(NamedTuple):
    """Characters of a credential. If `sure`, they are nothing else in SQL either, and may be hidden wherever they occur."""

    start: int
    end: int
    sure: bool


def scan(text: str) -> list[Found]:
    """Every credential in `text`, and in the texts within it, in order, overlapping ones joined."""
    found = _in_one(text)
    for within in inner(text):
        found += [Found(within.outer(one.start), within.outer(one.end), one.sure) for one in _in_one(within.text)]
    return list(_joined(sorted(found)))


def _in_one(text: str) -> list[Found]:
    return [
        *(Found(*one) for one in assignments.assigned(text)),
        *(Found(start, end, sure=True) for start, end in (*tokens.tokens(text), *addresses.credentials(text))),
        *(Found(start, end, sure=not text[start:end].isalpha()) for start, end in listed.values(text)),
        *(Found(start, end, sure=False) for start, end in commands.secrets(text)),
    ]


def _joined(found: Iterable[Found]) -> Iterator[Found]:
    last: Found | None = None
    for one in found:
        if last and one.start < last.end:
            last = Found(last.start, max(last.end, one.end), sure=last.sure and one.sure)
            continue
        if last:
            yield last
        last = one
    if last:
        yield last
