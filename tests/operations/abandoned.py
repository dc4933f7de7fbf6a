"""One of every thing that a deployment `tickit` may leave behind, in the account that the clients reach."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

Client = Callable[[str], Any]
REGION = "us-east-1"
TAGS = {"deployment": "tickit"}
CAPITAL = [{"Key": key, "Value": value} for key, value in TAGS.items()]
ANYTHING = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [ANYTHING]})


def trust(service: str) -> str:
    """The policy by which a service may act in a role."""
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


ACCOUNT = "123456789012"


def _tagged(kind: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": CAPITAL}]


def network(client: Client) -> dict[str, str]:
    """A VPC with everything that stands in it; {name: id}."""
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16", TagSpecifications=_tagged("vpc"))["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.20.{i}.0/24", AvailabilityZone=f"{REGION}{zone}", TagSpecifications=_tagged("subnet"))
        for i, zone in enumerate("abc")
    ]
    first, second, *_ = [subnet["Subnet"]["SubnetId"] for subnet in subnets]
    gateway = ec2.create_internet_gateway(TagSpecifications=_tagged("internet-gateway"))["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.create_route_table(VpcId=vpc, TagSpecifications=_tagged("route-table"))
    address = ec2.allocate_address(Domain="vpc", TagSpecifications=_tagged("elastic-ip"))["AllocationId"]
    ec2.create_nat_gateway(SubnetId=first, AllocationId=address, TagSpecifications=_tagged("natgateway"))
    ec2.create_vpc_endpoint(
        VpcId=vpc, VpcEndpointType="Gateway", ServiceName=f"com.amazonaws.{REGION}.s3", TagSpecifications=_tagged("vpc-endpoint")
    )
    airflow = ec2.create_security_group(GroupName="tickit-mwaa", Description="Airflow", VpcId=vpc)["GroupId"]
    warehouse = ec2.create_security_group(GroupName="tickit-redshift", Description="Warehouse", VpcId=vpc)["GroupId"]
    for group, other in ((airflow, warehouse), (warehouse, airflow)):
        rule = {"IpProtocol": "tcp", "FromPort": 5439, "ToPort": 5439, "UserIdGroupPairs": [{"GroupId": other}]}
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    ec2.create_network_interface(SubnetId=second, Groups=[airflow], Description="aws-K8S-i-0a1b")
    return {"vpc": vpc, "first": first, "second": second, "airflow": airflow}


def cluster(client: Client, made: dict[str, str]) -> None:
    """EKS, its nodes and its load balancers."""
    roles = {"tickit-marquez": "eks.amazonaws.com", "tickit-marquez-nodes": "ec2.amazonaws.com"}
    role, node_role = (
        client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust(service))["Role"]["Arn"] for name, service in roles.items()
    )
    eks, subnets = client("eks"), [made["first"], made["second"]]
    eks.create_cluster(name="tickit-marquez", roleArn=role, resourcesVpcConfig={"subnetIds": subnets}, tags=TAGS)
    nodes = {"nodegroupName": "tickit-marquez-nodes", "nodeRole": node_role, "subnets": subnets}
    eks.create_nodegroup(clusterName="tickit-marquez", **nodes, tags=TAGS)


def nodes(client: Client, made: dict[str, str]) -> None:
    """What is left of a cluster that is gone: EKS's own names, and EKS's own tags."""
    ec2 = client("ec2")
    shape = {"ImageId": "ami-12c6146b", "InstanceType": "t3.medium"}
    ec2.create_launch_template(LaunchTemplateName="tickit-marquez-nodes", LaunchTemplateData=shape)
    client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName="eks-tickit-marquez-nodes-0a1b",
        LaunchTemplate={"LaunchTemplateName": "tickit-marquez-nodes", "Version": "1"},
        MinSize=0,
        MaxSize=1,
        DesiredCapacity=0,
        VPCZoneIdentifier=made["first"],
        Tags=[{"Key": "eks:cluster-name", "Value": "tickit-earlier", "PropagateAtLaunch": False}],
    )
    tags = _tagged("instance")
    ec2.run_instances(**shape, MinCount=1, MaxCount=1, TagSpecifications=tags)
    ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=20, TagSpecifications=_tagged("volume"))


def load_balancer(client: Client, made: dict[str, str]) -> None:
    """One, and its target group."""
    elb = client("elbv2")
    elb.create_load_balancer(Name="tickit-lineage", Subnets=[made["first"], made["second"]], Scheme="internal", Tags=CAPITAL)
    elb.create_target_group(Name="tickit-lineage", Protocol="HTTP", Port=30500, VpcId=made["vpc"], TargetType="instance", Tags=CAPITAL)


def database(client: Client, made: dict[str, str]) -> None:
    """Marquez's, and a snapshot of it."""
    rds = client("rds")
    rds.create_db_subnet_group(
        DBSubnetGroupName="tickit-marquez", DBSubnetGroupDescription="-", SubnetIds=[made["first"], made["second"]], Tags=CAPITAL
    )
    rds.create_db_parameter_group(DBParameterGroupName="tickit-marquez", DBParameterGroupFamily="postgres16", Description="-", Tags=CAPITAL)
    rds.create_db_instance(
        DBInstanceIdentifier="tickit-marquez",
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="marquez",
        MasterUserPassword="not-a-secret",
        Tags=CAPITAL,
    )
    rds.create_db_snapshot(DBInstanceIdentifier="tickit-marquez", DBSnapshotIdentifier="before-the-upgrade")


def warehouse(client: Client) -> None:
    """A namespace, its workgroup and a snapshot."""
    redshift = client("redshift-serverless")
    redshift.create_namespace(namespaceName="tickit", dbName="dev")
    redshift.create_workgroup(workgroupName="tickit", namespaceName="tickit", baseCapacity=8)
    redshift.create_snapshot(namespaceName="tickit", snapshotName="before-the-upgrade")


def airflow(client: Client, made: dict[str, str]) -> None:
    """The environment, its role and its bucket."""
    client("iam").create_role(RoleName="tickit-airflow", AssumeRolePolicyDocument=trust("airflow-env.amazonaws.com"))
    s3 = client("s3")
    bucket(client)
    closed = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    s3.put_public_access_block(Bucket="tickit-raw-0", PublicAccessBlockConfiguration=closed)
    client("mwaa").create_environment(
        Name="tickit-airflow",
        ExecutionRoleArn=f"arn:aws:iam::{ACCOUNT}:role/tickit-airflow",
        SourceBucketArn="arn:aws:s3:::tickit-raw-0",
        DagS3Path="dags/",
        NetworkConfiguration={"SubnetIds": [made["first"], made["second"]], "SecurityGroupIds": [made["airflow"]]},
        Tags=TAGS,
    )


def lake(client: Client) -> None:
    """Glue's things, and the crawl's rule."""
    glue, events, iam = client("glue"), client("events"), client("iam")
    crawls, tells = (
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(service))["Role"]["Arn"]
        for name, service in (("tickit-lake-crawler", "glue.amazonaws.com"), ("tickit-crawl", "events.amazonaws.com"))
    )
    glue.create_database(DatabaseInput={"Name": "tickit_lake"})
    glue.create_table(DatabaseName="tickit_lake", TableInput={"Name": "sales"})
    glue.create_crawler(Name="tickit-lake", Role=crawls, Targets={"S3Targets": [{"Path": "s3://tickit-raw-0/"}]})
    glue.create_workflow(Name="tickit-crawl")
    glue.create_trigger(Name="tickit-crawl", Type="ON_DEMAND", Actions=[{"CrawlerName": "tickit-lake"}])
    glue.create_security_configuration(Name="tickit-lake", EncryptionConfiguration={})
    events.put_rule(Name="tickit-crawl", EventPattern=json.dumps({"source": ["aws.s3"]}), State="ENABLED")
    workflow = f"arn:aws:glue:{REGION}:{ACCOUNT}:workflow/tickit-crawl"
    events.put_targets(Rule="tickit-crawl", Targets=[{"Id": "workflow", "Arn": workflow, "RoleArn": tells}])


def bucket(client: Client) -> None:
    """A versioned one with an object of two versions, and another that was deleted."""
    s3 = client("s3")
    s3.create_bucket(Bucket="tickit-raw-0")
    s3.put_bucket_versioning(Bucket="tickit-raw-0", VersioningConfiguration={"Status": "Enabled"})
    for key in ("dags/kept", "dags/kept", "deleted with a space"):
        s3.put_object(Bucket="tickit-raw-0", Key=key, Body=b"1")
    s3.delete_object(Bucket="tickit-raw-0", Key="deleted with a space")


def logs(client: Client) -> None:
    """What MWAA makes anew when it ends."""
    client("logs").create_log_group(logGroupName="airflow-tickit-airflow-Task")


def secrets(client: Client) -> None:
    """One of a name that says nothing of its deployment, one that waits, and the warehouse's."""
    manager = client("secretsmanager")
    manager.create_secret(Name="airflow/variables/OPENLINEAGE_URL", SecretString="-", Tags=CAPITAL)
    manager.create_secret(Name="redshift!tickit-admin", SecretString="-")
    manager.create_secret(Name="tickit-marquez-password", SecretString="-", Tags=CAPITAL)
    manager.delete_secret(SecretId="tickit-marquez-password", RecoveryWindowInDays=7)


def identities(client: Client) -> None:
    """A role and a policy with everything that holds them back."""
    iam = client("iam")
    iam.create_role(RoleName="tickit-nodes", AssumeRolePolicyDocument=trust("ec2.amazonaws.com"), Tags=CAPITAL)
    iam.put_role_policy(RoleName="tickit-nodes", PolicyName="inline", PolicyDocument=POLICY)
    iam.create_instance_profile(InstanceProfileName="eks-0a1b")
    iam.add_role_to_instance_profile(InstanceProfileName="eks-0a1b", RoleName="tickit-nodes")
    policy = iam.create_policy(PolicyName="tickit-airflow-sign-in", PolicyDocument=POLICY)["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=policy, PolicyDocument=POLICY, SetAsDefault=True)
    iam.create_user(UserName="ada")
    iam.attach_user_policy(UserName="ada", PolicyArn=policy)
    iam.create_role(RoleName="operators", AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))
    iam.attach_role_policy(RoleName="operators", PolicyArn=policy)
    everyones = iam.create_policy(PolicyName="everyones", PolicyDocument=POLICY)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="tickit-nodes", PolicyArn=everyones)


def zone(client: Client, made: dict[str, str]) -> None:
    """The private one, with Marquez in it."""
    route53 = client("route53")
    id_ = route53.create_hosted_zone(
        Name="tickit.internal",
        CallerReference=str(datetime.now(UTC)),
        HostedZoneConfig={"PrivateZone": True},
        VPC={"VPCRegion": REGION, "VPCId": made["vpc"]},
    )["HostedZone"]["Id"]
    record = {"Name": "marquez.tickit.internal", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "10.20.0.7"}]}
    changes = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    route53.change_resource_record_sets(HostedZoneId=id_, ChangeBatch=changes)


def keys(client: Client) -> None:
    """One that stands, with an alias."""
    kms = client("kms")
    key = kms.create_key(Tags=[{"TagKey": "deployment", "TagValue": "tickit"}])["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/tickit", TargetKeyId=key)


def budget(client: Client) -> None:
    """That of the month."""
    limit = {"Amount": "900", "Unit": "USD"}
    client("budgets").create_budget(
        AccountId=ACCOUNT, Budget={"BudgetName": "tickit-monthly", "BudgetLimit": limit, "TimeUnit": "MONTHLY", "BudgetType": "COST"}
    )


def everything(client: Client) -> None:
    """All of it."""
    made = network(client)
    for make in (cluster, nodes, load_balancer, database, zone, airflow):
        make(client, made)
    for make_alone in (warehouse, lake, logs, secrets, identities, keys, budget):
        make_alone(client)
