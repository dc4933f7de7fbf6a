"""The settings.toml that a rehearsal writes says what the person's own said, but for what was substituted."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from modules.settings import Settings, load
from rehearsal import substitutions
from rehearsal.project import Project
from rehearsal.substitutions import CannotRehearse, Substitution

Make = Callable[..., Settings]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"tags": {"cost.centre": "47 11", "a:b/c": "d=e"}},
        {"expires": date(2099, 12, 31), "budget_usd": 900},
        {"external_ip": ["198.51.100.7/32", "203.0.113.0/24"], "eks_spot": True, "marquez_read_only": False},
        {"state_backend": "s3://acme-states/tickit", "region": "eu-central-1", "account_id": "111122223333"},
    ],
)
def test_settings_come_back_as_they_were(changes: dict[str, Any], settings: Make, tmp_path: Path) -> None:
    given = settings(**changes)
    Project(tmp_path, {}).choose(**substitutions.chosen(given, []))
    assert load(tmp_path / "settings.toml", {}) == given


def test_a_substitution_changes_its_settings_only(settings: Make, tmp_path: Path) -> None:
    given = settings(protect=True)
    Project(tmp_path, {}).choose(**substitutions.chosen(given, [Substitution({"protect": False}, "")]))
    assert load(tmp_path / "settings.toml", {}) == settings(protect=False)


def test_an_environment_that_exists_elsewhere_cannot_be_rehearsed(settings: Make) -> None:
    with pytest.raises(CannotRehearse, match="airflow_environment_exists"):
        substitutions.check(settings(airflow_environment_exists=True, airflow_version="2.4.3"))
    substitutions.check(settings())
