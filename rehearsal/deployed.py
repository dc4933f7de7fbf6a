"""What a rehearsal does with a deployment that stands in the emulated AWS: fill the warehouse, start Airflow, see what is left."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local import external_schema
from local.aws.machine import Aws
from local.postgres import Postgres
from local.processes import Supervisor
from local.store import Store
from modules.settings import Settings
from modules.warehouse import CONNECTION_SECRET
from rehearsal import airflow

LINEAGE_SECRET = "airflow/variables/OPENLINEAGE_URL"  # noqa: S105 - the name of one


def fill_warehouse(aws: Aws, warehouse: Postgres) -> None:
    """Make the crawled tables external ones of the PostgreSQL that stands for Redshift, and Airflow's connection lead there."""
    (database,) = aws.client("glue").get_databases()["DatabaseList"]
    external_schema.fill(warehouse, aws, database["Name"])
    aws.put_secrets({CONNECTION_SECRET: warehouse.loader_uri})


def start_airflow(
    settings: Settings, aws: Aws, warehouse: Postgres, store: Store, supervisor: Supervisor, *, folder: Path, told: Path
) -> None:
    """Start what the deployed MWAA environment describes, from what is in its bucket. Raises ProcessFailed, MissingArtefact."""
    if settings.with_marquez:
        aws.put_secrets({LINEAGE_SECRET: store.url})
    environment = _environment(aws)
    if environment["WebserverAccessMode"] == "PRIVATE_ONLY":
        aws.client("mwaa").update_environment(Name=environment["Name"], WebserverAccessMode="PUBLIC_ONLY")
    dags, plugins = airflow.download(aws, environment, folder / "uploaded")
    airflow.start(folder / "airflow", supervisor, environment, aws=aws, database=warehouse, told=told, dags=dags, plugins=plugins)


def left(before: Mapping[str, list[str]], after: Mapping[str, list[str]]) -> list[str]:
    """What of `after`, an inventory of AWS, was not there before."""
    return [f"{service} {name}" for service, names in after.items() for name in names if name not in before.get(service, [])]


def _environment(aws: Aws) -> dict[str, Any]:
    mwaa = aws.client("mwaa")
    (name,) = mwaa.list_environments()["Environments"]
    return dict(mwaa.get_environment(Name=name)["Environment"])
