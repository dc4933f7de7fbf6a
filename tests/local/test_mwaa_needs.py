"""The emulated MWAA brings no environment up whose role may not do what it needs, or that an endpoint keeps out."""

import json
from typing import Any

import pytest

from local.aws.machine import Aws
from tests.local.aws_network import ADMIN, Network, make_network, make_role

pytestmark = pytest.mark.system

ARN = "arn:aws:airflow:us-east-1:123456789012:environment/one"
OWN_ACCOUNT = {"Condition": {"StringEquals": {"aws:PrincipalAccount": "123456789012"}}}


@pytest.fixture
def network(aws: Aws) -> Network:
    return make_network(aws)


@pytest.fixture
def key(aws: Aws) -> str:
    return str(aws.client("kms").create_key()["KeyMetadata"]["Arn"])


def outcome(aws: Aws, network: Network, role: str, **more: Any) -> str:
    """Why an environment with that role has failed; empty if it has not."""
    s3, mwaa = aws.client("s3"), aws.client("mwaa")
    s3.create_bucket(Bucket="airflow")
    s3.put_bucket_versioning(Bucket="airflow", VersioningConfiguration={"Status": "Enabled"})
    closed = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    s3.put_public_access_block(Bucket="airflow", PublicAccessBlockConfiguration=closed)
    place = {"SubnetIds": network.subnets[:2], "SecurityGroupIds": [network.group]}
    files = {"SourceBucketArn": "arn:aws:s3:::airflow", "DagS3Path": "dags/", "NetworkConfiguration": place}
    logs = {"LoggingConfiguration": {"TaskLogs": {"Enabled": True, "LogLevel": "INFO"}}}
    mwaa.create_environment(Name="one", ExecutionRoleArn=role, **files, **logs, **more)
    environment = mwaa.get_environment(Name="one")["Environment"]
    if environment["Status"] == "AVAILABLE":
        return ""
    assert (environment["Status"], environment["LastUpdate"]["Error"]["ErrorCode"]) == ("CREATE_FAILED", "INCORRECT_CONFIGURATION")
    return str(environment["LastUpdate"]["Error"]["ErrorMessage"])


def without(action: str) -> dict[str, Any]:
    return {**ADMIN, "Statement": [*ADMIN["Statement"], {"Sid": "No", "Effect": "Deny", "Action": action, "Resource": "*"}]}


@pytest.mark.parametrize(
    "missing",
    [
        "airflow:PublishMetrics",
        "cloudwatch:PutMetricData",
        "kms:GenerateDataKey",
        "logs:PutLogEvents",
        "s3:GetAccountPublicAccessBlock",
        "s3:GetBucketPublicAccessBlock",
        "s3:GetObject",
        "sqs:SendMessage",
    ],
)
def test_the_role_may_do_what_mwaa_needs(aws: Aws, network: Network, key: str, missing: str) -> None:
    role = make_role(aws, "airflow", "airflow", "airflow-env", policy=without(missing))
    assert f"is not authorized to perform: {missing} on resource: " in outcome(aws, network, role, KmsKey=key)


def test_the_role_is_for_both_of_mwaas_services(aws: Aws, network: Network) -> None:
    assert "airflow-env.amazonaws.com may not take on" in outcome(aws, network, make_role(aws, "airflow", "airflow"))


@pytest.mark.parametrize("name", ["one", "another"])
def test_the_role_is_for_its_environment(aws: Aws, network: Network, name: str) -> None:
    only = {"ArnLike": {"aws:SourceArn": ARN.replace("/one", f"/{name}")}, "StringEquals": {"aws:SourceAccount": "123456789012"}}
    found = outcome(aws, network, make_role(aws, "airflow", "airflow", "airflow-env", **only))
    assert (found == "") is (name == "one")
    assert name == "one" or f"aws:SourceArn={ARN}" in found


@pytest.mark.parametrize(
    ("service", "allowed", "kept"),
    [
        ("monitoring", {"Action": "monitoring:*"}, "role/airflow from cloudwatch:PutMetricData"),
        ("monitoring", {"Action": "cloudwatch:*", **OWN_ACCOUNT}, "role/airflow-environment-tasks from cloudwatch:PutMetricData"),
        ("logs", {"Action": "logs:*", **OWN_ACCOUNT}, "role/airflow-environment-tasks from logs:PutLogEvents"),
        ("kms", {"Action": "kms:*", **OWN_ACCOUNT}, "role/airflow-environment-tasks from kms:Decrypt"),
        ("ecr.api", {"Action": "ecr:*", **OWN_ACCOUNT}, "role/airflow-environment-tasks from ecr:GetAuthorizationToken"),
        ("ecr.dkr", {"Action": "ecr:*", **OWN_ACCOUNT}, "role/airflow-environment-tasks from ecr:BatchGetImage"),
        ("sqs", {"Action": "sqs:ReceiveMessage"}, "role/airflow from sqs:SendMessage"),
        ("sts", {"Action": "sts:*", **OWN_ACCOUNT}, ""),
        ("monitoring", {"Action": "*"}, ""),
    ],
)
def test_an_endpoint_lets_mwaa_through(aws: Aws, network: Network, service: str, allowed: dict[str, Any], kept: str) -> None:
    statement = {"Sid": "Through", "Effect": "Allow", "Principal": "*", "Resource": "*", **allowed}
    aws.client("ec2").create_vpc_endpoint(
        VpcId=network.vpc,
        VpcEndpointType="Interface",
        ServiceName=f"com.amazonaws.us-east-1.{service}",
        SubnetIds=network.subnets,
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    found = outcome(aws, network, make_role(aws, "airflow", "airflow", "airflow-env"))
    assert (kept in found) if kept else (found == "")
