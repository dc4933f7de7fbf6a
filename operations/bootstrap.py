"""The bucket for Terraform's state: it must be there before the first stack, so no stack makes it, and none destroys it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from modules.state_place import state_folder
from operations.deployment import Deployment
from operations.findings import Finding, ok, problem, warning

OLD_VERSION_DAYS = 90
UNFINISHED_UPLOAD_DAYS = 7
CLOSED = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
CLEAN_UP = {
    "ID": "clean-up",
    "Status": "Enabled",
    "Filter": {"Prefix": ""},
    "NoncurrentVersionExpiration": {"NoncurrentDays": OLD_VERSION_DAYS},
    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": UNFINISHED_UPLOAD_DAYS},
}


def bootstrap(deployment: Deployment) -> list[Finding]:
    """Make the state bucket if the settings want one, and see to it that it is closed, encrypted and versioned.

    What somebody has set up there already, of policy, lifecycle and tags, stays as it is.
    """
    name = _name(deployment)
    if name is None:
        return [ok("state", 'state_backend = "local": it is kept beside main.py, and there is nothing to make')]
    bucket = StateBucket(name, deployment)
    made = bucket.make()
    if made.cure:
        return [made]
    return [made, bucket.version(), bucket.encrypt(), bucket.close(), bucket.demand_tls(), bucket.clean_up(), bucket.tag()]


def missing(deployment: Deployment) -> str | None:
    """The name of the state bucket, if the settings want one and it is not there. Raises NotOurs."""
    name = _name(deployment)
    return name if name and StateBucket(name, deployment).region() is None else None


def kept(deployment: Deployment) -> str | None:
    """What to say of the state bucket after a destroy; None without one."""
    name = _name(deployment)
    return name and f"The state bucket {name} is kept: it may hold the state of other deployments, and the history of this one."


def _name(deployment: Deployment) -> str | None:
    return state_folder(deployment.settings)[0]


class NotOurs(Exception):
    """A bucket that belongs to another account, or that may not be read."""


@dataclass(frozen=True)
class StateBucket:
    """The bucket `name` in S3; each of its methods looks first, and changes what is not as it should be."""

    name: str
    deployment: Deployment

    def region(self) -> str | None:
        """Where it is; None if it is not there. Raises NotOurs."""
        owner = self.deployment.client("sts").get_caller_identity()["Account"]
        try:
            answer = self._s3.head_bucket(Bucket=self.name, ExpectedBucketOwner=owner)
        except ClientError as error:
            if error.response["Error"]["Code"] == "404":
                return None
            if error.response["Error"]["Code"] == "403":
                raise NotOurs(f"the bucket {self.name} belongs to another account, or may not be read with these credentials") from None
            raise
        return str(answer["ResponseMetadata"]["HTTPHeaders"].get("x-amz-bucket-region", self._region))

    def make(self) -> Finding:
        """Create it."""
        another = 'name another in the settings: state_backend = "s3://<a name of yours>/lineage"'
        try:
            region = self.region()
            if region is None:
                return self._create()
        except NotOurs as found:
            return problem("bucket", str(found), another)
        if region != self._region:
            return problem("bucket", f"{self.name} is in {region}, and the settings say region = {self._region!r}", another)
        return ok("bucket", f"{self.name} is there")

    def version(self) -> Finding:
        """Keep old states: a lost or broken one can be had back."""
        if self._s3.get_bucket_versioning(Bucket=self.name).get("Status") != "Enabled":
            self._s3.put_bucket_versioning(Bucket=self.name, VersioningConfiguration={"Status": "Enabled"})
        return ok("versioned")

    def encrypt(self) -> Finding:
        """Encrypt with S3's own key, unless it is encrypted otherwise."""
        if self._read("get_bucket_encryption", "ServerSideEncryptionConfigurationNotFoundError") is None:
            rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
            self._s3.put_bucket_encryption(Bucket=self.name, ServerSideEncryptionConfiguration={"Rules": [rule]})
        return ok("encrypted")

    def close(self) -> Finding:
        """Nothing in it can be made public."""
        found = self._read("get_public_access_block", "NoSuchPublicAccessBlockConfiguration") or {}
        if found.get("PublicAccessBlockConfiguration") != CLOSED:
            self._s3.put_public_access_block(Bucket=self.name, PublicAccessBlockConfiguration=CLOSED)
        return ok("closed to the public")

    def demand_tls(self) -> Finding:
        """Refuse plain HTTP."""
        found = self._read("get_bucket_policy", "NoSuchBucketPolicy")
        if found is None:
            policy = {"Version": "2012-10-17", "Statement": [self._tls_only]}
            self._s3.put_bucket_policy(Bucket=self.name, Policy=json.dumps(policy))
        elif "aws:SecureTransport" not in found["Policy"]:
            cure = f"add to its policy: {json.dumps(self._tls_only)}"
            return warning("TLS", "the bucket has a policy of its own, which does not refuse plain HTTP", cure)
        return ok("TLS only")

    def clean_up(self) -> Finding:
        """Old states go after 90 days, unless the bucket has rules of its own."""
        if self._read("get_bucket_lifecycle_configuration", "NoSuchLifecycleConfiguration"):
            return ok("old states", "by the bucket's lifecycle rules")
        self._s3.put_bucket_lifecycle_configuration(Bucket=self.name, LifecycleConfiguration={"Rules": [CLEAN_UP]})
        return ok("old states", f"kept for {OLD_VERSION_DAYS} days")

    def tag(self) -> Finding:
        """The deployment's tags, unless it has others."""
        if not self._read("get_bucket_tagging", "NoSuchTagSet"):
            tags = [{"Key": key, "Value": value} for key, value in self.deployment.settings.all_tags.items()]
            self._s3.put_bucket_tagging(Bucket=self.name, Tagging={"TagSet": tags})
        return ok("tagged")

    def _create(self) -> Finding:
        # S3 does not take the name of its first region.
        elsewhere = {} if self._region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": self._region}}
        self._s3.create_bucket(Bucket=self.name, **elsewhere)
        self._s3.get_waiter("bucket_exists").wait(Bucket=self.name)
        return ok("bucket", f"{self.name} made in {self._region}")

    def _read(self, operation: str, absent: str) -> dict[str, Any] | None:
        """A configuration of the bucket; None if it has none, which S3 calls the error `absent`."""
        call: Callable[..., dict[str, Any]] = getattr(self._s3, operation)
        try:
            return call(Bucket=self.name)
        except ClientError as error:
            if error.response["Error"]["Code"] == absent:
                return None
            raise

    @property
    def _tls_only(self) -> dict[str, Any]:
        partition = self.deployment.client("sts").meta.partition
        arn = f"arn:{partition}:s3:::{self.name}"
        return {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [arn, f"{arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }

    @property
    def _s3(self) -> Any:
        return self.deployment.client("s3")

    @property
    def _region(self) -> str:
        return self.deployment.settings.region
