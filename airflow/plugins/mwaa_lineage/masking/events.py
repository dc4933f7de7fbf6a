"""Hides the secrets in a lineage event, whoever has made it: the one place that every event passes before it is written or sent.

An event holds what the integrations know of a task: its SQL, its parameters, the configuration of the run, the messages of exceptions, and
the variables of the environment that somebody has asked for. Hidden are credentials in each text (see `texts`), all values whose name says
that they are secret, both wherever else they occur in the event, what Airflow's own masker knows, and what
the user's own expressions match.
"""

import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from mwaa_lineage.masking.numbered import Numbered
from mwaa_lineage.masking.own import masks
from mwaa_lineage.masking.texts import HIDDEN, hide, without_credentials
from mwaa_lineage.masking.words import names_secret

LONGEST = 250_000  # characters of a text that are looked through (`make bench-masking`); the rest of it is left out,
MARGIN = 10_000  # and as many before it, among which the beginning of a secret may be

_NAMES, _VALUES = {"name", "key", "parametername", "parameterkey"}, {"value", "parametervalue", "default"}
"""Members of an object that is a pair: {"Name": "PASSWORD", "Value": "..."}."""
_LONG_ENOUGH = 8  # characters of a value with a secret's name that is looked for elsewhere: `{"secret_type": "new"}`
_BY_COLUMN = {"columnLineage", "dataQualityMetrics"}  # facets whose keys are names of columns, such as `password`, and no parameters
_JOINED_BY = {"namespace", "name", "field", "runId", "eventTime", "eventType", "type", "producer", "schemaURL", "_producer", "_schemaURL"}
"""What a store puts events together by. A password of somebody's that equals a table's name must not hide the table."""
_WORDS = re.compile(r"[A-Za-z_]{1,60}")

_MASKERS = (  # of Airflow 2, 3.0, and 3.2 on; the last two may be in one process, each with secrets of its own
    "airflow.utils.log.secrets_masker",
    "airflow.sdk.execution_time.secrets_masker",
    "airflow._shared.secrets_masker.secrets_masker",
    "airflow.sdk._shared.secrets_masker.secrets_masker",
)


def masked(event: Any, secrets: Iterable[str] = ()) -> Any:
    """The event, as dictionaries and lists, without its secrets and without `secrets`, such as the key of the store."""
    walk = _Walk(secrets)
    done = walk.value(event)
    return _Again(walk.found).value(done) if walk.found else done


class _Walk:
    """Through one event, in which the same texts stand time and again; `found` are the secrets that were come across."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self.found: set[str] = set()
        self._secrets = frozenset(secrets)
        self._seen: dict[tuple[str, bool], str] = {}
        self._masks = masks()
        self._maskers = [sys.modules[name] for name in _MASKERS if name in sys.modules]

    def value(self, value: Any, *, name: str = "", secret: bool = False, by_column: bool = False) -> Any:
        """Whatever stands in an event; `secret` is what has a name that says so, `by_column` what has columns' names."""
        if isinstance(value, dict):
            return self._mapping(value, secret=secret, by_column=by_column)
        if isinstance(value, list | tuple):
            return self._list(value, name=name, secret=secret, by_column=by_column)
        if isinstance(value, str):
            return self._hidden(value) if secret else self._text(value, joins=name in _JOINED_BY)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return HIDDEN if secret and is_number else value

    def _list(self, found: list[Any] | tuple[Any, ...], *, name: str, secret: bool, by_column: bool) -> list[Any]:
        pair = len(found) == len(("name", "value")) and not by_column and names_secret(found[0])
        hidden = (secret, secret or pair)
        return [self.value(each, name=name, secret=hidden[index == 1], by_column=by_column) for index, each in enumerate(found)]

    def _mapping(self, found: dict[Any, Any], *, secret: bool, by_column: bool) -> dict[Any, Any]:
        pair = not by_column and any(names_secret(value) for key, value in found.items() if _folded(key) in _NAMES)
        done = Numbered()
        for key, value in found.items():
            is_result = key == "pass" and not isinstance(value, str)
            hidden = secret or (not by_column and not is_result and names_secret(key)) or (pair and _folded(key) in _VALUES)
            shown = self._key(key, by_column=by_column) if isinstance(key, str) else key
            done.put(shown, self.value(value, name=str(key), secret=hidden, by_column=by_column or key in _BY_COLUMN))
        return done.kept

    def _key(self, key: str, *, by_column: bool) -> str:
        """Words are what an event is made of: somebody's password that equals one must not take the event apart."""
        return self._text(key, joins=by_column or _WORDS.fullmatch(key) is not None)

    def _hidden(self, text: str) -> str:
        if len(text) >= _LONG_ENOUGH:
            self.found.add(text)
        return HIDDEN if text else text

    def _text(self, text: str, *, joins: bool) -> str:
        if (text, joins) not in self._seen:
            self._seen[text, joins] = self._masked(text, joins=joins)
        return self._seen[text, joins]

    def _masked(self, text: str, *, joins: bool) -> str:
        done, found = without_credentials(text[:LONGEST])
        self.found |= found
        if not joins:
            done = self._known_to_others(hide(done, self._secrets))
        return done[:-MARGIN] + HIDDEN if len(text) > LONGEST else done

    def _known_to_others(self, text: str) -> str:
        """Without what the user's own expressions match, and what Airflow has been told."""
        for expression in self._masks:
            text = expression.sub(HIDDEN, text)
        for masker in self._maskers:
            with suppress(RuntimeError):  # a logging configuration without Airflow's masker
                text = str(masker.redact(text))
        return text


class _Again(_Walk):
    """Through an event that is masked already, for the secrets that were found in other places of it."""

    def _masked(self, text: str, *, joins: bool) -> str:
        return text if joins else hide(text, self._secrets)


def _folded(key: object) -> str:
    return key.lower().replace("_", "") if isinstance(key, str) else ""
