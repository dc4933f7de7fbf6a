"""Tells Airflow's secrets masker what must not stand in logs, nor in the facets that an integration makes of a task."""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from typing import Any

from mwaa_lineage.masking.words import names_secret

_MOST = 32  # secrets: Airflow compiles the expression of all its secrets anew for each
_SECONDS = 0.25  # for all of them and parameters, whatever Airflow has been told before
_SHORTEST = 8  # characters: Airflow hides a shorter one in the middle of words, too
_LONGEST = 10_000  # characters, of which an expression is compiled fast
_MOST_NAMED = 20_000  # values in parameters


def hide(secrets: Iterable[str], parameters: Iterable[Any] = ()) -> None:
    """Hides each of `secrets`, and the values in query `parameters` whose names Airflow takes for sensitive.

    At most some dozens of them, the longest first, and parameters as far as there is time, those with names of secrets first:
    `texts.mask` hides what a text holds besides.
    """
    worth = sorted({secret for secret in secrets if len(secret) >= _SHORTEST}, key=len, reverse=True)[:_MOST]
    over = time.monotonic() + _SECONDS
    with suppress(RuntimeError, ImportError):  # a logging configuration without Airflow's masker
        mask_secret = _mask_secret()
        named = islice(_texts([each for each in parameters if isinstance(each, Mapping)]), _MOST_NAMED)
        for text, name in [*_texts(worth), *sorted(named, key=_says_nothing)]:
            if time.monotonic() > over:
                return
            mask_secret(text, name)


def _texts(value: Any, name: Any = None) -> Iterator[tuple[str, Any]]:
    """With the names that they go by."""
    if isinstance(value, str) and len(value) <= _LONGEST:
        yield value, name
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _texts(each, key)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts(each, name)


def _says_nothing(named: tuple[str, Any]) -> bool:
    return not names_secret(str(named[1]))


def _mask_secret() -> Any:
    """Airflow's own function, where it is from 2.7 to 3.3; imported when it is needed, as a masker may come with Airflow only."""
    try:
        from airflow.sdk.log import mask_secret  # noqa: PLC0415
    except ImportError:
        try:
            from airflow.sdk.execution_time.secrets_masker import mask_secret  # noqa: PLC0415
        except ImportError:
            from airflow.utils.log.secrets_masker import mask_secret  # noqa: PLC0415
    return mask_secret
