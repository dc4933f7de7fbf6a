"""Each thing that keeps MWAA from making an environment, broken in an emulated AWS that is right otherwise."""

import io
import json
import re
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from rich.console import Console

from local.aws.machine import Aws
from operations.deployment import Deployment
from operations.explain import explain, look_into, what_aws_says
from operations.explain.requirements import pip_errors
from operations.findings import Finding, Level, problems
from tests.mwaa_lineage.transport.endpoint import nobody
from tests.operations import right_environment
from tests.operations.answering import answering, operations
from tests.operations.outputs import publish
from tests.operations.right_environment import ACCOUNT, ALL_TRAFFIC, ARN, NAME, REGION, World, key_policy, permissions, trust

pytestmark = pytest.mark.system

Breaking = Callable[[World], Any]
GONE = "subnet-00000000000000000"
ANYWHERE = "0.0.0.0/0"


@pytest.fixture(scope="module")
def client(aws_process: Aws) -> Callable[[str], Any]:
    """Clients of the emulated AWS, made once: making one takes longer than most tests."""
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)
    return cache(lambda service: session.client(service, endpoint_url=aws_process.url))


@pytest.fixture
def world(aws: Aws, client: Callable[[str], Any]) -> World:
    """An environment without a fault."""
    return right_environment.make(client)


def network(world: World, **change: list[str]) -> None:
    world.environment["NetworkConfiguration"] |= change


def third_subnet(world: World) -> None:
    network(world, SubnetIds=[*world.subnets, world.public_subnet])


def same_zone(world: World) -> None:
    network(world, SubnetIds=[world.subnets[0], world.public_subnet])


def two_vpcs(world: World) -> None:
    other = world.ec2.create_vpc(CidrBlock="10.30.0.0/16")["Vpc"]["VpcId"]
    subnet = world.ec2.create_subnet(VpcId=other, CidrBlock="10.30.0.0/24", AvailabilityZone=f"{REGION}b")["Subnet"]["SubnetId"]
    network(world, SubnetIds=[world.subnets[0], subnet])


def no_dns_names(world: World) -> None:
    world.ec2.modify_vpc_attribute(VpcId=world.vpc, EnableDnsHostnames={"Value": False})


def no_dns(world: World) -> None:
    world.ec2.modify_vpc_attribute(VpcId=world.vpc, EnableDnsSupport={"Value": False})


def replace_route(table: str, world: World, **way: str) -> None:
    world.ec2.replace_route(RouteTableId=table, DestinationCidrBlock=ANYWHERE, **way)


def public_subnets(world: World) -> None:
    replace_route(world.private_table, world, GatewayId=world.internet)


def nat_deleted(world: World) -> None:
    world.ec2.delete_nat_gateway(NatGatewayId=world.nat)


def nat_forgotten(world: World) -> None:
    """AWS forgets a deleted gateway after an hour; the emulated one does not."""

    def forgotten(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "NatGatewayNotFound", "Message": "was not found"}}, "DescribeNatGateways")

    otherwise(world, "DescribeNatGateways", forgotten)


def blackhole(world: World) -> None:
    def change(parsed: Any, **_: Any) -> None:
        for table in parsed["RouteTables"]:
            for route in table["Routes"]:
                route["State"] = "blackhole" if "NatGatewayId" in route else route["State"]

    otherwise(world, "DescribeRouteTables", change)


def otherwise(world: World, operation: str, change: Callable[..., None], *, service: str = "ec2") -> None:
    """Have a service answer what the emulated one cannot be brought to say."""
    url, others = world.ec2.meta.endpoint_url, world.client
    changed = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION).client(service, endpoint_url=url)
    changed.meta.events.register(f"after-call.{changed.meta.service_model.service_id.hyphenize()}.{operation}", change)
    world.client = lambda name: changed if name == service else others(name)


def nat_without_internet(world: World) -> None:
    world.ec2.delete_route(RouteTableId=world.public_table, DestinationCidrBlock=ANYWHERE)


def endpoint_closed(world: World) -> None:
    closed = world.ec2.create_security_group(GroupName="closed", Description="closed", VpcId=world.vpc)["GroupId"]
    world.endpoint("sqs", SecurityGroupIds=[closed])


def endpoint_policy(**change: Any) -> str:
    """The policy of an endpoint: full access, changed."""
    statement = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"} | change
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def gateway_of_another_bucket(world: World) -> None:
    gateway = {"VpcEndpointType": "Gateway", "RouteTableIds": [world.private_table], "ServiceName": f"com.amazonaws.{REGION}.s3"}
    world.ec2.create_vpc_endpoint(VpcId=world.vpc, **gateway, PolicyDocument=endpoint_policy(Resource="arn:aws:s3:::another"))


def endpoint_pending(world: World) -> None:
    world.endpoint("sqs")

    def change(parsed: Any, **_: Any) -> None:
        for endpoint in parsed["VpcEndpoints"]:
            endpoint["State"] = "pendingAcceptance"

    otherwise(world, "DescribeVpcEndpoints", change)


def endpoint_without_dns(world: World) -> None:
    world.without_nat(but="logs")
    world.endpoint("logs", PrivateDnsEnabled=False)


def no_self_reference(world: World) -> None:
    rule = ALL_TRAFFIC | {"UserIdGroupPairs": [{"GroupId": world.group}]}
    world.ec2.revoke_security_group_ingress(GroupId=world.group, IpPermissions=[rule])


def https_from_itself_only(world: World) -> None:
    no_self_reference(world)
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": [{"GroupId": world.group}]}
    world.ec2.authorize_security_group_ingress(GroupId=world.group, IpPermissions=[rule])


def database_from_itself_only(world: World) -> None:
    no_self_reference(world)
    rule = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "UserIdGroupPairs": [{"GroupId": world.group}]}
    world.ec2.authorize_security_group_ingress(GroupId=world.group, IpPermissions=[rule])


def https_out_only(world: World) -> None:
    no_egress(world)
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": ANYWHERE}]}
    world.ec2.authorize_security_group_egress(GroupId=world.group, IpPermissions=[rule])


def no_egress(world: World) -> None:
    rule = ALL_TRAFFIC | {"IpRanges": [{"CidrIp": ANYWHERE}]}
    world.ec2.revoke_security_group_egress(GroupId=world.group, IpPermissions=[rule])


def acl_denies_the_database(world: World) -> None:
    acl = world.case.network_acls[0]["NetworkAclId"]
    deny = {"RuleNumber": 10, "Protocol": "6", "RuleAction": "deny", "CidrBlock": "10.20.0.0/16", "PortRange": {"From": 5432, "To": 5432}}
    world.ec2.create_network_acl_entry(NetworkAclId=acl, Egress=True, **deny)


def acl_denies_answers(world: World) -> None:
    acl = world.case.network_acls[0]["NetworkAclId"]
    world.ec2.delete_network_acl_entry(NetworkAclId=acl, RuleNumber=100, Egress=False)
    allow = {"RuleNumber": 100, "Protocol": "6", "RuleAction": "allow", "CidrBlock": ANYWHERE, "PortRange": {"From": 0, "To": 32767}}
    world.ec2.create_network_acl_entry(NetworkAclId=acl, Egress=False, **allow)


def role_gone(world: World) -> None:
    world.environment["ExecutionRoleArn"] = f"arn:aws:iam::{ACCOUNT}:role/nobody"


def trusts_lambda(world: World) -> None:
    world.client("iam").update_assume_role_policy(RoleName=NAME, PolicyDocument=trust().replace("airflow-env.", "lambda."))


def trusts_another_environment(world: World) -> None:
    policy = trust(**{"aws:SourceArn": ARN.replace(NAME, "other")})
    world.client("iam").update_assume_role_policy(RoleName=NAME, PolicyDocument=policy)


def trusts_another_account(world: World) -> None:
    policy = trust(**{"aws:SourceAccount": "210987654321"})
    world.client("iam").update_assume_role_policy(RoleName=NAME, PolicyDocument=policy)


def may_not(action: str) -> Breaking:
    def forbid(world: World) -> None:
        policy = permissions(world.bucket, world.environment["KmsKey"], without=action)
        world.client("iam").put_role_policy(RoleName=NAME, PolicyName="airflow", PolicyDocument=policy)

    return forbid


def no_service_role(world: World) -> None:
    for role in world.client("iam").list_roles(PathPrefix="/aws-service-role/")["Roles"]:
        world.client("iam").delete_role(RoleName=role["RoleName"])


def bucket_gone(world: World) -> None:
    world.environment["SourceBucketArn"] = "arn:aws:s3:::tickit-nowhere"


def bucket_elsewhere(world: World) -> None:
    bucket = "tickit-elsewhere"
    world.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    world.environment["SourceBucketArn"] = f"arn:aws:s3:::{bucket}"


def bucket_open(world: World) -> None:
    world.client("s3").delete_public_access_block(Bucket=world.bucket)


def bucket_half_open(world: World) -> None:
    blocks = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy"), True) | {"RestrictPublicBuckets": False}
    world.client("s3").put_public_access_block(Bucket=world.bucket, PublicAccessBlockConfiguration=blocks)


def versioning_off(world: World) -> None:
    world.client("s3").put_bucket_versioning(Bucket=world.bucket, VersioningConfiguration={"Status": "Suspended"})


def no_dags(world: World) -> None:
    world.environment["DagS3Path"] = "elsewhere/"


def requirements_version_gone(world: World) -> None:
    version = world.environment["RequirementsS3ObjectVersion"]
    world.client("s3").delete_object(Bucket=world.bucket, Key="requirements-2.7.2.txt", VersionId=version)


def plugins_missing(world: World) -> None:
    world.environment["PluginsS3Path"] = "plugins.zip"


def key_id(arn: str) -> str:
    """What moto wants where AWS takes the ARN as well."""
    return arn.rpartition("/")[2]


def key_disabled(world: World) -> None:
    world.client("kms").disable_key(KeyId=key_id(world.environment["KmsKey"]))


def key_being_deleted(world: World) -> None:
    world.client("kms").schedule_key_deletion(KeyId=key_id(world.environment["KmsKey"]), PendingWindowInDays=7)


def key_gone(world: World) -> None:
    world.environment["KmsKey"] = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"


def put_key_policy(world: World, policy: str) -> None:
    world.client("kms").put_key_policy(KeyId=world.environment["KmsKey"], PolicyName="default", Policy=policy)


def key_without_logs(world: World) -> None:
    put_key_policy(world, key_policy(Principal={"Service": "sns.amazonaws.com"}))


def key_for_other_logs(world: World) -> None:
    other = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/vpc/*"}}
    put_key_policy(world, key_policy(Condition=other))


def key_for_nobody(world: World) -> None:
    put_key_policy(world, key_policy().replace(f"arn:aws:iam::{ACCOUNT}:root", f"arn:aws:iam::{ACCOUNT}:user/me"))


def log_group_gone(world: World) -> None:
    world.client("logs").delete_log_group(logGroupName=f"airflow-{NAME}-Task")


def encrypt_log_group(world: World, key: str) -> None:
    group = f"airflow-{NAME}-Other"
    world.client("logs").create_log_group(logGroupName=group, kmsKeyId=key)
    world.environment["LoggingConfiguration"]["TaskLogs"]["CloudWatchLogGroupArn"] = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}"


def log_group_with_a_dead_key(world: World) -> None:
    key = world.client("kms").create_key(Policy=key_policy())["KeyMetadata"]["Arn"]
    encrypt_log_group(world, key)
    world.client("kms").disable_key(KeyId=key_id(key))


def log_group_with_a_lost_key(world: World) -> None:
    """AWS forgets a key when its waiting period is over; the emulated one does not."""
    encrypt_log_group(world, world.client("kms").create_key(Policy=key_policy())["KeyMetadata"]["Arn"])

    def lose(parsed: Any, **_: Any) -> None:
        for group in parsed["logGroups"]:
            if "kmsKeyId" in group:
                group["kmsKeyId"] = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"

    otherwise(world, "DescribeLogGroups", lose, service="logs")


def nothing_logged(world: World) -> None:
    world.client("logs").delete_log_stream(logGroupName=f"airflow-{NAME}-Scheduler", logStreamName="scheduler_ip-10-20-0-7")


def logs_off(world: World) -> None:
    for log in world.environment["LoggingConfiguration"].values():
        log["Enabled"] = False


def pip_failed(world: World) -> None:
    lines = ["Collecting sqlglot==99", "ERROR: No matching distribution found for sqlglot==99", "WARNING: pip is old"]
    install(world, "requirements_install_ip-10-20-0-7.ec2.internal_2026-11-24", lines)


def install(world: World, stream: str, lines: list[str], *, seconds_ago: int = 0) -> None:
    logs, group = world.client("logs"), f"airflow-{NAME}-Worker"
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    at = int((time.time() - seconds_ago) * 1000)
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[{"timestamp": at, "message": line} for line in lines])


def fifty_endpoints(world: World) -> None:
    for number in range(50):
        world.endpoint(f"service-{number}")


BROKEN: dict[str, tuple[Breaking, str]] = {
    "three subnets": (third_subnet, "Subnets: 3 are given .*exactly two"),
    "one zone": (same_zone, "Subnets: .* both in us-east-1a"),
    "two VPCs": (two_vpcs, "Subnets: .* different VPCs"),
    "subnet gone": (lambda world: network(world, SubnetIds=[world.subnets[0], GONE]), "Subnets: .*at least one is gone"),
    "no DNS names": (no_dns_names, "DNS: enableDnsHostnames of vpc-.* is off"),
    "no DNS": (no_dns, "DNS: enableDnsSupport of vpc-.* is off"),
    "public subnets": (public_subnets, "Route of subnet-.*: rtb-.* leads to igw-.* the subnet is public"),
    "NAT deleted": (nat_deleted, "Route of subnet-.*: nat-.* is deleted"),
    "NAT forgotten": (nat_forgotten, "Route of subnet-.*: nat-.* is gone"),
    "route to nothing": (blackhole, "Route of subnet-.*: rtb-.* leads to something that is gone"),
    "NAT without internet": (nat_without_internet, "Route of subnet-.*: nat-.* stands in subnet-.* no internet gateway"),
    "no way to SQS": (lambda world: world.without_nat(but="sqs"), "Endpoints: nothing leads to sqs"),
    "no way to the queue": (lambda world: world.without_nat(but="sqs"), "Endpoints: nothing leads to sqs"),
    "a policy of actions that do not exist": (
        lambda world: world.endpoint("monitoring", PolicyDocument=endpoint_policy(Action="monitoring:*")),
        r"Endpoint vpce-\w+ \(monitoring\): its policy does not let Airflow's role write metrics \(cloudwatch:PutMetricData\)",
    ),
    "a gateway that hides the bucket": (gateway_of_another_bucket, r"\(s3\): its policy does not let Airflow's role list the bucket"),
    "endpoint pending": (endpoint_pending, r"Endpoint vpce-.* \(sqs\): is pendingAcceptance"),
    "endpoint without DNS": (endpoint_without_dns, r"Endpoint vpce-.* \(logs\): has no private DNS"),
    "endpoint closed": (endpoint_closed, r"Endpoint vpce-.* \(sqs\): its security group does not admit Airflow"),
    "group gone": (lambda world: network(world, SecurityGroupIds=["sg-00000000"]), "Security groups: sg-00000000: at least one is gone"),
    "no self-reference": (no_self_reference, "Security groups: .* TCP 5432 from the group itself"),
    "HTTPS among themselves only": (https_from_itself_only, "Security groups: .* TCP 5432 from the group itself"),
    "database among themselves only": (
        database_from_itself_only,
        r"Security groups: .* TCP 443 from the group itself \(Airflow's web server and endpoints\)",
    ),
    "no egress to itself": (no_egress, r"Security groups: .* TCP 443 to the group itself \(Airflow's web server and endpoints\)"),
    "HTTPS out only": (https_out_only, r"Security groups: .* TCP 5432 to the group itself \(Airflow's database\)"),
    "no egress": (no_egress, "Security groups: .* no rule lets HTTPS out"),
    "ACL against the database": (acl_denies_the_database, "Network ACL: acl-.* lets no TCP 5432 to 10.20.0.0/24 through"),
    "ACL against answers": (acl_denies_answers, "Network ACL: acl-.* lets no TCP 32768-60999 from 0.0.0.0/0 through"),
    "role gone": (role_gone, "Execution role: .*role/nobody is not there"),
    "role of another service": (trusts_lambda, "Execution role: .* does not let airflow-env.amazonaws.com take it on"),
    "role of another environment": (trusts_another_environment, "Execution role: .* demands aws:SourceArn .*environment/other"),
    "role of another account": (trusts_another_account, "Execution role: .* demands aws:SourceAccount 210987654321, .* is 123456789012"),
    "role without health": (may_not("airflow:PublishMetrics"), "Execution role: may not report its health: airflow:PublishMetrics"),
    "role without bucket": (may_not("s3:GetObject*"), "Execution role: may not read the bucket: s3:GetObject, s3:GetObjectVersion"),
    "role without list": (may_not("s3:List*"), "Execution role: may not list the bucket: s3:ListBucket on arn:aws:s3:::"),
    "role without block": (may_not("s3:GetAccountPublicAccessBlock"), "Execution role: may not see that public access is blocked"),
    "role without logs": (may_not("logs:PutLogEvents"), "Execution role: may not write logs: logs:PutLogEvents"),
    "role without log groups": (may_not("logs:DescribeLogGroups"), "Execution role: may not find log groups: logs:DescribeLogGroups"),
    "role without its queue": (may_not("sqs:*"), "Execution role: may not find its queue: sqs:GetQueueAttributes, sqs:GetQueueUrl"),
    "role without queue": (may_not("sqs:*"), "Execution role: may not pass tasks on: sqs:ChangeMessageVisibility"),
    "role without metrics": (may_not("cloudwatch:PutMetricData"), "Execution role: may not write metrics"),
    "role without key": (may_not("kms:*"), "Execution role: may not use the key: kms:Decrypt"),
    "no service-linked role": (no_service_role, "Service-linked role: MWAA's own is not there"),
    "bucket gone": (bucket_gone, "Bucket: tickit-nowhere is not there"),
    "bucket elsewhere": (bucket_elsewhere, "Bucket: tickit-elsewhere is in eu-west-1"),
    "bucket open": (bucket_open, "Bucket: public access to .* is not blocked: nothing is"),
    "bucket half open": (bucket_half_open, "Bucket: public access to .* is not blocked: RestrictPublicBuckets"),
    "versioning off": (versioning_off, "Bucket: versioning of .* is suspended"),
    "no DAGs": (no_dags, "Bucket: the DAG folder elsewhere/ of .* is empty"),
    "requirements gone": (
        requirements_version_gone,
        "Bucket: the requirements that the environment wants .*requirements-2.7.2.txt, version",
    ),
    "plugins missing": (plugins_missing, "Bucket: the plugins that the environment wants .*plugins.zip"),
    "key disabled": (key_disabled, "Key: .* is Disabled"),
    "key being deleted": (key_being_deleted, "Key: .* is PendingDeletion"),
    "key gone": (key_gone, "Key: .* is not there"),
    "key without logs": (key_without_logs, "Key: .* does not admit logs.us-east-1.amazonaws.com"),
    "key for other logs": (key_for_other_logs, "Key: .* for other log groups"),
    "key for nobody": (key_for_nobody, "Key: .* neither the account's IAM policies nor the execution role"),
    "log group gone": (log_group_gone, "Log groups: airflow-tickit-airflow-Task is not there"),
    "log group with a dead key": (log_group_with_a_dead_key, "Log groups: .*-Other is encrypted by .* which is Disabled"),
    "log group with a lost key": (log_group_with_a_lost_key, "Log groups: .*-Other is encrypted by .* which is gone"),
    "pip failed": (pip_failed, "Requirements: ERROR: No matching distribution found for sqlglot==99"),
    "no room for endpoints": (fifty_endpoints, "Quota: vpc-.* has 50 interface endpoints of 50"),
}
OWN_ACCOUNT = {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}
WARNINGS: dict[str, tuple[Breaking, str]] = {
    "roles of AWS's own kept out": (
        lambda world: world.endpoint("sqs", PolicyDocument=endpoint_policy(Condition=OWN_ACCOUNT)),
        r"Endpoint vpce-\w+ \(sqs\): its policy is not full access: MWAA's own principals, .* may be refused",
    ),
    "secrets for one role only": (
        lambda world: world.endpoint(
            "secretsmanager", PolicyDocument=endpoint_policy(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/other"})
        ),
        r"Endpoint vpce-\w+ \(secretsmanager\): its policy is not full access",
    ),
    "nothing logged": (nothing_logged, "Log groups: nothing was ever written"),
    "logs off": (logs_off, "Log groups: all logs are off"),
    "no package index": (lambda world: world.without_nat(), "Requirements: without NAT pip reaches no package index"),
}


def lines(findings: list[Finding], level: Level) -> list[str]:
    return [f"{finding.subject}: {finding.detail}" for finding in findings if finding.level is level]


def test_nothing_is_found_where_nothing_is_wrong(world: World) -> None:
    assert {finding.level for finding in look_into(world.case)} == {Level.OK}


def transit_gateway(world: World) -> str:
    return str(world.ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"])


def peering(world: World) -> str:
    other = world.ec2.create_vpc(CidrBlock="10.30.0.0/16")["Vpc"]["VpcId"]
    made = world.ec2.create_vpc_peering_connection(VpcId=world.vpc, PeerVpcId=other)["VpcPeeringConnection"]
    return str(made["VpcPeeringConnectionId"])


@pytest.mark.parametrize(("attribute", "make"), [("TransitGatewayId", transit_gateway), ("VpcPeeringConnectionId", peering)])
def test_other_ways_out_are_as_good_and_named(world: World, attribute: str, make: Callable[[World], str]) -> None:
    way = make(world)
    replace_route(world.private_table, world, **{attribute: way})
    findings = look_into(world.case)
    assert not problems(findings)
    assert [f"Route of {subnet}: leaves by {way}" for subnet in world.subnets] == [
        line for line in lines(findings, Level.OK) if line.startswith("Route of ")
    ]


def test_a_key_of_awss_own_needs_no_look(world: World) -> None:
    del world.environment["KmsKey"]
    findings = look_into(world.case)
    assert not problems(findings)
    assert "Key: AWS's own" in lines(findings, Level.OK)


def test_endpoints_stand_in_for_nat(world: World) -> None:
    world.without_nat()
    assert not problems(look_into(world.case))


@pytest.mark.parametrize("who", ["*", {"AWS": "*"}, {"AWS": ["*"]}])
def test_an_endpoint_with_full_access_is_fine(world: World, who: Any) -> None:
    policy = endpoint_policy(Sid="All", Principal=who, Action=["*"], Resource=["*"])
    world.endpoint("logs", PolicyDocument=policy)
    assert {finding.level for finding in look_into(world.case)} == {Level.OK}


def test_a_policy_on_a_way_that_nobody_takes_does_not_matter(world: World) -> None:
    world.endpoint("monitoring", PrivateDnsEnabled=False, PolicyDocument=endpoint_policy(Action="monitoring:*"))
    assert {finding.level for finding in look_into(world.case)} == {Level.OK}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_found_and_comes_with_a_cure(world: World, what: str) -> None:
    breaking, text = BROKEN[what]
    breaking(world)
    findings = look_into(world.case)
    found = [line for line in lines(findings, Level.PROBLEM) if re.search(text, line)]
    assert found, findings
    assert all(finding.cure for finding in problems(findings))


@pytest.mark.parametrize("what", WARNINGS)
def test_what_may_be_so_is_a_warning(world: World, what: str) -> None:
    breaking, text = WARNINGS[what]
    breaking(world)
    assert any(re.match(text, line) for line in lines(look_into(world.case), Level.WARNING))


def explained(there: Deployment) -> tuple[int, str]:
    written = io.StringIO()
    return explain(there, Console(file=written, width=200)), written.getvalue()


def test_a_failed_creation_is_explained(world: World, deployment: Callable[..., Deployment]) -> None:
    no_self_reference(world)
    there = deployment()
    right_environment.create(world, there.client("mwaa"))
    code, written = explained(there)
    assert code == 1
    assert written.startswith(f"{NAME} is CREATE_FAILED. AWS says: INCORRECT_CONFIGURATION: You may need to check the networking")
    assert "✗ Security groups: " in written
    assert written.splitlines()[-1] == "2 things to mend"


def test_where_nothing_is_wrong_it_says_so(world: World, deployment: Callable[..., Deployment]) -> None:
    there = deployment()
    right_environment.create(world, there.client("mwaa"))
    code, written = explained(there)
    assert (code, written.splitlines()[0], written.splitlines()[-1]) == (
        0,
        f"{NAME} is AVAILABLE.",
        "All that can be checked is as MWAA wants it",
    )


def test_what_may_not_be_looked_at_is_a_warning_and_no_reason_to_stop(world: World, deployment: Callable[..., Deployment]) -> None:
    """Whoever asks may not use IAM's simulator."""

    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "SimulatePrincipalPolicy")

    there = deployment()
    there.client("iam").meta.events.register("before-call.iam.SimulatePrincipalPolicy", refuse)
    right_environment.create(world, there.client("mwaa"))
    _, written = explained(there)
    assert "✓ Execution role: tickit-airflow trusts MWAA" in written
    assert "! Execution role: could not be read: needs iam:SimulatePrincipalPolicy" in written
    assert "✓ Quota" in written


def test_a_service_out_of_reach_takes_no_other_finding_with_it(world: World) -> None:
    clients = {service: client_at(nobody(), service) for service in ("kms", "logs")}
    others = world.client
    world.client = lambda service: clients.get(service) or others(service)
    findings = look_into(world.case)
    unread = [line.partition(": could not be read: Could not connect to the endpoint URL")[0] for line in lines(findings, Level.WARNING)]
    assert unread == ["Key", "Log groups", "Requirements"]
    assert not problems(findings)
    assert any(line.startswith("Quota: ") for line in lines(findings, Level.OK))


def test_a_quota_that_was_never_changed_is_the_default(world: World) -> None:
    others = world.client
    with answering(operations({"GetAWSDefaultServiceQuota": {"Quota": {"Value": 5.0}}}, refusal="NoSuchResourceException")) as url:
        quotas = client_at(url, "service-quotas")
        world.client = lambda service: quotas if service == "service-quotas" else others(service)
        findings = look_into(world.case)
    assert f"Quota: 0 of 5 interface endpoints in {world.vpc}" in lines(findings, Level.OK)


def client_at(url: str, service: str) -> Any:
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)
    return session.client(service, endpoint_url=url, config=Config(retries={"total_max_attempts": 1}))


def test_an_environment_that_may_not_be_described_is_a_warning(
    aws: Aws, deployment: Callable[..., Deployment], monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(operations({})) as url:
        for name in ("HTTP_PROXY", "http_proxy"):  # MWAA's host is made up, and the proxy answers for it
            monkeypatch.setenv(name, url)
        code, written = explained(deployment())
    assert code == 1
    assert f"! {NAME}: could not be read: needs airflow:GetEnvironment" in written


def test_a_creation_that_has_failed_is_no_success_though_all_is_right_now(world: World, deployment: Callable[..., Deployment]) -> None:
    no_self_reference(world)
    there = deployment()
    right_environment.create(world, there.client("mwaa"))
    rule = ALL_TRAFFIC | {"UserIdGroupPairs": [{"GroupId": world.group}]}
    world.ec2.authorize_security_group_ingress(GroupId=world.group, IpPermissions=[rule])
    code, written = explained(there)
    assert (code, written.splitlines()[-1]) == (1, "All that can be checked is as MWAA wants it")


def test_an_environment_that_is_not_there(aws: Aws, deployment: Callable[..., Deployment]) -> None:
    code, written = explained(deployment())
    assert code == 1
    assert f"✗ {NAME}: there is no such environment in us-east-1" in written
    assert "      make deploy STACK=network, then make deploy STACK=mwaa\n" in written


def test_an_environment_that_is_not_there_though_its_network_is(aws: Aws, deployment: Callable[..., Deployment]) -> None:
    there = deployment()
    publish(there.root, "network")
    assert "      make deploy STACK=mwaa\n" in explained(there)[1]


def test_the_last_install_counts(world: World) -> None:
    install(world, "requirements_install_ip-10-20-0-7_old", ["ERROR: ResolutionImpossible"], seconds_ago=600)
    install(world, "requirements_install_ip-10-20-0-8_new", ["Successfully installed sqlglot-25.0.0"])
    assert not problems(look_into(world.case))


def test_what_pip_says_is_read_once() -> None:
    said = ["ERROR: Cannot install a and b because these package versions have conflicting dependencies.", "note: x", "  ERROR: No match"]
    assert pip_errors([*said, *said]) == [said[0], "ERROR: No match"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"Status": "CREATING"}, "a is CREATING. AWS gives no reason."),
        ({"Status": "AVAILABLE", "LastUpdate": {"Status": "SUCCESS"}}, "a is AVAILABLE."),
        (
            {"Status": "UPDATE_FAILED", "LastUpdate": {"Error": {"ErrorCode": "C", "ErrorMessage": "m"}}},
            "a is UPDATE_FAILED. AWS says: C: m",
        ),
    ],
)
def test_what_aws_says(change: dict[str, Any], said: str) -> None:
    assert what_aws_says({"Name": "a", **change}) == said
