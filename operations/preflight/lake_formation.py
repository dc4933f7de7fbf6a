"""Whether IAM alone decides about the lake's database and tables, as the stacks take for granted, or Lake Formation too.

docs.aws.amazon.com/lake-formation/latest/dg/change-settings.html
"""

from collections.abc import Iterator
from typing import Any

from operations.deployment import Deployment
from operations.findings import Finding, ok, problem
from operations.question import Question

EVERYBODY = "IAM_ALLOWED_PRINCIPALS"
"""The group of those whom IAM allows. Whatever is new in the catalog is granted to it, unless somebody has changed the settings."""
DEFAULTS = {"databases": "CreateDatabaseDefaultPermissions", "tables": "CreateTableDefaultPermissions"}
DATABASE = "aws_glue_catalog_database."


def defaults(deployment: Deployment) -> Iterator[Finding]:
    """Whether new databases and tables are granted to everybody whom IAM allows; one that stands took its grants over when it was made."""
    if any(address.startswith(DATABASE) for address in deployment.resources("lake")):
        return
    settings = deployment.client("lakeformation").get_data_lake_settings()["DataLakeSettings"]
    if governed := [what for what, member in DEFAULTS.items() if not _open(settings.get(member, []))]:
        what = " and ".join(governed)
        detail = f"new {what} are governed by Lake Formation's grants, not by IAM alone: the crawler and the warehouse would be refused"
        cure = (
            f"Have a data lake administrator switch on 'Use only IAM access control for new {what}' (Lake Formation, Data Catalog settings,"
            f" {deployment.settings.region}). Or grant what docs/deploy.md says, 'Where Lake Formation governs the catalog', and begin with"
            " make deploy STACK=network PREFLIGHT=0"
        )
        yield problem("Lake Formation", detail, cure)
    else:
        yield ok("Lake Formation", "leaves new databases and tables to IAM")


def _open(grants: list[dict[str, Any]]) -> bool:
    return any(grant["Principal"]["DataLakePrincipalIdentifier"] == EVERYBODY and "ALL" in grant["Permissions"] for grant in grants)


QUESTIONS = (Question("Lake Formation", defaults, ("lakeformation",)),)
