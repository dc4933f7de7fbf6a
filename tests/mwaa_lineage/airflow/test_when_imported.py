"""What is done with a module as soon as somebody imports it."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

from mwaa_lineage.airflow.when_imported import when_imported


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "awaited_one.py").write_text("made = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "awaited_one", raising=False)
    return "awaited_one"


def test_it_waits_for_the_import_and_leaves_nothing_behind(module: str) -> None:
    seen: list[ModuleType] = []
    finders = len(sys.meta_path)
    when_imported(module, seen.append)
    assert (seen, len(sys.meta_path)) == ([], finders + 1)
    imported = importlib.import_module(module)
    assert (seen, len(sys.meta_path)) == ([imported], finders)
    assert imported.__spec__ is not None
    assert type(imported.__spec__.loader).__name__ == "SourceFileLoader"
    assert imported.__loader__ is imported.__spec__.loader
    assert importlib.reload(imported).made == 1
    assert seen == [imported]


def test_a_module_that_is_there_is_not_waited_for(module: str) -> None:
    imported = importlib.import_module(module)
    seen: list[ModuleType] = []
    when_imported(module, seen.append)
    assert seen == [imported]


def test_a_module_that_does_not_exist_stays_so() -> None:
    when_imported("no_such_module_at_all", lambda module: None)
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("no_such_module_at_all")
