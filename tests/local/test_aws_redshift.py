"""The emulated Redshift Serverless and its Data API: what AWS would do, and what it would refuse."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.aws.emulator import redshift_capacity
from local.aws.emulator.errors import Refused
from local.aws.machine import Aws
from tests.local.aws_network import make_network, make_role
from tests.local.signed import serverless

pytestmark = pytest.mark.system

LOGS = ["connectionlog", "useractivitylog", "userlog"]


@pytest.fixture
def namespace(aws: Aws) -> Any:
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    return serverless(
        aws,
        "CreateNamespace",
        namespaceName="tickit",
        manageAdminPassword=True,
        adminPasswordSecretKmsKeyId=key,
        kmsKeyId=key,
        iamRoles=[make_role(aws, "reader", "redshift")],
        logExports=LOGS,
        tags=[{"key": "owner", "value": "me"}],
    )["namespace"]


@pytest.fixture
def workgroup(aws: Aws, namespace: dict[str, Any]) -> Any:
    return create_workgroup(aws, make_network(aws).subnets)["workgroup"]


def create_workgroup(aws: Aws, subnets: list[str], **parameters: Any) -> dict[str, Any]:
    wanted = {"workgroupName": "tickit", "namespaceName": "tickit", "baseCapacity": 8, "subnetIds": subnets}
    return serverless(aws, "CreateWorkgroup", **wanted | parameters)


def log_groups(aws: Aws) -> list[str]:
    return [group["logGroupName"] for group in aws.client("logs").describe_log_groups()["logGroups"]]


def test_the_admins_secret_comes_and_goes_with_the_namespace(aws: Aws, namespace: dict[str, Any]) -> None:
    manager = aws.client("secretsmanager")
    secret = manager.describe_secret(SecretId=namespace["adminPasswordSecretArn"])
    assert (secret["Name"], secret["KmsKeyId"]) == ("redshift!tickit-admin", namespace["adminPasswordSecretKmsKeyId"])
    content = json.loads(manager.get_secret_value(SecretId=secret["ARN"])["SecretString"])
    assert content["username"] == "admin"
    assert content["password"]
    serverless(aws, "DeleteNamespace", namespaceName="tickit")
    assert manager.list_secrets()["SecretList"] == []


def test_what_a_namespace_exports_to_survives_it(aws: Aws, namespace: dict[str, Any]) -> None:
    assert log_groups(aws) == [f"/aws/redshift/tickit/{log}" for log in LOGS]
    serverless(aws, "DeleteNamespace", namespaceName=namespace["namespaceName"])
    assert len(log_groups(aws)) == len(LOGS)


def test_a_final_snapshot_survives_its_namespace(aws: Aws, namespace: dict[str, Any]) -> None:
    serverless(aws, "DeleteNamespace", namespaceName=namespace["namespaceName"], finalSnapshotName="last")
    (snapshot,) = serverless(aws, "ListSnapshots")["snapshots"]
    assert (snapshot["snapshotName"], snapshot["namespaceName"]) == ("last", "tickit")
    serverless(aws, "DeleteSnapshot", snapshotName="last")
    assert serverless(aws, "ListSnapshots")["snapshots"] == []


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"iamRoles": ["arn:aws:iam::123456789012:role/none"]}, "role/none does not exist"),
        ({"kmsKeyId": "arn:aws:kms:us-east-1:123456789012:key/none"}, "key/none does not exist"),
        ({"logExports": ["everything"]}, "value: everything, must be one of: useractivitylog"),
        ({"manageAdminPassword": True, "adminUserPassword": "Secret-1"}, "adminUserPassword cannot be given"),
        ({"defaultIamRoleArn": "arn:aws:iam::123456789012:role/none"}, "defaultIamRoleArn must be one of iamRoles"),
    ],
)
def test_a_namespace_that_redshift_refuses(aws: Aws, parameters: dict[str, Any], message: str) -> None:
    answer = serverless(aws, "CreateNamespace", namespaceName="tickit", **parameters)
    assert answer["__type"] == "ValidationException"
    assert message in answer["message"]
    assert serverless(aws, "ListNamespaces")["namespaces"] == []


def test_a_namespace_with_a_workgroup_stays(aws: Aws, workgroup: dict[str, Any]) -> None:
    assert serverless(aws, "DeleteNamespace", namespaceName="tickit")["__type"] == "ConflictException"
    assert serverless(aws, "DeleteWorkgroup", workgroupName=workgroup["workgroupName"])["workgroup"]["status"] == "DELETING"
    assert serverless(aws, "DeleteNamespace", namespaceName="tickit")["namespace"]["status"] == "DELETING"
    assert serverless(aws, "GetNamespace", namespaceName="tickit")["__type"] == "ResourceNotFoundException"


def test_a_workgroup_reports_all_its_parameters_and_its_endpoint(aws: Aws, workgroup: dict[str, Any]) -> None:
    changed = [{"parameterKey": "max_query_execution_time", "parameterValue": "3600"}]
    serverless(aws, "UpdateWorkgroup", workgroupName="tickit", configParameters=changed)
    serverless(aws, "UpdateWorkgroup", workgroupName="tickit", baseCapacity=16, maxCapacity=32)
    found = serverless(aws, "GetWorkgroup", workgroupName="tickit")["workgroup"]
    parameters = {parameter["parameterKey"]: parameter["parameterValue"] for parameter in found["configParameters"]}
    assert (parameters["max_query_execution_time"], parameters["require_ssl"], len(parameters)) == ("3600", "true", 9)
    assert (found["status"], found["baseCapacity"], found["maxCapacity"]) == ("AVAILABLE", 16, 32)
    assert found["endpoint"]["address"] == "tickit.123456789012.us-east-1.redshift-serverless.amazonaws.com"
    assert len(found["endpoint"]["vpcEndpoints"][0]["networkInterfaces"]) == len(workgroup["subnetIds"])


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"baseCapacity": 12}, "baseCapacity 12"),
        ({"baseCapacity": 528}, "baseCapacity 528"),
        ({"baseCapacity": 1032}, "baseCapacity 1032"),
        ({"maxCapacity": 4}, "maxCapacity 4 is below baseCapacity 8"),
        ({"baseCapacity": 1024, "enhancedVpcRouting": True}, "261 free IP addresses are needed in each subnet for 1024 RPUs: subnet-"),
        ({"port": 5500}, "port 5500"),
        ({"securityGroupIds": ["sg-none"]}, "sg-none does not exist"),
        ({"configParameters": [{"parameterKey": "colour", "parameterValue": "red"}]}, "unknown: colour"),
    ],
)
def test_a_workgroup_that_redshift_refuses(aws: Aws, namespace: dict[str, Any], parameters: dict[str, Any], message: str) -> None:
    answer = create_workgroup(aws, make_network(aws).subnets, **parameters)
    assert answer["__type"] == "ValidationException"
    assert message in answer["message"]


def test_a_workgroup_needs_subnets_of_three_zones_that_exist(aws: Aws, namespace: dict[str, Any]) -> None:
    subnets = make_network(aws).subnets
    assert "3 availability zones" in create_workgroup(aws, subnets[:2], enhancedVpcRouting=True)["message"]
    assert "2 availability zones" in create_workgroup(aws, subnets[:1])["message"]
    assert "subnet-none" in create_workgroup(aws, ["subnet-none"])["message"]
    assert create_workgroup(aws, subnets[:2], baseCapacity=4)["workgroup"]["baseCapacity"] == 4


def test_a_workgroup_grows_into_free_addresses(aws: Aws, namespace: dict[str, Any]) -> None:
    ec2, network = aws.client("ec2"), make_network(aws)
    create_workgroup(aws, network.subnets, enhancedVpcRouting=True, baseCapacity=256)
    for number in range(160):
        ec2.create_network_interface(SubnetId=network.subnets[0], PrivateIpAddress=f"10.20.0.{number + 20}")
    refused = serverless(aws, "UpdateWorkgroup", workgroupName="tickit", baseCapacity=512)
    assert f"100 free IP addresses are needed in each subnet for 512 RPUs: {network.subnets[0]} has 90." in refused["message"]
    assert "workgroup" in serverless(aws, "UpdateWorkgroup", workgroupName="tickit", baseCapacity=128)


@pytest.mark.parametrize(("region", "largest"), [("us-east-1", 1024), ("eu-west-2", 512), ("us-west-1", 512)])
def test_more_than_512_rpus_are_had_in_some_regions(region: str, largest: int) -> None:
    redshift_capacity.check_size(region, {"baseCapacity": largest})
    with pytest.raises(Refused, match=f"baseCapacity {largest + 32}"):
        redshift_capacity.check_size(region, {"baseCapacity": largest + 32})


def test_the_smallest_capacity_is_not_offered_everywhere() -> None:
    redshift_capacity.check_size("eu-north-1", {"baseCapacity": 4})
    with pytest.raises(Refused, match="baseCapacity 4: the smallest is 8 in eu-central-1"):
        redshift_capacity.check_size("eu-central-1", {"baseCapacity": 4})


def test_usage_limits_go_with_their_workgroup(aws: Aws, workgroup: dict[str, Any]) -> None:
    limit = {"resourceArn": workgroup["workgroupArn"], "usageType": "serverless-compute", "period": "daily", "amount": 20}
    made = serverless(aws, "CreateUsageLimit", **limit)["usageLimit"]
    assert serverless(aws, "CreateUsageLimit", **limit)["__type"] == "ConflictException"
    serverless(aws, "UpdateUsageLimit", usageLimitId=made["usageLimitId"], breachAction="deactivate")
    (found,) = serverless(aws, "ListUsageLimits", resourceArn=workgroup["workgroupArn"])["usageLimits"]
    assert (found["amount"], found["breachAction"]) == (20, "deactivate")
    serverless(aws, "DeleteWorkgroup", workgroupName="tickit")
    assert serverless(aws, "ListUsageLimits") == {}


def test_tags_change(aws: Aws, namespace: dict[str, Any]) -> None:
    arn = namespace["namespaceArn"]
    serverless(aws, "TagResource", resourceArn=arn, tags=[{"key": "cost-centre", "value": "4711"}])
    serverless(aws, "UntagResource", resourceArn=arn, tagKeys=["owner"])
    assert serverless(aws, "ListTagsForResource", resourceArn=arn)["tags"] == [{"key": "cost-centre", "value": "4711"}]


def test_credentials_are_for_a_workgroup_that_exists(aws: Aws, workgroup: dict[str, Any]) -> None:
    client = aws.client("redshift-serverless")
    assert client.get_credentials(workgroupName=workgroup["workgroupName"], dbName="dev")["dbPassword"]
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.get_credentials(workgroupName="none")


def test_listings_have_pages(aws: Aws) -> None:
    for number in range(5):
        serverless(aws, "CreateNamespace", namespaceName=f"number-{number}")
    pages = aws.client("redshift-serverless").get_paginator("list_namespaces").paginate(PaginationConfig={"PageSize": 2})
    assert [len(page["namespaces"]) for page in pages] == [2, 2, 1]


def test_statements_are_run_for_a_workgroup_and_a_secret_that_exist(aws: Aws, workgroup: dict[str, Any]) -> None:
    data = aws.client("redshift-data")
    secret = serverless(aws, "GetNamespace", namespaceName="tickit")["namespace"]["adminPasswordSecretArn"]
    where = {"WorkgroupName": workgroup["workgroupName"], "Database": "dev", "SecretArn": secret}
    made = data.execute_statement(Sql="select 1", StatementName="one", **where)
    described = data.describe_statement(Id=made["Id"])
    assert (described["Status"], described["QueryString"], described["WorkgroupName"]) == ("FINISHED", "select 1", "tickit")
    assert [statement["StatementName"] for statement in data.list_statements()["Statements"]] == ["one"]
    for wrong, message in (({"WorkgroupName": "none"}, "endpoint doesn't exist"), ({"SecretArn": f"{secret}x"}, "does not exist")):
        with pytest.raises(ClientError, match=message):
            data.execute_statement(Sql="select 1", **where | wrong)
    assert len(data.list_statements(Status="ALL")["Statements"]) == 1


def test_statements_are_forgotten(aws: Aws, workgroup: dict[str, Any]) -> None:
    data = aws.client("redshift-data")
    made = data.execute_statement(Sql="select 1", WorkgroupName=workgroup["workgroupName"], Database="dev")
    aws.expire_statements()
    with pytest.raises(ClientError, match=r"ValidationException.*it has expired after"):
        data.describe_statement(Id=made["Id"])
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        data.describe_statement(Id="01234567-89ab-cdef-0123-456789abcdef")
    assert data.list_statements(Status="ALL")["Statements"] == []


def test_nothing_of_it_is_left(aws: Aws, workgroup: dict[str, Any]) -> None:
    assert aws.inventory()["redshift-serverless"] == ["namespace tickit", "workgroup tickit"]
    serverless(aws, "DeleteWorkgroup", workgroupName="tickit")
    serverless(aws, "DeleteNamespace", namespaceName="tickit")
    assert "redshift-serverless" not in aws.inventory()
    assert aws.refusals() == []
