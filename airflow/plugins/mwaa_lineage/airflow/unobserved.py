"""Keeps the SQL of a task whose lineage is derived here from what Airflow collects of hooks.

OpenLineage's providers make a job of each statement that a hook has run, `<task>.query.<number>`, from that of Airflow 2.11.2 on, where an
operator tells no dataset: not yet at its start, or as its SQL touches none. Such jobs are read without schemas, and call the warehouse by
another name.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import wraps
from importlib import import_module
from typing import Any

_HOOKS = "airflow.providers.common.compat.lineage.hook"
_hidden: ContextVar[bool] = ContextVar("hidden", default=False)


@contextmanager
def unobserved() -> Iterator[None]:
    """The collector takes in no SQL that hooks run meanwhile in this thread, where Airflow collects any. Raises nothing."""
    with suppress(Exception):  # whatever an import raises: the SQL runs all the same
        _let_hide(_collector())
    token = _hidden.set(True)
    try:
        yield
    finally:
        _hidden.reset(token)


def _let_hide(collector: Any) -> None:
    """Once for a collector, which all threads of a process share."""
    add = getattr(collector, "add_extra", None)
    if add is None or hasattr(add, "__wrapped__"):
        return

    @wraps(add)
    def add_extra(*given: Any, **named: Any) -> Any:
        return None if _hidden.get() else add(*given, **named)

    collector.add_extra = add_extra


def forget() -> None:
    """What Airflow has collected before the task that begins: it never forgets, and `airflow dags test` runs all tasks in one process."""
    if _HOOKS in sys.modules:
        collector = _collector()
        for name in ("_inputs", "_outputs", "_input_counts", "_output_counts", "_extra", "_extra_counts"):
            getattr(collector, name, {}).clear()


def _collector() -> Any:
    try:
        hooks = import_module(_HOOKS)
    except ImportError:  # not every Airflow has it
        return None
    return hooks.get_hook_lineage_collector()
