"""Tells Airflow's secrets masker what must not stand in logs, nor in the facets that an integration makes of a task."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from sql_lineage.compat import mask_secret


def hide(secrets: Iterable[str], parameters: Any = None) -> None:
    """Hides each of `secrets`, and the values of those query `parameters` whose names Airflow takes for sensitive."""
    with suppress(RuntimeError):  # a logging configuration without Airflow's masker
        for secret in secrets:
            mask_secret(secret)
        if isinstance(parameters, Mapping):
            mask_secret(dict(parameters))
