"""What the stacks ask of AWS, judged by AWS's newest API models before anything is deployed."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.modules.test_iam_reference import CHOICES
from tools.aws_arguments.judge import judged, problems
from tools.resolution import Resolution
from tools.synthesized import SynthesizedStack, read

ToFolder = Callable[..., Path]


@pytest.fixture(scope="module")
def stacks(synthesize_to: ToFolder) -> list[SynthesizedStack]:
    return read(synthesize_to(budget_usd=600))


@pytest.mark.parametrize("choice", CHOICES)
def test_aws_takes_every_argument(choice: str, synthesize_to: ToFolder) -> None:
    assert list(problems(Resolution(read(synthesize_to(**CHOICES[choice]))))) == []


@pytest.mark.parametrize(
    ("resource", "changes", "said"),
    [
        ("aws_mwaa_environment", {"name": "1st"}, "parameter Name, value: 1st, must match [a-zA-Z]"),
        ("aws_mwaa_environment", {"webserver_access_mode": "OPEN"}, "parameter WebserverAccessMode, value: OPEN, must be one of: "),
        ("aws_mwaa_environment", {"min_workers": 0}, "parameter MinWorkers, value: 0, valid min value: 1"),
        ("aws_mwaa_environment", {"dag_s3_path": None}, 'Missing required parameter in input: "DagS3Path"'),
        (
            "aws_mwaa_environment",
            {"network_configuration": {"subnet_ids": ["subnet-1", "subnet-2", "subnet-3"], "security_group_ids": ["sg-1"]}},
            "parameter NetworkConfiguration.SubnetIds, value: ['subnet-1', 'subnet-2', 'subnet-3'], valid max value: 2",
        ),
        ("aws_eks_cluster", {"name": "-marquez"}, "parameter name, value: -marquez, must match "),
        ("aws_eks_node_group", {"capacity_type": "CHEAP"}, "parameter capacityType, value: CHEAP, must be one of: "),
        ("aws_eks_node_group", {"scaling_config": {"min_size": -1}}, "parameter scalingConfig.minSize, value: -1, valid min value: 0"),
        ("aws_redshiftserverless_workgroup", {"workgroup_name": "Tickit"}, "parameter workgroupName, value: Tickit, must match "),
        ("aws_redshiftserverless_workgroup", {"base_capacity": "eight"}, "Invalid type for parameter baseCapacity, value: eight"),
        ("aws_redshiftserverless_usage_limit", {"period": "hourly"}, "parameter period, value: hourly, must be one of: daily"),
        ("aws_glue_trigger", {"type": "BUCKET"}, "parameter Type, value: BUCKET, must be one of: "),
        ("aws_glue_crawler", {"name": ""}, "parameter Name, value: 0, valid min length: 1"),
        ("aws_iam_role", {"name": "tickit airflow"}, "parameter RoleName, value: tickit airflow, must match "),
        ("aws_kms_alias", {"name": "tickit key"}, "parameter AliasName, value: tickit key, must match "),
        ("aws_secretsmanager_secret", {"name": "x" * 513}, "valid max value: 512"),
        ("aws_cloudwatch_log_group", {"name": "a b"}, "parameter logGroupName, value: a b, must match "),
        ("aws_cloudwatch_event_rule", {"name": "a b"}, "parameter Name, value: a b, must match "),
        (
            "aws_lb_target_group",
            {"health_check": {"interval": 400}},
            "parameter HealthCheckIntervalSeconds, value: 400, valid max value: 300",
        ),
        ("aws_lb_listener", {"port": 70000}, "parameter Port, value: 70000, valid max value: 65535"),
        ("aws_security_group", {"description": "Airflow's"}, "parameter Description, value: Airflow's, must match "),
        ("aws_lb", {"name": "internal-lineage"}, "parameter Name, value: internal-lineage, must match "),
        ("aws_lb_target_group", {"name": "x" * 33}, "xxx, must match "),
        ("aws_db_instance", {"identifier": "tickit_marquez"}, "parameter DBInstanceIdentifier, value: tickit_marquez, must match "),
        ("aws_sns_topic", {"name": "tickit alarms"}, "parameter Name, value: tickit alarms, must match "),
        ("aws_security_group", {"name": "sg-airflow"}, "parameter GroupName, value: sg-airflow, must match "),
        (
            "aws_vpc_security_group_ingress_rule",
            {"description": "Airflow's"},
            "parameter IpPermissions[0].IpRanges[0].Description, value: Airflow's, must match ",
        ),
        ("aws_vpc_endpoint", {"vpc_endpoint_type": "Door"}, "parameter VpcEndpointType, value: Door, must be one of: "),
        ("aws_launch_template", {"metadata_options": {"http_tokens": "none"}}, "HttpTokens, value: none, must be one of: "),
        ("aws_s3_bucket_versioning", {"versioning_configuration": {"status": "On"}}, "Status, value: On, must be one of: "),
        ("aws_budgets_budget", {"time_unit": "WEEKLY"}, "parameter Budget.TimeUnit, value: WEEKLY, must be one of: "),
        ("aws_cloudwatch_metric_alarm", {"comparison_operator": "Under"}, "parameter ComparisonOperator, value: Under, must be one of: "),
        ("aws_cloudwatch_metric_alarm", {"period": 7.5}, "Invalid type for parameter Period, value: 7.5"),
        ("aws_cloudwatch_metric_alarm", {"dimensions": {"": "x"}}, "parameter Dimensions[0].Name, value: 0, valid min length: 1"),
        ("aws_sns_topic", {"name": None}, 'Missing required parameter in input: "Name"'),
        ("aws_sns_topic_subscription", {"protocol": None}, 'Missing required parameter in input: "Protocol"'),
        ("aws_route53_record", {"type": "ALIAS"}, "ResourceRecordSet.Type, value: ALIAS, must be one of: "),
        ("aws_eks_addon", {"colour": "red"}, "colour: CreateAddonRequest has no such member: say in operations.toml which it is"),
    ],
)
def test_a_planted_fault_is_found_with_its_address(
    stacks: list[SynthesizedStack], resource: str, changes: dict[str, Any], said: str
) -> None:
    (stack, *_) = [stack for stack in stacks if resource in stack.terraform["resource"]]
    changed = SynthesizedStack(stack.id, stack.dependencies, copy.deepcopy(stack.terraform))
    name, block = next(iter(changed.terraform["resource"][resource].items()))
    block.update(changes)
    only = SynthesizedStack(stack.id, (), changed.terraform | {"resource": {resource: {name: block}}})
    found = list(problems(Resolution([only, *(other for other in stacks if other is not stack)])))
    assert [line for line in found if line.startswith(f"{stack.id}: {resource}.{name}: ") and said in line], found


def test_a_type_that_the_table_lacks_is_found() -> None:
    stack = SynthesizedStack("s", (), {"resource": {"aws_sqs_fifo": {"q": {}}}, "provider": {"aws": [{"region": "us-east-1"}]}})
    assert list(problems(Resolution([stack]))) == ["s: aws_sqs_fifo.q: operations.toml names no operation that creates aws_sqs_fifo"]


def test_what_terraform_writes_otherwise_is_put_right() -> None:
    """Numbers as text, a block as a list of one, tags as a map."""
    entry = {
        "creates": "elbv2.CreateTargetGroup",
        "flattened": ["health_check"],
        "members": {"health_check.interval": "HealthCheckIntervalSeconds"},
    }
    assert list(judged(entry, {"name": "a", "port": "80", "health_check": {"interval": "15"}, "tags": {"a": "b"}})) == []
    (said,) = judged(entry, {"name": "a", "port": "0"})
    assert "Port, value: 0" in said
