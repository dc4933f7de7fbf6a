"""An emulated AWS to deploy to: with the models of the latest SDK, which know what today's provider and today's AWS say."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.aws.machine import ACCOUNT, Aws
from local.processes import Supervisor
from local.settings import REGION
from tools.tool_environment import environment


@contextmanager
def emulated_aws(folder: Path, airflow: Path | None = None, *, region: str = REGION, account: str = ACCOUNT) -> Iterator[Aws]:
    """It runs until the end of the context, and logs to `folder`; `airflow` tells it of an Airflow behind its MWAA."""
    with Supervisor(folder) as supervisor:
        aws = Aws(supervisor, interpreter=environment("aws") / "python", airflow=airflow, region=region, account=account)
        aws.start()
        yield aws
