"""Where moto alone answers differently from AWS: each gap, closed."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pyarrow as pa
import pytest
from botocore.exceptions import ClientError

from local.aws.machine import Aws
from tests.local.aws_network import make_role, trust
from tests.local.landing import land
from tests.local.signed import send_json

pytestmark = pytest.mark.system

WITHOUT_TLS = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::lake", "arn:aws:s3:::lake/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
DELIVERY = {
    "Effect": "Allow",
    "Principal": {"Service": "logging.s3.amazonaws.com"},
    "Action": "s3:PutObject",
    "Resource": "arn:aws:s3:::lake/*",
}


def put_policy(aws: Aws, *statements: dict[str, Any]) -> None:
    aws.client("s3").put_bucket_policy(Bucket="lake", Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))


@pytest.fixture
def lake(aws: Aws) -> str:
    aws.client("s3").create_bucket(Bucket="lake")
    return "lake"


def test_versions_are_listed_while_others_are_deleted(aws: Aws, lake: str) -> None:
    """As Terraform does when it destroys a bucket's objects side by side."""
    s3 = aws.client("s3")
    s3.put_bucket_versioning(Bucket=lake, VersioningConfiguration={"Status": "Enabled"})

    versions = {name: s3.put_object(Bucket=lake, Key=name, Body=b"")["VersionId"] for name in map(str, range(100))}

    def destroy(name: str) -> None:
        s3.list_object_versions(Bucket=lake, Prefix=name)
        s3.delete_object(Bucket=lake, Key=name, VersionId=versions[name])

    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(destroy, versions))
    assert aws.refusals() == []


def test_a_condition_of_a_bucket_policy_is_not_passed_over(aws: Aws, lake: str) -> None:
    s3 = aws.client("s3")
    put_policy(aws, WITHOUT_TLS)
    s3.put_object(Bucket=lake, Key="marker", Body=b"")
    put_policy(aws, {name: value for name, value in WITHOUT_TLS.items() if name != "Condition"})
    with pytest.raises(ClientError, match=r"Forbidden|403"):
        s3.put_object(Bucket=lake, Key="marker", Body=b"")


def test_access_logs_go_to_a_bucket_that_lets_them_in(aws: Aws, lake: str) -> None:
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="raw")
    logging = {"LoggingEnabled": {"TargetBucket": lake, "TargetPrefix": "raw/"}}
    put_policy(aws, WITHOUT_TLS)
    with pytest.raises(ClientError, match="InvalidTargetBucketForLogging"):
        s3.put_bucket_logging(Bucket="raw", BucketLoggingStatus=logging)
    put_policy(aws, WITHOUT_TLS, DELIVERY)
    s3.put_bucket_logging(Bucket="raw", BucketLoggingStatus=logging)
    assert s3.get_bucket_logging(Bucket="raw")["LoggingEnabled"] == logging["LoggingEnabled"]


def test_a_bucket_tells_that_it_notifies_event_bridge(aws: Aws, lake: str) -> None:
    s3 = aws.client("s3")
    assert "EventBridgeConfiguration" not in s3.get_bucket_notification_configuration(Bucket=lake)
    s3.put_bucket_notification_configuration(Bucket=lake, NotificationConfiguration={"EventBridgeConfiguration": {}})
    assert s3.get_bucket_notification_configuration(Bucket=lake)["EventBridgeConfiguration"] == {}


def test_a_zone_in_a_vpc_is_private(aws: Aws) -> None:
    vpc, route53 = aws.client("ec2").create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"], aws.client("route53")
    inside = {"VPCRegion": "us-east-1", "VPCId": vpc}
    private = route53.create_hosted_zone(Name="tickit.internal", CallerReference="1", VPC=inside)["HostedZone"]["Id"]
    public = route53.create_hosted_zone(Name="example.com", CallerReference="2")["HostedZone"]["Id"]
    zone = route53.get_hosted_zone(Id=private)
    assert (zone["HostedZone"]["Config"]["PrivateZone"], zone["VPCs"]) == (True, [inside])
    assert not route53.get_hosted_zone(Id=public)["HostedZone"]["Config"]["PrivateZone"]


def test_rules_for_groups_keep_their_descriptions(aws: Aws) -> None:
    ec2 = aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    one, other = (ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"] for name in ("one", "other"))
    pair = {"IpProtocol": "tcp", "FromPort": 5439, "ToPort": 5439, "UserIdGroupPairs": [{"GroupId": other, "Description": "From Airflow"}]}
    for authorize in (ec2.authorize_security_group_ingress, ec2.authorize_security_group_egress):
        (rule,) = authorize(GroupId=one, IpPermissions=[pair])["SecurityGroupRules"]
        (found,) = ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])["SecurityGroupRules"]
        assert found["Description"] == "From Airflow"
    with pytest.raises(ClientError, match="DependencyViolation"):
        ec2.delete_security_group(GroupId=other)
    ec2.delete_security_group(GroupId=one)
    ec2.delete_security_group(GroupId=other)


def test_a_launch_templates_own_tags_are_not_those_of_what_it_starts(aws: Aws) -> None:
    ec2, own = aws.client("ec2"), [{"Key": "owner", "Value": "me"}]
    started = [{"ResourceType": "volume", "Tags": own}]
    template = ec2.create_launch_template(
        LaunchTemplateName="nodes",
        LaunchTemplateData={"TagSpecifications": started},
        TagSpecifications=[{"ResourceType": "launch-template", "Tags": own}],
    )["LaunchTemplate"]
    assert template["Tags"] == own
    (version,) = ec2.describe_launch_template_versions(LaunchTemplateId=template["LaunchTemplateId"])["LaunchTemplateVersions"]
    assert version["LaunchTemplateData"]["TagSpecifications"] == started
    ec2.create_tags(Resources=[template["LaunchTemplateId"]], Tags=[{"Key": "owner", "Value": "you"}])
    assert ec2.describe_launch_templates()["LaunchTemplates"][0]["Tags"] == [{"Key": "owner", "Value": "you"}]


def set_parameters(aws: Aws, family: str, **methods: str) -> dict[str, dict[str, Any]]:
    """Set parameters {name with _ for .: apply method} to 1 in a group of that family: what RDS tells of them, by name."""
    rds = aws.client("rds")
    rds.create_db_parameter_group(DBParameterGroupName="marquez", DBParameterGroupFamily=family, Description="TLS only")
    wanted = [
        {"ParameterName": name.replace("rds_", "rds."), "ParameterValue": "1", "ApplyMethod": method} for name, method in methods.items()
    ]
    rds.modify_db_parameter_group(DBParameterGroupName="marquez", Parameters=wanted)
    found = rds.describe_db_parameters(DBParameterGroupName="marquez", Source="user")["Parameters"]
    return {parameter["ParameterName"]: parameter for parameter in found}


def test_a_parameter_with_its_default_value_waits_for_a_reboot_whatever_was_said(aws: Aws) -> None:
    told = set_parameters(aws, "postgres16", rds_force_ssl="immediate", log_min_duration_statement="immediate")
    assert {name: (one["Source"], one["ApplyType"], one["ApplyMethod"]) for name, one in told.items()} == {
        "rds.force_ssl": ("user", "dynamic", "pending-reboot"),
        "log_min_duration_statement": ("user", "dynamic", "immediate"),
    }


@pytest.mark.parametrize(("family", "name"), [("postgres16", "max_connections"), ("postgres14", "rds_force_ssl")])
def test_a_static_parameter_is_not_applied_at_once(aws: Aws, family: str, name: str) -> None:
    with pytest.raises(ClientError, match=r"InvalidParameterCombination.*cannot use immediate apply method for static parameter"):
        set_parameters(aws, family, **{name: "immediate"})
    aws.client("rds").delete_db_parameter_group(DBParameterGroupName="marquez")
    (told,) = set_parameters(aws, family, **{name: "pending-reboot"}).values()
    assert (told["ApplyType"], told["ApplyMethod"]) == ("static", "pending-reboot")


@pytest.mark.parametrize(("service", "code", "value"), [("ec2", "L-0263D0A3", 5), ("eks", "L-1194D53C", 100), ("vpc", "L-F678F1CE", 5)])
def test_quotas_have_defaults(aws: Aws, service: str, code: str, value: int) -> None:
    quotas = aws.client("service-quotas")
    assert quotas.get_aws_default_service_quota(ServiceCode=service, QuotaCode=code)["Quota"]["Value"] == value


def test_a_quota_that_nobody_knows_has_no_default(aws: Aws) -> None:
    quotas = aws.client("service-quotas")
    with pytest.raises(quotas.exceptions.NoSuchResourceException):
        quotas.get_aws_default_service_quota(ServiceCode="ec2", QuotaCode="L-00000000")


BUDGET = {"BudgetName": "tickit", "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": {"Amount": "600", "Unit": "USD"}}
SPENT = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0}
MAIL = {"SubscriptionType": "EMAIL", "Address": "bills@example.com"}


def budgets_json(aws: Aws, operation: str, **parameters: Any) -> dict[str, Any]:
    """Call an operation that the SDK of the project's environment is too old for: it knows no tags of budgets."""
    return dict(send_json(aws, "budgets", f"AWSBudgetServiceGateway.{operation}", **parameters).json())


@pytest.fixture
def budget(aws: Aws) -> dict[str, str]:
    """What names a budget that mails one address and has one tag."""
    told = {"Notification": SPENT, "Subscribers": [MAIL]}
    tags, account = [{"Key": "owner", "Value": "me"}], "123456789012"
    made = budgets_json(aws, "CreateBudget", AccountId=account, Budget=BUDGET, NotificationsWithSubscribers=[told], ResourceTags=tags)
    assert made == {}
    return {"AccountId": account, "BudgetName": "tickit"}


def test_a_budget_tells_whom_it_mails(aws: Aws, budget: dict[str, str]) -> None:
    budgets = aws.client("budgets")
    assert budgets.describe_subscribers_for_notification(**budget, Notification=SPENT)["Subscribers"] == [MAIL]
    with pytest.raises(budgets.exceptions.NotFoundException):
        budgets.describe_subscribers_for_notification(**budget, Notification=SPENT | {"Threshold": 90.0})


def test_a_budget_is_changed_and_keeps_its_notifications(aws: Aws, budget: dict[str, str]) -> None:
    budgets = aws.client("budgets")
    begun = budgets.describe_budget(**budget)["Budget"]["TimePeriod"]
    wanted = BUDGET | {"BudgetLimit": {"Amount": "700", "Unit": "USD"}}
    budgets.update_budget(AccountId=budget["AccountId"], NewBudget=wanted)
    changed = budgets.describe_budget(**budget)["Budget"]
    assert (changed["BudgetLimit"]["Amount"], changed["TimePeriod"]) == ("700", begun)
    assert len(budgets.describe_notifications_for_budget(**budget)["Notifications"]) == 1
    with pytest.raises(budgets.exceptions.NotFoundException):
        budgets.update_budget(AccountId=budget["AccountId"], NewBudget=wanted | {"BudgetName": "another"})


def test_a_budget_has_tags(aws: Aws, budget: dict[str, str]) -> None:
    arn, added = f"arn:aws:budgets::{budget['AccountId']}:budget/tickit", [{"Key": "deployment", "Value": "tickit"}]
    assert budgets_json(aws, "ListTagsForResource", ResourceARN=arn)["ResourceTags"] == [{"Key": "owner", "Value": "me"}]
    budgets_json(aws, "TagResource", ResourceARN=arn, ResourceTags=added)
    budgets_json(aws, "UntagResource", ResourceARN=arn, ResourceTagKeys=["owner"])
    assert budgets_json(aws, "ListTagsForResource", ResourceARN=arn) == {"ResourceTags": added}
    assert budgets_json(aws, "ListTagsForResource", ResourceARN=f"{arn}-2")["__type"] == "NotFoundException"


def test_a_budget_counts_until_it_is_deleted(aws: Aws, budget: dict[str, str]) -> None:
    assert aws.inventory() == {"budgets": ["budget tickit"]}
    aws.client("budgets").delete_budget(**budget)
    assert aws.inventory() == {}


def test_a_database_keeps_what_it_was_told_and_leaves_its_logs_and_last_snapshot(aws: Aws) -> None:
    rds = aws.client("rds")
    rds.create_db_instance(
        DBInstanceIdentifier="marquez",
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        MasterUsername="marquez",
        MasterUserPassword="not-a-secret",
        AllocatedStorage=20,
        EnablePerformanceInsights=True,
        PerformanceInsightsRetentionPeriod=7,
        EnableCloudwatchLogsExports=["postgresql"],
    )
    (database,) = rds.describe_db_instances()["DBInstances"]
    assert (database["PerformanceInsightsEnabled"], database["PerformanceInsightsRetentionPeriod"]) == (True, 7)
    rds.modify_db_instance(DBInstanceIdentifier="marquez", PerformanceInsightsRetentionPeriod=31)
    assert rds.describe_db_instances()["DBInstances"][0]["PerformanceInsightsRetentionPeriod"] == 31
    rds.delete_db_instance(DBInstanceIdentifier="marquez", FinalDBSnapshotIdentifier="last")
    assert aws.inventory() == {"logs": ["log group /aws/rds/instance/marquez/postgresql"], "rds": ["snapshot last"]}


def test_awss_own_policies_exist(aws: Aws) -> None:
    iam = aws.client("iam")
    iam.create_role(RoleName="cluster", AssumeRolePolicyDocument=trust("eks"))
    for policy in ("AmazonEKSClusterPolicy", "AmazonEC2ContainerRegistryPullOnly", "service-role/AmazonRDSEnhancedMonitoringRole"):
        iam.attach_role_policy(RoleName="cluster", PolicyArn=f"arn:aws:iam::aws:policy/{policy}")


def test_who_calls_is_a_user_of_iam(aws: Aws) -> None:
    assert aws.client("sts").get_caller_identity()["Arn"] == "arn:aws:iam::123456789012:user/moto"


def test_who_has_taken_on_a_role_is_the_roles_session(aws: Aws) -> None:
    account = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [account]})
    role = aws.client("iam").create_role(RoleName="deployer", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    key = aws.client("sts").assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
    session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], key["SessionToken"], "us-east-1")
    arn = session.client("sts", endpoint_url=aws.url).get_caller_identity()["Arn"]
    assert arn == "arn:aws:sts::123456789012:assumed-role/deployer/me"


def test_nobody_takes_on_a_role_that_does_not_trust_them(aws: Aws) -> None:
    for role in (make_role(aws, "crawler", "glue"), "arn:aws:iam::123456789012:role/none"):
        with pytest.raises(ClientError, match=rf"AccessDenied.*sts:AssumeRole on resource: {role}"):
            aws.client("sts").assume_role(RoleArn=role, RoleSessionName="me")


@pytest.fixture
def crawler(aws: Aws, lake: str) -> str:
    glue = aws.client("glue")
    role = make_role(aws, "crawler", "glue")
    glue.create_database(DatabaseInput={"Name": "tickit"})
    glue.create_security_configuration(Name="safe", EncryptionConfiguration={"S3Encryption": [{"S3EncryptionMode": "SSE-S3"}]})
    glue.create_crawler(
        Name="crawler",
        Role=role,
        DatabaseName="tickit",
        Targets={"S3Targets": [{"Path": f"s3://{lake}/tickit/"}]},
        Configuration=json.dumps({"Version": 1.0, "Grouping": {"TableLevelConfiguration": 3}}),
        CrawlerSecurityConfiguration="safe",
    )
    return "crawler"


def tables(aws: Aws) -> dict[str, dict[str, str]]:
    return {
        table["Name"]: {column["Name"]: column["Type"] for column in table["StorageDescriptor"]["Columns"]}
        for table in aws.client("glue").get_tables(DatabaseName="tickit")["TableList"]
    }


def test_a_crawl_makes_a_table_of_each_folder(aws: Aws, crawler: str) -> None:
    glue = aws.client("glue")
    land(aws, "lake", "tickit/category/category.parquet", catid=pa.array([1], pa.int64()), catname=["Sports"])
    land(aws, "lake", "tickit/sales/part-1.parquet", price=pa.array([1], pa.decimal128(8, 2)), sold=pa.array([0], pa.timestamp("us")))
    aws.client("s3").put_object(Bucket="lake", Key="complete/tickit", Body=b"")
    assert tables(aws) == {}
    glue.start_crawler(Name=crawler)
    assert glue.get_crawler(Name=crawler)["Crawler"]["State"] == "RUNNING"
    ended = glue.get_crawler(Name=crawler)["Crawler"]
    assert (ended["State"], ended["LastCrawl"]["Status"]) == ("READY", "SUCCEEDED")
    assert tables(aws) == {
        "category": {"catid": "bigint", "catname": "string"},
        "sales": {"price": "decimal(8,2)", "sold": "timestamp"},
    }
    assert "log group /aws-glue/crawlers-role/crawler-safe" in aws.inventory()["logs"]


def test_a_second_crawl_sees_what_has_changed(aws: Aws, crawler: str) -> None:
    glue = aws.client("glue")
    for columns in ({"catid": [1]}, {"catid": [1], "catname": ["Sports"]}):
        land(aws, "lake", "tickit/category/category.parquet", **columns)
        glue.start_crawler(Name=crawler)
        assert [glue.get_crawler(Name=crawler)["Crawler"]["State"] for _ in range(2)] == ["RUNNING", "READY"]
    assert tables(aws) == {"category": {"catid": "bigint", "catname": "string"}}


def test_a_crawl_that_runs_is_not_started_again(aws: Aws, crawler: str) -> None:
    aws.client("glue").start_crawler(Name=crawler)
    with pytest.raises(ClientError, match="CrawlerRunningException"):
        aws.client("glue").start_crawler(Name=crawler)


def test_nothing_starts_a_crawl_by_itself(aws: Aws, crawler: str) -> None:
    """The first event after EventBridge was asked for may be lost, and the emulated one always is."""
    s3, glue, events = aws.client("s3"), aws.client("glue"), aws.client("events")
    workflow = glue.create_workflow(Name="crawl")["Name"]
    glue.create_trigger(Name="crawl", Type="EVENT", WorkflowName=workflow, Actions=[{"CrawlerName": crawler}])
    s3.put_bucket_notification_configuration(Bucket="lake", NotificationConfiguration={"EventBridgeConfiguration": {}})
    events.put_rule(Name="marker", EventPattern=json.dumps({"source": ["aws.s3"]}))
    target = {
        "Id": "workflow",
        "Arn": f"arn:aws:glue:us-east-1:123456789012:workflow/{workflow}",
        "RoleArn": make_role(aws, "events", "events"),
    }
    events.put_targets(Rule="marker", Targets=[target])
    land(aws, "lake", "tickit/category/category.parquet", catid=[1])
    assert glue.get_crawler(Name=crawler)["Crawler"]["State"] == "READY"
    assert "LastCrawl" not in glue.get_crawler(Name=crawler)["Crawler"]
    assert tables(aws) == {}
