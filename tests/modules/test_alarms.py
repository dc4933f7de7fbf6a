"""Alarms: each watches the right thing, tells the topic, and is explained."""

import copy
import json
import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml

from modules.settings import Settings
from tests.modules.terraform_json import Stack, address, block, blocks, outputs, statements

Stacks = dict[str, Stack]
TOPIC = "${data.terraform_remote_state.network.outputs.alarm_topic_arn}"
PUBLISHED: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(Path(__file__).with_name("aws_metrics.yaml").read_text())
NAMED = {"deployment_id": "other", "owner": "the data team"}
OPERATE = Path(__file__).parent.parent.parent / "docs/operate.md"


def alarms(stacks: Stacks) -> dict[str, Stack]:
    """{name: alarm} of all stacks."""
    return {alarm["alarm_name"]: alarm for stack in stacks.values() for alarm in blocks(stack, "aws_cloudwatch_metric_alarm").values()}


def events(stacks: Stacks) -> dict[str, Stack]:
    """{name: rule} of those that mail."""
    rules = blocks(stacks["lake"], "aws_cloudwatch_event_rule").values()
    return {rule["name"]: rule for rule in rules if "docs/operate.md" in rule["description"]}


def unpublished(alarm: Stack) -> list[str]:
    """What of an alarm's metric AWS does not publish."""
    metric = PUBLISHED.get(alarm["namespace"], {}).get(alarm["metric_name"])
    if metric is None:
        return [f"{alarm['alarm_name']}: AWS publishes no {alarm['namespace']} {alarm['metric_name']}"]
    given = alarm["dimensions"]
    wrong = given.keys() ^ metric.keys() | {name for name, value in metric.items() if not fnmatchcase(given.get(name, ""), value)}
    return [f"{alarm['alarm_name']}: its dimensions are {metric}, not {given}"] if wrong else []


def check(alarm: Stack, metric: str, statistic: str, *, rule: str, minutes: int, missing: str) -> None:
    """`rule` is the comparison with the threshold; it must hold for so many minutes."""
    sign = {"LessThanThreshold": "<", "GreaterThanOrEqualToThreshold": ">="}[alarm["comparison_operator"]]
    assert f"{alarm['namespace']} {alarm['metric_name']}" == metric
    assert alarm["statistic"] == statistic
    assert f"{sign} {alarm['threshold']:g}" == rule
    assert alarm["evaluation_periods"] == alarm["datapoints_to_alarm"]
    assert alarm["evaluation_periods"] * alarm["period"] == minutes * 60
    assert alarm["treat_missing_data"] == missing


def test_airflows_scheduler_must_say_that_it_lives(synthesized: Stacks) -> None:
    alarm = alarms(synthesized)["tickit-airflow-scheduler"]
    check(alarm, "AmazonMWAA SchedulerHeartbeat", "Sum", rule="< 1", minutes=15, missing="breaching")
    environment = address(synthesized["mwaa"], "aws_mwaa_environment", "airflow/environment")
    assert alarm["dimensions"]["Environment"] == f"${{{environment}.name}}"


def test_tasks_must_not_wait_in_the_queue(synthesized: Stacks) -> None:
    alarm = alarms(synthesized)["tickit-airflow-queue"]
    check(alarm, "AmazonMWAA QueuedTasks", "Minimum", rule=">= 1", minutes=30, missing="notBreaching")


@pytest.mark.parametrize(("name", "keys"), [("waiting", "lineage-spool/*.json"), ("refused", "lineage-spool/refused/*.json")])
def test_lineage_must_not_stay_in_the_spool_bucket(synthesized: Stacks, name: str, keys: str) -> None:
    stack = synthesized["mwaa"]
    alarm = alarms(synthesized)[f"tickit-airflow-lineage-{name}"]
    check(alarm, "AWS/Events TriggeredRules", "Sum", rule=">= 1", minutes=5, missing="notBreaching")
    rule = blocks(stack, "aws_cloudwatch_event_rule")[f"spool_alarms/{name}_rule"]
    assert alarm["dimensions"] == {"RuleName": f"${{{address(stack, 'aws_cloudwatch_event_rule', f'spool_alarms/{name}_rule')}.name}}"}
    bucket = f"${{{address(stack, 'aws_s3_bucket', 'bucket/bucket')}.id}}"
    detail = {"bucket": {"name": [bucket]}, "object": {"key": [{"wildcard": keys}]}}
    assert json.loads(rule["event_pattern"]) == {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": detail}
    assert block(stack, "aws_s3_bucket_notification") == {"bucket": bucket, "eventbridge": True}


def test_the_transport_puts_its_copies_where_the_rules_look() -> None:
    from mwaa_lineage.transport.bucket import Bucket  # noqa: PLC0415 - a plugin of Airflow's
    from mwaa_lineage.transport.spool import new_name  # noqa: PLC0415

    bucket = Bucket("s3://bucket/lineage-spool/")
    put = [bucket._own(new_name("2026-01-31T00:00:00Z", "run")), f"{bucket._aside}host/{new_name('2026-01-31T00:00:00Z', 'run')}"]
    assert [fnmatchcase(key, "lineage-spool/*.json") for key in [*put, bucket._own("trial-of-the-doctor")]] == [True, True, False]
    assert [fnmatchcase(key, "lineage-spool/refused/*.json") for key in [*put, f"{put[1]}.reason"]] == [False, True, False]


def test_lineage_must_not_be_missing(synthesized: Stacks) -> None:
    from mwaa_lineage.coverage import watch  # noqa: PLC0415 - a plugin of Airflow's

    alarm = alarms(synthesized)["tickit-airflow-lineage-coverage"]
    check(alarm, f"{watch.NAMESPACE} {watch.METRIC}", "Maximum", rule=">= 0.1", minutes=24 * 60, missing="notBreaching")
    environment = address(synthesized["mwaa"], "aws_mwaa_environment", "airflow/environment")
    assert alarm["dimensions"] == {"Environment": f"${{{environment}.name}}"}


def test_a_failed_crawl_is_mailed(synthesized: Stacks) -> None:
    stack = synthesized["lake"]
    crawler = f"${{{address(stack, 'aws_glue_crawler', 'crawler/crawler')}.name}}"
    detail = {"crawlerName": [crawler], "state": ["Failed"]}
    rule = events(synthesized)["tickit-crawl-failed"]
    assert json.loads(rule["event_pattern"]) == {"source": ["aws.glue"], "detail-type": ["Glue Crawler State Change"], "detail": detail}
    target = blocks(stack, "aws_cloudwatch_event_target")["crawl_failed/target"]
    role = address(stack, "aws_iam_role", "crawl_failed/role/role")
    assert (target["arn"], target["role_arn"]) == (TOPIC, f"${{{role}.arn}}")
    assert target["rule"] == f"${{{address(stack, 'aws_cloudwatch_event_rule', 'crawl_failed/rule')}.name}}"


def test_the_warehouses_usage_is_told_before_it_ends_at_its_limit(chosen: Stacks) -> None:
    alarm = alarms(chosen)["tickit-warehouse-usage"]
    check(alarm, "AWS/Redshift-Serverless UsageLimitConsumed", "Maximum", rule=">= 80", minutes=5, missing="notBreaching")
    limit = address(chosen["redshift"], "aws_redshiftserverless_usage_limit", "serverless/daily")
    assert alarm["dimensions"]["UsageLimitId"] == f"${{{limit}.id}}"


@pytest.mark.parametrize("balancer", ["lineage", "marquez"])
def test_targets_of_a_load_balancer_must_be_healthy(synthesized: Stacks, balancer: str) -> None:
    alarm = alarms(synthesized)[f"tickit-{balancer}-unhealthy"]
    check(alarm, "AWS/ApplicationELB UnHealthyHostCount", "Minimum", rule=">= 1", minutes=15, missing="breaching")
    path = {"lineage": "lineage", "marquez": "ui/external"}[balancer]
    group = address(synthesized["marquez"], "aws_lb_target_group", f"{path}/targets")
    assert alarm["dimensions"]["TargetGroup"] == f"${{{group}.arn_suffix}}"


@pytest.mark.parametrize("balancer", ["lineage", "marquez"])
@pytest.mark.parametrize(("name", "metric"), [("target", "HTTPCode_Target_5XX_Count"), ("elb", "HTTPCode_ELB_5XX_Count")])
def test_errors_of_a_load_balancer_must_not_go_on(synthesized: Stacks, balancer: str, name: str, metric: str) -> None:
    alarm = alarms(synthesized)[f"tickit-{balancer}-{name}-errors"]
    check(alarm, f"AWS/ApplicationELB {metric}", "Sum", rule=">= 1", minutes=15, missing="notBreaching")
    path = {"lineage": "lineage", "marquez": "ui/external"}[balancer]
    made = address(synthesized["marquez"], "aws_lb", f"{path}/balancer")
    assert alarm["dimensions"]["LoadBalancer"] == f"${{{made}.arn_suffix}}"


def test_the_database_must_have_room(synthesized: Stacks) -> None:
    alarm = alarms(synthesized)["tickit-marquez-database-storage"]
    check(alarm, "AWS/RDS FreeStorageSpace", "Minimum", rule=f"< {2 * 1024**3:g}", minutes=15, missing="breaching")
    assert alarm["threshold"] == 2 * 1024**3
    instance = address(synthesized["marquez"], "aws_db_instance", "database/instance")
    assert alarm["dimensions"]["DBInstanceIdentifier"] == f"${{{instance}.identifier}}"


def test_the_database_must_have_connections_left(synthesized: Stacks) -> None:
    alarm = alarms(synthesized)["tickit-marquez-database-connections"]
    check(alarm, "AWS/RDS DatabaseConnections", "Maximum", rule=">= 60", minutes=15, missing="breaching")


def test_every_alarm_tells_the_topic_when_it_begins_and_ends(synthesized: Stacks) -> None:
    assert {(*alarm["alarm_actions"], *alarm["ok_actions"]) for alarm in alarms(synthesized).values()} == {(TOPIC, TOPIC)}


def test_every_alarm_is_on_a_metric_that_aws_publishes(synthesized: Stacks) -> None:
    assert [problem for alarm in alarms(synthesized).values() for problem in unpublished(alarm)] == []


PLANTED: dict[str, dict[str, Any]] = {
    "a namespace of nobody": {"namespace": "AWS/MWAA"},
    "a metric of nobody": {"metric_name": "SchedulerHeartbeats"},
    "a dimension too few": {"dimensions": {"Environment": "tickit-airflow"}},
    "a dimension of another function": {"dimensions": {"Environment": "tickit-airflow", "Function": "Executor"}},
}


@pytest.mark.parametrize("fault", PLANTED.values(), ids=PLANTED)
def test_an_alarm_that_could_never_ring_is_found(synthesized: Stacks, fault: dict[str, Any]) -> None:
    assert unpublished(copy.deepcopy(alarms(synthesized)["tickit-airflow-scheduler"]) | fault)


def test_without_marquez_the_others_are_there(synthesize: Callable[..., Stacks]) -> None:
    names = set(alarms(synthesize(lineage_url="https://lineage.example.com:443")))
    assert {name.removeprefix("tickit-") for name in names} == {
        "airflow-scheduler",
        "airflow-queue",
        "airflow-lineage-waiting",
        "airflow-lineage-refused",
        "airflow-lineage-coverage",
        "warehouse-usage",
    }


def test_names_are_the_deployments_own(synthesize: Callable[..., Stacks]) -> None:
    stacks = synthesize(**NAMED)
    assert {name.partition("-")[0] for name in [*alarms(stacks), *events(stacks)]} == {"other"}


def test_the_topic_is_encrypted_with_the_deployments_key(synthesized: Stacks) -> None:
    key = address(synthesized["network"], "aws_kms_key", "key/key")
    assert block(synthesized["network"], "aws_sns_topic") == {"name": "tickit-alarms", "kms_master_key_id": f"${{{key}.arn}}"}


def test_the_key_admits_alarms_and_no_events(synthesized: Stacks) -> None:
    statement = statements(synthesized["network"], "key/policy")["Alarms"]
    assert statement["actions"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert statement["principals"] == [{"type": "Service", "identifiers": ["cloudwatch.amazonaws.com"]}]


def test_only_this_accounts_alarms_publish_and_over_tls(synthesized: Stacks) -> None:
    found = statements(synthesized["network"], "alarms/document")
    who = {sid: (found[sid]["principals"][0]["identifiers"], {each["variable"] for each in found[sid]["condition"]}) for sid in found}
    assert who == {
        "Alarms": (["cloudwatch.amazonaws.com"], {"aws:SourceArn", "aws:SourceAccount"}),
        "TlsOnly": (["*"], {"aws:SecureTransport"}),
    }
    assert found["TlsOnly"]["effect"] == "Deny"


def test_the_rule_publishes_in_a_role_that_may_do_that_and_no_more(synthesized: Stacks) -> None:
    allowed = statements(synthesized["lake"], "crawl_failed/role/policy")
    assert {sid: (each["actions"], each["resources"]) for sid, each in allowed.items()} == {
        "Publish": (["sns:Publish"], [TOPIC]),
        "Key": (["kms:Decrypt", "kms:GenerateDataKey"], ["${data.terraform_remote_state.network.outputs.kms_key_arn}"]),
    }


def test_mail_goes_to_whom_the_setting_names_else_to_the_owner(chosen: Stacks, synthesized: Stacks) -> None:
    assert block(synthesized["network"], "aws_sns_topic_subscription")["endpoint"] == "data-platform@example.com"
    assert block(chosen["network"], "aws_sns_topic_subscription")["endpoint"] == "on-call@example.com"


def test_an_owner_who_is_no_address_gets_no_mail(settings: Callable[..., Settings], synthesize: Callable[..., Stacks]) -> None:
    assert settings(**NAMED).alarm_address is None
    stack = synthesize(**NAMED)["network"]
    assert "aws_sns_topic_subscription" not in stack["resource"]
    assert "alarm_topic_arn" in outputs(stack)


def test_the_guide_explains_every_alarm_and_no_other(synthesized: Stacks) -> None:
    explained = set(re.findall(r"^\| `([\w-]+)` \|", OPERATE.read_text(), re.MULTILINE))
    assert explained == {name.removeprefix("tickit-") for name in [*alarms(synthesized), *events(synthesized)]}
