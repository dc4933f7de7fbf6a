"""A real Airflow behind the emulated MWAA: its scheduler runs both DAGs, its tasks log to CloudWatch, its lineage goes to a store."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3
from botocore.config import Config

from data.tickit import generate
from local import external_schema
from local.aws.machine import Aws
from local.postgres import Postgres
from local.processes import Supervisor
from local.settings import JOBS_NAMESPACE, WORKGROUP
from local.store import Store
from modules.warehouse import ROLE_TAG
from rehearsal import airflow
from tests.operations import right_environment
from tests.operations.right_environment import NAME, REGION
from tools.tool_environment import environment

SCALE, SEED = 0.01, 2008
KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}


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
        told, warehouse = folder / "airflow.json", folder / "warehouse.json"
        deployed = Deployed(
            Aws(supervisor, interpreter=environment("aws") / "python", airflow=told, warehouse=warehouse),
            Postgres(folder / "postgres", supervisor),
            Store(folder / "store", supervisor, port=0),
            folder,
        )
        deployed.aws.start()
        deployed.warehouse.start()
        deployed.warehouse.tell(warehouse)
        deployed.store.start()
        _land(deployed, version)
        described = deployed.aws.client("mwaa").get_environment(Name=NAME)["Environment"]
        airflow.start(folder / "airflow", supervisor, described, aws=deployed.aws, database=deployed.warehouse, told=told)
        yield deployed


def _land(deployed: Deployed, version: str) -> None:
    aws, warehouse = deployed.aws, deployed.warehouse
    generate(deployed.folder / "lake", scale=SCALE, seed=SEED)
    aws.land(deployed.folder / "lake/tickit")
    external_schema.fill(warehouse, aws)
    aws.put_secrets(
        {
            "airflow/variables/OPENLINEAGE_URL": deployed.store.url,
            "airflow/variables/OPENLINEAGE_NAMESPACE": JOBS_NAMESPACE,
            "airflow/connections/REDSHIFT_CONNECTOR": warehouse.connection_to(WORKGROUP),
        }
    )
    # By MWAA's own name the API is to be reached through a proxy only, which this process does not have.
    mwaa = boto3.client("mwaa", REGION, endpoint_url=aws.url, config=Config(inject_host_prefix=False), **KEYS)
    world = right_environment.make(aws.client)
    _let_in(aws)
    world.environment["AirflowVersion"] = version
    right_environment.create(world, mwaa)


def _let_in(aws: Aws) -> None:
    """Let the execution role into the warehouse, as a deployment does: by a permission and by its tag."""
    aws.make_workgroup(WORKGROUP)
    iam = aws.client("iam")
    mint = {"Effect": "Allow", "Action": "redshift-serverless:GetCredentials", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [mint]})
    iam.put_role_policy(RoleName=NAME, PolicyName="warehouse", PolicyDocument=policy)
    iam.tag_role(RoleName=NAME, Tags=[{"Key": key, "Value": value} for key, value in ROLE_TAG.items()])
