"""The example's settings, with changes."""

import tomllib
from collections.abc import Callable

import pytest

from modules.settings import Settings
from tools.tool_environment import ROOT


@pytest.fixture
def settings() -> Callable[..., Settings]:
    example = tomllib.loads((ROOT / "settings.example.toml").read_text(encoding="utf-8"))
    return lambda **changes: Settings(**example | changes)
