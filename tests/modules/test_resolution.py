"""References of synthesized stacks end at what AWS would answer."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tools.policy_document import rendered
from tools.resolution import ARNS, Resolution
from tools.synthesized import SynthesizedStack, read

US_EAST = {"provider": {"aws": [{"region": "us-east-1"}]}}


def stack(id_: str, resource: dict[str, Any], **sections: Any) -> SynthesizedStack:
    return SynthesizedStack(id_, (), {"resource": resource, **US_EAST, **sections})


def test_references_lead_through_stacks_to_names_and_arns() -> None:
    bucket = {"aws_s3_bucket": {"raw": {"bucket": "tickit-raw"}}}
    first = stack("first", bucket, output={"arns": {"value": ["${aws_s3_bucket.raw.arn}"]}})
    second = stack(
        "second", {"aws_thing": {"t": {"a": "${data.terraform_remote_state.first.outputs.arns[0]}/*", "b": ["${aws_thing.t.n}"], "n": 3}}}
    )
    assert Resolution([first, second]).block(second, "aws_thing.t") == {"a": "arn:aws:s3:::tickit-raw/*", "b": [3], "n": 3}


def test_what_aws_makes_up_is_an_example_or_a_wildcard() -> None:
    made = stack(
        "s", {"aws_s3_bucket": {"raw": {"bucket_prefix": "raw-"}}, "aws_eks_addon": {"a": {"cluster_name": "c", "addon_name": "n"}}}
    )
    policy = Resolution([made], account="444455556666", partition="aws-cn", made_up="*")
    assert policy.arn(made, "aws_s3_bucket.raw") == "arn:aws-cn:s3:::raw-*"
    assert policy.arn(made, "aws_eks_addon.a") == "arn:aws-cn:eks:us-east-1:444455556666:addon/c/n/*"
    assert policy.arn(made, "aws_unknown.a") is None
    assert policy.value(made, "${aws_s3_bucket.raw.bucket}/${aws_s3_bucket.raw.id}") == "raw-*/raw-*"


def test_an_expression_that_is_more_than_a_reference_stays() -> None:
    text = '${fileexists("${path.module}/a") ? 1 : 2} ${aws_lost.one.arn} ${data.terraform_remote_state.lost.outputs.x}'
    assert Resolution([]).value(stack("s", {}), text) == text


def test_a_policy_document_is_rendered_as_the_provider_does() -> None:
    condition = [
        {"test": "StringLike", "variable": "s3:prefix", "values": ["a"]},
        {"test": "StringLike", "variable": "s3:prefix", "values": ["&{aws:username}"]},
    ]
    principals = [{"type": "Service", "identifiers": ["a.amazonaws.com"]}]
    statement = {
        "sid": "A",
        "effect": "Deny",
        "not_actions": ["s3:*"],
        "resources": ["*"],
        "principals": principals,
        "condition": condition,
    }
    assert rendered({"statement": [statement, {"actions": ["a:B"], "principals": [{"type": "*", "identifiers": ["*"]}]}]}) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "A",
                "Effect": "Deny",
                "NotAction": ["s3:*"],
                "Resource": ["*"],
                "Principal": {"Service": ["a.amazonaws.com"]},
                "Condition": {"StringLike": {"s3:prefix": ["a", "${aws:username}"]}},
            },
            {"Effect": "Allow", "Action": ["a:B"], "Principal": "*"},
        ],
    }


@pytest.mark.parametrize("arguments", [{"source_policy_documents": ["{}"]}, {"statement": [{"action": ["s3:*"]}]}])
def test_an_argument_that_is_not_rendered_is_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"not rendered here: (source_policy_documents|action)"):
        rendered(arguments)


def test_every_arn_of_the_deployment_is_resolved(synthesize_to: Callable[..., Path]) -> None:
    """No `${` is left in the ARN of a resource, nor in a policy."""
    resolution = Resolution(read(synthesize_to()))
    arns = [resolution.arn(stack, address) for stack, address in resolution.blocks() if address.partition(".")[0] in ARNS]
    assert len(arns) > 50
    assert [arn for arn in arns if arn is None or "${" in arn] == []
