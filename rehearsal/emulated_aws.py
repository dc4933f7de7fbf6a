"""An emulated AWS to deploy to: with the models of the latest SDK, which know what today's provider and today's AWS say."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.aws.machine import ACCOUNT, Aws
from local.processes import Supervisor
from local.settings import REGION
from tools.tool_environment import environment


@contextmanager
def emulated_aws(
    folder: Path, airflow: Path | None = None, warehouse: Path | None = None, *, region: str = REGION, account: str = ACCOUNT
) -> Iterator[Aws]:
    """It runs until the end of the context, and logs to `folder`; `airflow` and `warehouse` tell it of those behind MWAA and Redshift."""
    with Supervisor(folder) as supervisor:
        interpreter = environment("aws") / "python"
        aws = Aws(supervisor, interpreter=interpreter, airflow=airflow, warehouse=warehouse, region=region, account=account)
        aws.start()
        yield aws
