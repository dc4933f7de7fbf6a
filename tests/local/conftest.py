"""An emulated AWS for the tests that ask for one."""

from collections.abc import Iterator

import pytest

from local.aws.machine import Aws
from rehearsal.emulated_aws import emulated_aws


@pytest.fixture(scope="session")
def aws_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """One for all tests."""
    folder = tmp_path_factory.mktemp("aws")
    with emulated_aws(folder, folder / "airflow.json") as aws:
        yield aws


@pytest.fixture
def aws(aws_process: Aws) -> Aws:
    """It is empty."""
    aws_process.reset()
    return aws_process
