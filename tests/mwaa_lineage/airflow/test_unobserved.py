"""What Airflow collects of hooks, and what of it is kept out."""

import sys
from threading import Barrier, Thread
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from mwaa_lineage.airflow.unobserved import _HOOKS, forget, unobserved


def module(collector: Any) -> ModuleType:
    made = ModuleType(_HOOKS)
    made.get_hook_lineage_collector = lambda: collector  # type: ignore[attr-defined]
    return made


def test_what_was_collected_before_a_task_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    earlier = SimpleNamespace(_inputs={"a": 1}, _outputs={"b": 1}, _input_counts={"a": 1}, _output_counts={"b": 1}, other={"c": 1})
    monkeypatch.setitem(sys.modules, _HOOKS, module(earlier))
    forget()
    assert vars(earlier) == {"_inputs": {}, "_outputs": {}, "_input_counts": {}, "_output_counts": {}, "other": {"c": 1}}


def test_where_nothing_collects_nothing_is_imported_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, _HOOKS, raising=False)
    forget()
    assert _HOOKS not in sys.modules


class Collector:
    """As Airflow has it, as far as SQL goes."""

    def __init__(self) -> None:
        self.extra: list[str] = []

    def add_extra(self, text: str) -> None:
        """Take it in."""
        self.extra.append(text)


def test_sql_is_hidden_only_within_and_only_in_its_own_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    collector = Collector()
    monkeypatch.setitem(sys.modules, _HOOKS, module(collector))
    together = Barrier(3, timeout=30)
    failed: list[BaseException] = []

    def hook(name: str) -> None:
        """Two hooks at work at once, which end in the order in which they began."""
        try:
            with unobserved():
                together.wait()
                collector.add_extra(name)
            together.wait()
            collector.add_extra(f"{name} afterwards")
        except BaseException as error:
            failed.append(error)

    threads = [Thread(target=hook, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    together.wait()
    collector.add_extra("somebody else's")
    together.wait()
    for thread in threads:
        thread.join(30)
    assert failed == []
    assert sorted(collector.extra) == ["one afterwards", "somebody else's", "two afterwards"]
    with unobserved(), unobserved():
        collector.add_extra("nested")
    assert len(collector.extra) == 3


def test_whatever_is_wrong_with_airflows_collector_the_sql_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("broken")

    hooks = ModuleType(_HOOKS)
    hooks.get_hook_lineage_collector = broken  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, _HOOKS, hooks)
    with unobserved():
        ran = True
    assert ran
