"""Every statement of every policy against the service authorization reference: a gate, with the faults planted that it is for."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.modules.test_terraform import OTHER_CHOICES
from tools.iam_reference.arns import means
from tools.iam_reference.documents import attached, document_faults, findings
from tools.iam_reference.statements import Kind
from tools.resolution import Resolution
from tools.synthesized import SynthesizedStack, read

ToFolder = Callable[..., Path]
CHOICES: dict[str, dict[str, Any]] = {
    "the example": {},
    "other choices": OTHER_CHOICES,
    "lineage elsewhere": {"lineage_url": "http://lineage.example.com:5000"},
}
BUCKET, OBJECTS = "arn:aws:s3:::tickit-raw", "arn:aws:s3:::tickit-raw/*"


@pytest.fixture(scope="module")
def stacks(synthesize_to: ToFolder) -> list[SynthesizedStack]:
    return read(synthesize_to())


@pytest.mark.parametrize("choice", CHOICES)
def test_every_statement_is_one_that_the_reference_knows(choice: str, synthesize_to: ToFolder) -> None:
    found = findings(Resolution(read(synthesize_to(**CHOICES[choice]))))
    assert found == [], "\n".join(map(str, found))


def test_policies_of_every_kind_are_judged(stacks: list[SynthesizedStack]) -> None:
    """A policy that is not found is not judged: so each attachment that the stacks have is counted."""
    judged = {policy.resource.partition(".")[0] for policy in attached(Resolution(stacks))}
    assert judged >= {"aws_iam_role", "aws_iam_role_policy", "aws_iam_policy", "aws_s3_bucket_policy", "aws_kms_key"}
    documents = {address for stack in stacks for address in stack.blocks if address.startswith("data.aws_iam_policy_document.")}
    assert {policy.source for policy in attached(Resolution(stacks))} == documents


def planted(stacks: list[SynthesizedStack], stack: str, document: str, sid: str, **changes: Any) -> list[str]:
    """What else is found when arguments of one statement are changed."""
    changed = {other.id: SynthesizedStack(other.id, other.dependencies, copy.deepcopy(other.terraform)) for other in stacks}
    documents = changed[stack].terraform["data"]["aws_iam_policy_document"]
    (block,) = [block for block in documents.values() if block["//"]["metadata"]["path"] == f"{stack}/{document}"]
    (statement,) = [statement for statement in block["statement"] if statement.get("sid") == sid]
    statement.update(changes)
    before = findings(Resolution(stacks))
    return [str(found) for found in findings(Resolution(changed.values())) if found not in before]


def test_an_endpoint_policy_for_a_prefix_that_is_none_is_found(stacks: list[SynthesizedStack]) -> None:
    """CloudWatch's endpoint is called monitoring, and its actions are of cloudwatch."""
    (found,) = planted(stacks, "network", "endpoints/redshift-serverless_policy", "OwnAccount", actions=["monitoring:*"])
    assert found.startswith("network: aws_vpc_endpoint.endpoints_redshift-serverless_")
    assert "statement OwnAccount: monitoring:*: no service has the prefix monitoring." in found


def test_a_crawler_that_cannot_read_its_security_configuration_is_found(stacks: list[SynthesizedStack]) -> None:
    actions = ["glue:GetTable", "glue:GetDatabase", "glue:GetSecurityConfiguration"]
    (found,) = planted(stacks, "lake", "crawler/permissions", "Catalog", actions=actions)
    assert found.startswith("lake: aws_iam_role_policy.crawler_policy_")
    assert "statement Catalog: glue:GetSecurityConfiguration: is for none of the statement's resources" in found
    assert 'only "*" grants it, in a statement of its own' in found


@pytest.mark.parametrize(
    ("where", "changes", "said"),
    [
        ("lake: crawler/permissions: Objects", {"actions": ["s3:GetObjects"]}, "is no action that AWS has. Like it: s3:GetObject"),
        ("lake: raw/policy_document: TlsOnly", {"actions": ["s3:Frob*"]}, "s3:Frob*: is no action that AWS has"),
        ("lake: crawler/permissions: Listing", {"resources": ["${aws_s3_bucket.raw_bucket_B8DCEC09.arn}/*"]}, "It is for accesspoint"),
        ("mwaa: execution_role/trust: Environment", {"actions": ["s3:GetObject"]}, "AWS refuses anything else in a trust policy"),
        ("network: key/policy: Account", {"principals": []}, "Principal: must stand in a policy of this kind (resource)"),
        ("mwaa: execution_role/permissions: Metrics", {"resources": []}, "Resource: must stand in a policy of this kind (identity)"),
        ("mwaa: execution_role/permissions: Secrets", {"resources": ["${aws_nothing.made.arn}"]}, "a reference in it does not end"),
    ],
)
def test_a_planted_fault_is_found(stacks: list[SynthesizedStack], where: str, changes: dict[str, Any], said: str) -> None:
    stack, document, sid = where.split(": ")
    found = planted(stacks, stack, document, sid, **changes)
    assert [line for line in found if said in line and f"statement {sid}" in line and line.startswith(stack)], found


def test_a_condition_key_that_the_action_does_not_know_is_found(stacks: list[SynthesizedStack]) -> None:
    condition = [{"test": "StringEquals", "variable": "s3:prefx", "values": ["tickit"]}]
    (found,) = planted(stacks, "lake", "crawler/permissions", "Listing", condition=condition)
    assert "s3:ListBucket: does not know the condition key s3:prefx, so the condition never holds for it. Like it: s3:prefix" in found


def test_an_exception_that_is_not_needed_is_found(stacks: list[SynthesizedStack]) -> None:
    (found,) = planted(stacks, "network", "key/policy", "Logs", condition=[])
    assert "statement Logs: kms:Describe*: is an exception that is not needed. Take it away." in found


def test_an_exception_without_a_reason_is_refused() -> None:
    note = {"metadata": {"path": "s/p"}, "iam": {"except": [{"sid": "A", "subject": "s3:Frob", "reason": " "}]}}
    stack = {"data": {"aws_iam_policy_document": {"p": {"//": note}}}, "provider": {"aws": [{"region": "us-east-1"}]}}
    with pytest.raises(ValueError, match=r"s: data\.aws_iam_policy_document\.p: A: s3:Frob is accepted without a reason"):
        findings(Resolution([SynthesizedStack("s", (), stack)]))


def test_a_document_that_is_written_as_text_is_judged() -> None:
    policy = json.dumps({"Statement": [{"Effect": "Allow", "Action": "nosuch:Thing", "Resource": "*"}]})
    resource = {"aws_iam_policy": {"p": {"name": "p", "policy": policy}}}
    stack = SynthesizedStack("s", (), {"resource": resource, "provider": {"aws": [{"region": "us-east-1"}]}})
    assert [found.fault.subject for found in findings(Resolution([stack]))] == ["nosuch:Thing"]


def said(kind: Kind = Kind.IDENTITY, **statement: Any) -> dict[str, str]:
    """{subject: problem} of one statement."""
    return {fault.subject: fault.problem for _, fault in document_faults({"Statement": [statement]}, kind)}


@pytest.mark.parametrize(
    "statement",
    [
        {"Action": "s3:GetObject", "Resource": OBJECTS},
        {"Action": ["s3:getobject", "s3:ListBucket"], "Resource": [BUCKET, OBJECTS]},
        {"Action": "s3:GetObject*", "Resource": "*"},
        {"Action": "*", "Resource": "*"},
        {"NotAction": "iam:*", "Resource": "*"},
        {"Action": "s3:*", "NotResource": OBJECTS},
        {"Action": "logs:PutLogEvents", "Resource": "arn:aws:logs:us-east-1:123456789012:log-group:mine:*"},
        {"Action": "logs:PutLogEvents", "Resource": "arn:aws:logs:us-east-1:123456789012:log-group:mine-*"},
        {"Action": "iam:PassRole", "Resource": "arn:aws:iam::123456789012:role/a/path/name"},
        {"Action": "s3:GetObject", "Resource": OBJECTS, "Condition": {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": ["o-1/*"]}}},
        {"Action": "s3:GetObject", "Resource": OBJECTS, "Condition": {"StringEquals": {"s3:ExistingObjectTag/kind": "a"}}},
        {"Action": "ec2:DeleteSubnet", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/deployment": "a"}}},
    ],
)
def test_a_right_statement_has_no_fault(statement: dict[str, Any]) -> None:
    assert said(**statement) == {}


@pytest.mark.parametrize(
    ("statement", "subject"),
    [
        ({"Action": "s3:GetObject", "Resource": BUCKET}, "s3:GetObject"),
        ({"Action": "s3:ListBucket", "Resource": OBJECTS}, "s3:ListBucket"),
        (
            {"Action": "s3:GetObject", "Resource": [OBJECTS, "arn:aws:kms:us-east-1:123456789012:key/1"]},
            "arn:aws:kms:us-east-1:123456789012:key/1",
        ),
        ({"Effect": "Deny", "Action": "s3:ListAllMyBuckets", "Resource": BUCKET}, "s3:ListAllMyBuckets"),
        ({"NotAction": "iam:Frob", "Resource": "*"}, "iam:Frob"),
        ({"NotAction": "nosuch:*", "Resource": "*"}, "nosuch:*"),
        (
            {"Action": "s3:ListBucket", "NotResource": "arn:aws:kms:us-east-1:123456789012:key/1"},
            "arn:aws:kms:us-east-1:123456789012:key/1",
        ),
        ({"Action": "s3*:GetObject", "Resource": "*"}, "s3*:GetObject"),
        ({"Action": "s3:GetObject", "Resource": "tickit-raw/*"}, "tickit-raw/*"),
        ({"Action": "s3:GetObject", "Resource": "arn:aws:s3:us-east-1:123456789012:tickit-raw/*"}, "s3:GetObject"),
        ({"Action": "s3:GetObject", "Resource": OBJECTS, "Condition": {"StringsLike": {"aws:SourceVpc": "a"}}}, "StringsLike"),
        ({"Action": "s3:GetObject", "Resource": OBJECTS, "Condition": {"Bool": {"aws:SecureTransport": "off"}}}, "Bool"),
        ({"Action": "s3:GetObject", "Resource": OBJECTS, "Condition": {"StringLike": {"aws:SourceVpcs": "a"}}}, "s3:GetObject"),
        (
            {"Action": "s3:ListAllMyBuckets", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/a": "a"}}},
            "s3:ListAllMyBuckets",
        ),
        ({"Action": "s3:GetObject", "Resource": OBJECTS, "Principal": "*"}, "Principal"),
    ],
)
def test_a_wrong_statement_is_named_by_what_is_wrong_in_it(statement: dict[str, Any], subject: str) -> None:
    assert subject in said(**statement)


@pytest.mark.parametrize(
    ("resource", "shape", "expected"),
    [
        ("arn:aws:s3:::b", "arn:${Partition}:s3:::${BucketName}", True),
        ("arn:aws:s3:::b/k", "arn:${Partition}:s3:::${BucketName}", False),
        ("arn:aws:s3:::b*", "arn:${Partition}:s3:::${BucketName}/${ObjectName}", True),
        ("arn:aws:s3:::b", "arn:${Partition}:s3:::${BucketName}/${ObjectName}", False),
        ("arn:aws:s3:::*/tickit/?.parquet", "arn:${Partition}:s3:::${BucketName}/${ObjectName}", True),
        ("arn:aws:glue:us-east-1:123456789012:table/a/b", "arn:${Partition}:glue:${Region}:${Account}:database/${DatabaseName}", False),
        ("arn:aws:glue:us-east-1:123456789012:*", "arn:${Partition}:glue:${Region}:${Account}:database/${DatabaseName}", True),
        ("arn:aws:glue:us-east-1:123456789012:catalog", "arn:${Partition}:glue:${Region}:${Account}:catalog", True),
        ("arn:aws:sqs:us-east-1:*:airflow-celery-*", "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}", True),
        ("arn:aws:sns:us-east-1:*:airflow-celery-*", "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}", False),
    ],
)
def test_an_arn_means_resources_of_a_type(resource: str, shape: str, expected: bool) -> None:
    assert means(resource, shape) is expected
