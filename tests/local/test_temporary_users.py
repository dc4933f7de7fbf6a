"""The users that the emulated AWS gives temporary passwords for the warehouse on one machine, and what the warehouse makes of them."""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import psycopg2
import pytest
from botocore.exceptions import ClientError
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class, named as one

from local.aws.emulator.caller import CALLER
from local.aws.emulator.warehouse_behind import WarehouseBehind
from local.aws.machine import ACCOUNT, Aws
from local.postgres import Postgres
from local.settings import DATABASE, WORKGROUP
from tests.local.dag_runs import SHOP, minting, warehouse_of

ROLE = "airflow-of-the-shop"
SCHEMAS = "select current_user, session_user, has_schema_privilege(current_user, 'staging', 'create')"
UNTIL = "select rolvaliduntil from pg_roles where rolname = %s"


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Postgres, Aws]]:
    folder = tmp_path_factory.mktemp("machine")
    with warehouse_of(SHOP, folder) as warehouse, minting(warehouse, folder) as aws:
        yield warehouse, aws


@pytest.fixture
def warehouse(machine: tuple[Postgres, Aws]) -> Postgres:
    return machine[0]


@pytest.fixture
def aws(machine: tuple[Postgres, Aws]) -> Aws:
    return machine[1]


def minted(aws: Aws, keys: Mapping[str, str] | None = None, **asked: Any) -> dict[str, Any]:
    """What GetCredentials answers."""
    client = aws.client("redshift-serverless", keys)
    return dict(client.get_credentials(workgroupName=WORKGROUP, dbName=DATABASE, **asked))


def signed_in(warehouse: Postgres, user: str, password: str) -> Connection:
    connection: Connection = psycopg2.connect(
        host="127.0.0.1", port=warehouse.redshift_port, dbname=DATABASE, user=user, password=password, sslmode="require"
    )
    return connection


def answers(warehouse: Postgres, credentials: Mapping[str, Any], sql: str) -> Any:
    with closing(signed_in(warehouse, credentials["dbUser"], credentials["dbPassword"])) as client, client, client.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else None


@pytest.mark.system
def test_what_is_minted_signs_in_and_what_it_makes_is_the_roles(warehouse: Postgres, aws: Aws) -> None:
    credentials = minted(aws)
    assert answers(warehouse, credentials, SCHEMAS) == [("loader", "IAM:moto", True)]
    answers(warehouse, credentials, "create table staging.made (a int)")
    with closing(signed_in(warehouse, "loader", warehouse.credentials.loader)) as client, client.cursor() as cursor:
        cursor.execute("drop table staging.made")


@pytest.mark.system
@pytest.mark.parametrize("password", ["guessed", ""])
def test_what_is_not_minted_is_refused(password: str, warehouse: Postgres, aws: Aws) -> None:
    user = minted(aws)["dbUser"]
    with pytest.raises(psycopg2.OperationalError, match=rf'password authentication failed for user "{user}"|no password supplied'):
        signed_in(warehouse, user, password)
    with pytest.raises(psycopg2.OperationalError, match='password authentication failed for user "IAM:nobody"'):
        signed_in(warehouse, "IAM:nobody", "guessed")


@pytest.mark.system
def test_a_password_ends_when_it_is_said_to_and_another_task_takes_it_from_nobody(warehouse: Postgres, aws: Aws) -> None:
    first, second = minted(aws, durationSeconds=1800), minted(aws)
    assert second["dbPassword"] == first["dbPassword"]
    assert second["expiration"] >= first["expiration"] > datetime.now(UTC) + timedelta(minutes=25)
    with warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.execute(UNTIL, (second["dbUser"],))
        assert cursor.fetchall() == [(second["expiration"],)]
    aws.reset()
    aws.make_workgroup(WORKGROUP)
    assert minted(aws)["dbPassword"] != first["dbPassword"]
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        answers(warehouse, first, "select 1")


@pytest.mark.system
@pytest.mark.parametrize("seconds", [-1, 899, 3601])
def test_a_password_lives_as_long_as_aws_lets_it(seconds: int, aws: Aws) -> None:
    with pytest.raises(ClientError, match="ValidationException"):
        minted(aws, durationSeconds=seconds)


@pytest.mark.system
def test_a_password_is_in_no_log_when_it_cannot_be_set(warehouse: Postgres, told: Path) -> None:
    warehouse.tell(told)
    never = cast(datetime, SimpleNamespace(isoformat=lambda: "never-ever"))
    with pytest.raises(ChildProcessError, match="never-ever"):
        WarehouseBehind(told).admit("IAM:late", "c4n4ryOfLate", never, "loader")
    log = (warehouse.supervisor.logs / "postgres.log").read_text()
    assert "never-ever" in log
    assert "c4n4ryOfLate" not in log


@pytest.mark.system
def test_a_role_is_in_the_database_roles_of_its_tag(warehouse: Postgres, aws: Aws) -> None:
    keys = keys_of_role(aws, RedshiftDbRoles="reporter:loader")
    credentials = minted(aws, keys)
    assert credentials["dbUser"] == f"IAMR:{ROLE}"
    assert answers(warehouse, credentials, SCHEMAS) == [("loader", f"IAMR:{ROLE}", True)]
    aws.client("iam").tag_role(RoleName=ROLE, Tags=[{"Key": "RedshiftDbRoles", "Value": "reporter"}])
    assert answers(warehouse, minted(aws, keys), SCHEMAS) == [(f"IAMR:{ROLE}", f"IAMR:{ROLE}", False)]
    aws.client("iam").untag_role(RoleName=ROLE, TagKeys=["RedshiftDbRoles"])
    with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="permission denied for schema staging"):
        answers(warehouse, minted(aws, keys), "create table staging.made (a int)")


def keys_of_role(aws: Aws, **tags: str) -> dict[str, str]:
    """Of a session in a role with these tags, which may do anything."""
    statement = {"Effect": "Allow", "Principal": {"AWS": CALLER.format(account=ACCOUNT)}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam = aws.client("iam")
    tagged = [{"Key": key, "Value": value} for key, value in tags.items()]
    arn = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=trust, Tags=tagged)["Role"]["Arn"]
    anything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_role_policy(RoleName=ROLE, PolicyName="own", PolicyDocument=json.dumps(anything))
    keys = aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="one")["Credentials"]
    named = {"aws_access_key_id": "AccessKeyId", "aws_secret_access_key": "SecretAccessKey", "aws_session_token": "SessionToken"}
    return {name: keys[of] for name, of in named.items()}


@pytest.fixture
def told(tmp_path: Path) -> Path:
    return tmp_path / "warehouse.json"


def admit(told: Path, command: str) -> None:
    told.write_text(json.dumps({"command": ["/bin/sh", "-c", command], "environment": {}}))
    WarehouseBehind(told).admit("IAM:moto", "secret", datetime.now(UTC), "loader")


def test_a_warehouse_that_is_not_there_is_the_clients_affair(told: Path, caplog: pytest.LogCaptureFixture) -> None:
    WarehouseBehind(told).admit("IAM:moto", "secret", datetime.now(UTC), "loader")
    assert caplog.messages == []
    admit(told, "echo connection refused >&2; exit 2")
    assert caplog.messages == ["the warehouse is not there: connection refused"]


def test_a_warehouse_that_refuses_to_let_somebody_in_is_told(told: Path) -> None:
    with pytest.raises(ChildProcessError, match="ERROR: no such role"):
        admit(told, 'echo "ERROR: no such role" >&2; exit 3')
