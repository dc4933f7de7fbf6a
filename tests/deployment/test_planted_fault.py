"""A stack with a wrong parameter, which Terraform and its provider let pass, does not deploy to the emulated AWS either."""

import json
import subprocess
from pathlib import Path

import pytest

from local.aws.machine import Aws
from rehearsal.terraform import terraform_environment
from tests.deployment.life import FIRST
from tests.deployment.project import Project
from tests.modules.programs import require

pytestmark = pytest.mark.system

SECRET = "aws_secretsmanager_secret"
TOO_LONG = "x" * 2049  # https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, aws: Aws) -> Project:
    """The network is synthesized, with its state in its folder."""
    for program in ("terraform", "node"):
        require(program, "the planted fault")
    variables = terraform_environment(tmp_path_factory.mktemp("terraform")) | aws.environment
    project = Project.copy(tmp_path_factory.mktemp("project"), variables)
    project.choose(**FIRST | {"state_backend": "local"})
    assert project.make("synth").code == 0
    return project


def apply(project: Project, description: str) -> subprocess.CompletedProcess[str]:
    """Apply one of the network's secrets, with that description."""
    folder = project.folder / "cdktf.out/stacks/network"
    path = folder / "cdk.tf.json"
    stack = json.loads(path.read_text())
    name = next(iter(stack["resource"][SECRET]))
    stack["resource"][SECRET][name]["description"] = description
    path.write_text(json.dumps(stack))
    terraform(project, folder, "init", "-input=false").check_returncode()
    return terraform(project, folder, "apply", "-input=false", "-auto-approve", "-no-color", f"-target={SECRET}.{name}")


def terraform(project: Project, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["terraform", *arguments], cwd=folder, env=project.variables, capture_output=True, text=True, timeout=600, check=False
    )


def test_a_wrong_parameter_fails_the_deploy_and_is_noted(project: Project, aws: Aws) -> None:
    planted = apply(project, TOO_LONG)
    assert planted.returncode == 1
    assert "Invalid" in planted.stderr
    assert any("escription" in refusal["message"] for refusal in aws.refusals()), aws.refusals()


def test_without_it_the_same_deploys(project: Project, aws: Aws) -> None:
    before = aws.refusals()
    right = apply(project, "The key")
    assert right.returncode == 0, right.stderr
    assert aws.refusals() == before
