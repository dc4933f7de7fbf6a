"""The state bucket, in an emulated S3."""

import json
from collections.abc import Callable

import pytest

from local.aws.machine import Aws
from operations.bootstrap import CLOSED, NotOurs, bootstrap, kept, missing
from operations.deployment import Deployment
from operations.findings import Finding, Level, problems
from tests.operations.answering import Answer, Request, answering

pytestmark = pytest.mark.system

Deploy = Callable[..., Deployment]
NAME = "my-states"
BACKEND = f"s3://{NAME}/tickit"


def subjects(findings: list[Finding]) -> list[str]:
    return [finding.subject for finding in findings]


def test_a_local_state_needs_nothing(deployment: Deploy) -> None:
    (only,) = bootstrap(deployment(state_backend="local"))
    assert only.level is Level.OK
    assert "there is nothing to make" in only.detail
    assert missing(deployment()) is None
    assert kept(deployment()) is None


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
def test_the_bucket_is_made_as_a_state_needs_it(aws: Aws, deployment: Deploy, region: str) -> None:
    wanted = deployment(state_backend=BACKEND, region=region)
    assert missing(wanted) == NAME
    findings = bootstrap(wanted)
    assert {finding.level for finding in findings} == {Level.OK}
    assert findings[0].detail == f"{NAME} made in {region}"
    assert missing(wanted) is None

    s3 = wanted.client("s3")
    assert (s3.get_bucket_location(Bucket=NAME)["LocationConstraint"] or "us-east-1") == region
    assert s3.get_bucket_versioning(Bucket=NAME)["Status"] == "Enabled"
    rule = s3.get_bucket_encryption(Bucket=NAME)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert s3.get_public_access_block(Bucket=NAME)["PublicAccessBlockConfiguration"] == CLOSED
    (statement,) = json.loads(s3.get_bucket_policy(Bucket=NAME)["Policy"])["Statement"]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert statement["Resource"] == [f"arn:aws:s3:::{NAME}", f"arn:aws:s3:::{NAME}/*"]
    (lifecycle,) = s3.get_bucket_lifecycle_configuration(Bucket=NAME)["Rules"]
    assert lifecycle["NoncurrentVersionExpiration"] == {"NoncurrentDays": 90}
    assert "Expiration" not in lifecycle  # the state itself stays
    tags = {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(Bucket=NAME)["TagSet"]}
    assert tags == wanted.settings.all_tags


def test_a_second_time_changes_nothing(aws: Aws, deployment: Deploy) -> None:
    wanted = deployment(state_backend=BACKEND)
    first = bootstrap(wanted)
    again = bootstrap(wanted)
    assert subjects(again) == subjects(first)
    assert again[0].detail == f"{NAME} is there"
    assert not problems(again)


def test_what_somebody_has_set_up_stays(aws: Aws, deployment: Deploy) -> None:
    wanted = deployment(state_backend=BACKEND)
    s3 = wanted.client("s3")
    s3.create_bucket(Bucket=NAME)
    theirs = {"Sid": "Audit", "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucket", "Resource": f"arn:aws:s3:::{NAME}"}
    s3.put_bucket_policy(Bucket=NAME, Policy=json.dumps({"Version": "2012-10-17", "Statement": [theirs]}))
    s3.put_bucket_tagging(Bucket=NAME, Tagging={"TagSet": [{"Key": "owner", "Value": "somebody"}]})
    rule = {"ID": "theirs", "Status": "Enabled", "Filter": {"Prefix": ""}, "NoncurrentVersionExpiration": {"NoncurrentDays": 7}}
    s3.put_bucket_lifecycle_configuration(Bucket=NAME, LifecycleConfiguration={"Rules": [rule]})

    (warned,) = [finding for finding in bootstrap(wanted) if finding.level is Level.WARNING]
    assert warned.subject == "TLS"
    assert '"aws:SecureTransport": "false"' in warned.cure
    assert json.loads(s3.get_bucket_policy(Bucket=NAME)["Policy"])["Statement"] == [theirs]
    assert s3.get_bucket_tagging(Bucket=NAME)["TagSet"] == [{"Key": "owner", "Value": "somebody"}]
    assert s3.get_bucket_lifecycle_configuration(Bucket=NAME)["Rules"][0]["ID"] == "theirs"
    assert s3.get_bucket_versioning(Bucket=NAME)["Status"] == "Enabled"


def test_another_accounts_bucket_is_refused(aws: Aws, deployment: Deploy, monkeypatch: pytest.MonkeyPatch) -> None:
    """By S3's answer to a request that expects another owner; moto does not look at that."""

    def s3(request: Request) -> Answer:
        assert (request.method, request.path) == ("HEAD", f"/{NAME}")
        return Answer(403 if request.headers["x-amz-expected-bucket-owner"] == "123456789012" else 200)

    with answering(s3) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", url)
        wanted = deployment(state_backend=BACKEND)
        (only,) = bootstrap(wanted)
        with pytest.raises(NotOurs, match="belongs to another account"):
            missing(wanted)
    assert only.level is Level.PROBLEM
    assert "my-states belongs to another account" in only.detail
    assert 'state_backend = "s3://<a name of yours>/lineage"' in only.cure


def test_a_bucket_in_another_region_is_refused(aws: Aws, deployment: Deploy) -> None:
    where = {"LocationConstraint": "eu-central-1"}
    deployment(region="eu-central-1").client("s3").create_bucket(Bucket=NAME, CreateBucketConfiguration=where)
    (only,) = bootstrap(deployment(state_backend=BACKEND))
    assert only.level is Level.PROBLEM
    assert only.detail == "my-states is in eu-central-1, and the settings say region = 'us-east-1'"


def test_it_is_named_as_kept(deployment: Deploy) -> None:
    assert str(kept(deployment(state_backend=BACKEND))).startswith("The state bucket my-states is kept")
