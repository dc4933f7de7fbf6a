"""A bucket that keeps what is put into it to itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocument
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatement as Statement
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatementCondition as Condition
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatementPrincipals as Principals
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import S3BucketLifecycleConfiguration
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import S3BucketLifecycleConfigurationRule as Rule
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload as AbortUploads,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import S3BucketLifecycleConfigurationRuleExpiration as Expiration
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import S3BucketLifecycleConfigurationRuleFilter as Filter
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration as NoncurrentExpiration,
)
from cdktf_cdktf_provider_aws.s3_bucket_logging import S3BucketLoggingA
from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy
from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import S3BucketPublicAccessBlock
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import S3BucketServerSideEncryptionConfigurationA
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationRuleA as EncryptionRule,
)
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA as EncryptByDefault,
)
from cdktf_cdktf_provider_aws.s3_bucket_versioning import S3BucketVersioningA, S3BucketVersioningVersioningConfiguration
from constructs import Construct

OLD_VERSION_DAYS = 90
UNFINISHED_UPLOAD_DAYS = 7


@dataclass(frozen=True)
class PrivateBucketProps:
    """`prefix` begins the bucket's name, AWS ends it.

    Without `kms_key_arn` S3's own key encrypts. Accesses are logged to `log_bucket`, if any. Objects live `expire_days`, if any; below a
    prefix of `expire_prefixes` as many days as it says.
    """

    prefix: str
    force_destroy: bool
    kms_key_arn: str | None = None
    log_bucket: "PrivateBucket | None" = None
    expire_days: int | None = None
    expire_prefixes: Mapping[str, int] = field(default_factory=dict)


class PrivateBucket(Construct):
    """Closed to the public, TLS only, encrypted, versioned: `name`, `arn`, and in `ready` what must be in place before it is used."""

    def __init__(self, scope: Construct, id_: str, props: PrivateBucketProps) -> None:
        super().__init__(scope, id_)
        self.bucket = S3Bucket(self, "bucket", bucket_prefix=f"{props.prefix}-", force_destroy=props.force_destroy)
        self.name, self.arn = self.bucket.id, self.bucket.arn
        self.ready: list[ITerraformDependable] = [self._close(), self._version(), self._encrypt(props.kms_key_arn)]
        self._clean_up(props)
        if logs := props.log_bucket:
            # S3 takes a target only once its policy lets the log service write.
            prefix = f"{props.prefix}/"
            S3BucketLoggingA(self, "access_log", bucket=self.name, target_bucket=logs.name, target_prefix=prefix, depends_on=logs.ready)

    def statements(self) -> list[Statement]:
        """The bucket's policy: nobody without TLS."""
        return [
            Statement(
                sid="TlsOnly",
                effect="Deny",
                actions=["s3:*"],
                resources=[self.arn, f"{self.arn}/*"],
                principals=[Principals(type="*", identifiers=["*"])],
                condition=[Condition(test="Bool", variable="aws:SecureTransport", values=["false"])],
            )
        ]

    def _close(self) -> S3BucketPolicy:
        closed = S3BucketPublicAccessBlock(
            self,
            "public_access",
            bucket=self.name,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        policy = DataAwsIamPolicyDocument(self, "policy_document", statement=self.statements())
        # S3 refuses to change both at a time.
        return S3BucketPolicy(self, "policy", bucket=self.name, policy=policy.json, depends_on=[closed])

    def _version(self) -> S3BucketVersioningA:
        on = S3BucketVersioningVersioningConfiguration(status="Enabled")
        return S3BucketVersioningA(self, "versioning", bucket=self.name, versioning_configuration=on)

    def _clean_up(self, props: PrivateBucketProps) -> None:
        rule = Rule(
            id="clean-up",
            status="Enabled",
            filter=[Filter(prefix="")],
            expiration=[Expiration(days=props.expire_days)] if props.expire_days else None,
            noncurrent_version_expiration=[NoncurrentExpiration(noncurrent_days=OLD_VERSION_DAYS)],
            abort_incomplete_multipart_upload=[AbortUploads(days_after_initiation=UNFINISHED_UPLOAD_DAYS)],
        )
        expiring = [
            Rule(id=f"expire-{prefix.strip('/')}", status="Enabled", filter=[Filter(prefix=prefix)], expiration=[Expiration(days=days)])
            for prefix, days in props.expire_prefixes.items()
        ]
        # Not among what is ready: the provider waits for a minute, and nothing depends on it.
        S3BucketLifecycleConfiguration(self, "lifecycle", bucket=self.name, rule=[rule, *expiring], depends_on=self.ready)

    def _encrypt(self, kms_key_arn: str | None) -> S3BucketServerSideEncryptionConfigurationA:
        by_default = EncryptByDefault(sse_algorithm="aws:kms" if kms_key_arn else "AES256", kms_master_key_id=kms_key_arn)
        rule = EncryptionRule(apply_server_side_encryption_by_default=by_default, bucket_key_enabled=bool(kms_key_arn))
        return S3BucketServerSideEncryptionConfigurationA(self, "encryption", bucket=self.name, rule=[rule])
