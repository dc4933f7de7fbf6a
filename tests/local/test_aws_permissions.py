"""What services do in a role is what the role may: crawls, external schemas, environments, keys, IAM's own simulator."""

import copy
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.aws.machine import Aws
from tests.local.aws_network import ADMIN, Network, make_network, make_role, trust
from tests.local.landing import land
from tests.local.signed import serverless

pytestmark = pytest.mark.system

ACCOUNT, CATALOG = "123456789012", "arn:aws:glue:us-east-1:123456789012"
KEY = "arn:aws:kms:us-east-1:123456789012:key/logs"
LOGS = "arn:aws:logs:us-east-1:123456789012:log-group:/aws-glue/crawlers-role/crawler-safe"
ROOT = {"Sid": "Account", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}
CRAWL = [
    (["s3:GetObject"], "arn:aws:s3:::lake/tickit/*"),
    (["s3:ListBucket"], "arn:aws:s3:::lake"),
    (["glue:GetDatabase", "glue:GetTable", "glue:CreateTable", "glue:UpdateTable"], f"{CATALOG}:*"),
    (["glue:GetSecurityConfiguration"], "*"),
    (["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:AssociateKmsKey"], f"{LOGS}*"),
    (["kms:Decrypt"], "arn:aws:kms:us-east-1:123456789012:key/*"),
]
READ = [
    (["s3:GetObject"], "arn:aws:s3:::lake/tickit/*"),
    (["s3:ListBucket"], "arn:aws:s3:::lake"),
    (["glue:GetDatabase", "glue:GetTable", "glue:GetTables"], f"{CATALOG}:*"),
    (["kms:Decrypt"], "arn:aws:kms:us-east-1:123456789012:key/*"),
]
Permissions = list[tuple[list[str], str]]


def policy(permissions: Permissions, without: str = "") -> dict[str, Any]:
    """A policy of these (actions, resource), without one action."""
    kept = [([action for action in actions if action != without], resource) for actions, resource in permissions]
    statements = [
        {"Sid": f"Number{number}", "Effect": "Allow", "Action": actions, "Resource": resource}
        for number, (actions, resource) in enumerate(kept)
        if actions
    ]
    return {"Version": "2012-10-17", "Statement": statements}


@pytest.fixture
def key(aws: Aws) -> str:
    document = {"Version": "2012-10-17", "Statement": [ROOT]}
    return str(aws.client("kms").create_key(Policy=json.dumps(document))["KeyMetadata"]["Arn"])


@pytest.fixture
def lake(aws: Aws, key: str) -> str:
    """A bucket with a key and a table's folder, and a database."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="lake")
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    s3.put_bucket_encryption(Bucket="lake", ServerSideEncryptionConfiguration={"Rules": [rule]})
    land(aws, "lake", "tickit/category/category.parquet", catid=[1])
    aws.client("glue").create_database(DatabaseInput={"Name": "tickit"})
    return "lake"


def crawl(aws: Aws, role: str) -> dict[str, Any]:
    """Make a crawler with that role, and crawl: the last crawl as Glue tells of it."""
    glue = aws.client("glue")
    encrypted = {"CloudWatchEncryption": {"CloudWatchEncryptionMode": "SSE-KMS", "KmsKeyArn": KEY}}
    glue.create_security_configuration(Name="safe", EncryptionConfiguration=encrypted)
    glue.create_crawler(
        Name="crawler",
        Role=role,
        DatabaseName="tickit",
        Targets={"S3Targets": [{"Path": "s3://lake/tickit/"}]},
        Configuration=json.dumps({"Version": 1.0, "Grouping": {"TableLevelConfiguration": 3}}),
        CrawlerSecurityConfiguration="safe",
    )
    return crawl_again(aws)


def crawl_again(aws: Aws) -> dict[str, Any]:
    glue = aws.client("glue")
    glue.start_crawler(Name="crawler")
    glue.get_crawler(Name="crawler")
    return dict(glue.get_crawler(Name="crawler")["Crawler"]["LastCrawl"])


def tables(aws: Aws) -> list[str]:
    return [table["Name"] for table in aws.client("glue").get_tables(DatabaseName="tickit")["TableList"]]


@pytest.mark.usefixtures("lake")
def test_a_crawl_needs_these_permissions_and_no_more(aws: Aws) -> None:
    assert crawl(aws, make_role(aws, "crawler", "glue", policy=policy(CRAWL)))["Status"] == "SUCCEEDED"
    assert tables(aws) == ["category"]


@pytest.mark.parametrize(
    "missing",
    [
        "glue:GetSecurityConfiguration",
        "logs:AssociateKmsKey",
        "logs:CreateLogStream",
        "s3:ListBucket",
        "s3:GetObject",
        "kms:Decrypt",
        "glue:GetDatabase",
        "glue:CreateTable",
    ],
)
@pytest.mark.usefixtures("lake")
def test_a_crawl_fails_without_any_of_them(aws: Aws, missing: str) -> None:
    last = crawl(aws, make_role(aws, "crawler", "glue", policy=policy(CRAWL, without=missing)))
    assert last["Status"] == "FAILED"
    assert f"is not authorized to perform: {missing} on resource: " in last["ErrorMessage"]
    assert tables(aws) == []


def test_a_crawl_obeys_the_buckets_policy_and_the_keys(aws: Aws, lake: str, key: str) -> None:
    role = make_role(aws, "crawler", "glue", policy=policy(CRAWL))
    deny = {"Sid": "No", "Effect": "Deny", "Principal": {"AWS": role}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::lake/*"}
    aws.client("s3").put_bucket_policy(Bucket=lake, Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
    assert "s3:GetObject" in crawl(aws, role)["ErrorMessage"]
    aws.client("s3").delete_bucket_policy(Bucket=lake)
    somebody = ROOT | {"Principal": {"AWS": "arn:aws:iam::123456789012:user/moto"}}
    closed = json.dumps({"Version": "2012-10-17", "Statement": [somebody]})
    aws.client("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=closed)
    assert f"kms:Decrypt on resource: {key}" in crawl_again(aws)["ErrorMessage"]


@pytest.mark.usefixtures("lake")
def test_a_crawlers_role_trusts_glue_for_this_account(aws: Aws) -> None:
    other = make_role(aws, "other", "glue", StringEquals={"aws:SourceAccount": "999999999999"})
    with pytest.raises(ClientError, match=r"InvalidInputException.*Service is unable to assume role .*role/other"):
        crawl(aws, other)
    role = make_role(aws, "crawler", "glue", StringEquals={"aws:SourceAccount": ACCOUNT})
    aws.client("glue").delete_security_configuration(Name="safe")
    assert crawl(aws, role)["Status"] == "SUCCEEDED"
    no_more = trust("glue", ArnLike={"aws:SourceArn": f"{CATALOG}:crawler/another"})
    aws.client("iam").update_assume_role_policy(RoleName="crawler", PolicyDocument=no_more)
    assert "Please verify role's TrustPolicy" in crawl_again(aws)["ErrorMessage"]


def keep_lake(aws: Aws) -> None:
    none: dict[str, Any] = {"CreateDatabaseDefaultPermissions": [], "CreateTableDefaultPermissions": []}
    aws.client("lakeformation").put_data_lake_settings(DataLakeSettings=none)


def grant(aws: Aws, role: str, resource: dict[str, Any], *permissions: str) -> None:
    who = {"DataLakePrincipalIdentifier": role}
    aws.client("lakeformation").grant_permissions(Principal=who, Resource=resource, Permissions=permissions)


def test_everything_is_iams_by_default(aws: Aws) -> None:
    settings = aws.client("lakeformation").get_data_lake_settings()["DataLakeSettings"]
    everybody = [{"Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}, "Permissions": ["ALL"]}]
    assert settings["CreateDatabaseDefaultPermissions"] == settings["CreateTableDefaultPermissions"] == everybody


def test_a_crawl_needs_a_grant_where_lake_formation_decides(aws: Aws, key: str, request: pytest.FixtureRequest) -> None:
    keep_lake(aws)
    request.getfixturevalue("lake")
    role = make_role(aws, "crawler", "glue")
    failed = crawl(aws, role)["ErrorMessage"]
    assert failed == "Insufficient Lake Formation permission(s): Required Create Table on tickit"
    grant(aws, role, {"Database": {"Name": "tickit"}}, "CREATE_TABLE")
    assert crawl_again(aws)["Status"] == "SUCCEEDED"
    assert crawl_again(aws)["Status"] == "SUCCEEDED"  # what it has made it may change


@pytest.fixture
def warehouse(aws: Aws) -> Network:
    """A namespace and a workgroup, for a role that `reader` makes."""
    network = make_network(aws)
    serverless(aws, "CreateNamespace", namespaceName="tickit", adminUsername="admin", manageAdminPassword=True)
    subnets = {"subnetIds": network.subnets, "enhancedVpcRouting": True}
    serverless(aws, "CreateWorkgroup", workgroupName="tickit", namespaceName="tickit", baseCapacity=8, **subnets)
    return network


def run(aws: Aws, sql: str) -> str:
    """Run a statement as the admin: its error, or nothing."""
    secret = serverless(aws, "GetNamespace", namespaceName="tickit")["namespace"]["adminPasswordSecretArn"]
    data = aws.client("redshift-data")
    made = data.execute_statement(Sql=sql, WorkgroupName="tickit", Database="dev", SecretArn=secret)["Id"]
    described = data.describe_statement(Id=made)
    assert (described["Status"] == "FAILED") is ("Error" in described)
    return str(described.get("Error", ""))


def reader(aws: Aws, permissions: dict[str, Any] = ADMIN, **conditions: dict[str, str]) -> str:
    role = make_role(aws, "reader", "redshift", "redshift-serverless", policy=permissions, **conditions)
    serverless(aws, "UpdateNamespace", namespaceName="tickit", iamRoles=[role])
    return role


def create_schema(aws: Aws, role: str) -> str:
    return run(aws, f"create external schema if not exists s3_datalake\nfrom data catalog\ndatabase 'tickit'\niam_role '{role}';")


DBUSER = f"arn:aws:redshift:us-east-1:{ACCOUNT}:dbuser:"


@pytest.mark.parametrize(
    ("external", "admitted"),
    [
        (f"{DBUSER}serverless-{ACCOUNT}-*/*", True),
        (f"{DBUSER}serverless-{ACCOUNT}-*/admin", True),
        (f"{DBUSER}serverless-{ACCOUNT}-*/loader", False),
        (f"{DBUSER}tickit/*", False),
        (f"arn:aws:redshift-serverless:us-east-1:{ACCOUNT}:dbuser:tickit/*", False),
    ],
)
@pytest.mark.usefixtures("lake", "warehouse")
def test_redshift_tells_the_external_id_of_its_user(aws: Aws, external: str, admitted: bool) -> None:
    role = reader(aws, StringLike={"sts:ExternalId": external})
    error = create_schema(aws, role)
    assert (error == "") is admitted
    assert admitted or error.startswith(f"ERROR: Not authorized to get credentials of role {role}")


@pytest.mark.usefixtures("lake", "warehouse")
def test_redshift_acts_in_a_role_of_its_namespace(aws: Aws) -> None:
    assert "is not associated to cluster" in create_schema(aws, make_role(aws, "another", "redshift"))


@pytest.mark.usefixtures("lake", "warehouse")
def test_a_reader_needs_these_permissions_and_no_more(aws: Aws) -> None:
    crawl(aws, make_role(aws, "crawler", "glue"))
    assert create_schema(aws, reader(aws, policy(READ))) == ""
    assert run(aws, "select count(*) from s3_datalake.category") == ""
    assert run(aws, "select count(*) from s3_datalake.nothing") == 'ERROR: relation "s3_datalake.nothing" does not exist'


@pytest.mark.parametrize("missing", ["s3:GetObject", "s3:ListBucket", "kms:Decrypt", "glue:GetDatabase", "glue:GetTables"])
@pytest.mark.usefixtures("lake", "warehouse")
def test_a_reader_reads_nothing_without_any_of_them(aws: Aws, missing: str) -> None:
    crawl(aws, make_role(aws, "crawler", "glue"))
    made = create_schema(aws, reader(aws, policy(READ, without=missing)))
    error = made if missing.startswith("glue:") else run(aws, "select 1 from s3_datalake.category")
    assert f"is not authorized to perform: {missing}" in error
    assert missing.startswith("glue:") or made == ""


@pytest.mark.usefixtures("lake")
def test_a_reader_reads_through_the_gateway(aws: Aws, warehouse: Network) -> None:
    crawl(aws, make_role(aws, "crawler", "glue"))
    create_schema(aws, reader(aws))
    only = {"Sid": "Others", "Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::others/*"}
    aws.client("ec2").create_vpc_endpoint(
        VpcId=warehouse.vpc,
        ServiceName="com.amazonaws.us-east-1.s3",
        VpcEndpointType="Gateway",
        RouteTableIds=[warehouse.route_table],
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [only]}),
    )
    assert "endpoint policy" in run(aws, "select 1 from s3_datalake.category")
    (endpoint,) = aws.client("ec2").describe_vpc_endpoints()["VpcEndpoints"]
    assert json.loads(endpoint["PolicyDocument"])["Statement"] == [only]


@pytest.mark.usefixtures("warehouse", "key")
def test_a_reader_needs_a_grant_where_lake_formation_decides(aws: Aws, request: pytest.FixtureRequest) -> None:
    keep_lake(aws)
    request.getfixturevalue("lake")
    crawler, role = make_role(aws, "crawler", "glue"), reader(aws)
    grant(aws, crawler, {"Database": {"Name": "tickit"}}, "CREATE_TABLE")
    crawl(aws, crawler)
    assert create_schema(aws, role) == "ERROR: Insufficient Lake Formation permission(s): Required Describe on tickit"
    grant(aws, role, {"Database": {"Name": "tickit"}}, "DESCRIBE")
    assert create_schema(aws, role) == ""
    select = "select 1 from s3_datalake.category"
    assert run(aws, select) == "ERROR: Insufficient Lake Formation permission(s): Required Select on tickit.category"
    grant(aws, role, {"Table": {"DatabaseName": "tickit", "TableWildcard": {}}}, "SELECT")
    assert run(aws, select) == ""


@pytest.mark.parametrize(("context", "admitted"), [("log-group:/vpc/*", True), ("log-group:/others/*", False)])
def test_a_log_groups_key_admits_cloudwatch_logs_for_it(aws: Aws, key: str, context: str, admitted: bool) -> None:
    condition = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:us-east-1:{ACCOUNT}:{context}"}}
    logs = ROOT | {"Sid": "Logs", "Principal": {"Service": "logs.us-east-1.amazonaws.com"}, "Condition": condition}
    document = json.dumps({"Version": "2012-10-17", "Statement": [ROOT, logs]})
    aws.client("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=document)
    if admitted:
        aws.client("logs").create_log_group(logGroupName="/vpc/tickit", kmsKeyId=key)
    else:
        with pytest.raises(ClientError, match="is not allowed to be used with Arn"):
            aws.client("logs").create_log_group(logGroupName="/vpc/tickit", kmsKeyId=key)


def test_flow_logs_are_delivered_in_a_role(aws: Aws) -> None:
    ec2, vpc = aws.client("ec2"), make_network(aws).vpc
    aws.client("logs").create_log_group(logGroupName="/vpc/tickit")
    wanted: dict[str, Any] = {"ResourceType": "VPC", "ResourceIds": [vpc], "TrafficType": "ALL", "LogGroupName": "/vpc/tickit"}
    with pytest.raises(ClientError, match="Unable to assume given IAM role"):
        ec2.create_flow_logs(**wanted, DeliverLogsPermissionArn=make_role(aws, "glue", "glue"))
    ec2.create_flow_logs(**wanted, DeliverLogsPermissionArn=make_role(aws, "idle", "vpc-flow-logs", policy=None))
    (flow_log,) = ec2.describe_flow_logs()["FlowLogs"]
    assert (flow_log["DeliverLogsStatus"], flow_log["DeliverLogsErrorMessage"]) == ("FAILED", "Access error")


def test_a_rule_hands_events_on_in_a_role(aws: Aws) -> None:
    events, arn = aws.client("events"), f"{CATALOG}:workflow/crawl"
    events.put_rule(Name="marker", EventPattern=json.dumps({"source": ["aws.s3"]}))
    for target, message in (({}, "RoleArn is required"), ({"RoleArn": make_role(aws, "glue", "glue")}, "cannot be assumed by principal")):
        with pytest.raises(ClientError, match=message):
            events.put_targets(Rule="marker", Targets=[{"Id": "one", "Arn": arn, **target}])


def test_a_database_is_watched_in_a_role(aws: Aws) -> None:
    rds = aws.client("rds")
    size = {"DBInstanceClass": "db.t4g.micro", "AllocatedStorage": 20, "Engine": "postgres", "MonitoringInterval": 60}
    wanted = {"DBInstanceIdentifier": "marquez", "MasterUsername": "marquez", "MasterUserPassword": "not-a-secret", **size}
    only = {"aws:SourceArn": f"arn:aws:rds:us-east-1:{ACCOUNT}:db:another"}
    role = make_role(aws, "watch", "monitoring.rds", ArnLike=only)
    with pytest.raises(ClientError, match="IAM role ARN value is invalid or does not include the required permissions"):
        rds.create_db_instance(**wanted, MonitoringRoleArn=role)


def simulate(aws: Aws, role: str, **parameters: Any) -> dict[str, str]:
    answer = aws.client("iam").simulate_principal_policy(PolicySourceArn=role, **parameters)
    return {f"{result['EvalActionName']} {result['EvalResourceName']}": result["EvalDecision"] for result in answer["EvaluationResults"]}


def test_iam_simulates_a_principals_policies(aws: Aws) -> None:
    document = copy.deepcopy(policy(CRAWL))
    document["Statement"].append({"Sid": "No", "Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::lake/tickit/secret/*"})
    document["Statement"].append(
        {
            "Sid": "Via",
            "Effect": "Allow",
            "Action": "kms:Encrypt",
            "Resource": "*",
            "Condition": {"StringEquals": {"kms:ViaService": "sqs"}},
        }
    )
    role = make_role(aws, "crawler", "glue", policy=document)
    objects = ["arn:aws:s3:::lake/tickit/a", "arn:aws:s3:::lake/tickit/secret/a", "arn:aws:s3:::lake/b"]
    found = simulate(aws, role, ActionNames=["s3:GetObject"], ResourceArns=objects)
    assert list(found.values()) == ["allowed", "explicitDeny", "implicitDeny"]
    entry = {"ContextKeyName": "kms:ViaService", "ContextKeyValues": ["sqs"], "ContextKeyType": "string"}
    wanted = {"ActionNames": ["kms:Encrypt"], "ResourceArns": ["arn:aws:kms:us-east-1:123456789012:key/one"]}
    assert list(simulate(aws, role, **wanted, ContextEntries=[entry]).values()) == ["allowed"]
    assert list(simulate(aws, role, **wanted).values()) == ["implicitDeny"]
    with pytest.raises(ClientError, match="NoSuchEntity"):
        simulate(aws, f"arn:aws:iam::{ACCOUNT}:role/none", ActionNames=["s3:GetObject"])
