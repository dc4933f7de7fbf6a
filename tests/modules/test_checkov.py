"""checkov over all stacks: a gate."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.scan import Scan, scan, suppressions

OUTDIR = Callable[..., Path]


@pytest.fixture(scope="module")
def result(synthesize_to: OUTDIR) -> Scan:
    return scan(synthesize_to() / "stacks")


@pytest.mark.system
def test_no_check_fails_that_is_not_accepted_beside_its_resource(result: Scan) -> None:
    assert not result.failed, str(result)
    assert result.passed > 600


@pytest.mark.system
def test_no_suppression_is_left_over(result: Scan) -> None:
    assert not result.unused, str(result)


@pytest.mark.system
def test_a_failed_check_is_found(tmp_path: Path) -> None:
    stack = tmp_path / "stacks/open/cdk.tf.json"
    stack.parent.mkdir(parents=True)
    rule = {"type": "ingress", "protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"], "security_group_id": "sg-1"}
    stack.write_text(json.dumps({"resource": {"aws_security_group_rule": {"ssh": rule}}}))
    failed = {finding.check for finding in scan(tmp_path / "stacks").failed}
    assert "CKV_AWS_24" in failed  # SSH from anywhere


def test_every_suppression_has_a_reason(synthesize_to: OUTDIR) -> None:
    reasons = suppressions(synthesize_to() / "stacks")
    assert [key for key, reason in reasons.items() if len(reason.split()) < 4] == []


def test_a_suppression_without_a_reason_is_refused(tmp_path: Path) -> None:
    block = {"//": {"checkov": {"skip": [{"id": "CKV_AWS_1", "comment": " "}]}}}
    (tmp_path / "s").mkdir()
    (tmp_path / "s/cdk.tf.json").write_text(json.dumps({"resource": {"aws_s3_bucket": {"raw": block}}}))
    with pytest.raises(ValueError, match="s: raw: CKV_AWS_1 is suppressed without a reason"):
        suppressions(tmp_path)
