"""The files that MWAA takes, as objects of its bucket: DAGs, requirements, their constraints, plugins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.s3_object import S3Object
from constructs import Construct

from modules.artefacts import Artefact


@dataclass(frozen=True)
class ObjectsProps:
    """`files` are {key in the bucket: file}; they are uploaded once `after` is there."""

    bucket: str
    kms_key_arn: str
    files: Mapping[str, Artefact]
    after: Sequence[ITerraformDependable]


class Objects(Construct):
    """The files as versioned objects; a changed file is a new version."""

    def __init__(self, scope: Construct, id_: str, props: ObjectsProps) -> None:
        super().__init__(scope, id_)
        self.all = {key: self._object(key, file, props) for key, file in props.files.items()}

    def version(self, key: str) -> str:
        """The version that the object of a key has."""
        return self.all[key].version_id

    def _object(self, key: str, file: Artefact, props: ObjectsProps) -> S3Object:
        return S3Object(
            self,
            key,
            bucket=props.bucket,
            key=key,
            source=file.source,
            source_hash=file.content_hash,  # the ETag of an object encrypted by KMS says nothing about its content
            server_side_encryption="aws:kms",
            kms_key_id=props.kms_key_arn,
            lifecycle=file.lifecycle,
            depends_on=list(props.after),
        )
