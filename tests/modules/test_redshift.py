"""The redshift stack, as Terraform gets it: one test for each control and each line of the mission."""

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from airflow.models.connection import Connection

from local.postgres import Postgres
from local.processes import Supervisor
from local.settings import WORKGROUP
from modules.warehouse import LOADER
from mwaa_lineage.airflow import connection as lineage_connection
from tests.modules.terraform_json import Stack, address, block, blocks, outputs, statements

ROOT = Path(__file__).parent.parent.parent
SQL = sorted((ROOT / "modules/sql").iterdir())
ACCOUNT = "${data.aws_caller_identity.account.account_id}"
KEY = "${data.terraform_remote_state.network.outputs.kms_key_arn}"
BUCKET = "${data.terraform_remote_state.lake.outputs.bucket_arn}"
DATABASE = "${data.terraform_remote_state.lake.outputs.glue_database}"


@pytest.fixture(scope="module")
def redshift(synthesized: dict[str, Stack]) -> Stack:
    return synthesized["redshift"]


@pytest.fixture(scope="module")
def namespace(redshift: Stack) -> Stack:
    return block(redshift, "aws_redshiftserverless_namespace")


@pytest.fixture(scope="module")
def workgroup(redshift: Stack) -> Stack:
    return block(redshift, "aws_redshiftserverless_workgroup")


def bare(sql: str) -> str:
    """SQL on one line, without comments."""
    return " ".join(re.sub(r"--[^\n]*", "", sql).split())


# Namespace


def test_the_namespace_holds_the_database_of_the_connection(namespace: Stack) -> None:
    assert (namespace["namespace_name"], namespace["db_name"]) == ("tickit", "dev")


def test_redshift_manages_the_admin_password_from_creation(namespace: Stack) -> None:
    assert namespace["manage_admin_password"] is True
    assert not {name for name in namespace if name.startswith(("admin_user_password", "admin_username"))}


def test_data_and_admin_secret_are_encrypted_with_the_customer_key(namespace: Stack) -> None:
    assert (namespace["kms_key_id"], namespace["admin_password_secret_kms_key_id"]) == (KEY, KEY)


def test_all_audit_logs_are_exported(namespace: Stack) -> None:
    assert sorted(namespace["log_exports"]) == ["connectionlog", "useractivitylog", "userlog"]


def test_the_audit_log_groups_are_the_stacks_own_and_come_first(redshift: Stack, namespace: Stack) -> None:
    groups = blocks(redshift, "aws_cloudwatch_log_group")
    assert {group["name"] for group in groups.values()} == {f"/aws/redshift/tickit/{log}" for log in namespace["log_exports"]}
    assert {(group["retention_in_days"], group["kms_key_id"]) for group in groups.values()} == {(365, KEY)}
    assert sorted(namespace["depends_on"]) == sorted(address(redshift, "aws_cloudwatch_log_group", path) for path in groups)


def test_the_namespace_has_the_scoped_role_and_no_other(redshift: Stack, namespace: Stack) -> None:
    role = address(redshift, "aws_iam_role", "lake_reader/role")
    assert namespace["iam_roles"] == [f"${{{role}.arn}}"]
    assert "default_iam_role_arn" not in namespace


# Workgroup


def test_the_workgroup_is_not_public(workgroup: Stack) -> None:
    assert workgroup["publicly_accessible"] is False


def test_the_workgroup_routes_through_the_vpc(workgroup: Stack) -> None:
    assert workgroup["enhanced_vpc_routing"] is True
    assert workgroup["security_group_ids"] == ["${data.terraform_remote_state.network.outputs.redshift_security_group_id}"]


def test_the_workgroup_has_three_private_subnets(workgroup: Stack) -> None:
    assert workgroup["subnet_ids"] == [f"${{data.terraform_remote_state.network.outputs.private_subnet_ids[{i}]}}" for i in range(3)]


def test_the_workgroup_requires_ssl(workgroup: Stack) -> None:
    assert {"parameter_key": "require_ssl", "parameter_value": "true"} in workgroup["config_parameter"]


def test_every_config_parameter_is_set_at_creation(workgroup: Stack) -> None:
    assert [parameter["parameter_key"] for parameter in workgroup["config_parameter"]] == [
        "auto_mv",
        "datestyle",
        "enable_case_sensitive_identifier",
        "enable_user_activity_logging",
        "max_query_execution_time",
        "query_group",
        "require_ssl",
        "search_path",
        "use_fips_ssl",
    ]


def test_a_switch_among_the_config_parameters_is_true_or_false(workgroup: Stack) -> None:
    """Amazon Redshift Serverless API Reference, ConfigParameter: Redshift reports these words, so another one differs at every plan."""
    given = {each["parameter_key"]: each["parameter_value"] for each in workgroup["config_parameter"]}
    switches = ("auto_mv", "enable_case_sensitive_identifier", "enable_user_activity_logging", "require_ssl", "use_fips_ssl")
    assert {given[switch] for switch in switches} <= {"true", "false"}
    assert given["max_query_execution_time"].isdigit()


def test_the_default_capacity_is_small_and_capped(workgroup: Stack) -> None:
    assert (workgroup["base_capacity"], workgroup["max_capacity"]) == (8, 16)


def test_a_daily_usage_limit_stops_the_workgroup(redshift: Stack) -> None:
    workgroup = address(redshift, "aws_redshiftserverless_workgroup", "serverless/workgroup")
    assert block(redshift, "aws_redshiftserverless_usage_limit") == {
        "resource_arn": f"${{{workgroup}.arn}}",
        "usage_type": "serverless-compute",
        "period": "daily",
        "amount": 20,
        "breach_action": "deactivate",
    }


def test_the_workgroup_is_the_one_that_lineage_names(synthesized: dict[str, Stack], workgroup: Stack) -> None:
    options = block(synthesized["mwaa"], "aws_mwaa_environment")["airflow_configuration_options"]
    named = json.loads(options["mwaa_lineage.namespaces"])["REDSHIFT_CONNECTOR"]
    assert named == f"redshift://{workgroup['workgroup_name']}.us-east-1:{workgroup['port']}"


def test_the_settings_size_the_workgroup(chosen: dict[str, Stack]) -> None:
    stack = chosen["redshift"]
    workgroup = block(stack, "aws_redshiftserverless_workgroup")
    assert (workgroup["base_capacity"], workgroup["max_capacity"]) == (32, 64)
    assert block(stack, "aws_redshiftserverless_usage_limit")["amount"] == 100


def test_a_protected_warehouse_cannot_be_destroyed(chosen: dict[str, Stack]) -> None:
    stack = chosen["redshift"]
    for kind in ("aws_redshiftserverless_namespace", "aws_redshiftserverless_workgroup"):
        assert block(stack, kind)["lifecycle"] == {"prevent_destroy": True}


def test_a_demo_warehouse_can_be_destroyed(namespace: Stack, workgroup: Stack) -> None:
    assert "lifecycle" not in namespace
    assert "lifecycle" not in workgroup


# Role


def test_the_role_reads_the_lakes_folder_only(redshift: Stack) -> None:
    reading = statements(redshift, "lake_reader/reading")
    assert (reading["Objects"]["actions"], reading["Objects"]["resources"]) == (["s3:GetObject"], [f"{BUCKET}/tickit/*"])
    assert reading["Listing"]["resources"] == [BUCKET]
    assert reading["Listing"]["condition"] == [{"test": "StringLike", "variable": "s3:prefix", "values": ["tickit", "tickit/*"]}]


def test_the_role_reads_the_lakes_glue_database_only(redshift: Stack) -> None:
    catalog = statements(redshift, "lake_reader/reading")["Catalog"]
    assert all(re.fullmatch(r"glue:(BatchGet|Get)\w+", action) for action in catalog["actions"])
    arns = [arn.split(":", 5)[5] for arn in (re.sub(r"\$\{data\.aws_[^}]*\}", "x", resource) for resource in catalog["resources"])]
    assert arns == ["catalog", f"database/{DATABASE}", f"table/{DATABASE}/*"]


def test_the_role_decrypts_through_s3_only(redshift: Stack) -> None:
    decrypt = statements(redshift, "lake_reader/reading")["Decrypt"]
    assert (decrypt["actions"], decrypt["resources"]) == (["kms:Decrypt"], [KEY])
    assert decrypt["condition"] == [{"test": "StringEquals", "variable": "kms:ViaService", "values": ["s3.us-east-1.amazonaws.com"]}]


def test_the_role_has_no_wildcard_and_no_managed_policy(redshift: Stack) -> None:
    for statement in statements(redshift, "lake_reader/reading").values():
        assert not [action for action in statement["actions"] if "*" in action]
        assert "*" not in statement["resources"]
    assert "AmazonRedshiftAllCommandsFullAccess" not in json.dumps(redshift)
    assert "aws_iam_role_policy_attachment" not in redshift["resource"]


def may_assume(redshift: Stack, external_id: str) -> bool:
    """Whether the lake reader's trust policy matches an external id in account 123456789012, as IAM's StringLike does."""
    (trusted,) = statements(redshift, "lake_reader/trust").values()
    (condition,) = trusted["condition"]
    assert (condition["test"], condition["variable"]) == ("StringLike", "sts:ExternalId")
    known = {"${data.aws_partition.partition.partition}": "aws", ACCOUNT: "123456789012"}
    patterns = condition["values"]
    for expression, value in known.items():
        patterns = [pattern.replace(expression, value) for pattern in patterns]
    return any(fnmatchcase(external_id, pattern) for pattern in patterns)


WORKGROUP_ID = "0a1b2c3d-4e5f-6789-abcd-ef0123456789"
OWN = "arn:aws:redshift:us-east-1:123456789012:dbuser"


@pytest.mark.parametrize("user", ["admin", "IAMR:tickit-airflow", "IAM:alice"])
def test_users_of_a_serverless_workgroup_read_the_lake(user: str, redshift: Stack) -> None:
    """The serverless form of "Restricting access to IAM roles" in Amazon Redshift's Management Guide."""
    assert may_assume(redshift, f"{OWN}:serverless-123456789012-{WORKGROUP_ID}/{user}")


@pytest.mark.parametrize(
    "external_id",
    [
        f"{OWN}:tickit/admin",
        f"arn:aws:redshift:us-west-2:123456789012:dbuser:serverless-123456789012-{WORKGROUP_ID}/admin",
        f"arn:aws:redshift:us-east-1:999999999999:dbuser:serverless-999999999999-{WORKGROUP_ID}/admin",
        f"arn:aws:redshift-serverless:us-east-1:123456789012:dbuser:serverless-123456789012-{WORKGROUP_ID}/admin",
        f"{OWN}:serverless-123456789012-{WORKGROUP_ID}",
    ],
    ids=["a provisioned cluster, the page's other form", "another region", "another account", "a service of no such ARN", "no user"],
)
def test_nobody_else_acts_in_the_lake_readers_role(external_id: str, redshift: Stack) -> None:
    assert not may_assume(redshift, external_id)


def test_the_lake_readers_role_is_redshifts(redshift: Stack) -> None:
    (trusted,) = statements(redshift, "lake_reader/trust").values()
    assert trusted["principals"] == [{"type": "Service", "identifiers": ["redshift.amazonaws.com", "redshift-serverless.amazonaws.com"]}]


# SQL


@pytest.fixture(scope="module")
def sql(redshift: Stack) -> dict[str, Stack]:
    """{name of its file: statement}."""
    return {path.removeprefix("sql/"): each for path, each in blocks(redshift, "aws_redshiftdata_statement").items()}


def test_every_sql_file_is_a_statement(sql: dict[str, Stack]) -> None:
    assert sorted(sql) == [path.stem for path in SQL]


@pytest.mark.parametrize("path", SQL, ids=lambda path: path.stem)
def test_a_statement_is_one_and_idempotent(path: Path) -> None:
    statement = bare(path.read_text())
    assert re.match(r"(create (external )?schema if not exists|create or replace procedure|call|grant|revoke) ", statement)
    assert re.sub(r"\$\$.*\$\$", "", statement).index(";") == len(re.sub(r"\$\$.*\$\$", "", statement)) - 1


def test_statements_run_once_and_again_when_their_file_changes(redshift: Stack, sql: dict[str, Stack]) -> None:
    versions = blocks(redshift, "terraform_data")
    for path in SQL:
        version = f"sql/{path.stem}_version"
        triggers = [address(redshift, "terraform_data", version)]
        assert sql[path.stem]["lifecycle"] == {"ignore_changes": "all", "replace_triggered_by": triggers}
        assert versions[version] == {"input": {"sha256": sha256(path.read_bytes()).hexdigest()}}


def earlier(redshift: Stack, sql: dict[str, Stack], name: str) -> set[str]:
    """The statements that have ended when one begins."""
    names = {address(redshift, "aws_redshiftdata_statement", f"sql/{other}"): other for other in sql}
    before = {names[each] for each in sql[name]["depends_on"] if each in names}
    return before.union(*(earlier(redshift, sql, other) for other in before))


def test_no_statement_runs_before_the_role_may_read_the_lake(redshift: Stack, sql: dict[str, Stack]) -> None:
    policy = address(redshift, "aws_iam_role_policy", "lake_reader/policy")
    assert all(each["depends_on"] == [policy] for name, each in sql.items() if not earlier(redshift, sql, name))


def test_what_is_granted_is_there_before(redshift: Stack, sql: dict[str, Stack]) -> None:
    for grant in ("loader_schemas", "loader_staging", "loader_dm", "loader_s3_datalake"):
        assert {"staging", "dm", "s3_datalake", "loader_procedure", "loader"} <= earlier(redshift, sql, grant)


def test_grants_run_one_after_the_other(redshift: Stack, sql: dict[str, Stack]) -> None:
    grants = [path.stem for path in SQL if bare(path.read_text()).startswith("grant ")]
    assert sorted(len(earlier(redshift, sql, grant) & set(grants)) for grant in grants) == list(range(len(grants)))


def test_statements_run_as_the_managed_admin(redshift: Stack, sql: dict[str, Stack]) -> None:
    namespace = address(redshift, "aws_redshiftserverless_namespace", "serverless/namespace")
    for statement in sql.values():
        assert statement["secret_arn"] == f"${{{namespace}.admin_password_secret_arn}}"
        assert statement["database"] == "dev"
        assert "db_user" not in statement


def test_the_external_schema_reads_the_lakes_catalog_in_the_scoped_role(redshift: Stack, sql: dict[str, Stack]) -> None:
    role = address(redshift, "aws_iam_role", "lake_reader/role")
    assert bare(sql["s3_datalake"]["sql"]) == (
        f"create external schema if not exists s3_datalake from data catalog database '{DATABASE}' iam_role '${{{role}.arn}}';"
    )


def schemas(statements: Iterable[str]) -> set[str]:
    """Those that the statements make."""
    made = r"create (?:external )?schema (?:if not exists )?(\w+)"
    return {schema for statement in statements for schema in re.findall(made, statement)}


def test_the_warehouse_has_the_schemas_that_the_local_one_has(sql: dict[str, Stack]) -> None:
    local = (ROOT / "local/sql/warehouse.sql").read_text()
    assert schemas(each["sql"] for each in sql.values()) == schemas([local]) == {"staging", "dm", "s3_datalake"}


def test_the_dags_use_no_other_schemas() -> None:
    written = [path.read_text() for path in (ROOT / "airflow/dags/sql").rglob("*.sql")]
    used = {schema for sql in written for schema in re.findall(r"(?:table|into|from|join) (?:if not exists )?(\w+)\.\w", sql)}
    assert used
    assert used <= schemas([(ROOT / "local/sql/warehouse.sql").read_text()])


def test_the_loader_role_is_made_once(sql: dict[str, Stack]) -> None:
    procedure = bare(sql["loader_procedure"]["sql"])
    assert f"from svv_roles where role_name = '{LOADER}'; if roles = 0 then execute 'create role {LOADER}'; end if;" in procedure
    assert bare(sql["loader"]["sql"]) == "call public.create_loader();"


def test_the_loader_makes_tables_in_staging_and_dm(sql: dict[str, Stack]) -> None:
    assert bare(sql["loader_schemas"]["sql"]) == f"grant create, usage on schema staging, dm to role {LOADER};"


@pytest.mark.parametrize("schema", ["staging", "dm"])
def test_the_loader_fills_every_table_there(sql: dict[str, Stack], schema: str) -> None:
    grant = f"grant select, insert, update, delete for tables in schema {schema} to role {LOADER};"
    assert bare(sql[f"loader_{schema}"]["sql"]) == grant


def test_the_loader_reads_the_lake(sql: dict[str, Stack]) -> None:
    assert bare(sql["loader_s3_datalake"]["sql"]) == f"grant usage on schema s3_datalake to role {LOADER};"


def test_nobody_makes_tables_in_public(sql: dict[str, Stack]) -> None:
    assert bare(sql["public"]["sql"]) == "revoke create on schema public from public;"


# Connection


@pytest.fixture(scope="module")
def uri(redshift: Stack) -> str:
    """The secret's value, as it is once there is a workgroup."""
    return re.sub(r"\$\{[^}]*\}", "tickit.123456789012.us-east-1.redshift-serverless.amazonaws.com", secret_value(redshift))


def secret_value(redshift: Stack) -> str:
    value: str = block(redshift, "aws_secretsmanager_secret_version")["secret_string"]
    return value


def test_the_connection_is_the_secret_that_airflow_looks_up(redshift: Stack) -> None:
    secret = block(redshift, "aws_secretsmanager_secret")
    assert secret["name"] == "airflow/connections/REDSHIFT_CONNECTOR"
    workgroup = address(redshift, "aws_redshiftserverless_workgroup", "serverless/workgroup")
    assert secret_value(redshift).startswith(f"postgres://@${{{workgroup}.endpoint[0].address}}:5439/dev?")


def test_the_connection_can_be_made_again_after_a_destroy(redshift: Stack) -> None:
    assert block(redshift, "aws_secretsmanager_secret")["recovery_window_in_days"] == 0


def test_the_connection_is_encrypted_with_the_customer_key(redshift: Stack) -> None:
    assert block(redshift, "aws_secretsmanager_secret")["kms_key_id"] == KEY


def test_the_connection_holds_no_password(uri: str) -> None:
    connection = Connection(conn_id="REDSHIFT_CONNECTOR", uri=uri)
    assert not connection.login
    assert not connection.password
    assert connection.extra_dejson == {
        "iam": True,
        "redshift-serverless": True,
        "workgroup-name": "tickit",
        "sslmode": "require",
        "client_encoding": "UTF8",
        "prepare_threshold": None,
    }


def test_on_one_machine_the_connection_differs_by_its_address_only(uri: str, tmp_path: Path) -> None:
    server = Postgres(tmp_path, Supervisor(tmp_path))
    here = urlsplit(server.connection_to(WORKGROUP))
    assert here == urlsplit(uri)._replace(netloc=f"@127.0.0.1:{server.redshift_port}")


def test_the_lineage_operators_mint_credentials_from_the_connection(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def mint(*arguments: Any) -> Any:
        asked.append(arguments)
        return lineage_connection._Credentials("IAMR:tickit-airflow", "minted", datetime.max.replace(tzinfo=UTC))

    monkeypatch.setattr(lineage_connection, "_mint", mint)
    monkeypatch.setattr(lineage_connection, "_minted", {})
    hook = lineage_connection.postgres_hook(Connection(conn_id="REDSHIFT_CONNECTOR", uri=uri))
    assert hook is not None
    assert asked == [("tickit", "dev", None)]  # the region is the environment's


def test_no_password_is_in_the_stack(redshift: Stack) -> None:
    names = [name for kind in redshift["resource"].values() for each in kind.values() for name in each if "password" in name]
    assert sorted(set(names)) == ["admin_password_secret_kms_key_id", "manage_admin_password"]


# Outputs


def test_the_outputs_name_the_workgroups_endpoint(redshift: Stack) -> None:
    workgroup = address(redshift, "aws_redshiftserverless_workgroup", "serverless/workgroup")
    assert outputs(redshift)["endpoint_host"] == f"${{{workgroup}.endpoint[0].address}}"
    assert set(outputs(redshift)) == {"workgroup_name", "workgroup_arn", "endpoint_host", "connection_secret_arn"}
