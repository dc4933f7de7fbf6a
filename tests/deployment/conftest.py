"""An emulated AWS to deploy to, and the figures of a life cycle at the end of the test run's output."""

from collections.abc import Iterator
from typing import Any

import pytest

from local.aws.machine import Aws
from tests.deployment.figures import FIGURES, Figures
from tests.emulated_aws import emulated_aws


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """One for all tests of a module."""
    with emulated_aws(tmp_path_factory.mktemp("aws")) as aws:
        yield aws


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = Figures()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    figures = config.stash[FIGURES]
    if not figures.seconds:
        return
    terminalreporter.section("life cycle of the stacks")
    for phase, duration in [*figures.seconds.items(), ("in all", sum(figures.seconds.values()))]:
        terminalreporter.line(f"{phase:<70}{duration:6.0f} s")
    for stack, count in [*figures.resources.items(), ("in all", sum(figures.resources.values()))]:
        terminalreporter.line(f"{stack:<70}{count:6} resources")
    if figures.left is not None:
        terminalreporter.line(f"left at the end: {', '.join(figures.left) or 'nothing but the state bucket'}")
