"""The commands' tests: a deployment of the example's settings, against an emulated AWS of their own."""

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.aws.machine import Aws
from modules.settings import Settings
from operations.deployment import ROOT, Deployment
from rehearsal.emulated_aws import emulated_aws

EXAMPLE = ROOT / "settings.example.toml"


@pytest.fixture(scope="module")
def aws_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """One emulated AWS for all tests of a module."""
    with emulated_aws(tmp_path_factory.mktemp("aws")) as aws:
        yield aws


@pytest.fixture
def aws(aws_process: Aws, monkeypatch: pytest.MonkeyPatch) -> Aws:
    """It is empty, and every AWS SDK in this process talks to it."""
    aws_process.reset()
    for name, value in aws_process.environment.items():
        monkeypatch.setenv(name, value)
    return aws_process


@pytest.fixture
def deployment(tmp_path: Path) -> Callable[..., Deployment]:
    """A deployment of the example's settings with overrides, in an empty folder; its Airflow is of the default version."""
    example = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    del example["airflow_version"]

    def deploy(**overrides: Any) -> Deployment:
        return Deployment(Settings(**example | overrides), tmp_path)

    return deploy
