"""What the states say, in files and in S3."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from lineage.report import console
from local.aws.machine import Aws
from operations import state
from operations.deployment import Deployment, NotDeployed
from operations.preflight import state_bucket
from operations.stack_state import AnotherState

pytestmark = pytest.mark.system

Deploy = Callable[..., Deployment]
LOCK = {"ID": "0a1b-2c3d", "Operation": "OperationTypeApply", "Who": "me@there", "Created": "2026-11-24T00:00:00Z"}


def content(**outputs: dict[str, Any]) -> str:
    resources = [
        {"mode": "managed", "type": "aws_vpc", "name": "vpc", "instances": [{"status": "tainted"}]},
        {"mode": "managed", "type": "aws_subnet", "name": "private", "instances": [{}, {}]},
        {"mode": "data", "type": "aws_region", "name": "here", "instances": [{}]},
    ]
    return json.dumps({"version": 4, "serial": 12, "outputs": outputs, "resources": resources})


def keep(deployment: Deployment, stack: str, text: str) -> None:
    (deployment.root / f"tickit.{stack}.tfstate").write_text(text)


@pytest.fixture
def in_s3(aws: Aws, deployment: Deploy) -> Deployment:
    made = deployment(state_backend="s3://my-states/tickit")
    aws.client("s3").create_bucket(Bucket="my-states")
    return made


def test_a_state_in_a_file(deployment: Deploy, capfd: pytest.CaptureFixture[str]) -> None:
    local = deployment()
    keep(local, "network", content())
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp()
    os.utime(local.root / "tickit.network.tfstate", (noon, noon))
    assert state.show_state(local, console()) == 0
    lines = capfd.readouterr().out.splitlines()
    assert lines[1].split() == ["network", "3", "12", "2026-11-24", "12:00", "UTC", "tickit.network.tfstate"]
    assert lines[2].split() == ["lake", "not", "deployed", "tickit.lake.tfstate"]
    assert lines[-1] == "network: half made, made anew by `make deploy STACK=network`: aws_vpc.vpc"


def test_a_state_in_s3(in_s3: Deployment, aws: Aws, capfd: pytest.CaptureFixture[str]) -> None:
    aws.client("s3").put_object(Bucket="my-states", Key="tickit/tickit/network.tfstate", Body=content())
    assert state.deployed(in_s3) == ["network"]
    state.show_state(in_s3, console())
    assert "s3://my-states/tickit/tickit/network.tfstate" in capfd.readouterr().out


def test_a_bucket_that_is_not_there_holds_no_state(aws: Aws, deployment: Deploy) -> None:
    assert state.deployed(deployment(state_backend="s3://my-states/tickit")) == []


def test_what_was_destroyed_is_not_deployed(deployment: Deploy) -> None:
    local = deployment()
    keep(local, "network", json.dumps({"version": 4, "serial": 13, "outputs": {}, "resources": []}))
    assert state.deployed(local) == []


def of(owner: str) -> str:
    """A state of the deployment `owner`, as its resources' tags have it."""
    tagged = {"attributes": {"tags_all": {"deployment": owner}}}
    held = [("aws_vpc", tagged), ("aws_route", {"attributes": {"tags_all": None}}), ("terraform_data", {"attributes": {}})]
    resources = [{"mode": "managed", "type": kind, "name": "one", "instances": [instance]} for kind, instance in held]
    return json.dumps({"version": 4, "serial": 12, "outputs": {}, "resources": resources})


def test_each_deployment_has_a_state_of_its_own(deployment: Deploy) -> None:
    keep(deployment(), "network", of("tickit"))
    assert state.deployed(deployment()) == ["network"]
    assert state.deployed(deployment(deployment_id="prod")) == []


def test_the_state_of_another_deployment_is_refused(deployment: Deploy) -> None:
    local = deployment()
    keep(local, "lake", of("prod"))
    said = "the state tickit.lake.tfstate is that of the deployment prod, and the settings say deployment_id = 'tickit': put the id back"
    for read in (state.deployed, lambda made: made.outputs("lake"), lambda made: state.show_state(made, console())):
        with pytest.raises(AnotherState, match=said):
            read(local)
    (found,) = state_bucket.states(local)
    assert (found.level.name, said in found.detail) == ("PROBLEM", True)


def test_a_state_from_before_there_were_several_is_not_overlooked(deployment: Deploy) -> None:
    """Everything would be made anew beside what stands."""
    local = deployment()
    (local.root / "terraform.network.tfstate").write_text(of("tickit"))
    with pytest.raises(AnotherState) as error:
        state.deployed(local)
    assert str(error.value).startswith(
        "the state terraform.network.tfstate of tickit is from before each deployment had a place of its own"
    )
    move = str(error.value).split("`")[1].split()
    assert move[0] == "mv"
    (local.root / move[1]).rename(local.root / move[2])
    assert state.deployed(local) == ["network"]


def test_one_of_another_deployment_is_in_nobody_s_way(deployment: Deploy) -> None:
    (deployment().root / "terraform.network.tfstate").write_text(of("tickit"))
    assert state.deployed(deployment(deployment_id="prod")) == []


def test_nor_is_one_in_s3(in_s3: Deployment, aws: Aws) -> None:
    aws.client("s3").put_object(Bucket="my-states", Key="tickit/network.tfstate", Body=of("tickit"))
    said = "`aws s3 mv s3://my-states/tickit/network.tfstate s3://my-states/tickit/tickit/network.tfstate`"
    with pytest.raises(AnotherState, match=said):
        state.deployed(in_s3)


def test_one_that_was_destroyed_is_in_nobody_s_way(deployment: Deploy) -> None:
    local = deployment()
    (local.root / "terraform.network.tfstate").write_text(json.dumps({"version": 4, "serial": 13, "outputs": {}, "resources": []}))
    assert state.deployed(local) == []


def test_a_stack_that_the_settings_no_longer_want_is_shown(deployment: Deploy, capfd: pytest.CaptureFixture[str]) -> None:
    local = deployment(lineage_url="http://lineage.example.com:5000")
    keep(local, "marquez", content())
    state.show_state(local, console())
    output = capfd.readouterr().out
    assert "tickit.marquez.tfstate (the settings no longer want it)" in output
    assert "marquez-chart" not in output


def test_a_locked_file(deployment: Deploy, capfd: pytest.CaptureFixture[str]) -> None:
    local = deployment()
    (local.root / ".tickit.lake.tfstate.lock.info").write_text(json.dumps(LOCK))
    state.show_state(local, console())
    output = capfd.readouterr().out
    assert "lake: locked by me@there, apply, since 2026-11-24T00:00:00Z" in output
    assert "`rm .tickit.lake.tfstate.lock.info`" in output


def test_a_lock_in_s3(in_s3: Deployment, aws: Aws, capfd: pytest.CaptureFixture[str]) -> None:
    aws.client("s3").put_object(Bucket="my-states", Key="tickit/tickit/lake.tfstate.tflock", Body=json.dumps(LOCK))
    state.show_state(in_s3, console())
    assert "`terraform -chdir=cdktf.out/stacks/lake force-unlock 0a1b-2c3d`" in capfd.readouterr().out


def test_outputs_with_their_descriptions_and_without_secrets(deployment: Deploy, capfd: pytest.CaptureFixture[str]) -> None:
    local = deployment()
    values: dict[str, Any] = {
        "vpc_id": {"value": "vpc-1"},
        "subnets": {"value": ["a", "b"]},
        "password": {"value": "hidden", "sensitive": True},
    }
    keep(local, "network", content(**values))
    keep(local, "marquez-chart", content())
    synthesized = local.root / "cdktf.out/stacks/network/cdk.tf.json"
    synthesized.parent.mkdir(parents=True)
    synthesized.write_text(json.dumps({"output": {"vpc_id": {"value": "${aws_vpc.vpc.id}", "description": "The VPC"}}}))
    state.show_outputs(local, console(), ["network", "lake", "marquez-chart"])
    output = capfd.readouterr().out
    assert "  vpc_id The VPC\n      vpc-1\n" in output
    assert '  subnets \n      [\n        "a",\n        "b"\n      ]\n' in output
    assert "  password \n      (sensitive)\n" in output
    assert "hidden" not in output
    assert "lake: not deployed" in output
    assert "marquez-chart: no outputs" in output


def test_a_stack_without_outputs_is_deployed_all_the_same(deployment: Deploy) -> None:
    local = deployment()
    keep(local, "marquez-chart", content())
    assert local.outputs("marquez-chart") == {}


@pytest.mark.parametrize("text", [None, json.dumps({"version": 4, "serial": 13, "outputs": {}, "resources": []})])
def test_outputs_of_what_is_not_deployed_are_refused(deployment: Deploy, text: str | None) -> None:
    local = deployment()
    if text:
        keep(local, "lake", text)
    with pytest.raises(NotDeployed, match="lake is not deployed: `make deploy STACK=lake`"):
        local.outputs("lake")


def test_an_output_that_a_failed_deploy_did_not_reach_is_named(deployment: Deploy) -> None:
    local = deployment()
    keep(local, "lake", content(bucket_name={"value": "tickit-raw"}))
    assert local.outputs("lake")["bucket_name"] == "tickit-raw"
    with pytest.raises(NotDeployed, match="its output glue_database is missing: `make deploy STACK=lake`"):
        local.outputs("lake")["glue_database"]
