"""Tells Airflow's secrets masker what must not stand in logs, nor in the facets that an integration makes of a task."""

import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

_MOST = 32  # values: Airflow compiles the expression of all its secrets anew for each
_SECONDS = 0.25  # for all of them, whatever Airflow has been told before
_SHORTEST = 8  # characters: Airflow hides a shorter one in the middle of words, too


def hide(secrets: Iterable[str], parameters: Any = None) -> None:
    """Hides each of `secrets`, and the values of those query `parameters` whose names Airflow takes for sensitive.

    At most some dozens of them, the longest first: what a text holds besides is for `texts.mask` to hide.
    """
    worth = sorted({secret for secret in secrets if len(secret) >= _SHORTEST}, key=len, reverse=True)[:_MOST]
    over = time.monotonic() + _SECONDS
    with suppress(RuntimeError, ImportError):  # a logging configuration without Airflow's masker
        mask_secret = _mask_secret()
        for secret in worth:
            if time.monotonic() > over:
                return
            mask_secret(secret)
        if isinstance(parameters, Mapping):
            mask_secret(dict(parameters))


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
