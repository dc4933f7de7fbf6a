"""An emulated AWS to deploy to, and the figures of a life cycle at the end of the test run's output."""

from collections.abc import Iterator
from typing import Any

import pytest

from local.aws.machine import Aws
from tests.deployment.figures import SECONDS
from tests.emulated_aws import emulated_aws


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """One for all tests of a module."""
    with emulated_aws(tmp_path_factory.mktemp("aws")) as aws:
        yield aws


def pytest_configure(config: pytest.Config) -> None:
    config.stash[SECONDS] = {}


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if seconds := config.stash[SECONDS]:
        terminalreporter.section("life cycle of the stacks")
        for phase, duration in [*seconds.items(), ("in all", sum(seconds.values()))]:
            terminalreporter.line(f"{phase:<70}{duration:6.0f} s")
