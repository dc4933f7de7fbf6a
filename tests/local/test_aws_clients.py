"""What real clients send is understood, however they wrap it up, and arrives."""

import io
import json
from collections.abc import Iterator
from typing import Any

import boto3
import httpx
import pytest
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

from local.aws.machine import Aws
from tests.local.signed import SECONDS, send

pytestmark = pytest.mark.system

MEGABYTE = 1024 * 1024


@pytest.fixture
def bucket(aws: Aws) -> Iterator[Any]:
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="raw")
    yield s3
    assert aws.refusals() == []


def read(s3: Any, key: str) -> bytes:
    return bytes(s3.get_object(Bucket="raw", Key=key)["Body"].read())


def test_keys_and_metadata_arrive_as_they_are(bucket: Any) -> None:
    for key in ("a/b c+d=é/", "a//b", "?x&y", "plain"):
        bucket.put_object(Bucket="raw", Key=key, Body=key.encode(), Metadata={"with_underscore": "1", "with-dash": "2"})
        assert read(bucket, key) == key.encode()
        assert bucket.head_object(Bucket="raw", Key=key)["Metadata"] == {"with_underscore": "1", "with-dash": "2"}
    listed = bucket.list_objects_v2(Bucket="raw", Prefix="a/", Delimiter="c", MaxKeys=5)
    assert listed["KeyCount"] == 2


def test_a_stream_of_chunks_with_a_checksum_behind_it_arrives(aws: Aws, bucket: Any) -> None:
    """As SDKs send what they do not know beforehand: encoded in chunks, signed or not."""
    chunks = b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"
    headers = {
        "Content-Encoding": "aws-chunked",
        "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "x-amz-decoded-content-length": "5",
        "x-amz-trailer": "x-amz-checksum-crc32",
        "x-amz-sdk-checksum-algorithm": "CRC32",
    }
    assert send(aws, "s3", "PUT", "/raw/chunks?x-id=PutObject", body=chunks, headers=headers).status_code == httpx.codes.OK
    assert read(bucket, "chunks") == b"hello"


def test_an_upload_in_parts_arrives(bucket: Any) -> None:
    content = b"0123456789abcdef" * (11 * MEGABYTE // 16)
    bucket.upload_fileobj(io.BytesIO(content), "raw", "large", Config=TransferConfig(multipart_threshold=6 * MEGABYTE))
    assert read(bucket, "large") == content
    assert bucket.get_object(Bucket="raw", Key="large", Range="bytes=0-3")["Body"].read() == b"0123"


@pytest.mark.parametrize("signature", ["s3", "s3v4"])
def test_signed_addresses_work(aws: Aws, bucket: Any, signature: str) -> None:
    session = boto3.Session(aws_access_key_id="local", aws_secret_access_key="local", region_name="us-east-1")
    client = session.client("s3", endpoint_url=aws.url, config=Config(signature_version=signature))
    put = client.generate_presigned_url("put_object", Params={"Bucket": "raw", "Key": "one"})
    assert httpx.put(put, content=b"hello", trust_env=False, timeout=SECONDS).status_code == httpx.codes.OK
    get = client.generate_presigned_url("get_object", Params={"Bucket": "raw", "Key": "one", "ResponseContentType": "text/x"})
    answer = httpx.get(get, trust_env=False, timeout=SECONDS)
    assert (answer.content, answer.headers["Content-Type"]) == (b"hello", "text/x")


def test_a_bucket_in_the_host_is_found(aws: Aws, bucket: Any) -> None:
    """Its address is none of this machine's: through the proxy, as for MWAA."""
    bucket.put_object(Bucket="raw", Key="one", Body=b"hello")
    settings = Config(proxies={"http": aws.url}, s3={"addressing_style": "virtual"})
    session = boto3.Session(aws_access_key_id="local", aws_secret_access_key="local", region_name="us-east-1")
    client = session.client("s3", endpoint_url="http://s3.us-east-1.amazonaws.com", config=settings)
    assert client.get_object(Bucket="raw", Key="one")["Body"].read() == b"hello"
    assert [found["Key"] for found in client.list_objects_v2(Bucket="raw")["Contents"]] == ["one"]


def test_bodies_of_xml_and_json_text_arrive(bucket: Any) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::raw/*",
    }
    bucket.put_bucket_policy(Bucket="raw", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    bucket.put_bucket_tagging(Bucket="raw", Tagging={"TagSet": [{"Key": "owner", "Value": "me & you"}]})
    rule = {"ID": "one", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 3}}
    bucket.put_bucket_lifecycle_configuration(Bucket="raw", LifecycleConfiguration={"Rules": [rule, rule | {"ID": "two"}]})
    assert bucket.get_bucket_tagging(Bucket="raw")["TagSet"] == [{"Key": "owner", "Value": "me & you"}]
    assert len(bucket.get_bucket_lifecycle_configuration(Bucket="raw")["Rules"]) == 2
    bucket.put_object(Bucket="raw", Key="one", Body=b"")
    gone = bucket.delete_objects(Bucket="raw", Delete={"Objects": [{"Key": "one"}], "Quiet": False})
    assert [deleted["Key"] for deleted in gone["Deleted"]] == ["one"]


def test_lists_maps_and_filters_of_the_query_protocols_arrive(aws: Aws) -> None:
    iam, ec2 = aws.client("iam"), aws.client("ec2")
    iam.create_user(UserName="one", Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}])
    assert len(iam.list_user_tags(UserName="one")["Tags"]) == 2
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "owner", "Value": "me"}]}]
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=tags)["Vpc"]["VpcId"]
    found = ec2.describe_vpcs(Filters=[{"Name": "tag:owner", "Values": ["me", "you"]}, {"Name": "vpc-id", "Values": [vpc]}])
    assert [vpc["VpcId"] for vpc in found["Vpcs"]] == [vpc]
    aws.client("cloudwatch").put_metric_data(Namespace="one", MetricData=[{"MetricName": "two", "Value": 1.5}])
    queue = aws.client("sqs").create_queue(QueueName="one", Attributes={"DelaySeconds": "5", "MaximumMessageSize": "1024"})["QueueUrl"]
    assert aws.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["DelaySeconds"])["Attributes"] == {"DelaySeconds": "5"}
    assert aws.refusals() == []


def test_each_region_is_one_of_its_own(aws: Aws) -> None:
    session = boto3.Session(aws_access_key_id="local", aws_secret_access_key="local")
    here, there = (session.client("redshift-serverless", region_name=region, endpoint_url=aws.url) for region in ("us-east-1", "eu-west-1"))
    made = there.create_namespace(namespaceName="one")["namespace"]
    assert made["namespaceArn"].startswith("arn:aws:redshift-serverless:eu-west-1:123456789012:")
    assert here.list_namespaces()["namespaces"] == []
