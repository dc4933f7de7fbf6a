"""Whether the integration asks this package: what stands in the way, and what a user has set."""

from collections.abc import Callable
from functools import wraps
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from mwaa_lineage.airflow.stock import door
from mwaa_lineage.doctor import active
from mwaa_lineage.doctor.findings import Kind, Report
from tests.mwaa_lineage.doctor.kinds import kinds, only, text


class Manager:
    """As an integration has it."""

    def __init__(self) -> None:
        self.extractors: dict[str, Any] = {}

    def extract_metadata(self, dagrun: Any, task: Any, complete: bool = False) -> None:
        """Nothing."""


class Open(Manager):
    """With the door open."""

    extract_metadata = door._asking_here(Manager.extract_metadata, ModuleType("theirs"))


class MineExtractor:
    """A user's own."""


def asked(manager: Any) -> Report:
    report = Report()
    active._asked(report, manager)
    return report


def test_an_open_door_is_well() -> None:
    assert kinds(asked(Open())) == []
    assert "extractors: this package is asked first" in text(asked(Open()))


def test_what_a_user_has_set_is_told_and_is_no_fault() -> None:
    manager = Open()
    manager.extractors["LoadOperator"] = MineExtractor
    report = asked(manager)
    assert kinds(report) == []
    assert f"yours go before this package: LoadOperator by {__name__}.MineExtractor" in text(report)


def test_a_wrapper_around_the_open_door_is_well() -> None:
    def around(extract: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(extract)
        def wrapper(*given: Any, **named: Any) -> Any:
            return extract(*given, **named)

        return wrapper

    class Wrapped(Open):
        extract_metadata = around(Open.extract_metadata)

    assert kinds(asked(Wrapped())) == []


def unknown(self: Any, task: Any, when: str) -> None:
    """As no version has it."""


@pytest.mark.parametrize(
    ("manager", "said"),
    [
        (Manager(), f"it asks {__name__}.Manager.extract_metadata"),
        (None, "this version of it has no manager of extractors that is known"),
        (SimpleNamespace(), "this version of it has no manager of extractors that is known"),
        (type("New", (Manager,), {"extract_metadata": door._asking_here(unknown, ModuleType("new"))})(), "whether a task has ended"),
    ],
    ids=["never opened", "no manager", "another manager", "another form"],
)
def test_stock_operators_unread(manager: Any, said: str) -> None:
    report = asked(manager)
    assert only(report).kind is Kind.STOCK_OPERATORS_UNREAD
    assert said in text(report)
