"""Buckets, with every version of what is in them."""

import shlex
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from operations.leftovers.belongings import Belongings, tags
from operations.leftovers.kind import Leftover
from operations.reading import code

AT_ONCE = 250
"""So many keys and versions fit into one argument of a command."""
EMPTY = (
    "until aws s3api delete-bucket --bucket {bucket} --region {region}; do"
    " aws s3api delete-objects --bucket {bucket} --region {region} --delete"
    ' "$(aws s3api list-object-versions --bucket {bucket} --region {region} --no-paginate --max-keys {at_once} --output json'
    " --query '{{Objects: [Versions, DeleteMarkers][].{{Key: Key, VersionId: VersionId}}}}')\" > /dev/null || break; done"
)
"""Removes versions and delete markers until the bucket can go, and stops at what cannot be removed."""
LOGS_COME_LATE = (
    "S3 delivers access logs hours late: they may fill it again while it is emptied, and AWS then says BucketNotEmpty. Repeat the command"
    " some hours later; when no logged bucket is left, no more come."
)
"""Amazon S3 User Guide, "Logging requests with server access logging": most records come within a few hours, some long after."""


def leftovers(client: Any, belongings: Belongings) -> Iterator[Leftover]:
    """The deployment's buckets that no stack holds, in any region. Raises ClientError."""
    state = belongings.settings.state_backend
    for bucket in client.list_buckets()["Buckets"]:
        name = bucket["Name"]
        if belongings.has("aws_s3_bucket", name) or state.startswith(f"s3://{name}/"):
            continue
        if belongings.ours(name, f"arn:aws:s3:::{name}", _tags(client, name) if belongings.is_name(name) else {}):
            region = client.get_bucket_location(Bucket=name).get("LocationConstraint") or "us-east-1"
            command = EMPTY.format(bucket=shlex.quote(name), region=region, at_once=AT_ONCE)
            note = LOGS_COME_LATE if name.startswith(belongings.settings.name("access-logs")) else ""
            yield Leftover("Bucket", name, command, note)


def _tags(client: Any, bucket: str) -> dict[str, str]:
    try:
        return tags(client.get_bucket_tagging(Bucket=bucket))
    except ClientError as error:
        if code(error) == "NoSuchTagSet":
            return {}
        raise
