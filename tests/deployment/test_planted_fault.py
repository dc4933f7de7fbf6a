"""A fault that Terraform and its provider let pass does not deploy to the emulated AWS either, and the error names it.

Each fault is planted in one stack as synthesized, of which only the parts concerned are applied; what stands before it is made by hand.
"""

import copy
import io
import json
import subprocess
import zipfile
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rich.console import Console

from local.aws.machine import Aws
from local.console import Progress
from operations.crawl import ensure_crawled
from operations.deployment import Deployment
from tests.deployment.life import FIRST
from tests.deployment.project import Project
from tests.deployment.upstream import make_upstream, tell
from tests.local.aws_network import ADMIN
from tests.local.landing import land
from tests.modules.programs import require
from tests.terraform import terraform_environment

pytestmark = pytest.mark.system

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

    def apply(self, *addresses: str) -> subprocess.CompletedProcess[str]:
        """Apply those whose address begins so, and what they depend on; the stack is then as it was written."""
        path = self._folder / "cdk.tf.json"
        path.write_text(json.dumps(self._content))
        all_parts = [f"{type_}.{name}" for type_, named in self.parts.items() for name in named]
        targets = [f"-target={address}" for address in all_parts if address.startswith(addresses)]
        assert len(targets) >= len(addresses)
        try:
            if not (self._folder / ".terraform").exists():
                self._terraform("init", "-input=false").check_returncode()
            return self._terraform("apply", "-input=false", "-auto-approve", "-no-color", *targets)
        finally:
            path.write_text(json.dumps(self._written))

    def _terraform(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["terraform", *arguments],
            cwd=self._folder,
            env=self._project.variables,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )


@pytest.fixture
def project(synthesized: Project, aws: Aws) -> Project:
    """Nothing has been deployed yet."""
    aws.reset()
    for state in synthesized.folder.glob("terraform.*.tfstate*"):
        state.unlink()
    return synthesized


def said(done: subprocess.CompletedProcess[str]) -> str:
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


def warehouse(project: Project, aws: Aws) -> Stack:
    """The warehouse's stack, and the lake that it reads."""
    make_upstream(aws, project.folder)
    aws.client("glue").create_database(DatabaseInput={"Name": "tickit_lake"})
    tell(project.folder, "lake", bucket_arn="arn:aws:s3:::lake", glue_database="tickit_lake")
    return Stack(project, "redshift")


def test_a_trust_policy_that_redshift_does_not_meet_fails_the_external_schema(project: Project, aws: Aws) -> None:
    redshift = warehouse(project, aws)
    (statement,) = redshift.document("lake_reader_trust")["statement"]
    (condition,) = statement["condition"]
    condition["values"] = ["arn:aws:redshift:us-east-1:123456789012:dbuser:tickit/*"]  # the form of a provisioned cluster
    planted = redshift.apply("aws_redshiftdata_statement.sql_s3_datalake")
    assert planted.returncode == 1
    assert "Not authorized to get credentials of role arn:aws:iam::123456789012:role/tickit-" in said(planted)
    assert "sts:ExternalId=arn:aws:redshift:us-east-1:123456789012:dbuser:serverless-123456789012-" in said(planted)
    assert aws.refusals() == []


def test_more_capacity_than_the_subnets_have_addresses_fails_the_workgroup(project: Project, aws: Aws) -> None:
    redshift = warehouse(project, aws)
    redshift.only("aws_redshiftserverless_workgroup").update(base_capacity=1024, max_capacity=1024)
    planted = redshift.apply("aws_redshiftserverless_workgroup.")
    assert planted.returncode == 1
    assert "261 free IP addresses are needed in each subnet for 1024 RPUs" in said(planted)


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


def test_an_endpoint_that_keeps_mwaa_out_fails_the_environment(project: Project, aws: Aws) -> None:
    network = make_upstream(aws, project.folder)
    nothing = {"Effect": "Allow", "Principal": "*", "Action": "monitoring:*", "Resource": "*"}  # CloudWatch's prefix is another
    aws.client("ec2").create_vpc_endpoint(
        VpcId=network.vpc,
        VpcEndpointType="Interface",
        ServiceName="com.amazonaws.us-east-1.monitoring",
        SubnetIds=network.subnets,
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [nothing]}),
    )
    (project.folder / "build").mkdir(exist_ok=True)
    with zipfile.ZipFile(project.folder / "build/plugins.zip", "w"):
        """What is in it does not matter here."""
    planted = Stack(project, "mwaa").apply("aws_mwaa_environment.")
    assert planted.returncode == 1
    assert "INCORRECT_CONFIGURATION" in said(planted)
    assert "com.amazonaws.us-east-1.monitoring keeps" in said(planted)
    assert "cloudwatch:PutMetricData" in said(planted)
