"""What all stacks have in common: tags, states, how outputs are read, and that no secret stands anywhere."""

import json
import re
from typing import Any

from tests.modules.terraform_json import Stack, before, outputs

Stacks = dict[str, Stack]
REMOTE = re.compile(r"\$\{data\.terraform_remote_state\.([\w-]+)\.outputs\.(\w+)")
SECRET_ARGUMENT = re.compile(r"(^|_)(password|secret_string|secret_binary|token|private_key|secret_key|api_key)(_wo)?$")


def arguments(value: Any, name: str = "") -> list[tuple[str, Any]]:
    """Every (argument, scalar) of a synthesized stack."""
    if isinstance(value, dict):
        return [pair for key, item in value.items() if key != "//" for pair in arguments(item, key)]
    if isinstance(value, list):
        return [pair for item in value for pair in arguments(item, name)]
    return [(name, value)]


def test_mandatory_tags_are_on_everything_of_every_stack(chosen: Stacks) -> None:
    for stack in chosen.values():
        for provider in stack["provider"]["aws"]:
            (default,) = provider["default_tags"]
            assert default["tags"] == {
                "owner": "data-platform@example.com",
                "deployment": "tickit",
                "managed-by": "cdktf",
                "cost-centre": "4711",
                "expires": "2099-12-31",
            }


def test_no_resource_hides_a_mandatory_tag(synthesized: Stacks) -> None:
    own = [block.get("tags", {}) for stack in synthesized.values() for kind in stack["resource"].values() for block in kind.values()]
    assert [tags for tags in own if {"owner", "deployment", "managed-by"} & tags.keys()] == []


def test_the_provider_is_the_one_that_was_tested(synthesized: Stacks) -> None:
    for stack in synthesized.values():
        assert stack["terraform"]["required_providers"]["aws"] == {"source": "aws", "version": "5.100.0"}


def test_the_account_is_checked_when_it_is_set(chosen: Stacks, synthesized: Stacks) -> None:
    for stack in chosen.values():
        assert stack["provider"]["aws"][0]["allowed_account_ids"] == ["123456789012"]
    assert "allowed_account_ids" not in synthesized["network"]["provider"]["aws"][0]


def test_the_state_stands_beside_main(synthesized: Stacks) -> None:
    """Terraform runs in cdktf.out/stacks/<stack>; CDKTF's own default is an absolute path."""
    for name, stack in synthesized.items():
        assert stack["terraform"]["backend"] == {"local": {"path": f"../../../tickit.{name}.tfstate"}}


def test_the_state_can_be_in_s3_with_a_lock_file(chosen: Stacks) -> None:
    for name, stack in chosen.items():
        expected = {
            "bucket": "my-states",
            "key": f"a/tickit/tickit/{name}.tfstate",
            "region": "us-east-1",
            "encrypt": True,
            "use_lockfile": True,
        }
        assert stack["terraform"]["backend"] == {"s3": expected}
        for upstream, state in stack.get("data", {}).get("terraform_remote_state", {}).items():
            assert state["backend"] == "s3"
            assert state["config"] == {"bucket": "my-states", "key": f"a/tickit/tickit/{upstream}.tfstate", "region": "us-east-1"}


def test_a_stack_reads_published_outputs_only(synthesized: Stacks) -> None:
    """Nothing that CDKTF publishes by itself, which would come and go with its readers."""
    for name, stack in synthesized.items():
        assert not [output for output in stack.get("output", {}) if "cross-stack" in output]
        states = stack.get("data", {}).get("terraform_remote_state", {})
        for upstream, output in REMOTE.findall(json.dumps(stack)):
            assert upstream in states, f"{name} reads {upstream} without its state"
            assert output in synthesized[upstream]["output"], f"{name} reads {output}, which {upstream} does not publish"


def test_every_output_says_what_it_is(synthesized: Stacks) -> None:
    for stack in synthesized.values():
        assert [name for name, output in stack.get("output", {}).items() if not output.get("description")] == []


def test_the_outputs_that_people_look_for(synthesized: Stacks) -> None:
    assert outputs(synthesized["network"])["lineage_endpoint"] == "http://marquez.tickit.internal:5000"
    assert "start_crawl" in synthesized["lake"]["output"]
    assert "endpoint_host" in synthesized["redshift"]["output"]
    assert "marquez_ui_url" in synthesized["marquez"]["output"]
    assert {"airflow_ui_url", "run_dag"} <= synthesized["mwaa"]["output"].keys()


def test_no_password_stands_in_any_stack(synthesized: Stacks) -> None:
    """Where an argument takes a secret it gets a reference that Terraform keeps in no state, or text that is no secret."""
    harmless = ("${ephemeral.", "${data.terraform_remote_state.")
    for name, stack in synthesized.items():
        for argument, value in arguments(stack["resource"]) + arguments(stack["provider"]) + arguments(stack.get("output", {})):
            if SECRET_ARGUMENT.search(argument) and isinstance(value, str) and not value.startswith(harmless):
                assert argument == "secret_string", f"{name}: {argument}"
                assert re.match(r"(https?://[^@]+|tickit|postgres://@.*)$", value), f"{name}: {argument} = {value}"


def test_no_resource_that_makes_a_password_keeps_it_in_the_state(synthesized: Stacks) -> None:
    makers = {"random_password", "aws_iam_access_key", "tls_private_key"}
    for stack in synthesized.values():
        assert not makers & stack["resource"].keys()
        assert "aws_secretsmanager_random_password" not in stack.get("data", {})
        assert "aws_secretsmanager_secret_version" not in stack.get("data", {})


def test_what_is_made_by_ephemeral_resources_goes_into_write_only_arguments(synthesized: Stacks) -> None:
    found = 0
    for name, stack in synthesized.items():
        for argument, value in arguments(stack["resource"]):
            if "${ephemeral." in str(value):
                found += 1
                assert argument.endswith("_wo"), f"{name}: {argument}"
        assert "${ephemeral." not in json.dumps(stack.get("output", {}))
    assert found >= 2  # the lineage API's key and Marquez's database


def test_every_secret_can_be_made_again_at_once_after_a_destroy(synthesized: Stacks) -> None:
    secrets = [block for stack in synthesized.values() for block in stack["resource"].get("aws_secretsmanager_secret", {}).values()]
    assert len(secrets) >= 5
    assert {secret["recovery_window_in_days"] for secret in secrets} == {0}
    assert all("kms_key_id" in secret for secret in secrets)


def test_every_bucket_is_destroyed_with_what_it_holds_unless_protected(chosen: Stacks, synthesized: Stacks) -> None:
    for stacks, force in ((synthesized, True), (chosen, False)):
        buckets = [block for stack in stacks.values() for block in stack["resource"].get("aws_s3_bucket", {}).values()]
        assert len(buckets) == 3
        assert {bucket["force_destroy"] for bucket in buckets} == {force}


def test_every_log_group_ends(synthesized: Stacks) -> None:
    groups = [block for stack in synthesized.values() for block in stack["resource"].get("aws_cloudwatch_log_group", {}).values()]
    assert len(groups) >= 8
    assert all(group["retention_in_days"] > 0 and "kms_key_id" in group for group in groups)


def test_no_rule_admits_the_whole_internet(synthesized: Stacks) -> None:
    """Nothing else admits anybody: no group has rules within itself, nor those of the older kind."""
    kinds = [kind for stack in synthesized.values() for kind in stack["resource"].items() if "security_group" in kind[0]]
    assert {name for name, _ in kinds} == {
        "aws_default_security_group",
        "aws_security_group",
        "aws_vpc_security_group_egress_rule",
        "aws_vpc_security_group_ingress_rule",
    }
    groups = [block for name, blocks in kinds if name.endswith("_group") for block in blocks.values()]
    rules = [block for name, blocks in kinds if name.endswith("_ingress_rule") for block in blocks.values()]
    assert [group for group in groups if "ingress" in group] == []
    assert len(rules) >= 8
    assert [rule for rule in rules if "0.0.0.0/0" in json.dumps(rule) or "::/0" in json.dumps(rule)] == []


def test_airflow_waits_for_neither_the_warehouse_nor_marquez(synthesized: Stacks) -> None:
    assert list(synthesized["mwaa"]["data"]["terraform_remote_state"]) == ["network"]


def test_the_lineage_secrets_exist_before_airflow(synthesized: Stacks) -> None:
    """Their values are in the network's stack, which Airflow's stack is deployed after."""
    network = synthesized["network"]
    versions = {f"aws_secretsmanager_secret_version.{name}" for name in network["resource"]["aws_secretsmanager_secret_version"]}
    assert len(versions) == 3
    assert all(before(network, version) for version in versions)
    assert "terraform_remote_state" in synthesized["mwaa"]["data"]
