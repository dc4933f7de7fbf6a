"""What a rehearsal does with a deployment that stands in the emulated AWS: fill the warehouse, start Airflow, see what is left."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from local import external_schema
from local.aws.machine import Aws
from local.postgres import Postgres
from local.processes import Supervisor
from local.settings import EXTERNAL_SCHEMA
from local.store import Store
from modules.settings import Settings
from modules.warehouse import DATABASE, connection_secret, workgroup_name
from rehearsal import airflow
from rehearsal.phases import PhaseFailed

READ = Path(__file__).with_name("read_external_table.sql")


def fill_warehouse(settings: Settings, aws: Aws, warehouse: Postgres) -> None:
    """Make the crawled tables external ones of the PostgreSQL that stands for Redshift, and Airflow's connection lead there.

    Raises PhaseFailed for a table that the deployed warehouse could not read in its role.
    """
    (database,) = aws.client("glue").get_databases()["DatabaseList"]
    require_readable(settings, aws, database["Name"])
    external_schema.fill(warehouse, aws, database["Name"])
    aws.put_secrets({connection_secret(settings): _leading_to(warehouse, aws, connection_secret(settings))})


def _leading_to(warehouse: Postgres, aws: Aws, secret: str) -> str:
    """The deployed connection with the address of the PostgreSQL: how it signs in stays as it was deployed."""
    deployed = urlsplit(aws.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"])
    return str(deployed._replace(netloc=f"@127.0.0.1:{warehouse.redshift_port}").geturl())


def require_readable(settings: Settings, aws: Aws, database: str) -> None:
    """Select from every table of a Glue database in the deployed warehouse, as PostgreSQL's own files are read in no role.

    Raises PhaseFailed with Redshift's error.
    """
    data = aws.client("redshift-data")
    for table in aws.catalog(database):
        sql = READ.read_text().format(schema=EXTERNAL_SCHEMA, table=table["Name"])
        id_ = data.execute_statement(WorkgroupName=workgroup_name(settings), Database=DATABASE, Sql=sql)["Id"]
        if error := data.describe_statement(Id=id_).get("Error"):
            raise PhaseFailed(f"The warehouse cannot read {table['Name']}: {error}")


def start_airflow(
    settings: Settings, aws: Aws, warehouse: Postgres, store: Store, supervisor: Supervisor, *, folder: Path, told: Path
) -> None:
    """Start what the deployed MWAA environment describes, from what is in its bucket. Raises ProcessFailed, MissingArtefact."""
    if settings.with_marquez:
        aws.put_secrets({f"{settings.variables_prefix}/OPENLINEAGE_URL": store.url})
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
