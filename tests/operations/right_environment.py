"""What an environment of MWAA needs, made in the emulated AWS, and the environment as GetEnvironment describes it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from operations.explain.case import Case
from operations.explain.endpoints import NEEDED

NAME, REGION, ACCOUNT = "tickit-airflow", "us-east-1", "123456789012"
ARN = f"arn:aws:airflow:{REGION}:{ACCOUNT}:environment/{NAME}"
LOGS = ("DAGProcessing", "Scheduler", "Task", "WebServer", "Worker")
ALL_TRAFFIC = {"IpProtocol": "-1"}
SERVICES = ["airflow.amazonaws.com", "airflow-env.amazonaws.com"]


@dataclass
class World:
    """The environment, and the ids of what stands around it: free to be broken."""

    environment: dict[str, Any]
    client: Callable[[str], Any]
    vpc: str
    subnets: list[str]
    private_table: str
    public_table: str
    public_subnet: str
    internet: str
    nat: str
    group: str
    bucket: str

    @property
    def case(self) -> Case:
        """As the checks see it."""
        return Case(self.environment, self.client)

    @property
    def ec2(self) -> Any:
        """The client that most tests break things with."""
        return self.client("ec2")

    def endpoint(self, service: str, **changes: Any) -> str:
        """Make an interface endpoint as the deployment does."""
        made = {
            "VpcId": self.vpc,
            "ServiceName": f"com.amazonaws.{REGION}.{service}",
            "VpcEndpointType": "Interface",
            "SubnetIds": self.subnets,
            "SecurityGroupIds": [self.group],
            "PrivateDnsEnabled": True,
        }
        return str(self.ec2.create_vpc_endpoint(**made | changes)["VpcEndpoint"]["VpcEndpointId"])

    def without_nat(self, *, but: str = "") -> None:
        """Close the way out, and give the VPC every endpoint that is needed then, but one."""
        self.ec2.delete_route(RouteTableId=self.private_table, DestinationCidrBlock="0.0.0.0/0")
        for service in NEEDED:
            if service == "s3":
                gateway = {"VpcEndpointType": "Gateway", "RouteTableIds": [self.private_table]}
                self.ec2.create_vpc_endpoint(VpcId=self.vpc, ServiceName=f"com.amazonaws.{REGION}.s3", **gateway)
            elif service != but:
                self.endpoint(service)


def make(client: Callable[[str], Any]) -> World:
    """Everything as it should be."""
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    subnets = [_subnet(ec2, vpc, f"10.20.{number}.0/24", zone) for number, zone in enumerate("ab")]
    public = _subnet(ec2, vpc, "10.20.9.0/24", "a")
    internet = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(VpcId=vpc, InternetGatewayId=internet)
    public_table = _table(ec2, vpc, [public], GatewayId=internet)
    nat = ec2.create_nat_gateway(SubnetId=public, AllocationId=ec2.allocate_address(Domain="vpc")["AllocationId"])["NatGateway"][
        "NatGatewayId"
    ]
    private_table = _table(ec2, vpc, subnets, NatGatewayId=nat)
    group = ec2.create_security_group(GroupName="airflow", Description="Airflow", VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[ALL_TRAFFIC | {"UserIdGroupPairs": [{"GroupId": group}]}])
    key = _key(client("kms"))
    bucket, version = _bucket(client("s3"))
    role = _role(client("iam"), bucket, key)
    for log in LOGS:
        client("logs").create_log_group(logGroupName=f"airflow-{NAME}-{log}")
    client("logs").create_log_stream(logGroupName=f"airflow-{NAME}-Scheduler", logStreamName="scheduler_ip-10-20-0-7")
    environment = {
        "Name": NAME,
        "Arn": ARN,
        "Status": "CREATE_FAILED",
        "AirflowVersion": "2.7.2",
        "WebserverAccessMode": "PUBLIC_ONLY",
        "ExecutionRoleArn": role,
        "KmsKey": key,
        "SourceBucketArn": f"arn:aws:s3:::{bucket}",
        "DagS3Path": "dags/",
        "RequirementsS3Path": "requirements-2.7.2.txt",
        "RequirementsS3ObjectVersion": version,
        "NetworkConfiguration": {"SubnetIds": subnets, "SecurityGroupIds": [group]},
        "LoggingConfiguration": {
            f"{log}Logs": {"Enabled": True, "CloudWatchLogGroupArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:airflow-{NAME}-{log}"}
            for log in LOGS
        },
        "LastUpdate": {"Status": "FAILED", "Error": {"ErrorCode": "INCORRECT_CONFIGURATION", "ErrorMessage": "You may need to check it"}},
    }
    return World(environment, client, vpc, subnets, private_table, public_table, public, internet, nat, group, bucket)


def trust(**condition: str) -> str:
    """A trust policy for MWAA."""
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": SERVICES}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement | ({"Condition": {"ArnLike": condition}} if condition else {})]})


def key_policy(**logs: Any) -> str:
    """A key's policy that admits the account and, changed by `logs`, CloudWatch Logs."""
    account = {"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}
    groups = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:*"
    for_logs = {
        "Effect": "Allow",
        "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:GenerateDataKey*"],
        "Resource": "*",
        "Principal": {"Service": f"logs.{REGION}.amazonaws.com"},
        "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [account, for_logs | logs]})


def permissions(bucket: str, key: str, *, without: str = "") -> str:
    """What the execution role may do, without what is left out."""
    allowed = {
        "airflow:PublishMetrics": ARN,
        "s3:GetObject*": f"arn:aws:s3:::{bucket}/*",
        "s3:GetBucket*": f"arn:aws:s3:::{bucket}",
        "s3:List*": f"arn:aws:s3:::{bucket}",
        "s3:GetAccountPublicAccessBlock": "*",
        "logs:Create*": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:airflow-{NAME}-*",
        "logs:PutLogEvents": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:airflow-{NAME}-*",
        "logs:GetLogEvents": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:airflow-{NAME}-*",
        "logs:DescribeLogGroups": "*",
        "cloudwatch:PutMetricData": "*",
        "sqs:*": f"arn:aws:sqs:{REGION}:*:airflow-celery-*",
        "kms:*": key,
        "secretsmanager:GetSecretValue": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:airflow/*",
    }
    statements = [{"Effect": "Allow", "Action": action, "Resource": to} for action, to in allowed.items() if action != without]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _subnet(ec2: Any, vpc: str, cidr: str, zone: str) -> str:
    return str(ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=f"{REGION}{zone}")["Subnet"]["SubnetId"])


def _table(ec2: Any, vpc: str, subnets: list[str], **way_out: str) -> str:
    table = str(ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"])
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", **way_out)
    for subnet in subnets:
        ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    return table


def _key(kms: Any) -> str:
    return str(kms.create_key(Policy=key_policy())["KeyMetadata"]["Arn"])


def _bucket(s3: Any) -> tuple[str, str]:
    bucket = "tickit-airflow-files"
    s3.create_bucket(Bucket=bucket)
    closed = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=closed)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=bucket, Key="dags/one.py", Body=b"")
    return bucket, str(s3.put_object(Bucket=bucket, Key="requirements-2.7.2.txt", Body=b"sqlglot")["VersionId"])


def _role(iam: Any, bucket: str, key: str) -> str:
    iam.create_service_linked_role(AWSServiceName="airflow.amazonaws.com")
    role = iam.create_role(RoleName=NAME, AssumeRolePolicyDocument=trust(**{"aws:SourceArn": ARN}))["Role"]
    iam.put_role_policy(RoleName=NAME, PolicyName="airflow", PolicyDocument=permissions(bucket, key))
    return str(role["Arn"])


def create(world: World, mwaa: Any) -> None:
    """Make the environment itself."""
    given = ("ExecutionRoleArn", "KmsKey", "SourceBucketArn", "DagS3Path", "AirflowVersion", "NetworkConfiguration", "WebserverAccessMode")
    logging = {name: {"Enabled": log["Enabled"], "LogLevel": "INFO"} for name, log in world.environment["LoggingConfiguration"].items()}
    logging["DagProcessingLogs"] = logging.pop("DAGProcessingLogs")
    logging["WebserverLogs"] = logging.pop("WebServerLogs")
    mwaa.create_environment(Name=NAME, LoggingConfiguration=logging, **{name: world.environment[name] for name in given})
