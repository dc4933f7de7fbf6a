"""The mwaa stack, as Terraform gets it: one test for each control and each line of the mission."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from airflow.providers.amazon.aws.secrets.secrets_manager import SecretsManagerBackend

from tests.modules.conftest import CHOSEN
from tests.modules.terraform_json import Stack, address, before, block, blocks, outputs, statements

ROOT = Path(__file__).parent.parent.parent
KEY = "${data.terraform_remote_state.network.outputs.kms_key_arn}"
LOGS = ["DAGProcessing", "Scheduler", "Task", "WebServer", "Worker"]
ENVIRONMENT = "environment/tickit-airflow"


@pytest.fixture(scope="module")
def mwaa(synthesized: dict[str, Stack]) -> Stack:
    return synthesized["mwaa"]


@pytest.fixture(scope="module")
def environment(mwaa: Stack) -> Stack:
    return block(mwaa, "aws_mwaa_environment")


@pytest.fixture(scope="module")
def permissions(mwaa: Stack) -> dict[str, Stack]:
    return statements(mwaa, "execution_role/permissions")


@pytest.fixture(scope="module")
def objects(mwaa: Stack) -> dict[str, Stack]:
    return {each["key"]: each for each in blocks(mwaa, "aws_s3_object").values()}


def plain(text: str) -> str:
    """With the partition and the account filled in."""
    return re.sub(r"\$\{data\.aws_partition\.[^}]*\}", "aws", re.sub(r"\$\{data\.aws_caller_identity\.[^}]*\}", "123456789012", text))


def resources(statement: Stack) -> list[str]:
    return [plain(resource) for resource in statement["resources"]]


def condition(statement: Stack) -> Any:
    return [(each["test"], each["variable"], [plain(value) for value in each["values"]]) for each in statement["condition"]]


# Order


def test_the_stack_waits_for_the_network_alone(mwaa: Stack) -> None:
    assert list(mwaa["data"]["terraform_remote_state"]) == ["network"]


def test_the_lineage_secrets_exist_before_the_environment(
    synthesize_to: Callable[..., Path], synthesized: dict[str, Stack], mwaa: Stack
) -> None:
    manifest = json.loads((synthesize_to() / "manifest.json").read_text())
    assert manifest["stacks"]["mwaa"]["dependencies"] == ["network"]
    secrets = [secret["name"] for secret in blocks(synthesized["network"], "aws_secretsmanager_secret").values()]
    assert sorted(secrets) == [f"airflow/variables/OPENLINEAGE_{name}" for name in ("API_KEY", "NAMESPACE", "URL")]
    assert "aws_secretsmanager_secret" not in mwaa["resource"]


@pytest.mark.parametrize(
    "kind",
    [
        "aws_iam_role_policy",
        "aws_s3_bucket_public_access_block",
        "aws_s3_bucket_policy",
        "aws_s3_bucket_versioning",
        "aws_s3_bucket_server_side_encryption_configuration",
        "aws_s3_object",
        "aws_cloudwatch_log_group",
    ],
)
def test_the_environment_waits_for(mwaa: Stack, kind: str) -> None:
    found = {address(mwaa, kind, path) for path in blocks(mwaa, kind)}
    assert found
    assert found <= before(mwaa, address(mwaa, "aws_mwaa_environment", "airflow/environment"))


def test_objects_wait_for_versioning(mwaa: Stack) -> None:
    versioning = address(mwaa, "aws_s3_bucket_versioning", "bucket/versioning")
    assert all(versioning in before(mwaa, address(mwaa, "aws_s3_object", path)) for path in blocks(mwaa, "aws_s3_object"))


# Bucket


def test_the_bucket_is_versioned(mwaa: Stack) -> None:
    assert block(mwaa, "aws_s3_bucket_versioning")["versioning_configuration"] == {"status": "Enabled"}


def test_the_bucket_is_private(mwaa: Stack) -> None:
    closed = block(mwaa, "aws_s3_bucket_public_access_block")
    switches = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    assert {name: closed[name] for name in switches} == dict.fromkeys(switches, True)


def test_the_bucket_refuses_requests_without_tls(mwaa: Stack) -> None:
    bucket = address(mwaa, "aws_s3_bucket", "bucket/bucket")
    (statement,) = statements(mwaa, "bucket/policy_document").values()
    assert (statement["effect"], statement["actions"]) == ("Deny", ["s3:*"])
    assert statement["resources"] == [f"${{{bucket}.arn}}", f"${{{bucket}.arn}}/*"]
    assert condition(statement) == [("Bool", "aws:SecureTransport", ["false"])]
    assert "bucket_policy_document" in block(mwaa, "aws_s3_bucket_policy")["policy"]


def test_the_bucket_is_encrypted_with_the_customer_key(mwaa: Stack) -> None:
    (rule,) = block(mwaa, "aws_s3_bucket_server_side_encryption_configuration")["rule"]
    assert rule["apply_server_side_encryption_by_default"] == {"sse_algorithm": "aws:kms", "kms_master_key_id": KEY}


def test_the_bucket_forgets_old_versions(mwaa: Stack) -> None:
    rule, _ = block(mwaa, "aws_s3_bucket_lifecycle_configuration")["rule"]
    assert (rule["id"], rule["status"]) == ("clean-up", "Enabled")
    assert rule["noncurrent_version_expiration"] == [{"noncurrent_days": 90}]


def test_undelivered_lineage_expires_and_nothing_else_does(mwaa: Stack) -> None:
    clean_up, spool = block(mwaa, "aws_s3_bucket_lifecycle_configuration")["rule"]
    assert (spool["status"], spool["filter"], spool["expiration"]) == ("Enabled", [{"prefix": "lineage-spool/"}], [{"days": 90}])
    assert "expiration" not in clean_up


def test_the_bucket_can_be_destroyed_with_what_it_holds(mwaa: Stack, chosen: dict[str, Stack]) -> None:
    assert block(mwaa, "aws_s3_bucket")["force_destroy"] is True
    assert block(chosen["mwaa"], "aws_s3_bucket")["force_destroy"] is False


# Artefacts


def test_every_file_of_the_dag_folder_is_an_object(objects: dict[str, Stack]) -> None:
    folder = ROOT / "airflow/dags"
    written = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert {f"dags/{name}" for name in written} | {"dags/constraints-2.7.2.txt", "requirements-2.7.2.txt", "plugins.zip"} == set(objects)
    assert {Path(key).suffix for key in objects} >= {".py", ".sql", ".yaml"}


def test_a_changed_file_is_seen_by_its_hash(mwaa: Stack, objects: dict[str, Stack]) -> None:
    bucket = address(mwaa, "aws_s3_bucket", "bucket/bucket")
    for key, each in objects.items():
        assert each["bucket"] == f"${{{bucket}.id}}"
        assert each["source"].rpartition("/")[2] == key.rpartition("/")[2]
        assert f'filesha256("{each["source"]}")' in each["source_hash"]
        assert "etag" not in each


def test_objects_are_encrypted_with_the_customer_key(objects: dict[str, Stack]) -> None:
    assert {(each["server_side_encryption"], each["kms_key_id"]) for each in objects.values()} == {("aws:kms", KEY)}


def test_a_newer_airflow_is_one_setting(synthesize: Callable[..., dict[str, Stack]]) -> None:
    newer = block(synthesize(airflow_version="3.3.1")["mwaa"], "aws_mwaa_environment")
    assert (newer["airflow_version"], newer["requirements_s3_path"]) == ("3.3.1", "requirements-3.3.1.txt")


def test_the_environment_takes_the_versions_of_plugins_and_requirements(mwaa: Stack, environment: Stack) -> None:
    plugins = address(mwaa, "aws_s3_object", "objects/plugins.zip")
    requirements = address(mwaa, "aws_s3_object", "objects/requirements-2.7.2.txt")
    assert (environment["plugins_s3_path"], environment["plugins_s3_object_version"]) == ("plugins.zip", f"${{{plugins}.version_id}}")
    assert environment["requirements_s3_path"] == "requirements-2.7.2.txt"
    assert environment["requirements_s3_object_version"] == f"${{{requirements}.version_id}}"
    assert environment["dag_s3_path"] == "dags/"


def test_the_files_stand_where_terraform_looks_for_them(objects: dict[str, Stack]) -> None:
    stack = str(ROOT / "cdktf.out/stacks/mwaa")
    looked_for = {Path(os.path.normpath(each["source"].replace("${path.module}", stack))) for each in objects.values()}
    assert {path for path in looked_for if not path.is_file()} <= {ROOT / "build/plugins.zip"}
    assert all(path.is_relative_to(ROOT) for path in looked_for)


def test_a_missing_archive_names_the_make_target(objects: dict[str, Stack]) -> None:
    (precondition,) = objects["plugins.zip"]["lifecycle"]["precondition"]
    assert precondition["condition"] == f'${{fileexists("{objects["plugins.zip"]["source"]}")}}'
    assert "build/plugins.zip is missing: run `make package-plugin`" in precondition["error_message"]


def test_missing_requirements_say_what_belongs_there(synthesize: Callable[..., dict[str, Stack]]) -> None:
    newer = synthesize(airflow_version="3.3.1")["mwaa"]
    (precondition,) = blocks(newer, "aws_s3_object")["objects/requirements-3.3.1.txt"]["lifecycle"]["precondition"]
    assert "airflow/requirements/requirements-3.3.1.txt is missing: write down there" in precondition["error_message"]


def test_a_private_web_server_installs_from_the_archive(chosen: dict[str, Stack]) -> None:
    requirements = blocks(chosen["mwaa"], "aws_s3_object")["objects/requirements-2.7.2.txt"]
    assert requirements["source"].endswith("build/requirements-2.7.2-private.txt")
    (precondition,) = requirements["lifecycle"]["precondition"]
    assert "build/requirements-2.7.2-private.txt is missing: run `make package-plugin`" in precondition["error_message"]


# Environment


def test_the_environment_has_the_default_version_and_size(environment: Stack) -> None:
    assert (environment["airflow_version"], environment["environment_class"]) == ("2.7.2", "mw1.small")
    assert (environment["min_workers"], environment["max_workers"]) == (1, 2)


def test_the_secrets_backend_reads_secrets_manager(environment: Stack) -> None:
    options = environment["airflow_configuration_options"]
    assert options["secrets.backend"] == "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
    keywords = json.loads(options["secrets.backend_kwargs"])
    pattern = keywords.pop("connections_lookup_pattern")
    assert keywords == {"connections_prefix": "airflow/connections", "variables_prefix": "airflow/variables"}
    assert pattern == "^(?!aws_default$).*$"  # MWAA's own, which these keywords replace


def test_the_secrets_backend_asks_for_the_warehouse_and_not_for_aws_default(environment: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hooks and task logs ask for aws_default, which is no secret: each time would cost a call."""
    backend = SecretsManagerBackend(**json.loads(environment["airflow_configuration_options"]["secrets.backend_kwargs"]))
    asked: list[str] = []

    class Client:
        def get_secret_value(self, SecretId: str) -> dict[str, str]:  # noqa: N803 - boto3's name
            asked.append(SecretId)
            return {"SecretString": "x"}

    monkeypatch.setitem(backend.__dict__, "client", Client())
    assert backend.get_conn_value("aws_default") is None
    assert backend.get_conn_value("REDSHIFT_CONNECTOR") == "x"
    assert backend.get_conn_value("aws_default_of_mine") == "x"
    assert backend.get_variable("aws_default") == "x"
    assert asked == ["airflow/connections/REDSHIFT_CONNECTOR", "airflow/connections/aws_default_of_mine", "airflow/variables/aws_default"]


def test_plugins_are_not_loaded_lazily(environment: Stack) -> None:
    assert environment["airflow_configuration_options"]["core.lazy_load_plugins"] == "False"


def test_the_web_server_is_public_by_default_and_private_by_setting(environment: Stack, chosen: dict[str, Stack]) -> None:
    assert environment["webserver_access_mode"] == "PUBLIC_ONLY"
    private = block(chosen["mwaa"], "aws_mwaa_environment")
    assert private["webserver_access_mode"] == "PRIVATE_ONLY"


def test_the_environment_has_two_private_subnets(environment: Stack) -> None:
    outputs_of_network = "data.terraform_remote_state.network.outputs"
    assert environment["network_configuration"] == {
        "subnet_ids": [f"${{{outputs_of_network}.private_subnet_ids[{index}]}}" for index in (0, 1)],
        "security_group_ids": [f"${{{outputs_of_network}.mwaa_security_group_id}}"],
    }


def test_the_environment_is_encrypted_with_the_customer_key(environment: Stack) -> None:
    assert environment["kms_key"] == KEY


def test_all_five_logs_are_on(environment: Stack) -> None:
    kinds = ("dag_processing_logs", "scheduler_logs", "task_logs", "webserver_logs", "worker_logs")
    assert environment["logging_configuration"] == {kind: {"enabled": True, "log_level": "INFO"} for kind in kinds}


def test_the_five_log_groups_are_the_stacks_own(mwaa: Stack) -> None:
    groups = blocks(mwaa, "aws_cloudwatch_log_group").values()
    assert sorted(group["name"] for group in groups) == [f"airflow-tickit-airflow-{log}" for log in LOGS]
    assert {(group["retention_in_days"], group["kms_key_id"]) for group in groups} == {(365, KEY)}


# Execution role


def test_only_this_environment_may_act_in_the_role(mwaa: Stack) -> None:
    (trusted,) = statements(mwaa, "execution_role/trust").values()
    assert trusted["principals"] == [{"type": "Service", "identifiers": ["airflow.amazonaws.com", "airflow-env.amazonaws.com"]}]
    assert condition(trusted) == [
        ("StringEquals", "aws:SourceAccount", ["123456789012"]),
        ("ArnLike", "aws:SourceArn", [f"arn:aws:airflow:us-east-1:123456789012:{ENVIRONMENT}"]),
    ]


def test_the_role_is_the_environments(mwaa: Stack, environment: Stack) -> None:
    role = address(mwaa, "aws_iam_role", "execution_role/role")
    assert environment["execution_role_arn"] == f"${{{role}.arn}}"
    assert "aws_iam_role_policy_attachment" not in mwaa["resource"]


def test_the_role_publishes_metrics_of_its_environment_only(permissions: dict[str, Stack]) -> None:
    assert permissions["Health"]["actions"] == ["airflow:PublishMetrics"]
    assert resources(permissions["Health"]) == [f"arn:aws:airflow:us-east-1:123456789012:{ENVIRONMENT}"]


def test_the_role_reads_its_bucket_only(mwaa: Stack, permissions: dict[str, Stack]) -> None:
    bucket = address(mwaa, "aws_s3_bucket", "bucket/bucket")
    assert permissions["Bucket"]["resources"] == [f"${{{bucket}.arn}}", f"${{{bucket}.arn}}/*"]
    assert permissions["Bucket"]["actions"] == ["s3:GetObject*", "s3:GetBucket*", "s3:List*"]


def test_the_role_writes_below_the_spools_prefix_only(mwaa: Stack, permissions: dict[str, Stack]) -> None:
    bucket = address(mwaa, "aws_s3_bucket", "bucket/bucket")
    spool = permissions["LineageSpool"]
    assert spool["actions"] == ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    assert spool["resources"] == [f"${{{bucket}.arn}}/lineage-spool/*"]
    writing = ("s3:Put", "s3:Delete", "s3:*")
    assert [name for name, each in permissions.items() if any(action.startswith(writing) for action in each["actions"])] == ["LineageSpool"]


def test_the_plugin_learns_where_the_spool_is(mwaa: Stack, environment: Stack) -> None:
    bucket = address(mwaa, "aws_s3_bucket", "bucket/bucket")
    assert environment["airflow_configuration_options"]["mwaa_lineage.spool"] == f"s3://${{{bucket}.id}}/lineage-spool/"


def test_the_role_writes_its_log_groups_only(permissions: dict[str, Stack]) -> None:
    assert resources(permissions["Logs"]) == ["arn:aws:logs:us-east-1:123456789012:log-group:airflow-tickit-airflow-*"]


def test_the_role_uses_the_customer_key_through_three_services(permissions: dict[str, Stack]) -> None:
    assert permissions["Key"]["resources"] == [KEY]
    services = [f"{service}.us-east-1.amazonaws.com" for service in ("s3", "secretsmanager", "sqs")]
    assert condition(permissions["Key"]) == [("StringEquals", "kms:ViaService", services)]


def test_the_celery_queue_is_the_one_wildcard_of_another_account(permissions: dict[str, Stack]) -> None:
    foreign = [name for name, each in permissions.items() if any(":*:" in resource for resource in resources(each))]
    assert foreign == ["CeleryQueue"]
    assert resources(permissions["CeleryQueue"]) == ["arn:aws:sqs:us-east-1:*:airflow-celery-*"]


def test_the_role_has_the_missions_secret_permissions_and_no_other(permissions: dict[str, Stack]) -> None:
    granted = {
        action: sorted(resources(each)) for each in permissions.values() for action in each["actions"] if action.startswith("secretsm")
    }
    prefixes = [f"arn:aws:secretsmanager:us-east-1:123456789012:secret:airflow/{kind}/*" for kind in ("connections", "variables")]
    assert granted == {
        "secretsmanager:GetResourcePolicy": prefixes,
        "secretsmanager:GetSecretValue": prefixes,
        "secretsmanager:DescribeSecret": prefixes,
        "secretsmanager:ListSecretVersionIds": prefixes,
        "secretsmanager:ListSecrets": ["*"],
    }


def test_the_role_gets_credentials_of_this_deployments_workgroup_only(permissions: dict[str, Stack], synthesized: dict[str, Stack]) -> None:
    warehouse = permissions["Warehouse"]
    assert warehouse["actions"] == ["redshift-serverless:GetCredentials"]
    assert resources(warehouse) == ["arn:aws:redshift-serverless:us-east-1:123456789012:workgroup/*"]
    assert condition(warehouse) == [("StringEquals", "aws:ResourceTag/deployment", ["tickit"])]
    (provider,) = synthesized["redshift"]["provider"]["aws"]
    assert provider["default_tags"][0]["tags"]["deployment"] == "tickit"


def test_the_role_is_the_loader_in_the_warehouse(mwaa: Stack, permissions: dict[str, Stack]) -> None:
    assert block(mwaa, "aws_iam_role")["tags"] == {"RedshiftDbRoles": "loader"}
    assert permissions["RoleTag"]["actions"] == ["tag:GetResources", "tag:GetTagKeys"]


def test_only_what_takes_no_resource_is_granted_on_all(permissions: dict[str, Stack]) -> None:
    everywhere = [action for each in permissions.values() if "*" in each["resources"] for action in each["actions"]]
    assert sorted(everywhere) == [
        "cloudwatch:PutMetricData",
        "logs:DescribeLogGroups",
        "s3:GetAccountPublicAccessBlock",
        "secretsmanager:ListSecrets",
        "tag:GetResources",
        "tag:GetTagKeys",
    ]
    assert not [action for each in permissions.values() for action in each["actions"] if action == "*" or action.endswith(":*")]


def test_the_secrets_that_airflow_reads_are_within_the_roles_reach(synthesized: dict[str, Stack], permissions: dict[str, Stack]) -> None:
    names = {
        secret["name"] for stack in ("network", "redshift") for secret in blocks(synthesized[stack], "aws_secretsmanager_secret").values()
    }
    assert {
        "airflow/connections/REDSHIFT_CONNECTOR",
        "airflow/variables/OPENLINEAGE_URL",
        "airflow/variables/OPENLINEAGE_NAMESPACE",
    } <= names
    prefixes = tuple(resource.split(":secret:")[1].removesuffix("*") for resource in resources(permissions["Secrets"]))
    assert all(name.startswith(prefixes) for name in names)


# Access


WAYS_IN = {"airflow:CreateWebLoginToken", "airflow:InvokeRestApi"}
"""Airflow's command line is none: it asks for no role in Airflow."""


def test_people_work_with_airflow_in_one_role_from_external_ip_only(mwaa: Stack) -> None:
    (sign_in,) = statements(mwaa, "sign_in/permissions").values()
    assert set(sign_in["actions"]) == WAYS_IN
    assert resources(sign_in) == ["arn:aws:airflow:us-east-1:123456789012:role/tickit-airflow/Op"]


def test_every_way_in_is_bound_to_external_ip(mwaa: Stack, chosen: dict[str, Stack]) -> None:
    for statement in statements(mwaa, "sign_in/permissions").values():
        assert condition(statement) == [("IpAddress", "aws:SourceIp", ["203.0.113.7/32"])]
    several = statements(chosen["mwaa"], "sign_in/permissions")["FromExternalIp"]
    assert condition(several) == [("IpAddress", "aws:SourceIp", CHOSEN["external_ip"])]


def test_a_private_web_server_is_reached_from_its_vpc_too(chosen: dict[str, Stack]) -> None:
    sign_in = statements(chosen["mwaa"], "sign_in/permissions")
    assert sign_in.keys() == {"FromExternalIp", "FromVpc"}
    ((test, key, (vpc,)),) = condition(sign_in["FromVpc"])
    assert (test, key) == ("StringEquals", "aws:SourceVpc")
    assert "vpc_id" in vpc
    assert set(sign_in["FromVpc"]["actions"]) == WAYS_IN
    assert resources(sign_in["FromVpc"]) == resources(sign_in["FromExternalIp"])


# Outputs


def test_the_outputs_name_airflows_ui(mwaa: Stack) -> None:
    environment = address(mwaa, "aws_mwaa_environment", "airflow/environment")
    assert outputs(mwaa)["airflow_ui_url"] == f"https://${{{environment}.webserver_url}}"


def test_the_outputs_hold_the_commands_that_run_a_dag(mwaa: Stack) -> None:
    command = outputs(mwaa)["run_dag"]
    call = "aws mwaa invoke-rest-api --region us-east-1 --name tickit-airflow"
    assert f'{call} --method PATCH --path "/dags/$DAG" --body' in command
    assert f'{call} --method POST --path "/dags/$DAG/dagRuns"' in command
    assert "@" not in command


def test_no_secret_is_in_the_stack(mwaa: Stack) -> None:
    assert "aws_secretsmanager_secret_version" not in mwaa["resource"]
    assert not re.search(r"password|api_key|secret_string", json.dumps(mwaa), re.IGNORECASE)
