"""What Terraform itself says of the stacks: `validate`, with the real AWS provider and a double of Helm's."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rehearsal.terraform import terraform_environment
from tests.modules.programs import require

pytestmark = pytest.mark.system

STACKS = ["network", "lake", "redshift", "marquez", "marquez-chart", "mwaa"]
OTHER_CHOICES: dict[str, Any] = {
    "existing_vpc_id": "vpc-0a1b",
    "existing_private_subnet_ids": ["subnet-0aa1", "subnet-0aa2", "subnet-0aa3"],
    "existing_public_subnet_ids": ["subnet-0bb1", "subnet-0bb2", "subnet-0bb3"],
    "airflow_version": "3.3.1",
    "mwaa_webserver": "private",
    "eks_spot": True,
    "domain": "data.example.com",
    "certificate_arn": "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d",
    "tickit_location": "s3://elsewhere/tickit",
    "state_backend": "s3://my-states/tickit",
    "account_id": "123456789012",
    "protect": True,
    "budget_usd": 600,
    "budget_email": "bills@example.com",
    "expires": "2099-12-31",
    "tags": {"cost-centre": "4711"},
}


@pytest.fixture(scope="module")
def terraform(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run Terraform in a folder."""
    program = require("terraform", "validation of the stacks")
    variables = terraform_environment(tmp_path_factory.mktemp("terraform"))

    def run(cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [program, *arguments, "-no-color"]
        return subprocess.run(command, cwd=cwd, env=os.environ | variables, capture_output=True, text=True, timeout=600, check=False)

    return run


def problems(terraform: Callable[..., subprocess.CompletedProcess[str]], stack: Path) -> list[str]:
    """What Terraform finds wrong or warns of in a synthesized stack."""
    done = terraform(stack, "init", "-backend=false", "-input=false")
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(terraform(stack, "validate", "-json").stdout)
    return [f"{found['severity']}: {found['summary']}: {found['detail']}" for found in report["diagnostics"]]


def test_every_stack_is_named_here(synthesized: dict[str, Any]) -> None:
    assert sorted(synthesized) == sorted(STACKS)


@pytest.mark.parametrize("stack", STACKS)
def test_terraform_validates(stack: str, terraform: Callable[..., Any], synthesize_to: Callable[..., Path]) -> None:
    assert problems(terraform, synthesize_to() / "stacks" / stack) == []


@pytest.mark.parametrize("stack", STACKS)
def test_terraform_validates_with_other_choices(stack: str, terraform: Callable[..., Any], synthesize_to: Callable[..., Path]) -> None:
    assert problems(terraform, synthesize_to(**OTHER_CHOICES) / "stacks" / stack) == []


@pytest.mark.parametrize("stack", ["network", "mwaa"])
def test_terraform_validates_without_marquez(stack: str, terraform: Callable[..., Any], synthesize_to: Callable[..., Path]) -> None:
    assert problems(terraform, synthesize_to(lineage_url="http://lineage.example.com:5000") / "stacks" / stack) == []


def test_terraform_refuses_what_the_provider_does_not_know(terraform: Callable[..., Any], tmp_path: Path) -> None:
    """The judge is awake: the real provider's schema is what judges."""
    required = {"required_providers": {"aws": {"source": "aws", "version": "5.100.0"}}}
    stack = {"terraform": required, "resource": {"aws_s3_bucket": {"raw": {"bucket_suffix": "x"}}}}
    (tmp_path / "cdk.tf.json").write_text(json.dumps(stack))
    assert [problem for problem in problems(terraform, tmp_path) if "bucket_suffix" in problem]
