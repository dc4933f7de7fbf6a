"""The TICKIT data in the raw bucket, as an OLTP database would land it: one folder a table."""

from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.s3_object import S3Object
from cdktf_cdktf_provider_aws.s3_object_copy import S3ObjectCopy
from constructs import Construct

from modules.artefacts import Artefact

TABLES = ("category", "date", "event", "users", "venue", "listing", "sales")
FOLDER = "tickit"
MARKER = f"complete/{FOLDER}"
"""The object whose arrival says that all tables have arrived; outside the folder, or it would become a table."""


@dataclass(frozen=True)
class TickitProps:
    """`location` is `generated`, or a folder in S3 that holds a folder a table. Nothing is uploaded before `after` is there."""

    bucket: str
    kms_key_arn: str
    location: str
    after: tuple[ITerraformDependable, ...]


class Tickit(Construct):
    """One object a table, and after them the marker, which is written again whenever one of them changes."""

    def __init__(self, scope: Construct, id_: str, props: TickitProps) -> None:
        super().__init__(scope, id_)
        self._props = props
        upload = self._upload if props.location == "generated" else self._copy
        versions = {table: upload(table, f"{FOLDER}/{table}/{table}.parquet").version_id for table in TABLES}
        S3Object(
            self,
            "marker",
            bucket=props.bucket,
            key=MARKER,
            content="\n".join(f"{table} {version}" for table, version in versions.items()),
            content_type="text/plain",
            kms_key_id=props.kms_key_arn,
            depends_on=list(props.after),
        )

    def _upload(self, table: str, key: str) -> S3Object:
        file = Artefact(f"build/{key}", target="tickit")
        return S3Object(
            self,
            table,
            bucket=self._props.bucket,
            key=key,
            source=file.source,
            source_hash=file.content_hash,  # the ETag of an object that KMS encrypts says nothing about its content
            kms_key_id=self._props.kms_key_arn,
            lifecycle=file.lifecycle,
            depends_on=list(self._props.after),
        )

    def _copy(self, table: str, key: str) -> S3ObjectCopy:
        folder = self._props.location.removeprefix("s3://")
        return S3ObjectCopy(
            self,
            table,
            bucket=self._props.bucket,
            key=key,
            source=f"{folder}/{table}/{table}.parquet",
            server_side_encryption="aws:kms",
            kms_key_id=self._props.kms_key_arn,
            depends_on=list(self._props.after),
        )
