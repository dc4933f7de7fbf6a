"""Faults that were in the stacks once, and their like: planted again, each turns rows of the table red."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.iam.conftest import in_place
from tests.iam.scenario import problems, rows
from tests.iam.synthesized import PolicySet, policies
from tests.modules.terraform_json import blocks
from tools.synthesized import read

Stacks = dict[str, dict[str, Any]]
AIRFLOW = "mwaa/execution_role/permissions"
OWN_ACCOUNT = {"test": "StringEquals", "variable": "aws:PrincipalAccount", "values": ["${data.aws_caller_identity.account.account_id}"]}


def statements(stacks: Stacks, path: str) -> list[dict[str, Any]]:
    """The statements of a policy document, to be changed in place."""
    stack, _, document = path.partition("/")
    return list(blocks(stacks[stack], "aws_iam_policy_document", "data")[document]["statement"])


def external_id_of_a_cluster(stacks: Stacks) -> None:
    (trusted,) = statements(stacks, "redshift/lake_reader/trust")
    arn = "arn:aws:{}:us-east-1:${{data.aws_caller_identity.account.account_id}}:dbuser:tickit/*"
    trusted["condition"][0]["values"] = [arn.format(service) for service in ("redshift", "redshift-serverless")]


def own_account_only(service: str, prefix: str) -> Callable[[Stacks], None]:
    def plant(stacks: Stacks) -> None:
        everybody = [{"type": "AWS", "identifiers": ["*"]}]
        statement = {"actions": [f"{prefix}:*"], "resources": ["*"], "principals": everybody, "condition": [OWN_ACCOUNT]}
        stacks["network"]["data"]["aws_iam_policy_document"]["planted"] = {
            "statement": [statement],
            "//": {"metadata": {"path": "network/planted"}},
        }
        (endpoint,) = (
            block for block in stacks["network"]["resource"]["aws_vpc_endpoint"].values() if block["service_name"].endswith(f".{service}")
        )
        endpoint["policy"] = "${data.aws_iam_policy_document.planted.json}"

    return plant


def security_configuration_by_arn(stacks: Stacks) -> None:
    found = statements(stacks, "lake/crawler/permissions")
    (catalog,) = (one for one in found if one.get("sid") == "Catalog")
    (own,) = (one for one in found if one["actions"] == ["glue:GetSecurityConfiguration"])
    own["resources"] = catalog["resources"]


def without_conditions(path: str) -> Callable[[Stacks], None]:
    def plant(stacks: Stacks) -> None:
        for statement in statements(stacks, path):
            statement.pop("condition", None)

    return plant


def everything_in(path: str, action: str) -> Callable[[Stacks], None]:
    def plant(stacks: Stacks) -> None:
        for statement in statements(stacks, path):
            if action in statement["actions"]:
                statement["resources"] = ["*"]

    return plant


def a_prefix_without_its_slash(stacks: Stacks) -> None:
    """`airflow*` is the beginning of another deployment's `airflow-prod/...`, too."""
    (secrets,) = (statement for statement in statements(stacks, AIRFLOW) if statement.get("sid") == "Secrets")
    secrets["resources"] = [resource.replace("/connections/*", "*") for resource in secrets["resources"]]


def rules_tell_the_topic_themselves(stacks: Stacks) -> None:
    for path in ("network/alarms/document", "network/key/policy"):
        (alarms,) = (one for one in statements(stacks, path) if one.get("sid") == "Alarms")
        alarms["principals"][0]["identifiers"].append("events.amazonaws.com")


def for_whatever_cloudwatch_says(stacks: Stacks) -> None:
    statements(stacks, "network/alarms/document")[0].pop("condition")


def airflows_command_line(stacks: Stacks) -> None:
    for statement in statements(stacks, "mwaa/sign_in/permissions"):
        statement["actions"].append("airflow:CreateCliToken")
        statement["resources"].append(f"arn:aws:airflow:us-east-1:{OWN_ACCOUNT['values'][0]}:environment/tickit-airflow")


def no_tls(stacks: Stacks) -> None:
    statements(stacks, "lake/raw/policy_document")[0]["condition"][0]["variable"] = "aws:SecureTransports"


def red_rows(planted: PolicySet) -> set[str]:
    return {row.id for row in rows() if problems(row, planted, "tickit")}


@pytest.fixture(scope="module")
def red_anyway(deployments: Mapping[str, PolicySet]) -> set[str]:
    """Rows that are for other deployments."""
    return red_rows(deployments["default"])


@pytest.mark.parametrize(
    ("plant", "red"),
    [
        (external_id_of_a_cluster, {"redshift-takes-the-lake-readers-role", "redshift-takes-the-lake-readers-role:for-a-cluster"}),
        (own_account_only("monitoring", "monitoring"), {"airflow-writes-metrics", "mwaas-own-task-writes-metrics"}),
        (own_account_only("logs", "logs"), {"mwaas-own-task-writes-logs"}),
        (own_account_only("secretsmanager", "secretsmanager"), {"mwaas-own-task-reads-secrets"}),
        (own_account_only("kms", "kms"), {"mwaas-own-task-opens-a-key"}),
        (own_account_only("sqs", "sqs"), {"mwaas-own-task-reads-the-queue"}),
        (own_account_only("s3", "s3"), {"mwaas-own-task-fetches-its-files", "image-layers-come-by-signed-links"}),
        (own_account_only("sts", "sts"), {"redshift-takes-the-lake-readers-role"}),
        (security_configuration_by_arn, {"crawler-reads-its-security-configuration"}),
        # Too much allowed.
        (without_conditions("redshift/lake_reader/trust"), {"redshift-takes-the-lake-readers-role:for-a-workgroup-of-another-account"}),
        (without_conditions("redshift/lake_reader/reading"), {"lake-reader-opens-the-key-through-s3:through-secrets-manager"}),
        (without_conditions("lake/crawler/trust"), {"glue-takes-the-crawlers-role:for-another-account"}),
        (without_conditions("lake/crawl/trust"), {"eventbridge-takes-its-role:for-another-account"}),
        (without_conditions("mwaa/execution_role/trust"), {"mwaa-takes-the-execution-role:for-another-environment"}),
        (without_conditions(AIRFLOW), {"airflow-signs-in-to-the-warehouse:of-another-deployment"}),
        (without_conditions("mwaa/sign_in/permissions"), {"a-person-signs-in-to-airflow:from-elsewhere"}),
        (without_conditions("marquez/identity/role/trust"), {"a-pod-takes-its-role:of-another-cluster"}),
        (without_conditions("network/flow_logs/trust"), {"flow-logs-take-their-role:for-another-account"}),
        (without_conditions("network/key/policy"), {"auto-scaling-starts-nodes-with-encrypted-volumes:of-another-account"}),
        (without_conditions("network/key/policy"), {"cloudwatch-opens-the-key-of-the-topic:for-another-account"}),
        (for_whatever_cloudwatch_says, {"cloudwatch-tells-of-an-alarm:of-what-is-no-alarm"}),
        (rules_tell_the_topic_themselves, {"cloudwatch-tells-of-an-alarm:as-a-rule-of-eventbridge"}),
        (without_conditions("lake/crawl_failed/role/trust"), {"eventbridge-takes-the-mails-role:for-another-account"}),
        (without_conditions("lake/crawl_failed/role/policy"), {"the-mails-role-opens-the-key-through-the-topic:directly"}),
        (everything_in("lake/crawl_failed/role/policy", "sns:Publish"), {"eventbridge-mails-that-a-crawl-failed:to-another-topic"}),
        (airflows_command_line, {"a-person-signs-in-to-airflow:by-airflows-command-line"}),
        (everything_in(AIRFLOW, "secretsmanager:GetSecretValue"), {"airflow-reads-the-connection:of-another-application"}),
        (a_prefix_without_its_slash, {"airflow-reads-the-connection:of-the-neighbour"}),
        (everything_in("marquez/identity/role/policy", "secretsmanager:GetSecretValue"), {"marquez-reads-its-password:of-the-warehouse"}),
        (everything_in("redshift/lake_reader/reading", "s3:GetObject"), {"lake-reader-reads-the-files:outside-its-folder"}),
        (no_tls, {"crawler-reads-the-files:without-tls", "lake-reader-reads-the-files:without-tls"}),
    ],
)  # fmt: skip
def test_a_planted_fault_turns_rows_red(
    synthesize_to: Callable[..., Path], red_anyway: set[str], plant: Callable[[Stacks], None], red: set[str]
) -> None:
    stacks = read(synthesize_to())
    plant({stack.id: stack.terraform for stack in stacks})
    assert red <= red_rows(policies(stacks, in_place({}))) - red_anyway
