"""Hides the credentials in SQL, error messages, commands and connection strings, and secrets that are known, wherever they occur.

The name of a role (IAM_ROLE, aws_iam_role) or of a secret (secret_arn) is none.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from mwaa_lineage.masking.scanner import scan

HIDDEN = "***"
_SHORTEST = 4  # characters: shorter values would hide half of a text wherever they occur
_LONGEST_CUT = 200  # characters of a secret of which the text may show a part
_ALIKE = 50  # places in secrets that begin with the same four characters
_MOST = 1_000  # secrets that are looked for elsewhere, the longest first; the others are hidden in their own place only
_DOTS = "..."


def mask(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` with the credentials in it, and each of `secrets`, replaced by ***."""
    return hide(without_credentials(text)[0], secrets)


def secrets_in(text: str) -> set[str]:
    """The credentials in `text`, of those forms that are nothing else in SQL: they can be hidden wherever they occur."""
    return without_credentials(text)[1]


def without_credentials(text: str) -> tuple[str, set[str]]:
    """Both at once: the masked text, and those of its secrets that can be hidden elsewhere."""
    found = scan(text)
    sure = {text[one.start : one.end] for one in found if one.sure}
    secrets = {secret for secret in sure if len(secret) >= _SHORTEST and secret != HIDDEN}
    return _hidden(text, [(one.start, one.end) for one in found]), secrets


def hide(text: str, secrets: Iterable[str]) -> str:
    """`text` with each of `secrets` replaced by ***.

    Of a secret that the text shows cut off by three dots, as the warehouse's error messages do, the rest is replaced too.
    """
    known = tuple(sorted((secret for secret in secrets if len(secret) >= _SHORTEST), key=len, reverse=True)[:_MOST])
    for secret in known:
        text = text.replace(secret, HIDDEN)
    return _hidden(text, sorted(set(_cut_off(text, known)))) if known and _DOTS in text else text


def _hidden(text: str, spans: list[tuple[int, int]]) -> str:
    parts, at = [], 0
    for start, end in spans:
        if end <= at:
            continue
        parts += [text[at : max(start, at)], HIDDEN] if start >= at else []
        at = end
    return "".join([*parts, text[at:]])


def _cut_off(text: str, secrets: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Where a text shows the beginning of a secret before three dots, or its end behind them."""
    places = _places(secrets)
    at = text.find(_DOTS)
    while at >= 0:
        behind = at + len(_DOTS)
        for secret, place in places.get(text[at - _SHORTEST : at], ()) if at >= _SHORTEST else ():
            length = place + _SHORTEST
            if length <= at and text.startswith(secret[:length], at - length):
                yield at - length, behind
        for secret, place in places.get(text[behind : behind + _SHORTEST], ()):
            if text.startswith(secret[place:], behind):
                yield at, behind + len(secret) - place
        at = text.find(_DOTS, behind)


@lru_cache(maxsize=1)  # an event has many texts, and the same secrets for all of them
def _places(secrets: tuple[str, ...]) -> dict[str, list[tuple[str, int]]]:
    """{four characters: (secret, where they stand in it)}; of a long secret, those at its ends."""
    places: dict[str, list[tuple[str, int]]] = {}
    for secret in secrets:
        last = len(secret) - _SHORTEST
        for place in range(last + 1) if last < 2 * _LONGEST_CUT else (*range(_LONGEST_CUT), *range(last - _LONGEST_CUT, last + 1)):
            known = places.setdefault(secret[place : place + _SHORTEST], [])
            if len(known) < _ALIKE:
                known.append((secret, place))
    return places
