"""What a process imports before it forks tasks."""

import gc
import os
import sys

import pytest

from mwaa_lineage.airflow import forks


@pytest.fixture(autouse=True)
def worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["airflow", "celery", "worker"])
    monkeypatch.setattr(gc, "freeze", lambda: None)
    monkeypatch.setattr(os, "register_at_fork", lambda **_: None)


def test_without_the_provider_for_postgresql_nothing_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, forks.CONNECTS, None)
    forks.spare()


def test_what_derives_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, forks.DERIVES, None)
    with pytest.raises(ImportError, match="halted"):
        forks.spare()


def test_a_task_of_a_python_of_its_own_imports_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["airflow", "tasks", "run", "scheduler", "worker"])
    monkeypatch.setitem(sys.modules, forks.DERIVES, None)
    forks.spare()
