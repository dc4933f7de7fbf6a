"""The connection that a deployment makes, with Airflow's own hook and with ours, which mint their passwords at the emulated AWS."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from local.airflow_python import airflow_python
from local.aws.machine import Aws
from local.settings import CI_VERSIONS, ROOT
from modules.runtimes import connection_uri, release, runtime
from modules.warehouse import sign_in_extras
from tests.local.aws_network import make_network
from tests.local.signed import serverless

pytestmark = pytest.mark.system

HOST = "tickit.123456789012.us-east-1.redshift-serverless.amazonaws.com"
PROBE = ROOT / "tests/local/stock_hook_probe.py"
KNOWS_SERVERLESS = (2, 11)  # provider-postgres 6.2
ENCODING = {"client_encoding": "UTF8"}
OWN = {"sslmode": "verify-full", "sslrootcert": "/certificates/redshift.pem", "keepalives_idle": "60", "options": "-c search_path=shop"}


@pytest.fixture
def workgroup(aws: Aws) -> Aws:
    """The AWS with the workgroup of a deployment."""
    serverless(aws, "CreateNamespace", namespaceName="tickit")
    subnets = make_network(aws).subnets
    serverless(aws, "CreateWorkgroup", workgroupName="tickit", namespaceName="tickit", baseCapacity=8, subnetIds=subnets)
    return aws


def asked(aws: Aws, version: str, home: Path, **own: str) -> dict[str, Any]:
    """What the drivers of an Airflow are asked to connect with, by its own hook and by ours."""
    extras = {**sign_in_extras("tickit"), **own}
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "AWS"))},
        **aws.environment,
        "PYTHONPATH": str(ROOT / "airflow/plugins"),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(home / "none"),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
        "AIRFLOW_CONN_WAREHOUSE": connection_uri(f"@{HOST}:5439", "dev", extras),
        "AIRFLOW_CONN_AWS_DEFAULT": "aws://",
    }
    interpreter = str(airflow_python(runtime(version)).interpreter)
    done = subprocess.run([interpreter, str(PROBE)], env=environment, cwd=home, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


@pytest.mark.parametrize("version", CI_VERSIONS)
@pytest.mark.parametrize("own", [{}, OWN])
def test_the_connection_works_for_everybody_whose_provider_can(version: str, own: dict[str, str], workgroup: Aws, tmp_path: Path) -> None:
    said = asked(workgroup, version, tmp_path, **own)
    ours = said["ours"]
    assert ours["user"].startswith("IAM")
    assert {**ours, "user": ""} == {"host": HOST, "user": "", "dbname": "dev", "port": 5439, "sslmode": "require", **ENCODING, **own}
    if release(runtime(version))[:2] >= KNOWS_SERVERLESS:
        assert said["stock"] == ours
    else:
        assert "user" not in said["stock"] or not said["stock"]["user"], "docs/airflow.md says that it cannot"
