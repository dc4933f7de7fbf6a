"""What a destroy leaves: every kind appears, its command removes it, and nothing else is named."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from rich.console import Console

from local.aws.machine import Aws
from modules.settings import load
from operations.deployment import ROOT, Deployment
from operations.leftovers import Leftover, Survey, find, report, survey
from operations.leftovers.survey import SEARCHES
from tests.operations import abandoned
from tests.operations.answering import answering, operations
from tests.operations.aws_commands import run
from tools.tool_environment import environment

pytestmark = pytest.mark.system
Deploy = Callable[..., Deployment]
EXAMPLE = ROOT / "settings.example.toml"


@pytest.fixture
def running(aws_process: Aws, monkeypatch: pytest.MonkeyPatch) -> Aws:
    """It holds what earlier tests have made: emptying it takes seconds, and who asks for things of its own name can do without."""
    for name, value in aws_process.environment.items():
        monkeypatch.setenv(name, value)
    return aws_process


@pytest.fixture(scope="module")
def clients() -> dict[str, Any]:
    """Made once: the models of twenty services take seconds to read."""
    return {}


@pytest.fixture
def deployment(running: Aws, deployment: Deploy, clients: dict[str, Any]) -> Deploy:
    """The same, with clients that earlier tests have made."""

    def deploy(**overrides: Any) -> Deployment:
        own = deployment(**overrides)
        return Deployment(own.settings, own.root, clients)

    return deploy


@pytest.fixture
def console() -> Console:
    """It remembers what is printed."""
    return Console(record=True, width=200, highlight=False)


@dataclass(frozen=True)
class Clearing:
    """What was found when everything had been left behind, and what after each command had run."""

    before: Survey
    after: Survey


@pytest.fixture(scope="module")
def clearing(aws_process: Aws, clients: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clearing]:
    """Everything is made once and cleared once, by the commands, from top to bottom. That for a bucket takes a shell and the AWS CLI."""
    with_cli = {"PATH": f"{environment('aws')}{os.pathsep}{os.environ['PATH']}"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in aws_process.environment.items():
            patch.setenv(name, value)
        aws_process.reset()
        deployment = Deployment(load(EXAMPLE, {}), tmp_path_factory.mktemp("leftovers"), clients)
        abandoned.everything(deployment.client)
        before = survey(deployment)
        for leftover in before.leftovers:
            if leftover.kind != "Bucket":
                run(leftover.command, deployment.client, deployment.settings.region)
            else:
                subprocess.run(["bash", "-c", leftover.command], check=True, timeout=300, capture_output=True, env=os.environ | with_cli)
        yield Clearing(before, survey(deployment))


@pytest.mark.parametrize("kind", [kind for kind, _, _ in SEARCHES])
def test_a_kind_is_found_and_its_command_removes_it(clearing: Clearing, kind: str) -> None:
    assert kind in {leftover.kind for leftover in clearing.before.leftovers}
    assert [leftover.name for leftover in clearing.after.leftovers if leftover.kind == kind] == []


def test_what_eks_makes_goes_with_its_cluster(clearing: Clearing) -> None:
    found = [leftover.name for leftover in clearing.before.leftovers if leftover.kind in ("Auto Scaling group", "Security group")]
    assert "eks-tickit-marquez-nodes-0a1b" in found
    assert sum("eks-" in name for name in found) == 1


def test_what_waits_for_its_end_is_named_and_left_alone(clearing: Clearing) -> None:
    assert any("KMS key" in line and "is deleted on" in line for line in clearing.after.kept)


def test_a_second_deployment_whose_name_begins_alike_is_left_alone(running: Aws, deployment: Deploy) -> None:
    other = [{"Key": "deployment", "Value": "pair-dev"}]
    vpc = running.client("ec2").create_vpc(CidrBlock="10.30.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": other}])
    running.client("ec2").create_security_group(GroupName="pair-dev-mwaa", Description="-", VpcId=vpc["Vpc"]["VpcId"])
    running.client("logs").create_log_group(logGroupName="airflow-pair-dev-airflow-Task")
    running.client("iam").create_role(RoleName="pair-dev-airflow", AssumeRolePolicyDocument=abandoned.trust("x.amazonaws.com"), Tags=other)
    running.client("s3").create_bucket(Bucket="paired")
    running.client("route53").create_hosted_zone(Name="pair.example.com", CallerReference="1")
    assert find(deployment(deployment_id="pair")) == []
    kinds = [leftover.kind for leftover in find(deployment(deployment_id="pair-dev"))]
    assert kinds == ["Security group", "VPC", "Log group", "IAM role"]


def test_what_a_deployed_stack_holds_is_no_leftover(aws: Aws, deployment: Deploy) -> None:
    made = abandoned.network(aws.client)
    abandoned.database(aws.client, made)
    abandoned.secrets(aws.client)
    abandoned.warehouse(aws.client)
    for log in ("/aws/rds/instance/tickit-marquez/postgresql", "/aws/redshift/tickit/userlog"):
        aws.client("logs").create_log_group(logGroupName=log)
    one = deployment()
    _hold(one, "network", {"aws_vpc": made["vpc"], "aws_security_group": made["airflow"]})
    _hold(one, "marquez", {"aws_db_instance": "tickit-marquez", "aws_db_subnet_group": "tickit-marquez"})
    _hold(one, "redshift", {"aws_redshiftserverless_namespace": "tickit", "aws_redshiftserverless_workgroup": "tickit"})
    left = {(leftover.kind, leftover.name.rpartition("(")[2].rstrip(")")) for leftover in find(one)}
    assert not {kind for kind, _ in left} & {"VPC", "RDS instance", "RDS snapshot", "RDS subnet group", "Log group"}
    assert not {kind for kind, _ in left} & {"Redshift namespace", "Redshift workgroup", "Redshift snapshot"}
    assert ("Security group", "tickit-mwaa") not in left
    assert ("Security group", "tickit-redshift") in left
    assert ("Secret", "redshift!tickit-admin") not in left
    assert ("Secret", "airflow/variables/OPENLINEAGE_URL") in left


def test_an_interface_in_use_goes_with_what_uses_it(aws: Aws, deployment: Deploy) -> None:
    made = abandoned.network(aws.client)
    ec2 = aws.client("ec2")
    used = ec2.create_network_interface(SubnetId=made["second"], Groups=[made["airflow"]])["NetworkInterface"]["NetworkInterfaceId"]
    image = {"ImageId": "ami-12c6146b", "InstanceType": "t3.medium", "MinCount": 1, "MaxCount": 1}
    instance = ec2.run_instances(**image, SubnetId=made["second"])["Instances"][0]["InstanceId"]
    ec2.attach_network_interface(NetworkInterfaceId=used, InstanceId=instance, DeviceIndex=1)
    one = deployment()
    commands = {leftover.name: leftover.command for leftover in find(one) if leftover.kind == "Network interface"}
    assert commands[used].startswith("aws ec2 detach-network-interface --force --attachment-id eni-attach-")
    _hold(one, "network", {"aws_vpc": made["vpc"]})
    assert used not in _names(find(one))


def test_the_bucket_of_the_state_is_kept_and_named(running: Aws, deployment: Deploy) -> None:
    running.client("s3").create_bucket(Bucket="stated-states")
    found = survey(deployment(deployment_id="stated", state_backend="s3://stated-states/tickit"))
    assert found.leftovers == []
    assert any("stated-states keeps Terraform's state" in line for line in found.kept)


def test_a_log_group_of_the_whole_account_is_a_note(running: Aws, deployment: Deploy) -> None:
    logs = running.client("logs")
    logs.create_log_group(logGroupName="RDSOSMetrics")
    found = survey(deployment(deployment_id="noted"))
    logs.delete_log_group(logGroupName="RDSOSMetrics")
    assert found.leftovers == []
    assert any("RDSOSMetrics" in line for line in found.kept)


def test_the_report_fails_while_anything_is_left(running: Aws, deployment: Deploy, console: Console) -> None:
    running.client("logs").create_log_group(logGroupName="airflow-reported-airflow-Task")
    assert report(deployment(deployment_id="reported"), console) == 1
    assert _printed(console) == [
        "  ✗ Log group: airflow-reported-airflow-Task",
        "      aws logs delete-log-group --log-group-name airflow-reported-airflow-Task --region us-east-1",
        "1 thing is left of reported in us-east-1. The commands remove them, from top to bottom.",
    ]


def test_a_bucket_that_access_logs_may_fill_again_says_so(running: Aws, deployment: Deploy, console: Console) -> None:
    for bucket in ("logged-access-logs2026", "logged-raw2026"):
        running.client("s3").create_bucket(Bucket=bucket)
    assert report(deployment(deployment_id="logged"), console) == 1
    logs, emptied, note, raw, *rest = _printed(console)
    assert (logs, raw) == ("  ✗ Bucket: logged-access-logs2026", "  ✗ Bucket: logged-raw2026")
    assert emptied.startswith("      until aws s3api delete-bucket --bucket logged-access-logs2026 ")
    assert note.startswith("      S3 delivers access logs hours late: they may fill it again while it is emptied")
    assert "Repeat the command some hours later" in note
    assert len(rest) == len(["the command for the other", "the sum"])


def test_the_report_ends_well_when_nothing_is_left(running: Aws, deployment: Deploy, console: Console) -> None:
    assert report(deployment(deployment_id="nothing"), console) == 0
    assert _printed(console) == ["Nothing is left of nothing in us-east-1."]


def test_what_cannot_be_looked_for_is_not_called_gone(
    running: Aws, deployment: Deploy, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.client("events").put_rule(Name="denied-crawl", ScheduleExpression="rate(1 day)")
    with answering(operations({})) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_GLUE", url)
        monkeypatch.setenv("AWS_ENDPOINT_URL_ROUTE_53", url)
        found = survey(_with_its_own_clients(deployment(deployment_id="denied")))
    assert "Glue database could not be read: needs glue:GetDatabases" in found.unread
    assert "Route 53 zone could not be read: needs route53:ListHostedZones" in found.unread
    assert [leftover.kind for leftover in found.leftovers] == ["Event rule"]


def test_a_budget_that_nobody_wants_needs_no_permission(running: Aws, deployment: Deploy, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(operations({})) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_BUDGETS", url)
        assert survey(_with_its_own_clients(deployment(deployment_id="poor"))).unread == []
        wanted = survey(_with_its_own_clients(deployment(deployment_id="rich", budget_usd=900)))
    assert wanted.unread == ["Budget could not be read: needs budgets:ViewBudget"]


def test_a_budget_of_a_deployed_stack_is_no_leftover(running: Aws, deployment: Deploy) -> None:
    budget = {"BudgetName": "held-monthly", "BudgetLimit": {"Amount": "9", "Unit": "USD"}, "TimeUnit": "MONTHLY", "BudgetType": "COST"}
    running.client("budgets").create_budget(AccountId=abandoned.ACCOUNT, Budget=budget)
    one = deployment(deployment_id="held")
    assert [leftover.name for leftover in find(one)] == ["held-monthly"]
    _hold(one, "network", {"aws_budgets_budget": "held-monthly"})
    assert find(one) == []


def test_without_the_tags_nothing_is_claimed(running: Aws, deployment: Deploy, console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(operations({})) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_RESOURCE_GROUPS_TAGGING_API", url)
        assert report(_with_its_own_clients(deployment()), console) == 1
    assert "What is the deployment's could not be read: needs tag:GetResources" in _printed(console)[0]


def _with_its_own_clients(deployment: Deployment) -> Deployment:
    """Clients find their endpoint when they are made."""
    return Deployment(deployment.settings, deployment.root)


def _names(leftovers: list[Leftover]) -> list[str]:
    return [leftover.name for leftover in leftovers]


def _hold(deployment: Deployment, stack: str, ids: dict[str, str]) -> None:
    """Write a stack's state that holds these."""
    resources = [
        {"mode": "managed", "type": kind, "name": "x", "instances": [{"attributes": {"id": id_, "identifier": id_}}]}
        for kind, id_ in ids.items()
    ]
    (deployment.root / f"{deployment.settings.deployment_id}.{stack}.tfstate").write_text(
        json.dumps({"version": 4, "resources": resources})
    )


def _printed(console: Console) -> list[str]:
    return console.export_text().splitlines()
