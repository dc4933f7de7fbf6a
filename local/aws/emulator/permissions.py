"""What a role may do in the emulated account, judged by its own policies and by those of the bucket, secret or key that it is about.

The emulator speaks plain HTTP on a loopback address and stands for HTTPS: every request counts as one with aws:SecureTransport.
"""

import functools
from collections.abc import Iterable, Mapping
from typing import Any

from local.aws.emulator.caller import CALLER
from local.aws.emulator.place import Place
from local.aws.iam import Document, Policies, PolicyError, Principal, Request, decide

TLS = {"aws:SecureTransport": "true"}
ANYTHING = Document.parse({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
"""What an administrator may."""

OPEN = Document.parse({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}})
"""What keeps nobody out."""
Wanted = list[tuple[str, str, Mapping[str, str]]]
"""(action, resource, context) of each request that somebody makes."""


@functools.lru_cache(maxsize=512)
def document(text: str) -> Document:
    """A policy, read once."""
    return Document.parse(text)


def find_role(place: Place, arn: str) -> Any:
    """moto's role of that ARN, or None."""
    return next((role for role in place.moto("iam").roles.values() if role.arn == arn), None)


def of_role(role: Any) -> list[Document]:
    """The policies of a role: its own, and those attached to it."""
    return [document(text) for text in [*role.policies.values(), *(policy.document for policy in role.managed_policies.values())]]


def refusal(
    place: Place, role_arn: str, action: str, resource: str, context: Mapping[str, str] | None = None, *, endpoint: str = ""
) -> str:
    """Why a role may not do something, as AWS says it; empty if it may. `endpoint` is the policy of the VPC endpoint it goes by."""
    role = find_role(place, role_arn)
    if role is None:
        return f"The role {role_arn} does not exist."
    held_by = _policy_at(place, action, resource)
    try:
        policies = Policies(
            identity=of_role(role),
            resource=None if action.startswith("kms:") else held_by,
            key=held_by if action.startswith("kms:") else None,
            endpoint=document(endpoint) if endpoint else None,
        )
        request = Request(Principal.role(role_arn), action, resource, {**TLS, **(context or {})}, place.account)
        decision = decide(request, policies)
    except PolicyError as error:
        return f"A policy of {role_arn}, or of {resource}, cannot be read: {error}"
    if decision.allowed:
        return ""
    session = f"arn:aws:sts::{place.account}:assumed-role/{role.name}/{role.name}"
    return f"User: {session} is not authorized to perform: {action} on resource: {resource} because {decision.reason}"


def caller_may(account: str, action: str, resource: str, resource_policy: Document) -> bool:
    """Whether whoever calls the emulated AWS, an administrator of the account, may do something in spite of a resource's own policy."""
    caller = Principal.user(CALLER.format(account=account))
    return decide(Request(caller, action, resource, TLS, account), Policies([ANYTHING], resource_policy)).allowed


def anybody_may(account: str, action: str, resource: str, resource_policy: Document) -> bool:
    """Whether a policy opens a resource to those who sign nothing."""
    return decide(Request(Principal.anonymous(), action, resource, TLS, account), Policies(resource=resource_policy)).allowed


USE_OF_KEY = ("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey")
"""The least that encrypts. AWS's pages list more, of which they do not say when it is asked for."""


def service_may_use(place: Place, service: str, key: str, context: Mapping[str, str], actions: Iterable[str] = USE_OF_KEY) -> bool:
    """Whether the policy of a key lets a service encrypt with it by itself, in no role of the account."""
    return _key_admits(place, Principal.service(service), key, {**TLS, **context}, actions)


def role_of_awss_may_use(place: Place, role: str, key: str, service: str, actions: Iterable[str] = USE_OF_KEY) -> bool:
    """Whether the policy of a key itself lets a role of AWS's own use it, through a service: no policy of ours can grant that."""
    who = Principal.role(f"arn:aws:iam::{place.account}:role/aws-service-role/{role}")
    return _key_admits(place, who, key, {**TLS, **through_key(place, service)}, actions)


def _key_admits(place: Place, who: Principal, key: str, context: Mapping[str, str], actions: Iterable[str]) -> bool:
    arn = key_arn(place, key)
    if not arn:
        return False
    policies = Policies(key=_policy_at(place, "kms:Decrypt", arn))
    return all(decide(Request(who, action, arn, context), policies).allowed for action in actions)


def first_refusal(place: Place, role_arn: str, wanted: Wanted, *, gateway: str = "") -> str:
    """The first refusal; empty if all is allowed. `gateway` is the policy of the gateway by which requests go to S3."""
    refusals = (
        refusal(place, role_arn, action, resource, context, endpoint=gateway if action.startswith("s3:") else "")
        for action, resource, context in wanted
    )
    return next(filter(None, refusals), "")


def through_key(place: Place, service: str, context: Mapping[str, str] | None = None) -> dict[str, str]:
    """The context of a request that a service makes to KMS for somebody."""
    told = {f"kms:EncryptionContext:{name}": value for name, value in (context or {}).items()}
    return {"kms:ViaService": f"{service}.{place.region}.amazonaws.com"} | told


def to_read(place: Place, bucket: str, keys: list[str], prefix: str) -> Wanted:
    """What somebody needs to list a folder of a bucket and to read these objects, with its key."""
    arn = f"arn:aws:s3:::{bucket}"
    wanted: Wanted = [("s3:ListBucket", arn, {"s3:prefix": prefix})]
    wanted += [("s3:GetObject", f"{arn}/{key}", {}) for key in keys]
    if encrypted := key_of_bucket(place, bucket):
        wanted += [("kms:Decrypt", encrypted, through_key(place, "s3", {"aws:s3:arn": arn}))]
    return wanted


def key_of_bucket(place: Place, bucket: str) -> str:
    """The ARN of the customer key that a bucket encrypts with; empty if there is none."""
    rules = (place.moto("s3").get_bucket(bucket).encryption or {}).get("Rule", {})
    default = rules.get("ApplyServerSideEncryptionByDefault", {}) if isinstance(rules, dict) else {}
    return key_arn(place, default.get("KMSMasterKeyID", ""))


def key_arn(place: Place, key: str) -> str:
    """The ARN of a customer key by whatever names it; empty if there is none."""
    keys = place.moto("kms")
    found = keys.keys.get(keys.any_id_to_key_id(key)) if key else None
    return str(found.arn) if found else ""


def _policy_at(place: Place, action: str, resource: str) -> Document | None:
    """The policy of what a request is about."""
    service = action.partition(":")[0]
    if service == "kms":
        keys = place.moto("kms")
        return document(keys.keys[keys.any_id_to_key_id(resource)].policy)
    if service == "s3":
        name = resource.rpartition(":")[2].partition("/")[0]
        bucket = place.moto("s3").buckets.get(name)
        return document(bucket.policy.decode()) if bucket and bucket.policy else None
    if service == "secretsmanager":
        secret = place.moto("secretsmanager").secrets.get(resource)
        return document(secret.policy) if secret and secret.policy else None
    return None
