"""What the emulated AWS says exists: all that somebody made, and nothing that every account has."""

from typing import Any

import boto3
import pytest

from local.aws.machine import Aws

pytestmark = pytest.mark.system

LOOKS = {
    "ec2": "describe_vpcs",
    "iam": "list_roles",
    "kms": "list_aliases",
    "rds": "describe_db_instances",
    "s3": "list_buckets",
    "events": "list_event_buses",
    "glue": "get_databases",
    "logs": "describe_log_groups",
    "elbv2": "describe_load_balancers",
    "secretsmanager": "list_secrets",
    "sts": "get_caller_identity",
    "ssm": "describe_parameters",
    "dynamodb": "list_tables",
    "ecr": "describe_repositories",
    "resourcegroupstaggingapi": "get_resources",
}


def test_an_empty_account_has_nothing(aws: Aws) -> None:
    for service, operation in LOOKS.items():
        getattr(aws.client(service), operation)()
    assert aws.inventory() == {}


def test_a_vpc_counts_with_what_is_in_it_and_not_with_what_comes_with_it(aws: Aws) -> None:
    ec2 = aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    assert aws.inventory() == {"ec2": [f"VPC {vpc}"]}
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.20.0.0/24")["Subnet"]["SubnetId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    group = ec2.create_security_group(GroupName="nodes", Description="Nodes", VpcId=vpc)["GroupId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    assert aws.inventory() == {
        "ec2": sorted(
            [
                f"VPC {vpc}",
                f"internet gateway {gateway}",
                f"route table {table}",
                f"security group {group} nodes",
                f"subnet {subnet}",
            ]
        )
    }


def test_what_is_deleted_does_not_count(aws: Aws) -> None:
    ec2 = aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    before = aws.inventory()
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.20.0.0/24")["Subnet"]["SubnetId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]
    service = "com.amazonaws.us-east-1.secretsmanager"
    endpoint = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=service, VpcEndpointType="Interface", SubnetIds=[subnet])["VpcEndpoint"]
    kinds = {name.rpartition(" ")[0] for name in aws.inventory()["ec2"]}
    assert {"NAT gateway", "VPC endpoint", "elastic address", "network interface"} < kinds
    interfaces = ec2.describe_network_interfaces()["NetworkInterfaces"]
    assert [(interface["Status"], interface["RequesterManaged"]) for interface in interfaces] == [("in-use", True)] * 2
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint["VpcEndpointId"]])
    ec2.delete_nat_gateway(NatGatewayId=nat)
    ec2.release_address(AllocationId=address)
    ec2.delete_subnet(SubnetId=subnet)
    assert aws.inventory() == before


def test_a_key_that_waits_for_its_end_is_gone_and_a_secret_is_not(aws: Aws) -> None:
    kms, secrets = aws.client("kms"), aws.client("secretsmanager")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/tickit", TargetKeyId=key)
    secrets.create_secret(Name="password", SecretString="x")
    assert aws.inventory() == {"kms": ["alias alias/tickit", f"key {key}"], "secretsmanager": ["secret password"]}
    kms.schedule_key_deletion(KeyId=key)
    secrets.delete_secret(SecretId="password")
    assert aws.inventory() == {"secretsmanager": ["secret password, pending deletion"]}


MAKERS: dict[str, tuple[str, dict[str, Any], str]] = {
    "sns": ("create_topic", {"Name": "budget"}, "topics arn:aws:sns:us-east-1:123456789012:budget"),
    "sqs": ("create_queue", {"QueueName": "tasks"}, "queues tasks"),
    "dynamodb": (
        "create_table",
        {
            "TableName": "locks",
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
        "tables locks",
    ),
}


@pytest.mark.parametrize("service", MAKERS)
def test_a_service_that_nobody_has_thought_of_counts_too(aws: Aws, service: str) -> None:
    operation, parameters, name = MAKERS[service]
    getattr(aws.client(service), operation)(**parameters)
    assert name in aws.inventory()[service]


def test_a_region_that_is_not_the_usual_one_counts_too(aws: Aws) -> None:
    logs = boto3.client("logs", "eu-west-1", endpoint_url=aws.url, aws_access_key_id="local", aws_secret_access_key="local")
    logs.create_log_group(logGroupName="elsewhere")
    assert aws.inventory() == {"logs": ["log group elsewhere"]}
