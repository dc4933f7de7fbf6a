"""A fault that Terraform and its provider let pass does not deploy to the emulated AWS either, and the error names it.

Each fault is planted in one stack as synthesized, of which only the parts concerned are applied; what stands before it is made by hand.
"""

import copy
import io
import json
import re
import signal
import subprocess
import zipfile
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from local.aws.machine import Aws
from local.console import Progress
from modules.settings import load
from operations.crawl import ensure_crawled
from operations.deployment import Deployment
from rehearsal.deployed import require_readable
from rehearsal.phases import PhaseFailed
from rehearsal.terraform import terraform_environment
from tests.deployment.life import FIRST
from tests.deployment.project import Project
from tests.deployment.upstream import make_upstream, tell
from tests.local.aws_network import ADMIN, Network
from tests.local.landing import land
from tests.local.waiting import eventually
from tests.modules.programs import require

pytestmark = pytest.mark.system

Terraform = subprocess.CompletedProcess[str]
"""How a command of it ended."""

TOO_LONG = "x" * 2049  # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
OF_NETWORK = ("aws_secretsmanager_secret.", "aws_cloudwatch_log_group.flow_logs", "aws_vpc_endpoint.endpoints_kms")
SLOW = "aws_s3_bucket_lifecycle_configuration"
"""The provider waits nearly a minute for each, and none of the faults is in them."""


@pytest.fixture(scope="module")
def synthesized(tmp_path_factory: pytest.TempPathFactory, aws: Aws) -> Project:
    """The stacks are synthesized, with their states in the project's folder."""
    for program in ("terraform", "node"):
        require(program, "the planted faults")
    variables = terraform_environment(tmp_path_factory.mktemp("terraform")) | aws.environment
    project = Project.copy(tmp_path_factory.mktemp("project"), variables)
    project.choose(**FIRST | {"state_backend": "local"})
    assert project.make("synth").code == 0
    return project


class Stack:
    """One stack, free to be changed before it is applied; `parts` is {type: {name: arguments}}."""

    def __init__(self, project: Project, name: str) -> None:
        self._project, self._folder = project, project.folder / "cdktf.out/stacks" / name
        self._written = json.loads((self._folder / "cdk.tf.json").read_text())
        self._content = copy.deepcopy(self._written)
        slow = [f"{SLOW}.{part}" for part in self._content["resource"].pop(SLOW, {})]
        self.parts: dict[str, dict[str, dict[str, Any]]] = self._content["resource"]
        for named in self.parts.values():
            for arguments in named.values():
                if "depends_on" in arguments:
                    arguments["depends_on"] = [one for one in arguments["depends_on"] if one not in slow]

    def only(self, type_: str, beginning: str = "") -> dict[str, Any]:
        """The arguments of the one resource of a type whose name begins so."""
        (found,) = [arguments for name, arguments in self.parts[type_].items() if name.startswith(beginning)]
        return found

    def document(self, beginning: str) -> dict[str, Any]:
        """A policy document."""
        documents = self._content["data"]["aws_iam_policy_document"]
        (found,) = [document for name, document in documents.items() if name.startswith(beginning)]
        return dict(found)

    def apply(self, *addresses: str, until: Callable[[], bool] | None = None) -> Terraform:
        """Apply those whose address begins so, and what they depend on; the stack is then as it was written.

        Press Ctrl-C once `until()` is true: the provider tries for minutes what AWS may refuse only because a role is too new.
        """
        return self._run("apply", "-auto-approve", *addresses, until=until)

    def plan(self, *addresses: str) -> Terraform:
        """What there is to do to those; its return code is 2 if there is something."""
        return self._run("plan", "-detailed-exitcode", *addresses)

    def _run(self, command: str, option: str, *addresses: str, until: Callable[[], bool] | None = None) -> Terraform:
        path = self._folder / "cdk.tf.json"
        path.write_text(json.dumps(self._content))
        all_parts = [f"{type_}.{name}" for type_, named in self.parts.items() for name in named]
        targets = [f"-target={address}" for address in all_parts if address.startswith(addresses)]
        assert len(targets) >= len(addresses)
        try:
            if not (self._folder / ".terraform").exists():
                self._terraform("init", "-input=false").check_returncode()
            return self._terraform(command, option, "-input=false", "-no-color", *targets, until=until)
        finally:
            path.write_text(json.dumps(self._written))

    def _terraform(self, *arguments: str, until: Callable[[], bool] | None = None) -> Terraform:
        command, pipe = ["terraform", *arguments], subprocess.PIPE
        with subprocess.Popen(command, cwd=self._folder, env=self._project.variables, stdout=pipe, stderr=pipe, text=True) as process:
            try:
                if until is not None:
                    eventually(lambda: until() or process.poll() is not None, "the moment to interrupt Terraform", seconds=600)
                    process.send_signal(signal.SIGINT)
                output, errors = process.communicate(timeout=600)
            finally:
                process.kill()
        return Terraform(command, process.returncode, output, errors)


@pytest.fixture
def project(synthesized: Project, aws: Aws) -> Project:
    """Nothing has been deployed yet."""
    aws.reset()
    for state in synthesized.folder.glob("*.tfstate*"):
        state.unlink()
    return synthesized


def statement_of(document: dict[str, Any], sid: str) -> dict[str, Any]:
    """The one statement of that name."""
    (found,) = (statement for statement in document["statement"] if statement["sid"] == sid)
    return cast("dict[str, Any]", found)


def trust(document: dict[str, Any], service: str) -> None:
    """Let a trust policy name this service and no other."""
    for statement in document["statement"]:
        statement["principals"] = [{"type": "Service", "identifiers": [service]}]


def said(done: Terraform) -> str:
    """The errors without the lines' borders and ends."""
    return " ".join(done.stderr.replace("│", " ").split())


def test_wrong_parameters_fail_the_deploy_and_are_noted(project: Project, aws: Aws) -> None:
    """And so do a key that does not admit CloudWatch Logs, and an endpoint service that is not in a zone."""
    network = Stack(project, "network")
    next(iter(network.parts["aws_secretsmanager_secret"].values()))["description"] = TOO_LONG
    key = network.document("key_policy")
    key["statement"][:] = [statement for statement in key["statement"] if statement["sid"] != "Logs"]
    aws.withhold("com.amazonaws.us-east-1.kms", "use1-az1")
    planted = network.apply(*OF_NETWORK)
    assert planted.returncode == 1
    assert "Invalid" in planted.stderr
    assert any("escription" in refusal["message"] for refusal in aws.refusals()), aws.refusals()
    assert "The specified KMS key does not exist or is not allowed to be used with Arn" in said(planted)
    assert "com.amazonaws.us-east-1.kms does not support the availability zone of the subnet" in said(planted)


def test_without_them_the_same_deploys(project: Project, aws: Aws) -> None:
    right = Stack(project, "network").apply(*OF_NETWORK)
    assert right.returncode == 0, right.stderr
    assert aws.refusals() == []


def test_a_role_that_flow_logs_may_not_take_on_is_refused(project: Project, aws: Aws) -> None:
    network, group = Stack(project, "network"), "/vpc/tickit"
    vpc = aws.client("ec2").create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    aws.client("logs").create_log_group(logGroupName=group)
    network.only("aws_flow_log").update(vpc_id=vpc, log_destination=f"arn:aws:logs:us-east-1:123456789012:log-group:{group}")
    trust(network.document("flow_logs_trust"), "logs.amazonaws.com")
    planted = network.apply("aws_flow_log.", until=lambda: "CreateFlowLogs" in str(aws.errors()))
    assert planted.returncode == 1
    assert "Unable to assume given IAM role: vpc-flow-logs.amazonaws.com may not take on" in said(planted)


def warehouse(project: Project, aws: Aws) -> tuple[Stack, Network]:
    """The warehouse's stack; the lake that it reads, and the network that it is in, are there."""
    network = make_upstream(aws, project.folder)
    aws.client("glue").create_database(DatabaseInput={"Name": "tickit_lake"})
    tell(project.folder, "lake", bucket_arn="arn:aws:s3:::lake", glue_database="tickit_lake")
    return Stack(project, "redshift"), network


def put_endpoint(aws: Aws, network: Network, service: str, statement: dict[str, Any], **way: Any) -> None:
    """An endpoint whose policy allows this and nothing else."""
    aws.client("ec2").create_vpc_endpoint(
        VpcId=network.vpc,
        ServiceName=f"com.amazonaws.us-east-1.{service}",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", **statement}]}),
        **way,
    )


def test_a_trust_policy_that_redshift_does_not_meet_fails_the_external_schema(project: Project, aws: Aws) -> None:
    redshift, _ = warehouse(project, aws)
    (statement,) = redshift.document("lake_reader_trust")["statement"]
    (condition,) = statement["condition"]
    condition["values"] = ["arn:aws:redshift:us-east-1:123456789012:dbuser:tickit/*"]  # the form of a provisioned cluster
    planted = redshift.apply("aws_redshiftdata_statement.sql_s3_datalake")
    assert planted.returncode == 1
    assert "Not authorized to get credentials of role arn:aws:iam::123456789012:role/tickit-" in said(planted)
    assert "sts:ExternalId=arn:aws:redshift:us-east-1:123456789012:dbuser:serverless-123456789012-" in said(planted)
    assert aws.refusals() == []


def test_whatever_keeps_redshift_from_the_lake_fails_the_rehearsal(project: Project, aws: Aws) -> None:
    """Terraform makes the external schema, as Redshift does: it reads no file for that."""
    redshift, network = warehouse(project, aws)
    aws.client("s3").create_bucket(Bucket="lake")
    land(aws, "lake", "tickit/category/category.parquet", catid=[1])
    table = {"Name": "category", "StorageDescriptor": {"Location": "s3://lake/tickit/category/"}}
    aws.client("glue").create_table(DatabaseName="tickit_lake", TableInput=table)
    role, settings = "aws_iam_role_policy.lake_reader_policy", load(project.folder / "settings.toml", {})
    objects, catalog = (statement_of(redshift.document("lake_reader_reading"), sid) for sid in ("Objects", "Catalog"))

    def unreadable() -> str:
        with pytest.raises(PhaseFailed) as failed:
            require_readable(settings, aws, "tickit_lake")
        return str(failed.value)

    objects["resources"] = ["arn:aws:s3:::lake/complete/*"]
    planted = redshift.apply("aws_redshiftdata_statement.sql_s3_datalake", role)
    assert planted.returncode == 0, planted.stderr
    assert "cannot read category: ERROR: Spectrum Scan Error: S3ServiceException:Access Denied" in unreadable()
    assert "perform: s3:GetObject on resource: arn:aws:s3:::lake/tickit/category/category.parquet" in unreadable()
    catalog["actions"].remove("glue:GetTables")
    assert redshift.apply(role).returncode == 0
    assert "is not authorized to perform: glue:GetTables on resource: arn:aws:glue:us-east-1:123456789012:catalog" in unreadable()
    aws.client("iam").put_role_policy(RoleName="tickit-redshift", PolicyName="more", PolicyDocument=json.dumps(ADMIN))
    require_readable(settings, aws, "tickit_lake")
    others = {"Action": "s3:*", "Resource": "arn:aws:s3:::airflow/*"}
    put_endpoint(aws, network, "s3", others, VpcEndpointType="Gateway", RouteTableIds=[network.route_table])
    assert re.search("perform: s3:ListBucket on resource: arn:aws:s3:::lake because .*endpoint policy", unreadable())
    whoever_iam_allows = {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}
    category = {"Table": {"DatabaseName": "tickit_lake", "Name": "category"}}
    aws.client("lakeformation").revoke_permissions(Principal=whoever_iam_allows, Resource=category, Permissions=["ALL"])
    assert "Insufficient Lake Formation permission(s): Required Select on tickit_lake.category" in unreadable()


def test_a_workgroup_fails_that_is_too_large_or_of_no_size_or_in_a_zone_without_it(project: Project, aws: Aws) -> None:
    redshift, _ = warehouse(project, aws)
    workgroup = redshift.only("aws_redshiftserverless_workgroup")

    def planted(capacity: int) -> str:
        workgroup.update(base_capacity=capacity, max_capacity=1024)
        done = redshift.apply("aws_redshiftserverless_workgroup.")
        assert done.returncode == 1
        return said(done)

    assert "261 free IP addresses are needed in each subnet for 1024 RPUs" in planted(1024)
    assert "baseCapacity 12: 4, or 8 to 512 RPUs in steps of 8" in planted(12)
    aws.withhold("redshift-serverless", "use1-az1")
    zones = "The subnets must lie in 3 availability zones that Redshift Serverless supports, and lie in us-east-1a, us-east-1c."
    assert zones in planted(8)


def test_roles_that_glue_and_event_bridge_may_not_take_on_fail_the_crawler_and_what_starts_it(project: Project, aws: Aws) -> None:
    make_upstream(aws, project.folder)
    lake = Stack(project, "lake")
    trust(lake.document("crawler_trust"), "redshift.amazonaws.com")
    trust(lake.document("crawl_trust"), "glue.amazonaws.com")
    planted = lake.apply("aws_glue_crawler.", "aws_cloudwatch_event_target.crawl_target")
    assert planted.returncode == 1
    assert "Service is unable to assume role arn:aws:iam::123456789012:role/tickit-lake-crawler" in said(planted)
    assert "glue.amazonaws.com may not take on" in said(planted)
    assert "cannot be assumed by principal 'events.amazonaws.com': events.amazonaws.com may not take on" in said(planted)


def test_a_crawl_fails_that_its_role_or_lake_formation_does_not_allow(project: Project, aws: Aws) -> None:
    """And the deploy says so: it starts the crawl that no event has started."""
    make_upstream(aws, project.folder)
    keep_lake(aws)
    lake, iam = Stack(project, "lake"), aws.client("iam")
    for statement in lake.document("crawler_permissions")["statement"]:
        if "glue:GetSecurityConfiguration" in statement["actions"]:
            statement["resources"] = ["arn:aws:glue:us-east-1:123456789012:catalog"]  # the action has no resource type
    done = lake.apply("aws_glue_crawler.", "aws_s3_bucket_policy.raw", "aws_s3_bucket_server_side_encryption_configuration.raw")
    assert done.returncode == 0, done.stderr
    crawler = aws.client("glue").get_crawler(Name="tickit-lake")["Crawler"]
    bucket, _, folder = crawler["Targets"]["S3Targets"][0]["Path"].removeprefix("s3://").partition("/")
    land(aws, bucket, f"{folder}category/category.parquet", catid=[1])
    assert "is not authorized to perform: glue:GetSecurityConfiguration on resource: *" in crawl(aws)
    iam.put_role_policy(RoleName=crawler["Role"].rpartition("/")[2], PolicyName="more", PolicyDocument=json.dumps(ADMIN))
    assert "Insufficient Lake Formation permission(s): Required Create Table on tickit_lake" in crawl(aws)


def keep_lake(aws: Aws) -> None:
    """Let Lake Formation decide about what is made from now on."""
    none: dict[str, Any] = {"CreateDatabaseDefaultPermissions": [], "CreateTableDefaultPermissions": []}
    aws.client("lakeformation").put_data_lake_settings(DataLakeSettings=none)


def crawl(aws: Aws) -> str:
    """What the deploy's own step finds wrong with the lake."""
    outputs = {"crawler_name": "tickit-lake", "glue_database": "tickit_lake"}
    deployment = cast("Deployment", SimpleNamespace(outputs=lambda _: outputs, client=aws.client))
    return str(ensure_crawled(deployment, Progress(Console(file=io.StringIO())), poll_seconds=0.1).detail)


def test_a_control_plane_and_a_static_parameter_are_refused(project: Project, aws: Aws) -> None:
    aws.put_zone("us-east-1a", "use1-az3")
    make_upstream(aws, project.folder)
    marquez = Stack(project, "marquez")
    marquez.only("aws_db_parameter_group")["parameter"].append({"name": "max_connections", "value": "50", "apply_method": "immediate"})
    planted = marquez.apply("aws_eks_cluster.", "aws_db_parameter_group.")
    assert planted.returncode == 1
    assert "UnsupportedAvailabilityZoneException: Cannot create cluster 'tickit-marquez' because us-east-1a" in said(planted)
    assert "cannot use immediate apply method for static parameter" in said(planted)


def test_a_parameter_that_rds_reports_otherwise_differs_at_the_next_plan(project: Project) -> None:
    marquez = Stack(project, "marquez")
    (force_ssl,) = (one for one in marquez.only("aws_db_parameter_group")["parameter"] if one["name"] == "rds.force_ssl")
    force_ssl["apply_method"] = "immediate"
    assert marquez.apply("aws_db_parameter_group.").returncode == 0
    planned = marquez.plan("aws_db_parameter_group.")
    assert planned.returncode == 2
    for sign, method in (("-", "pending-reboot"), ("+", "immediate")):
        assert re.search(rf'\{sign} apply_method = "{method}".*\s+\{sign} name\s+= "rds.force_ssl"', planned.stdout), planned.stdout


def test_roles_and_a_key_that_keep_aws_out_and_machines_that_a_zone_lacks_are_refused(project: Project, aws: Aws) -> None:
    make_upstream(aws, project.folder)
    marquez = Stack(project, "marquez")
    trust(marquez.document("cluster_role_trust"), "ec2.amazonaws.com")
    trust(marquez.document("database_monitoring_trust"), "rds.amazonaws.com")
    planted = marquez.apply("aws_eks_cluster.", "aws_db_instance.")
    assert planted.returncode == 1
    assert "could not be assumed because the trusted entity is not correct: eks.amazonaws.com may not" in said(planted)
    assert "does not include the required permissions: monitoring.rds.amazonaws.com may not take on" in said(planted)
    trust(marquez.document("cluster_role_trust"), "eks.amazonaws.com")
    trust(marquez.document("identity_role_trust"), "eks.amazonaws.com")
    marquez.only("aws_eks_node_group")["instance_types"] = ["c5d.12xlarge"]
    planted = marquez.apply("aws_eks_node_group.", "aws_eks_pod_identity_association.identity")
    assert planted.returncode == 1
    assert "could not be assumed because the trusted entity is not correct: pods.eks.amazonaws.com may not" in said(planted)
    assert "Your requested instance type (c5d.12xlarge) is not supported in your requested Availability Zone" in said(planted)
    marquez.only("aws_eks_node_group")["instance_types"] = ["t3.medium"]
    own = aws.client("kms").create_key()["KeyMetadata"]["Arn"]  # its policy is KMS's default: IAM's policies of the account decide
    marquez.only("aws_launch_template")["block_device_mappings"][0]["ebs"]["kms_key_id"] = own
    planted = marquez.apply("aws_eks_node_group.")
    assert planted.returncode == 1
    assert f"autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling may not use the KMS key {own}" in said(planted)


def environment(project: Project) -> Stack:
    """MWAA's stack."""
    (project.folder / "build").mkdir(exist_ok=True)
    with zipfile.ZipFile(project.folder / "build/plugins.zip", "w"):
        """What is in it does not matter here."""
    return Stack(project, "mwaa")


def test_a_role_that_mwaa_may_not_take_on_or_that_may_too_little_fails_the_environment(project: Project, aws: Aws) -> None:
    make_upstream(aws, project.folder)
    mwaa = environment(project)
    trust(mwaa.document("execution_role_trust"), "airflow-env.amazonaws.com")
    planted = mwaa.apply("aws_mwaa_environment.")
    assert planted.returncode == 1
    assert "INCORRECT_CONFIGURATION" in said(planted)
    assert "airflow.amazonaws.com may not take on arn:aws:iam::123456789012:role/tickit-airflow" in said(planted)
    mwaa = environment(project)
    for statement in mwaa.document("execution_role_permissions")["statement"]:
        if statement["sid"] == "PublicAccessBlock":
            statement["resources"] = ["arn:aws:s3:::*"]  # the action is the account's
    planted = mwaa.apply("aws_mwaa_environment.")
    assert planted.returncode == 1
    assert "is not authorized to perform: s3:GetAccountPublicAccessBlock on resource: *" in said(planted)


def test_an_airflow_whose_role_may_not_read_its_secrets_is_told_so(project: Project, aws: Aws) -> None:
    """MWAA makes the environment all the same, as on AWS: only Airflow asks for secrets."""
    make_upstream(aws, project.folder)
    aws.put_secrets(dict.fromkeys(("airflow/connections/REDSHIFT_CONNECTOR", "airflow/variables/OPENLINEAGE_URL"), "x"))
    mwaa = environment(project)
    secrets = statement_of(mwaa.document("execution_role_permissions"), "Secrets")
    secrets["resources"] = [resource for resource in secrets["resources"] if "variables" in resource]
    planted = mwaa.apply("aws_mwaa_environment.")
    assert planted.returncode == 0, planted.stderr
    manager = aws.client("secretsmanager", aws.keys_of_environment("tickit-airflow"))
    assert manager.get_secret_value(SecretId="airflow/variables/OPENLINEAGE_URL")["SecretString"] == "x"
    with pytest.raises(ClientError, match=r"AccessDeniedException.* is not authorized to perform: secretsmanager:GetSecretValue"):
        manager.get_secret_value(SecretId="airflow/connections/REDSHIFT_CONNECTOR")


OWN_ACCOUNT = {"StringEquals": {"aws:PrincipalAccount": "123456789012"}}


@pytest.mark.parametrize(
    ("service", "through", "kept"),
    [
        ("monitoring", {"Action": "monitoring:*"}, "role/tickit-airflow from cloudwatch:PutMetricData"),  # CloudWatch's prefix is another
        ("logs", {"Action": "logs:*", "Condition": OWN_ACCOUNT}, "000000000000:role/airflow-environment-tasks from logs:PutLogEvents"),
    ],
)
def test_an_endpoint_that_keeps_mwaa_out_fails_the_environment(
    project: Project, aws: Aws, service: str, through: dict[str, Any], kept: str
) -> None:
    network = make_upstream(aws, project.folder)
    put_endpoint(aws, network, service, {"Resource": "*", **through}, VpcEndpointType="Interface", SubnetIds=network.subnets)
    planted = environment(project).apply("aws_mwaa_environment.")
    assert planted.returncode == 1
    assert "INCORRECT_CONFIGURATION" in said(planted)
    assert f"The policy of the endpoint com.amazonaws.us-east-1.{service} keeps" in said(planted)
    assert kept in said(planted)
