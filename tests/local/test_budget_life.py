"""The budget of the stack network lives and dies in the emulated AWS, with the real Terraform and its AWS provider."""

import json
import os
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local.aws.machine import Aws
from modules.settings import Settings
from tests.modules.programs import require
from tests.terraform import terraform_environment
from tools.tool_environment import ROOT

pytestmark = pytest.mark.system

Terraform = Callable[..., int]
NOTHING_TO_DO = 0


@pytest.fixture
def terraform(aws: Aws, tmp_path: Path) -> Terraform:
    """Run Terraform in a folder of its own: its exit code."""
    require("terraform", "a budget's life")
    variables = os.environ | terraform_environment(tmp_path) | aws.environment

    def run(*words: str) -> int:
        command = ["terraform", *words, "-input=false", "-no-color"]
        done = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode != 1, done.stdout + done.stderr
        return done.returncode

    return run


def write(folder: Path, **settings: Any) -> None:
    """The stack network with nothing in it but its budget."""
    require("node", "synthesis")
    import main  # noqa: PLC0415 - loads CDKTF, which needs Node

    example = tomllib.loads((ROOT / "settings.example.toml").read_text())
    main.deployment(Settings(**example | settings), folder / "cdktf.out").synth()
    stack = json.loads((folder / "cdktf.out/stacks/network/cdk.tf.json").read_text())
    alone = {"aws_budgets_budget": stack["resource"]["aws_budgets_budget"]}
    providers = {"required_providers": stack["terraform"]["required_providers"]}
    (folder / "cdk.tf.json").write_text(json.dumps({"terraform": providers, "provider": stack["provider"], "resource": alone}))


def test_a_budget_is_made_changed_in_place_and_destroyed(aws: Aws, terraform: Terraform, tmp_path: Path) -> None:
    write(tmp_path, budget_usd=600)
    terraform("init")
    terraform("apply", "-auto-approve")
    assert terraform("plan", "-detailed-exitcode") == NOTHING_TO_DO
    assert aws.inventory() == {"budgets": ["budget tickit-monthly"]}

    write(tmp_path, budget_usd=700, budget_email="bills@example.com", tags={"cost-centre": "4711"}, expires="2099-12-31")
    terraform("apply", "-auto-approve")
    assert terraform("plan", "-detailed-exitcode") == NOTHING_TO_DO
    assert (aws.calls()["budgets.CreateBudget"], aws.calls()["budgets.UpdateBudget"]) == (1, 1)
    budget = aws.client("budgets").describe_budget(AccountId="123456789012", BudgetName="tickit-monthly")["Budget"]
    assert float(budget["BudgetLimit"]["Amount"]) == 700

    terraform("destroy", "-auto-approve")
    assert aws.inventory() == {}
    assert aws.refusals() == []
