"""The SQL that hooks send while a task runs, whatever calls them: a function, a custom operator, an operator that makes its own SQL.

Airflow collects the SQL of hooks from its newest versions on, and without its connection; here it is taken where every version has it, in
the methods of the hooks themselves. What a hook does stays as it is.
"""

from collections.abc import Callable
from functools import wraps
from threading import Lock
from types import ModuleType
from typing import Any

from mwaa_lineage.airflow.stock.copies import Copy
from mwaa_lineage.airflow.stock.warehouses import behind, is_warehouse
from mwaa_lineage.airflow.task_lineage import Sent, pieces
from mwaa_lineage.airflow.unobserved import unobserved
from mwaa_lineage.airflow.when_imported import when_imported
from mwaa_lineage.sql.parameters import as_sent

MOST = 200  # different pieces of SQL of one task that are kept, and as many copies,
LONGEST = 10_000_000  # and the characters of its SQL together
_HOOKS = {"airflow.providers.common.sql.hooks.sql": "DbApiHook", "airflow.providers.postgres.hooks.postgres": "PostgresHook"}
_METHODS = ("run", "get_pandas_df", "get_pandas_df_by_chunks", "get_df", "get_df_by_chunks", "copy_expert")
"""Whose first parameter is SQL, and that open a cursor themselves; the others call these."""


class Observed:
    """What hooks have sent since the task of this process began; what reads alike, once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.begin()

    def begin(self) -> None:
        """A task begins: what was sent before belongs to another one."""
        with self._lock:
            self._sent: dict[Any, Sent] = {}
            self._copies: dict[Copy, None] = {}
            self._length = 0
            self.left_out = ""

    def add(self, sent: Sent) -> None:
        """A hook is about to send SQL."""
        key = (sent.warehouse.key, *(as_sent(text, sent.parameters) for text in sent.texts))
        with self._lock:
            if key in self._sent:
                return
            self._length += sum(map(len, sent.texts))
            if len(self._sent) >= MOST or self._length > LONGEST:
                self.left_out = f"hooks have sent more than {MOST} pieces of SQL, or {LONGEST} characters: the others are not told"
            else:
                self._sent[key] = sent

    def add_copy(self, copy: Copy) -> None:
        """A hook is about to copy an object of S3."""
        with self._lock:
            if len(self._copies) < MOST:
                self._copies[copy] = None
            elif copy not in self._copies:
                self.left_out = f"hooks have copied more than {MOST} objects of S3: the others are not told"

    def sent(self) -> list[Sent]:
        """So far, in order."""
        with self._lock:
            return list(self._sent.values())

    def copies(self) -> list[Copy]:
        """So far, in order."""
        with self._lock:
            return list(self._copies)


observed = Observed()


def observe() -> None:
    """From now on, in this process and those that it forks."""
    for module, hook in _HOOKS.items():
        when_imported(module, _wrapping(hook))


def _wrapping(hook: str) -> Callable[[ModuleType], None]:
    def wrap(module: ModuleType) -> None:
        kind = getattr(module, hook)
        for name in _METHODS:
            if method := vars(kind).get(name):
                setattr(kind, name, _observing(method))
        if insert_rows := vars(kind).get("insert_rows"):
            kind.insert_rows = _observing_rows(insert_rows)

    return wrap


def _observing(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def observing(self: Any, sql: Any, *given: Any, **named: Any) -> Any:
        if not is_warehouse(self):
            return method(self, sql, *given, **named)
        _add(self, sql, _parameters(method.__name__, given, named))
        with unobserved():
            return method(self, sql, *given, **named)

    return observing


def _observing_rows(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def observing(self: Any, table: str, rows: Any, target_fields: Any = None, *given: Any, **named: Any) -> Any:
        if not is_warehouse(self):
            return method(self, table, rows, target_fields, *given, **named)
        columns = f" ({', '.join(map(str, target_fields))})" if isinstance(target_fields, list | tuple) and target_fields else ""
        _add(self, f"insert into {table}{columns} values (null)", None)  # noqa: S608 - it is read, and never run
        with unobserved():
            return method(self, table, rows, target_fields, *given, **named)

    return observing


def _add(hook: Any, sql: Any, parameters: Any) -> None:
    """Whatever goes wrong here must not touch the task."""
    try:
        observed.add(Sent(behind(hook), pieces(sql), parameters))
    except Exception:
        hook.log.warning("The lineage of what this hook sends is not known", exc_info=True)


def _parameters(method: str, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """`run` takes autocommit before them, the others take them first."""
    at = 1 if method == "run" else 0
    return named.get("parameters", given[at] if len(given) > at else None)
