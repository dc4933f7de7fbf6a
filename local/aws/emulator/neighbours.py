"""What AWS looks up in other services before it makes something, and what it makes there by itself."""

from collections.abc import Iterable
from typing import Any

from moto.ec2.exceptions import EC2ClientError

from local.aws.emulator.errors import Refused
from local.aws.emulator.place import Place


def invalid(message: str) -> Refused:
    """What services answer when something they are told of is not right."""
    return Refused("ValidationException", message)


def require_role(place: Place, arn: str) -> None:
    """Raises Refused if there is no such role."""
    if not any(role.arn == arn for role in place.moto("iam").roles.values()):
        raise invalid(f"The role {arn} does not exist.")


def require_key(place: Place, key: str) -> None:
    """Raises Refused if there is no such KMS key, or none that can be used."""
    keys = place.moto("kms")
    found = keys.keys.get(keys.any_id_to_key_id(key))
    if found is None or found.key_state != "Enabled":
        raise invalid(f"The KMS key {key} does not exist or cannot be used.")


def require_subnets(place: Place, ids: Iterable[str]) -> list[Any]:
    """moto's subnets of these ids. Raises Refused if one does not exist."""
    try:
        return [place.moto("ec2").get_subnet(id_) for id_ in ids]
    except EC2ClientError as error:
        raise invalid(f"The subnets are not valid: {error.message}") from None


def require_security_groups(place: Place, ids: Iterable[str], *, vpc: str) -> None:
    """Raises Refused if one does not exist in the VPC."""
    for id_ in ids:
        group = place.moto("ec2").get_security_group_from_id(id_)
        if group is None or group.vpc_id != vpc:
            raise invalid(f"The security group {id_} does not exist in {vpc}.")


def require_secret(place: Place, arn: str) -> None:
    """Raises Refused if there is no such secret."""
    secrets = place.moto("secretsmanager").secrets
    if arn not in secrets or secrets[arn].is_deleted():
        raise invalid(f"The secret {arn} does not exist.")


def make_log_group(place: Place, name: str) -> None:
    """Services make the log groups they write to if nobody has: without retention, and nothing of theirs ever removes them."""
    place.moto("logs").ensure_log_group(name)
