"""A warehouse that speaks as Redshift does, and who speaks with it: each Airflow's hook and driver, the operator and the sensor.

Here those of the versions that CI runs; `make test-runtimes` runs the pipeline on all of them, through the same door.
"""

import json
import os
import socket
import struct
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class, named as one

from local.airflow_python import airflow_python
from local.aws.machine import Aws
from local.postgres import Postgres
from local.redshift.messages import SSL
from local.settings import CI_VERSIONS, DATABASE, ROOT, WORKGROUP
from modules.runtimes import DRIVER, connection_uri, release, runtime
from tests.local.dag_runs import minting, warehouse_of
from tests.versions import versions

pytestmark = pytest.mark.system

LAKE = ROOT / "tests/mwaa_lineage/airflow/lake.sql"
PROBE = ROOT / "tests/local/warehouse_probe.py"
DRIVERS = {"3.3.1": "psycopg"}
"""psycopg2 for the others: see tests/modules/test_images.py for MWAA's images."""
NEW = "3.3.1"
KNOWS_SERVERLESS = (2, 11)  # provider-postgres 6.2
NO_SERVERLESS = 'ProgrammingError: invalid dsn: invalid connection option "redshift-serverless"'
LINEAGE = ["tickit/event", "dev.dm.probe"]
"""Of the operator, at its start and at its end."""
REFUSED = "UndefinedFunction: function array_agg does not exist"
UNKNOWN = "NotSupportedError: codec not available in Python: 'UNICODE'"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with warehouse_of(LAKE, tmp_path_factory.mktemp("warehouse")) as server:
        yield server


@pytest.fixture(scope="module")
def aws(warehouse: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    with minting(warehouse, tmp_path_factory.mktemp("aws")) as machine:
        yield machine


@pytest.fixture
def client(warehouse: Postgres) -> Iterator[Connection]:
    """A client that asks for nothing, as psql would."""
    with closing(connected(warehouse)) as connection:
        yield connection


def connected(warehouse: Postgres, **parameters: Any) -> Connection:
    uri = f"postgres://loader:{warehouse.credentials.loader}@127.0.0.1:{warehouse.redshift_port}/{DATABASE}"
    connection: Connection = psycopg2.connect(uri, **parameters)
    return connection


def answer(client: Connection, sql: str) -> Any:
    with client.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else None


def test_it_reports_what_redshift_reports(warehouse: Postgres, client: Connection) -> None:
    names = (
        "server_version",
        "client_encoding",
        "server_encoding",
        "datestyle",
        "standard_conforming_strings",
        "DateStyle",
        "IntervalStyle",
    )
    assert [client.get_parameter_status(name) for name in names] == ["8.0.2", "UNICODE", "UNICODE", "ISO, MDY", None, None, None]
    assert client.server_version == 80002
    ((said,),) = answer(client, "select version()")
    assert said.startswith("PostgreSQL 8.0.2 on i686-pc-linux-gnu")
    assert "Redshift 1.0." in said
    with closing(connected(warehouse, client_encoding="UTF8")) as other:
        assert other.get_parameter_status("client_encoding") == "UTF8"


def test_it_encrypts_what_asks_for_that_and_outlives_who_then_says_something_else(warehouse: Postgres) -> None:
    with closing(connected(warehouse, sslmode="require")) as client:
        assert client.info.ssl_in_use
    with socket.create_connection(("127.0.0.1", warehouse.redshift_port), timeout=60) as connection:
        connection.sendall(struct.pack("!ii", 8, SSL))
        assert connection.recv(1) == b"S"
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        with suppress(ConnectionResetError):
            assert connection.recv(1) in (b"", b"\x15")  # an alert
    with closing(connected(warehouse, sslmode="disable")) as client:
        assert not client.info.ssl_in_use


def test_a_client_that_sets_what_redshift_does_not_know_is_not_admitted(warehouse: Postgres) -> None:
    for options in ("-c standard_conforming_strings=off", "-c search_path=dm --lock-timeout=5"):
        with pytest.raises(psycopg2.OperationalError, match=r'FATAL:  unrecognized configuration parameter "(standard|lock)'):
            connected(warehouse, options=options)
    with closing(connected(warehouse, options="-c search_path=dm -c statement_timeout=5000")) as admitted:
        assert answer(admitted, "show search_path") == [("dm",)]


def test_a_refused_statement_fails_its_transaction_and_not_the_connection(client: Connection) -> None:
    with pytest.raises(psycopg2.errors.FeatureNotSupported, match='SQL command "savepoint a" not supported'):
        answer(client, "savepoint a")
    with pytest.raises(psycopg2.errors.InFailedSqlTransaction):
        answer(client, "select 1")
    client.rollback()
    assert answer(client, "select 1") == [(1,)]
    with pytest.raises(psycopg2.errors.UndefinedTable, match="redshift_refuses_1"):  # a server's own error stays as it is
        answer(client, "select * from redshift_refuses_1")


def test_truncate_commits(client: Connection) -> None:
    answer(client, "create table if not exists dm.cut (a int)")
    answer(client, "insert into dm.cut values (1)")
    client.commit()
    answer(client, "truncate dm.cut;")
    client.rollback()
    assert answer(client, "select count(*) from dm.cut") == [(0,)]


def test_a_backslash_is_an_escape(client: Connection) -> None:
    assert answer(client, r"select '\\d', '\d', '7' ~ '\\d'") == [(r"\d", "d", True)]


def test_whoever_cancels_is_let_through(warehouse: Postgres, client: Connection) -> None:
    timer = threading.Timer(0.3, client.cancel)
    timer.start()
    with pytest.raises(psycopg2.errors.QueryCanceled):
        answer(client, "with recursive endless as (select 1 as a union all select a from endless) select count(*) from endless")
    timer.join()


def probed(version: str, uri: str, home: Path, **variables: str) -> Mapping[str, Any]:
    """What the probe says of a version with this connection."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "AWS"))},
        **variables,
        "PYTHONPATH": str(ROOT / "airflow/plugins"),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(home / "none"),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
        "AIRFLOW_CONN_WAREHOUSE": uri,
    }
    interpreter = str(airflow_python(runtime(version)).interpreter)
    done = subprocess.run([interpreter, str(PROBE)], env=environment, cwd=home, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    said: Mapping[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def uri_with(warehouse: Postgres, **extras: object) -> str:
    return connection_uri(f"loader:{warehouse.credentials.loader}@127.0.0.1:{warehouse.redshift_port}", DATABASE, extras)


@pytest.mark.parametrize("version", CI_VERSIONS)
def test_hook_operator_and_sensor_work_with_a_password(version: str, warehouse: Postgres, tmp_path: Path) -> None:
    said = probed(version, warehouse.loader_uri, tmp_path)
    assert said["answers"] == {"run": [[1]], "run_often": [2], "refused": REFUSED, "operate": [LINEAGE, LINEAGE], "sense": True}
    assert said["driver"] == DRIVERS.get(version, "psycopg2")


@pytest.mark.parametrize("version", versions())
def test_operator_and_sensor_work_with_the_connection_that_a_deployment_makes_and_airflows_hook_where_it_knows_serverless(
    version: str, warehouse: Postgres, aws: Aws, tmp_path: Path
) -> None:
    answers = probed(version, warehouse.connection_to(WORKGROUP), tmp_path, **aws.environment)["answers"]
    assert (answers["operate"], answers["sense"]) == ([LINEAGE, LINEAGE], True)
    by_airflows_own = [answers["run"], answers["run_often"], answers["refused"]]
    assert by_airflows_own == ([[[1]], [2], REFUSED] if release(runtime(version))[:2] >= KNOWS_SERVERLESS else 3 * [NO_SERVERLESS])


@pytest.mark.parametrize("version", CI_VERSIONS)
def test_operator_and_sensor_work_with_a_connection_that_says_nothing_of_drivers(version: str, warehouse: Postgres, tmp_path: Path) -> None:
    """As a user's own may: they know Redshift, Airflow's own hook does not."""
    answers = probed(version, uri_with(warehouse), tmp_path)["answers"]
    assert (answers["operate"], answers["sense"]) == ([LINEAGE, LINEAGE], True)
    assert answers["run"] == (UNKNOWN if version == NEW else [[1]])


def test_with_prepared_statements_psycopg_3_fails_at_the_end_of_a_transaction(warehouse: Postgres, tmp_path: Path) -> None:
    answers = probed(NEW, uri_with(warehouse, client_encoding=DRIVER["client_encoding"]), tmp_path)["answers"]
    assert answers["run"] == [[1]]
    assert answers["run_often"].startswith('SyntaxError: syntax error at or near "all"')


@pytest.mark.parametrize(
    "sent", [b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"\0\0\0\7", b"\xff\xff\xff\xff"]
)
def test_what_is_no_startup_packet_is_not_waited_for(warehouse: Postgres, sent: bytes) -> None:
    """A page in a browser can send a POST to any port: as a packet it has 1.3 GB."""
    with socket.create_connection(("127.0.0.1", warehouse.redshift_port), timeout=60) as connection:
        connection.sendall(sent)
        with suppress(ConnectionResetError):  # what is not read is answered so
            assert connection.recv(1) == b""
