"""The figures of a life cycle, at the end of the test run's output."""

from typing import Any

import pytest

from tests.deployment.figures import SECONDS


def pytest_configure(config: pytest.Config) -> None:
    config.stash[SECONDS] = {}


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if seconds := config.stash[SECONDS]:
        terminalreporter.section("life cycle of the stacks")
        for phase, duration in [*seconds.items(), ("in all", sum(seconds.values()))]:
            terminalreporter.line(f"{phase:<70}{duration:6.0f} s")
