"""`python -m rehearsal`: what it refuses, what a failing phase says, what Ctrl-C leaves."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rehearsal.project import Project
from tests.local.commands import alive
from tests.local.waiting import eventually
from tests.modules.programs import require
from tests.operations.driven import Driven
from tools.tool_environment import ROOT

pytestmark = pytest.mark.system

FIRST = {"deployment_id": "tickit", "owner": "data-platform@example.com", "region": "us-east-1", "external_ip": ["203.0.113.7/32"]}


@pytest.fixture
def command(tmp_path: Path) -> Callable[..., list[str]]:
    """The command for these settings, its state in the test's own folder."""

    def write(**settings: object) -> list[str]:
        Project(tmp_path, {}).choose(**FIRST | settings)
        return [sys.executable, "-m", "rehearsal", f"--settings={tmp_path / 'settings.toml'}", f"--state={tmp_path / 'rehearsal'}"]

    return write


def run(command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, timeout=300, check=False)


def test_wrong_settings_are_refused_before_anything_starts(command: Callable[..., list[str]], tmp_path: Path) -> None:
    done = run(command(region="nowhere", airflow_version="1.10.15"))
    assert done.returncode == 2
    assert "region" in done.stderr
    assert "airflow_version" in done.stderr
    assert not (tmp_path / "rehearsal").exists()


def test_missing_programs_are_named_before_anything_starts(command: Callable[..., list[str]], tmp_path: Path) -> None:
    done = run(command(), PATH="/nowhere")
    assert done.returncode == 2
    assert "Terraform is not on PATH, or does not start; 1.11 or newer is needed" in done.stderr
    assert "Node.js is not on PATH, or does not start; 20 or newer is needed" in done.stderr
    assert not (tmp_path / "rehearsal").exists()


def test_a_deploy_that_is_refused_says_why_and_ends_with_1(command: Callable[..., list[str]], tmp_path: Path) -> None:
    """Its last day is over: `make deploy` refuses, and so nothing is deployed. The person's profile and endpoint are not asked."""
    require("terraform", "a rehearsal")
    require("node", "a rehearsal")
    existing = {
        "existing_vpc_id": "vpc-0a",
        "existing_private_subnet_ids": ["subnet-0a", "subnet-0b", "subnet-0c"],
        "existing_public_subnet_ids": ["subnet-1a", "subnet-1b", "subnet-1c"],
    }
    arguments = command(expires="2020-01-01", lineage_url="https://lineage.example.com:443", **existing)
    done = run(arguments, AWS_PROFILE="production", AWS_ENDPOINT_URL="https://elsewhere.example")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "expires" in done.stdout
    assert f"All that it wrote: {tmp_path / 'rehearsal/logs/make-deploy.log'}" in done.stdout
    assert [line.split()[-1] for line in done.stdout.splitlines() if line.startswith("deploy ")] == ["failed"]
    assert "stands for https://lineage.example.com:443" in done.stdout
    assert "stands for vpc-0a" in done.stdout


def test_ctrl_c_leaves_no_process_and_says_where_the_logs_are(command: Callable[..., list[str]], tmp_path: Path) -> None:
    require("terraform", "a rehearsal")
    require("node", "a rehearsal")
    log = tmp_path / "rehearsal/logs/make-deploy.log"
    before = own_files()
    arguments = command(lineage_url="https://lineage.example.com:443")
    with Driven(["env", "-C", str(ROOT), *arguments], tmp_path) as driven:
        eventually(lambda: log.exists() and bool(driven.named("terraform")), "Terraform at work", 240)
        family = driven.descendants()
        driven.press_ctrl_c()
        assert driven.end(seconds=90) == 130
        assert f"Logs: {tmp_path / 'rehearsal/logs'}" in driven.output
        assert "interrupted" in driven.output
    assert alive(family) == []
    assert own_files() == before


def own_files() -> dict[str, float]:
    """{what a person's own deployment is in the checkout: when it was last changed}."""
    names = ["settings.toml", "cdktf.out", "build", *(path.name for path in ROOT.glob("*.tfstate*"))]
    return {name: (ROOT / name).stat().st_mtime for name in names if (ROOT / name).exists()}
