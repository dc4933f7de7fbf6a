"""Two deployments in one account and region: nothing that AWS knows by a name has the same name in both.

Each has settings of its own, which differ in `deployment_id` and `secrets_prefix`.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.modules.terraform_json import Stack

Stacks = dict[str, Stack]
NAMED = ("name", "identifier", "prefix", "bucket")
"""So end the names of arguments that AWS may know a thing by."""
WITHIN = {
    ("aws_cloudwatch_metric_alarm", "metric_name"): "AWS's own name of a metric",
    ("aws_db_instance", "ca_cert_identifier"): "one of AWS's certificate authorities",
    ("aws_db_instance", "db_name"): "a database of the instance",
    ("aws_db_instance", "username"): "a user of the instance",
    ("aws_eks_addon", "addon_name"): "one of AWS's, in the cluster",
    ("aws_iam_role_policy", "name"): "of the role",
    ("aws_redshiftdata_statement", "statement_name"): "a statement of the workgroup, which AWS forgets",
    ("aws_redshiftserverless_namespace", "db_name"): "a database of the namespace",
    ("aws_vpc_endpoint", "service_name"): "the service, whose endpoint it is in the VPC",
    ("helm_release", "name"): "in the cluster",
}
"""{(type, argument): why two deployments may share it}: it names AWS's own, or something inside what has another name."""


@pytest.fixture(scope="module")
def other(synthesize: Callable[..., Stacks]) -> Stacks:
    return synthesize(deployment_id="prod-2", secrets_prefix="airflow-prod", lineage_namespace="prod")


def names(stacks: Stacks) -> Iterator[tuple[str, str, str]]:
    """(type, argument, value) of all names that stand in the stacks."""
    for stack in stacks.values():
        for kind, found in stack["resource"].items():
            for attributes in found.values():
                for argument, value in attributes.items():
                    if argument.endswith(NAMED) and isinstance(value, str) and (kind, argument) not in WITHIN:
                        yield kind, argument, value


def of_its_own(found: tuple[str, str, str]) -> bool:
    """Whether a name is said, and not taken from another resource."""
    return "${" not in found[2]


def test_no_two_things_have_one_name(synthesized: Stacks, other: Stacks) -> None:
    first, second = (set(filter(of_its_own, names(stacks))) for stacks in (synthesized, other))
    assert len(first) == len(second) > 60
    assert first & second == set()


def test_what_is_taken_from_another_resource_has_its_name(synthesized: Stacks) -> None:
    """A text about a resource differs with it; one that mixes in an account or a region alone would not."""
    mixed = [found for found in names(synthesized) if not of_its_own(found)]
    assert [found for found in mixed if "data.aws_" in found[2] and "tickit" not in found[2]] == []


def test_each_exception_is_used(synthesized: Stacks) -> None:
    used = {
        (kind, argument)
        for stack in synthesized.values()
        for kind, found in stack["resource"].items()
        for attributes in found.values()
        for argument in attributes
    }
    assert WITHIN.keys() <= used


def test_an_id_that_begins_with_another_makes_none_of_its_names(synthesized: Stacks) -> None:
    """`tickit` has a role tickit-marquez-pods; no deployment `tickit-marquez` may have one that ends in -pods alone."""
    endings: dict[tuple[str, str], set[str]] = {}
    for kind, argument, value in filter(of_its_own, names(synthesized)):
        endings.setdefault((kind, argument), set()).add(value.partition("tickit")[2])
    clashes = [(kind, one, two) for (kind, _), found in endings.items() for one in found for two in found if two and one.endswith(f"{two}")]
    assert [clash for clash in clashes if clash[1] != clash[2]] == []


def test_the_mission_s_names_are_the_default(synthesized: Stacks, other: Stacks) -> None:
    assert secrets(synthesized) == {
        "airflow/connections/REDSHIFT_CONNECTOR",
        "airflow/variables/OPENLINEAGE_API_KEY",
        "airflow/variables/OPENLINEAGE_NAMESPACE",
        "airflow/variables/OPENLINEAGE_URL",
        "tickit-marquez-password",
    }
    assert secrets(other) == {
        "airflow-prod/connections/REDSHIFT_CONNECTOR",
        "airflow-prod/variables/OPENLINEAGE_API_KEY",
        "airflow-prod/variables/OPENLINEAGE_NAMESPACE",
        "airflow-prod/variables/OPENLINEAGE_URL",
        "prod-2-marquez-password",
    }


def test_airflow_reads_the_secrets_of_its_own_deployment_only(other: Stacks) -> None:
    mwaa = other["mwaa"]
    (environment,) = mwaa["resource"]["aws_mwaa_environment"].values()
    asked = json.loads(environment["airflow_configuration_options"]["secrets.backend_kwargs"])
    assert (asked["connections_prefix"], asked["variables_prefix"]) == ("airflow-prod/connections", "airflow-prod/variables")
    allowed = [resource.partition(":secret:")[2] for resource in granted(mwaa, "secretsmanager:GetSecretValue")]
    assert allowed == ["airflow-prod/connections/*", "airflow-prod/variables/*"]


def secrets(stacks: Stacks) -> set[str]:
    return {value for kind, argument, value in names(stacks) if (kind, argument) == ("aws_secretsmanager_secret", "name")}


def granted(stack: Stack, action: str) -> list[str]:
    """The resources on which policies of a stack allow an action."""
    documents: list[Any] = list(stack["data"]["aws_iam_policy_document"].values())
    statements = [statement for document in documents for statement in document["statement"]]
    return [resource for statement in statements if action in statement["actions"] for resource in statement["resources"]]
