"""`cdktf deploy STACK` by itself, without make and the flags it knows: the smallest stack there is, in a VPC that exists already."""

import json
import subprocess

import pytest

from local.aws.machine import Aws
from rehearsal.terraform import terraform_environment
from tests.deployment.life import FIRST
from tests.deployment.project import Project
from tests.local.aws_network import make_network
from tests.modules.programs import require

pytestmark = pytest.mark.system

STACK = "cdktf.out/stacks/network/cdk.tf.json"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, aws: Aws) -> Project:
    """Its network is deployed."""
    for program in ("terraform", "node"):
        require(program, "plain cdktf")
    variables = terraform_environment(tmp_path_factory.mktemp("terraform")) | aws.environment
    project = Project.copy(tmp_path_factory.mktemp("project"), variables)
    network = make_network(aws)
    existing = {
        "existing_vpc_id": network.vpc,
        "existing_private_subnet_ids": network.subnets,
        "existing_public_subnet_ids": network.subnets,
        "lineage_url": "https://lineage.example.com:443",
    }
    project.choose(**{name: FIRST[name] for name in ("deployment_id", "owner", "region", "external_ip")}, **existing)
    # Without its last flag cdktf has Terraform lock providers, which it takes from the registry alone, mirror or not.
    command = ["node_modules/.bin/cdktf", "deploy", "network", "--auto-approve", "--skip-provider-lock"]
    done = subprocess.run(
        command,
        cwd=project.folder,
        env=project.variables,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-6000:]
    return project


def test_the_whole_stack_is_deployed(project: Project, aws: Aws) -> None:
    wanted = json.loads((project.folder / STACK).read_text())["resource"]
    held = json.loads((project.folder / "tickit.network.tfstate").read_text())["resources"]
    assert {(resource["type"], resource["name"]) for resource in held if resource["mode"] == "managed"} == {
        (kind, name) for kind, named in wanted.items() for name in named
    }
    assert project.plan("network") == {}
    assert aws.refusals() == []


def test_an_output_that_would_change_is_something_to_do(project: Project) -> None:
    """What the life cycle calls an empty plan has none."""
    stack = json.loads((project.folder / STACK).read_text())
    name = next(iter(stack["output"]))
    stack["output"][name]["value"] = "another"
    (project.folder / STACK).write_text(json.dumps(stack))
    assert project.plan("network") == {f"output.{name}": "update"}
