"""The deployment's key and its alias."""

from collections.abc import Iterator
from typing import Any

from operations.leftovers.belongings import Belongings
from operations.leftovers.kind import Found, Kind, Leftover, commands
from operations.reading import pages

ALIAS = "alias/"
DELETION_DAYS = "7"
"""The fewest that AWS allows."""
PENDING = "PendingDeletion"


def _alias(belongings: Belongings, alias: Found) -> bool:
    return belongings.is_name(alias.name.removeprefix(ALIAS))


ALIASES = Kind(
    "KMS alias",
    "aws_kms_alias",
    "kms",
    "list_aliases",
    "Aliases[]",
    "kms delete-alias --alias-name {id}",
    id="AliasName",
    label="AliasName",
    arn="AliasArn",
    also=_alias,
)


def leftovers(client: Any, belongings: Belongings) -> Iterator[Leftover]:
    """Keys that bear the deployment's tag and will stay."""
    for key in _keys(client, belongings):
        if key["KeyState"] != PENDING:
            schedule = ["kms", "schedule-key-deletion", "--pending-window-in-days", DELETION_DAYS, "--key-id", key["KeyId"]]
            yield Leftover("KMS key", key["KeyId"], commands([schedule], belongings.settings.region))


def pending(client: Any, belongings: Belongings) -> Iterator[str]:
    """A line for each key that AWS will delete: nothing is left to do."""
    for key in _keys(client, belongings):
        if key["KeyState"] == PENDING:
            yield f"KMS key {key['KeyId']} is deleted on {key['DeletionDate']:%Y-%m-%d}: AWS waits a week at least, and charges nothing"


def _keys(client: Any, belongings: Belongings) -> Iterator[dict[str, Any]]:
    for key in pages(client, "list_keys", "Keys[]"):
        arn = key["KeyArn"]
        if belongings.tagged.get(arn) == belongings.settings.deployment_id and not belongings.has("aws_kms_key", arn, key["KeyId"]):
            yield client.describe_key(KeyId=arn)["KeyMetadata"]
