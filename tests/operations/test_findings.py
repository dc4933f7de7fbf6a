"""What a command found, as a person reads it."""

import io

import pytest
from rich.console import Console

from operations.findings import here, problem, show

CURE = "make a NAT gateway: `make deploy STACK=network`, then make run-pipeline; make up stays as it is"


@pytest.mark.parametrize("name", ["", "/etc/shrc"])
def test_without_an_environment_of_ours_a_command_stays_as_it_is(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENV", name)
    assert here(CURE) == CURE


def test_a_cure_names_the_environment_that_the_command_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENV", "prod")
    written = io.StringIO()
    show([problem("Routes", "none; make state says more", CURE)], Console(file=written, width=60))
    assert written.getvalue().splitlines() == [
        "  ✗ Routes: none; make state ENV=prod says more",
        "      make a NAT gateway: `make deploy ENV=prod STACK=network`, then make run-pipeline ENV=prod; make up stays as it is",
    ]
