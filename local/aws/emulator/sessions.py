"""What a role asks by itself, with temporary keys: judged where Airflow's tasks depend on it, which is their secrets and the warehouse.

Whoever has other keys is an administrator: see caller.py. A role's other requests are answered as an administrator's.
"""

from collections.abc import Callable, Mapping
from typing import Any

from moto.sts.models import AssumedRole

from local.aws.emulator import permissions
from local.aws.emulator.errors import Refused
from local.aws.emulator.permissions import Wanted
from local.aws.emulator.place import Place
from local.aws.emulator.protocol import Call

ACCESS_DENIED = "AccessDeniedException"
SESSION_SECONDS = 3600


def begin(place: Place, role_arn: str, name: str) -> AssumedRole:
    """A session in a role, for a service that may take it on: moto's own way in is for users only."""
    key = place.moto("iam").create_temp_access_key()
    session = AssumedRole(place.account, place.region, key, name, role_arn, "", SESSION_SECONDS, "")
    place.moto("sts").assumed_roles.append(session)
    return session


def require_permitted(place: Place, call: Call, key: str) -> None:
    """Raises Refused, as AWS does, if the key is a role's and the role may not do that."""
    wanted = JUDGED.get((call.service, str(call.operation.name)))
    session = place.moto("sts").get_assumed_role_from_access_key(key) if wanted else None
    if wanted and session and (refused := permissions.first_refusal(place, session.role_arn, wanted(place, call.parameters))):
        raise Refused(ACCESS_DENIED, refused)


def _secret(place: Place, asked: Mapping[str, Any]) -> Wanted:
    """Its value, and the key that it is encrypted with. A secret that is not there has no key."""
    name = asked["SecretId"]
    secret = place.moto("secretsmanager").secrets.get(name)
    arn = secret.arn if secret else name if name.startswith("arn:") else place.arn("secretsmanager", f"secret:{name}")
    wanted: Wanted = [("secretsmanager:GetSecretValue", arn, {})]
    if secret and (key := permissions.key_arn(place, secret.kms_key_id or "")):
        wanted += [("kms:Decrypt", key, permissions.through_key(place, "secretsmanager", {"SecretARN": arn}))]
    return wanted


def _warehouse(place: Place, asked: Mapping[str, Any]) -> Wanted:
    """Of a workgroup that is there, by its tags."""
    serverless = place.own("redshift-serverless")
    workgroup = serverless.workgroups.get(asked.get("workgroupName", ""))
    if workgroup is None:
        return []
    arn = workgroup["workgroupArn"]
    tags = serverless.list_tags_for_resource({"resourceArn": arn})["tags"]
    return [("redshift-serverless:GetCredentials", arn, {f"aws:ResourceTag/{tag['key']}": tag["value"] for tag in tags})]


JUDGED: dict[tuple[str, str], Callable[[Place, Mapping[str, Any]], Wanted]] = {
    ("secretsmanager", "GetSecretValue"): _secret,
    ("redshift-serverless", "GetCredentials"): _warehouse,
}
"""{(service, operation): what it needs}."""
