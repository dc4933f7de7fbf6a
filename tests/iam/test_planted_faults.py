"""Faults that were in the stacks once, and their like: planted again, each turns rows of the table red."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.iam.conftest import in_place
from tests.iam.scenario import problems, rows
from tests.iam.synthesized import Stacks, policies

AIRFLOW = "mwaa/execution_role/permissions"
OWN_ACCOUNT = {"test": "StringEquals", "variable": "aws:PrincipalAccount", "values": ["${data.aws_caller_identity.account.account_id}"]}


def statements(stacks: Stacks, path: str) -> list[dict[str, Any]]:
    """The statements of a policy document, to be changed in place."""
    documents = stacks[path.partition("/")[0]]["data"]["aws_iam_policy_document"].values()
    (found,) = (document["statement"] for document in documents if document["//"]["metadata"]["path"] == path)
    return list(found)


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
            "//": {"metadata": {"path": "planted"}},
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


def no_tls(stacks: Stacks) -> None:
    statements(stacks, "lake/raw/policy_document")[0]["condition"][0]["variable"] = "aws:SecureTransports"


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
        (everything_in(AIRFLOW, "secretsmanager:GetSecretValue"), {"airflow-reads-the-connection:of-another-application"}),
        (everything_in("marquez/identity/role/policy", "secretsmanager:GetSecretValue"), {"marquez-reads-its-password:of-the-warehouse"}),
        (everything_in("redshift/lake_reader/reading", "s3:GetObject"), {"lake-reader-reads-the-files:outside-its-folder"}),
        (no_tls, {"crawler-reads-the-files:without-tls", "lake-reader-reads-the-files:without-tls"}),
    ],
)  # fmt: skip
def test_a_planted_fault_turns_rows_red(synthesize: Callable[..., Stacks], plant: Callable[[Stacks], None], red: set[str]) -> None:
    stacks = copy.deepcopy(synthesize())
    plant(stacks)
    planted = policies(stacks, in_place({}))
    assert red <= {row.id for row in rows() if problems(row, planted, "tickit")}
