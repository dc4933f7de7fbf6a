"""An emulated AWS to deploy to."""

from collections.abc import Iterator

import pytest

from local.aws.machine import Aws
from rehearsal.emulated_aws import emulated_aws


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """One for all tests of a module."""
    with emulated_aws(tmp_path_factory.mktemp("aws")) as aws:
        yield aws
