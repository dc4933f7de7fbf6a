"""Keeps secrets out of the report: the values of what is named like one, wherever OpenLineage's settings may hold it."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from mwaa_lineage.masking import printable

_SETTINGS = ("OPENLINEAGE", "MARQUEZ", "AIRFLOW__OPENLINEAGE")
_SECRET = r"[\w-]*(?:api_?key|token|passw|secret|authorization)[\w-]*"  # noqa: S105 - how such a setting is named
_PAIR = re.compile(rf"{_SECRET}\\?[\"']?\s*[:=]\s*\\?[\"']?(?:Bearer\s+)?([^\"'\s,}}\\]+)", re.IGNORECASE)
_NAME = re.compile(_SECRET, re.IGNORECASE)
_MASKED = "***"


class Mask:
    """Knows secrets and hides them."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """Knows the secrets in variables of OpenLineage, and in the file that one of them names."""
        mask = cls()
        for name, value in environment.items():
            if not name.startswith(_SETTINGS):
                continue
            if _NAME.search(name):
                mask.hide(value)
            mask.hide_within(value)
            if name.endswith(("_CONFIG", "_CONFIG_PATH")):
                mask.hide_within(_text(value))
        return mask

    def hide(self, secret: str) -> None:
        """Never show this."""
        self._secrets |= {secret, secret.strip()} - {""}

    def hide_within(self, text: str) -> None:
        """Never show what stands behind a secret's name in a text."""
        for secret in _PAIR.findall(text):
            self.hide(secret)

    def clean(self, text: object) -> str:
        """The text on one printable line, without the secrets and without the user and password of any URL."""
        line = re.sub(r"//[^/\s]*@", f"//{_MASKED}@", str(text))
        for secret in sorted(self._secrets, key=len, reverse=True):
            line = line.replace(secret, _MASKED)
        return printable(line)


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
