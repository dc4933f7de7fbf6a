"""What both sides of the warehouse agree on before either stands: Redshift makes it, Airflow comes in by it."""

from modules.runtimes import CONNECTION
from modules.settings import Settings

DATABASE = "dev"
LOADER = "loader"
"""The database role that the DAGs run in. Redshift Serverless gives it to the users of every IAM role with the tag below."""
ROLE_TAG = {"RedshiftDbRoles": LOADER}
"""docs.aws.amazon.com/redshift/latest/mgmt/redshift-iam-access-federated-db-roles.html: names of database roles, separated by colons."""
CONNECTION_SECRET = f"airflow/connections/{CONNECTION}"


def workgroup_name(settings: Settings) -> str:
    """The workgroup, as OpenLineage's name for the warehouse has it too."""
    return settings.deployment_id
