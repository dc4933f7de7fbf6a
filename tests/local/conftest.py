"""An emulated AWS for the tests that ask for one."""

from collections.abc import Iterator

import pytest

from local.aws.machine import Aws
from local.processes import Supervisor
from tools.tool_environment import environment


@pytest.fixture(scope="session")
def aws_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """One for all tests, with the models of the latest SDK."""
    folder = tmp_path_factory.mktemp("aws")
    with Supervisor(folder) as supervisor:
        aws = Aws(supervisor, interpreter=environment("aws") / "python", airflow=folder / "airflow.json")
        aws.start()
        yield aws


@pytest.fixture
def aws(aws_process: Aws) -> Aws:
    """It is empty."""
    aws_process.reset()
    return aws_process
