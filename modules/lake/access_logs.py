"""Who read what in the lake."""

from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatement as Statement
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocumentStatementPrincipals as Principals
from constructs import Construct

from modules.bucket import PrivateBucket, PrivateBucketProps
from modules.place import Place
from modules.suppressions import suppress

RETENTION_DAYS = 365


class AccessLogBucket(PrivateBucket):
    """A bucket that S3 writes the access logs of this account's buckets to."""

    def __init__(self, scope: Construct, id_: str, prefix: str, place: Place, *, force_destroy: bool) -> None:
        self._place = place
        super().__init__(scope, id_, PrivateBucketProps(prefix=prefix, force_destroy=force_destroy, expire_days=RETENTION_DAYS))
        suppress(
            self.bucket,
            CKV_AWS_144="logs of a lake that can be made again need no copy in another region",
            CKV_AWS_145="S3 delivers access logs only to buckets that its own key encrypts",
            CKV2_AWS_62="nobody waits for access logs",
        )

    def statements(self) -> list[Statement]:
        """The policy of every bucket, and S3's own log delivery."""
        delivery = Statement(
            sid="AccessLogs",
            actions=["s3:PutObject"],
            resources=[f"{self.arn}/*"],
            principals=[Principals(type="Service", identifiers=["logging.s3.amazonaws.com"])],
            condition=[self._place.only_for_this_account],
        )
        return [*super().statements(), delivery]
