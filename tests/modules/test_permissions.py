"""What the deployer must be allowed: nothing is missing, nothing is void, little is too much."""

import json
import tomllib
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from modules.settings import Settings
from operations.permissions.documents import LONGEST, actions, documents, grants, merged
from operations.permissions.grants import CALL_NOTHING, HERE, TYPES, Grant, Unlisted, of_resources
from tests import iam_actions
from tests.modules.conftest import CHOSEN
from tests.modules.test_iam_reference import CHOICES
from tools.iam_reference.documents import document_faults
from tools.iam_reference.reference import matching
from tools.iam_reference.statements import Kind
from tools.resolution import Resolution
from tools.synthesized import SynthesizedStack, read

ACCOUNT = "123456789012"
READS = ("Describe*", "Get*", "List*", "View*")
MOST_POLICIES = 10  # that IAM attaches to a role, unless its quota is raised

Grants = Callable[..., list[Grant]]


@pytest.fixture(scope="module")
def granted(synthesize_to: Callable[..., Path], settings: Callable[..., Settings]) -> Grants:
    """The grants for the example's settings with overrides."""
    return lambda **overrides: grants(read(synthesize_to(**overrides)), settings(**overrides), ACCOUNT, "aws")


@pytest.mark.parametrize("choice", CHOICES)
def test_every_grant_is_one_that_the_reference_knows(choice: str, granted: Grants) -> None:
    for document in documents(granted(**CHOICES[choice])):
        assert list(document_faults(document, Kind.IDENTITY)) == []


@pytest.mark.parametrize("choice", CHOICES)
def test_the_policies_can_be_created_and_attached(choice: str, granted: Grants) -> None:
    found = documents(granted(**CHOICES[choice]))
    assert 1 < len(found) <= MOST_POLICIES
    assert all(len(json.dumps(document, separators=(",", ":"))) <= LONGEST for document in found)


def test_a_policy_is_split_without_losing_anything(granted: Grants) -> None:
    found = granted()
    statements = [statement for document in documents(found) for statement in document["Statement"]]
    assert sum(len(grant.actions) * len(grant.resources) for grant in found) == sum(
        len(statement["Action"]) * len(statement["Resource"]) for statement in statements
    )


def test_a_type_that_nobody_has_looked_up_is_refused() -> None:
    resource: dict[str, Any] = {"aws_lambda_function": {"f": {}}, "aws_sqs_fifo": {"q": {}}}
    stack = SynthesizedStack("s", (), {"resource": resource, "provider": {"aws": [{"region": "us-east-1"}]}})
    with pytest.raises(Unlisted, match=r"of_types\.toml does not say .* for aws_lambda_function, aws_sqs_fifo"):
        list(of_resources(Resolution([stack]), "tickit"))


def test_the_table_has_no_type_that_no_stack_has(synthesize_to: Callable[..., Path]) -> None:
    stacks = [stack for overrides in CHOICES.values() for stack in read(synthesize_to(**overrides))]
    used = {address.rpartition(".")[0] for stack in stacks for address in stack.blocks}
    assert (tomllib.loads((HERE / TYPES).read_text()).keys() | CALL_NOTHING) - used == set()


def passing(found: list[Grant]) -> dict[str, list[str]]:
    """{role's name: services that it may be given to}."""
    passed: dict[str, list[str]] = {}
    for grant in found:
        if "iam:PassRole" in grant.actions:
            ((operator, key, services),) = grant.condition
            assert (operator, key, sorted(grant.actions)) == ("StringEquals", "iam:PassedToService", ["iam:PassRole"])
            passed |= {role.rpartition("/")[2]: sorted(services) for role in grant.resources}
    return passed


def test_each_role_is_passed_to_the_services_that_act_in_it(granted: Grants) -> None:
    passed = passing(granted())
    assert len(passed) == 11
    assert passed["tickit-airflow"] == ["airflow-env.amazonaws.com", "airflow.amazonaws.com"]
    assert passed["tickit-lake-crawler"] == ["glue.amazonaws.com"]
    assert passed["tickit-crawl-failed"] == ["events.amazonaws.com"]
    assert passed["tickit-marquez-nodes"] == ["ec2.amazonaws.com", "eks.amazonaws.com"]
    assert passed["tickit-marquez-pods"] == ["pods.eks.amazonaws.com"]


def test_roles_of_stacks_that_are_not_made_are_not_passed(granted: Grants) -> None:
    assert not [role for role in passing(granted(lineage_url="http://lineage.example.com:5000")) if "marquez" in role]


def service_linked(found: list[Grant]) -> set[str]:
    (condition,) = [grant.condition for grant in found if "iam:CreateServiceLinkedRole" in grant.actions]
    ((_, key, services),) = condition
    assert key == "iam:AWSServiceName"
    return {service.removesuffix(".amazonaws.com") for service in services}


def test_services_may_make_their_own_roles(granted: Grants) -> None:
    marquez = {"rds", "eks", "eks-nodegroup", "autoscaling", "elasticloadbalancing"}
    assert service_linked(granted()) == {"airflow", "redshift"} | marquez
    assert service_linked(granted(eks_spot=True)) == {"airflow", "redshift", "spot"} | marquez
    assert service_linked(granted(lineage_url="http://lineage.example.com:5000")) == {"airflow", "redshift"}


def test_what_changes_something_is_granted_everywhere_only_where_iam_knows_no_narrower(granted: Grants) -> None:
    everywhere = {action for grant in granted() if "*" in grant.resources for action in grant.actions}
    changing = [action for action in everywhere if not any(fnmatchcase(action.partition(":")[2], read) for read in READS)]
    assert [action for action in changing if matching(action)[0].resources] == []


def test_no_action_has_a_wildcard(granted: Grants) -> None:
    assert [action for action in actions(granted()) if "*" in action] == []


@pytest.mark.parametrize(
    "action", ["iam:CreateRole", "iam:PutRolePolicy", "iam:DeleteRole", "iam:UpdateAssumeRolePolicy", "iam:CreatePolicyVersion"]
)
def test_nobody_elses_roles_and_policies_are_changed(action: str, granted: Grants) -> None:
    names = {resource.rpartition("/")[2] for resource in actions(granted())[action]}
    assert names
    assert all(name.startswith("tickit") for name in names)


def test_managed_policies_are_attached_that_the_stacks_attach(granted: Grants) -> None:
    (condition,) = [grant.condition for grant in granted() if "iam:AttachRolePolicy" in grant.actions]
    ((operator, key, policies),) = condition
    assert (operator, key) == ("ArnEquals", "iam:PolicyARN")
    assert {policy.rpartition("/")[2] for policy in policies} >= {"AmazonEKSClusterPolicy", "AmazonEKSWorkerNodePolicy"}
    assert not [policy for policy in policies if "Administrator" in policy]


def test_a_state_bucket_is_the_deployments_own_folder(granted: Grants) -> None:
    assert not [resource for resource in actions(granted())["s3:PutObject"] if "states" in resource]
    resources = actions(granted(**CHOSEN))
    assert "arn:aws:s3:::my-states/a/tickit/*" in resources["s3:PutObject"]
    assert "arn:aws:s3:::my-states" in resources["s3:CreateBucket"]
    assert not [resource for resource in resources["s3:DeleteBucket"] if "states" in resource]


def test_the_actions_of_operations_exist() -> None:
    """tests/iam_actions.py is what the life cycle's calls are judged by."""
    named = {action for found in iam_actions.OTHERS.values() for action in found}
    assert [action for action in named if [known.name for known in matching(action)] != [action]] == []


@pytest.mark.parametrize(
    ("operation", "needed"),
    [
        ("mwaa.CreateEnvironment", ["airflow:CreateEnvironment"]),
        ("s3.ListObjectsV2", ["s3:ListBucket"]),
        ("ec2.CreateVpc", ["ec2:CreateVpc"]),
        ("sts.GetCallerIdentity", []),
    ],
)
def test_an_operation_asks_for_its_actions(operation: str, needed: list[str]) -> None:
    assert iam_actions.needed(operation) == needed


def test_a_grant_is_kept_where_it_is_narrower_than_another() -> None:
    """Merging takes away what `*` allows anyway, and nothing that only a condition allows."""
    tagged: Any = frozenset([("StringEquals", "aws:ResourceTag/a", frozenset("b"))])
    here, everywhere = frozenset(["arn:aws:ec2:::x"]), frozenset("*")
    found = merged(
        [
            Grant(frozenset(["a:Read", "a:Write"]), here),
            Grant(frozenset(["a:Read"]), everywhere),
            Grant(frozenset(["a:Delete"]), everywhere, tagged),
        ]
    )
    assert set(found) == {
        Grant(frozenset(["a:Write"]), here),
        Grant(frozenset(["a:Read"]), everywhere),
        Grant(frozenset(["a:Delete"]), everywhere, tagged),
    }
