"""A real Airflow behind the emulated MWAA: its scheduler runs both DAGs, its tasks log to CloudWatch, its lineage goes to a store."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3
from botocore.config import Config

from data.tickit import generate
from local import external_schema
from local.airflow_python import airflow_python
from local.airflow_services import USER, start_services
from local.aws.machine import Aws
from local.orchestrator import Airflow
from local.postgres import Postgres
from local.processes import Supervisor, free_port
from local.settings import JOBS_NAMESPACE
from local.store import Store
from modules.runtimes import runtime
from tests.operations import right_environment
from tests.operations.right_environment import ACCOUNT, NAME, REGION
from tools.tool_environment import environment

SCALE, SEED = 0.01, 2008
KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
LIKE_MWAA = {
    "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",
    "AIRFLOW__LOGGING__REMOTE_LOGGING": "True",
    "AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER": f"cloudwatch://arn:aws:logs:{REGION}:{ACCOUNT}:log-group:airflow-{NAME}-Task",
}


@dataclass(frozen=True)
class Deployed:
    """What stands: `folder` has the states of the stacks."""

    aws: Aws
    warehouse: Postgres
    store: Store
    folder: Path


@contextmanager
def running(folder: Path, version: str) -> Iterator[Deployed]:
    """Start everything, with this version of Airflow, and stop everything on leaving. Raises ProcessFailed, MissingArtefact."""
    with Supervisor(folder / "logs") as supervisor:
        told = folder / "airflow.json"
        deployed = Deployed(
            Aws(supervisor, interpreter=environment("aws") / "python", airflow=told),
            Postgres(folder / "postgres", supervisor),
            Store(folder / "store", supervisor, port=0),
            folder,
        )
        deployed.aws.start()
        deployed.warehouse.start()
        deployed.store.start()
        _land(deployed, version)
        python = airflow_python(runtime(version))
        airflow = Airflow(folder / "airflow", supervisor, python=python, database=deployed.warehouse, aws=deployed.aws.environment)
        airflow.environment |= LIKE_MWAA
        airflow.install()
        airflow.migrate()
        port, password = free_port(), secrets.token_hex(8)
        start_services(airflow, port, password)
        told.touch(mode=0o600)
        api = {"url": f"http://127.0.0.1:{port}", "user": USER, "password": password}
        told.write_text(json.dumps({"command": airflow.command, "environment": airflow.environment, "api": api}))
        yield deployed


def _land(deployed: Deployed, version: str) -> None:
    aws, warehouse = deployed.aws, deployed.warehouse
    aws.land(generate(deployed.folder / "lake", scale=SCALE, seed=SEED))
    external_schema.fill(warehouse, aws)
    aws.put_secrets(
        {
            "airflow/variables/OPENLINEAGE_URL": deployed.store.url,
            "airflow/variables/OPENLINEAGE_NAMESPACE": JOBS_NAMESPACE,
            "airflow/connections/REDSHIFT_CONNECTOR": warehouse.loader_uri,
        }
    )
    # By MWAA's own name the API is to be reached through a proxy only, which this process does not have.
    mwaa = boto3.client("mwaa", REGION, endpoint_url=aws.url, config=Config(inject_host_prefix=False), **KEYS)
    world = right_environment.make(aws.client)
    world.environment["AirflowVersion"] = version
    right_environment.create(world, mwaa)
