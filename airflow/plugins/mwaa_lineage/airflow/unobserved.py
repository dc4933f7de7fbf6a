"""Keeps the SQL of a task whose lineage is derived here from what Airflow collects of hooks.

OpenLineage's providers make a job of each statement that a hook has run, `<task>.query.<number>`, from that of Airflow 2.11.2 on, where an
operator tells no dataset: not yet at its start, or as its SQL touches none. Such jobs are read without schemas, and call the warehouse by
another name.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any


@contextmanager
def unobserved() -> Iterator[None]:
    """The collector takes in nothing of what hooks run meanwhile; it does nothing where Airflow collects no SQL of hooks."""
    collector = _collector()
    if not hasattr(collector, "add_extra"):
        yield
        return
    before = vars(collector).get("add_extra")
    collector.add_extra = _ignore
    try:
        yield
    finally:
        del collector.add_extra
        if before:
            collector.add_extra = before


def _collector() -> Any:
    try:
        hooks = import_module("airflow.providers.common.compat.lineage.hook")
    except ImportError:  # not every Airflow has it
        return None
    return hooks.get_hook_lineage_collector()


def _ignore(*given: Any, **named: Any) -> None:
    del given, named
