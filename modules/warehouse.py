"""What both sides of the warehouse agree on before either stands: Redshift makes it, Airflow comes in by it."""

from modules.runtimes import CONNECTION, DRIVER
from modules.settings import Settings

DATABASE = "dev"
LOADER = "loader"
"""The database role that the DAGs run in. Redshift Serverless gives it to the users of every IAM role with the tag below."""
ROLE_TAG = {"RedshiftDbRoles": LOADER}
"""docs.aws.amazon.com/redshift/latest/mgmt/redshift-iam-access-federated-db-roles.html: names of database roles, separated by colons."""


def connection_secret(settings: Settings) -> str:
    """The secret that Airflow reads the connection from."""
    return f"{settings.connections_prefix}/{CONNECTION}"


def workgroup_name(settings: Settings) -> str:
    """The workgroup, as OpenLineage's name for the warehouse has it too."""
    return settings.deployment_id


def sign_in_extras(workgroup: str) -> dict[str, object]:
    """The connection's extras that have a password minted by IAM, by our hook, and by Airflow's own where it can: from provider 6.2 on.

    Its names are the ones of airflow.providers.postgres.hooks.postgres. The region is the environment's own.
    """
    return {"iam": True, "redshift-serverless": True, "workgroup-name": workgroup, "sslmode": "require", **DRIVER}
