"""The stacks live and die through the commands that people use, the real CDKTF, Terraform and AWS provider, and an emulated AWS."""

import json
import signal
from pathlib import Path

import pytest
import yaml

from local.aws.machine import Aws
from modules.settings import Settings
from operations.deployment import Deployment
from operations.permissions.documents import actions, grants
from rehearsal.terraform import terraform_environment
from tests.deployment.figures import FIGURES
from tests.deployment.life import ANOTHER_LINE, FIRST, STACKS, STATE_BUCKET, Life
from tests.deployment.project import Project
from tests.iam_actions import needed
from tests.modules.programs import require
from tests.operations.synthesis import synthesize
from tools.synthesized import read

pytestmark = pytest.mark.system

WAREHOUSE = {"namespace tickit", "workgroup tickit"}
CATALOG = {"crawler tickit-lake", "database tickit_lake"}


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory, aws: Aws, request: pytest.FixtureRequest) -> Life:
    """The life, lived. It takes about a quarter of an hour, most of it what the AWS provider waits by itself."""
    for program in ("terraform", "node"):
        require(program, "the life cycle of the stacks")
    variables = terraform_environment(tmp_path_factory.mktemp("terraform")) | aws.environment
    life = Life(Project.copy(tmp_path_factory.mktemp("project"), variables), aws, request.config.stash[FIGURES])
    life.live()
    return life


def test_an_interrupted_deploy_says_how_to_go_on(life: Life) -> None:
    done = life.done["deploy, interrupted in the middle"]
    assert done.code == -signal.SIGINT  # make's own end, for a shell 130
    assert "Error 130" in done.output
    assert "make deploy" in done.output


def test_a_resumed_deploy_keeps_what_there_was_and_makes_the_rest(life: Life) -> None:
    then, now = life.moments["interrupted"].made, life.moments["deployed"].made
    assert 0 < len(then["mwaa"]) < len(now["mwaa"])
    assert "mwaa: half made" in life.done["deploy, interrupted in the middle"].output
    for stack in then.keys() - {"lake", "redshift"}:  # which were destroyed in between
        assert then[stack].items() <= now[stack].items(), stack


def test_nothing_is_left_of_stacks_that_were_destroyed(life: Life) -> None:
    there, left = life.moments["interrupted"].inventory, life.moments["destroyed lake and redshift"].inventory
    assert set(there["redshift-serverless"]) >= WAREHOUSE
    assert set(there["glue"]) >= CATALOG
    assert not {"glue", "redshift-serverless"} & set(left)
    assert left["ec2"]  # the network stays


def test_what_was_destroyed_is_made_again(life: Life) -> None:
    there = life.moments["deployed"].inventory
    assert set(there["redshift-serverless"]) >= WAREHOUSE
    assert set(there["glue"]) >= CATALOG


def test_the_deploy_fills_the_catalog(life: Life) -> None:
    assert life.held["catalog"] == ["category", "date", "event", "listing", "sales", "users", "venue"]


@pytest.mark.parametrize("stack", STACKS)
def test_a_deployed_stack_has_nothing_to_do(life: Life, stack: str) -> None:
    assert life.plans["nothing changed"][stack] == {}


def test_expired_statements_are_not_run_again(life: Life) -> None:
    statements = [address for address in life.moments["deployed"].made["redshift"] if address.startswith("aws_redshiftdata_statement.")]
    assert len(life.held["expired"]) == len(statements) > 0  # the plan has asked for each
    assert life.plans["statements expired"] == {"redshift": {}}
    runs = [life.moments[moment].calls["redshift-data.ExecuteStatement"] for moment in ("deployed", "changed")]
    assert runs[0] == runs[1]


@pytest.mark.parametrize("stack", STACKS)
def test_changed_settings_change_in_place(life: Life, stack: str) -> None:
    """Every stack: the added tag is everywhere, and where nothing has tags it is the chart's values."""
    actions = set(life.plans["settings changed"][stack].values())
    assert "update" in actions
    assert actions <= {"update", "read"}


def test_changed_values_are_one_update_of_the_release(life: Life) -> None:
    assert life.plans["settings changed"]["marquez-chart"] == {"helm_release.marquez": "update"}


@pytest.mark.parametrize(
    ("stack", "changed"),
    [
        ("network", "aws_budgets_budget."),
        ("lake", "aws_glue_crawler."),
        ("redshift", "aws_redshiftserverless_workgroup."),
        ("mwaa", "aws_mwaa_environment."),
        ("mwaa", "aws_s3_object.objects_dags--lineage_doctorpy_"),
        ("marquez", "aws_eks_node_group."),
    ],
)
def test_what_the_changed_settings_change_is_updated(life: Life, stack: str, changed: str) -> None:
    assert [action for address, action in life.plans["settings changed"][stack].items() if address.startswith(changed)] == ["update"]


def test_a_changed_dag_is_uploaded(life: Life) -> None:
    assert life.held["dag"].endswith(ANOTHER_LINE)


def test_changed_settings_reach_aws(life: Life) -> None:
    assert life.held["before the change"] == {
        "nodes": 2,
        "kubernetes": {"cluster": "1.35", "nodes": "1.35", "kube-proxy": "v1.35.0-eksbuild.2"},
        "class": "mw1.small",
        "capacity": 8,
        "budget": 600,
        "tags": None,
    }
    assert life.held["after the change"] == {
        "nodes": 3,
        "kubernetes": {"cluster": "1.36", "nodes": "1.36", "kube-proxy": "v1.36.0-eksbuild.2"},
        "class": "mw1.medium",
        "capacity": 16,
        "budget": 700,
        "tags": "4711",
    }


def test_changed_values_reach_the_release(life: Life) -> None:
    (state,) = [json.loads(text) for key, text in life.held["states"].items() if "marquez-chart" in key]
    (release,) = [resource for resource in state["resources"] if resource["type"] == "helm_release"]
    installed = yaml.safe_load_all(release["instances"][0]["attributes"]["manifest"])
    files = {manifest["metadata"]["name"]: manifest["data"] for manifest in installed if manifest["kind"] == "ConfigMap"}
    configured = yaml.safe_load(files["marquez-api"]["marquez.yml"])
    assert configured["dbRetention"] == {"retentionDays": 365}
    assert "DELETE" in files["marquez-proxy"]["nginx.conf"]


@pytest.mark.parametrize("stack", STACKS)
def test_a_deployed_change_has_nothing_to_do(life: Life, stack: str) -> None:
    assert life.plans["change deployed"][stack] == {}


def test_destroy_leaves_nothing_but_the_states(life: Life) -> None:
    assert life.moments["destroyed"].inventory == {"s3": [STATE_BUCKET]}
    assert f"{STATE_BUCKET}" in life.done["destroy everything"].output


def test_no_request_was_refused(life: Life, aws: Aws) -> None:
    """What the emulator refused is a wrong parameter in a stack, or something the emulator does not know."""
    assert aws.refusals() == []


def test_the_printed_permissions_allow_every_call(life: Life, tmp_path: Path) -> None:
    """Those that the real provider, Terraform and the commands have made."""
    deployment = synthesize(Deployment(Settings(**FIRST), tmp_path))
    allowed = actions(grants(read(tmp_path / "cdktf.out"), deployment.settings, FIRST["account_id"], "aws"))
    calls = life.moments["destroyed"].calls
    assert len(calls) > 200
    assert {call: needed(call) for call in calls if not allowed.keys() >= set(needed(call))} == {}


@pytest.mark.parametrize("moment", ["interrupted", "deployed"])
def test_the_preflight_has_nothing_against_what_the_deployment_has_made(life: Life, moment: str) -> None:
    of_this_machine = ("✗ 198.51.100.7/32: is an example's address", "✗ Your address: ", "✗ AWS CLI: ")
    assert [line for line in life.held[f"preflight, {moment}"] if not line.startswith(of_this_machine)] == []


def test_no_secret_is_in_a_state(life: Life) -> None:
    assert len(life.held["secrets"]) == 3  # the lineage API's key, the passwords of Marquez's database and of the warehouse
    assert len(life.held["states"]) == len(STACKS)
    for stack, state in life.held["states"].items():
        assert [name for name, value in life.held["secrets"].items() if value in state] == [], stack


def test_no_secret_was_printed(life: Life) -> None:
    for phase, done in life.done.items():
        assert [name for name, value in life.held["secrets"].items() if value in done.output] == [], phase
