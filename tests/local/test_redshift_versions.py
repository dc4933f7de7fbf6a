"""Each Airflow's hook and driver, the operator and the sensor, before a warehouse that speaks as Redshift does. Here those that CI runs."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from local.airflow_python import airflow_python
from local.postgres import Postgres
from local.processes import Supervisor
from local.settings import CI_VERSIONS, DATABASE, ROOT
from modules.runtimes import DRIVER, connection_uri, runtime

pytestmark = pytest.mark.system

LAKE = ROOT / "tests/sql_lineage/lake.sql"
PROBE = ROOT / "tests/local/warehouse_probe.py"
DRIVERS = {"3.3.1": "psycopg"}
"""psycopg2 for the others: see tests/modules/test_images.py for MWAA's images."""
NEW = "3.3.1"
LINEAGE = ["tickit/event", "dev.dm.probe"]
"""Of the operator, at its start and at its end."""
UNKNOWN = "NotSupportedError: codec not available in Python: 'UNICODE'"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    folder = tmp_path_factory.mktemp("warehouse")
    with Supervisor(folder / "logs") as supervisor:
        server = Postgres(folder / "server", supervisor)
        server.start()
        with server.connect() as connection, connection.cursor() as cursor:
            cursor.execute(LAKE.read_text())
        yield server


def probed(version: str, uri: str, home: Path) -> Mapping[str, Any]:
    """What the probe says of a version with this connection."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")},
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
def test_hook_operator_and_sensor_work_with_the_connection_that_a_deployment_makes(
    version: str, warehouse: Postgres, tmp_path: Path
) -> None:
    said = probed(version, warehouse.loader_uri, tmp_path)
    assert said["answers"] == {"run": [[1]], "run_often": [2], "operate": [LINEAGE, LINEAGE], "sense": True}
    assert said["driver"] == DRIVERS.get(version, "psycopg2")


@pytest.mark.parametrize("version", CI_VERSIONS)
def test_operator_and_sensor_work_with_a_connection_that_says_nothing_of_drivers(version: str, warehouse: Postgres, tmp_path: Path) -> None:
    """As a user's own may: they know Redshift, Airflow's own hook does not."""
    answers = probed(version, uri_with(warehouse), tmp_path)["answers"]
    assert (answers["operate"], answers["sense"]) == ([LINEAGE, LINEAGE], True)
    assert answers["run"] == (UNKNOWN if version == NEW else [[1]])


def test_without_the_encoding_psycopg_3_reads_nothing(warehouse: Postgres, tmp_path: Path) -> None:
    answers = probed(NEW, uri_with(warehouse, prepare_threshold=None), tmp_path)["answers"]
    assert answers["run"] == UNKNOWN


def test_with_prepared_statements_psycopg_3_fails_at_the_end_of_a_transaction(warehouse: Postgres, tmp_path: Path) -> None:
    answers = probed(NEW, uri_with(warehouse, client_encoding=DRIVER["client_encoding"]), tmp_path)["answers"]
    assert answers["run"] == [[1]]
    assert answers["run_often"].startswith('SyntaxError: syntax error at or near "all"')
