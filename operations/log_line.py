"""An entry of a task's log as lines for a person: what Airflow 3 writes is a JSON object, what Airflow 2 writes is text.

The object is structlog's, as Airflow's CloudWatch handler sends it: `event`, `level`, where it comes from, and for an exception
`error_detail`, structlog.tracebacks.ExceptionDictTransformer's stacks, the exception's own first, then its causes'.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any

FOLDS = ("::group::", "::endgroup::")
"""Marks of what Airflow's pages fold."""


def readable(message: str, timestamp: int) -> list[str]:
    """The lines of one entry of CloudWatch, whose timestamp is in milliseconds."""
    try:
        entry = json.loads(message)
    except ValueError:
        return message.splitlines()
    if not isinstance(entry, dict) or "event" not in entry:
        return message.splitlines()
    if str(entry["event"]).startswith(FOLDS):
        return []
    return [*_head(entry, timestamp), *_errors(entry.get("error_detail") or [])]


def _head(entry: dict[str, Any], timestamp: int) -> list[str]:
    when = datetime.fromtimestamp(timestamp / 1000, UTC).isoformat(timespec="milliseconds")
    where = ":".join(PurePath(str(entry[name])).name for name in ("filename", "lineno") if name in entry) or entry.get("logger", "airflow")
    return f"[{when}] {{{where}}} {str(entry.get('level', 'info')).upper()} - {entry['event']}".splitlines()


def _errors(stacks: list[dict[str, Any]]) -> Iterator[str]:
    for stack in reversed(stacks):  # as Python prints them, the causes first
        yield "Traceback (most recent call last):"
        for frame in stack.get("frames", []):
            yield f'  File "{frame["filename"]}", line {frame["lineno"]}, in {frame["name"]}'
        yield from f"{stack.get('exc_type')}: {stack.get('exc_value')}".splitlines()
        yield from stack.get("exc_notes", [])
