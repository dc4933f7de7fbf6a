"""Secrets: those that are there, and those whose names stay taken until AWS deletes them."""

from operations.leftovers.belongings import Belongings
from operations.leftovers.kind import Found, Kind

REMOVE = "secretsmanager delete-secret --force-delete-without-recovery --secret-id {id}"
OF_REDSHIFT = "redshift!"
"""So begins the name of the secret in which Redshift keeps a namespace's password; the namespace's name follows."""


def _of_the_warehouse(belongings: Belongings, secret: Found) -> bool:
    return secret.name.startswith(OF_REDSHIFT) and belongings.is_name(secret.name.removeprefix(OF_REDSHIFT))


def _goes_with_the_warehouse(belongings: Belongings, secret: Found) -> bool:
    return secret.name.startswith(OF_REDSHIFT) and belongings.has("aws_redshiftserverless_namespace", belongings.settings.deployment_id)


def _not_present(belongings: Belongings, secret: Found) -> bool:
    return "DeletedDate" in secret.item or _goes_with_the_warehouse(belongings, secret)


def _not_pending(belongings: Belongings, secret: Found) -> bool:
    return "DeletedDate" not in secret.item or _goes_with_the_warehouse(belongings, secret)


def _kind(name: str, *, pending: bool) -> Kind:
    return Kind(
        name,
        "aws_secretsmanager_secret",
        "secretsmanager",
        "list_secrets",
        "SecretList[]",
        REMOVE,
        id="ARN",
        label="Name",
        arn="ARN",
        arguments={"IncludePlannedDeletion": True},
        also=_of_the_warehouse,
        excepted=_not_pending if pending else _not_present,
    )


KINDS = (_kind("Secret", pending=False), _kind("Secret pending deletion", pending=True))
