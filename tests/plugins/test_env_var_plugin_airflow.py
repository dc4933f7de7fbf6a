"""The env-var plugin in a real Airflow: packaged and configured as on MWAA, with an emulated Secrets Manager."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from moto.server import ThreadedMotoServer

from modules.runtimes import as_environment, configuration_options, runtime
from tests.plugins.loopback import http_server
from tools.package_plugin import ROOT, package

pytestmark = pytest.mark.system

URL = "http://marquez.test:5000"
KEY = "canary-key-d41d8cd9"
ALWAYS = {"OPENLINEAGE_AIRFLOW_DISABLE_SOURCE_CODE": "true", "AIRFLOW__OPENLINEAGE__EXECUTE_IN_THREAD": "true"}
SECRETS = {"OPENLINEAGE_URL": URL, "OPENLINEAGE_NAMESPACE": "tickit", "OPENLINEAGE_API_KEY": KEY}


@dataclass(frozen=True)
class Probe:
    """What an Airflow process had after loading the plugins, and all it printed."""

    found: dict[str, Any]
    output: str

    @property
    def line(self) -> str:
        (line,) = (line for line in self.output.splitlines() if "OpenLineage: " in line)
        return line


@pytest.fixture(scope="module")
def plugins_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plugins as MWAA unpacks them."""
    folder = tmp_path_factory.mktemp("mwaa")
    archive = package(ROOT / "airflow/plugins", folder / "plugins.zip").path
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(archive), str(folder / "plugins")], check=True, timeout=60)
    return folder / "plugins"


@pytest.fixture
def probe(plugins_folder: Path, tmp_path: Path) -> Callable[..., Probe]:
    def probe(endpoint: str, argv: str = "", **environment: str) -> Probe:
        variables = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "AIRFLOW_HOME": str(tmp_path),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(plugins_folder),
            "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            **as_environment(configuration_options(runtime().airflow, warehouse_namespace="redshift://tickit.us-east-1:5439")),
            **environment,
        }
        command = [sys.executable, str(ROOT / "tests/plugins/plugin_probe.py"), *argv.split()]
        done = subprocess.run(command, env=variables, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr
        *printed, result = done.stdout.splitlines()
        return Probe(json.loads(result), "\n".join([*printed, done.stderr]))

    return probe


@pytest.fixture
def secrets_manager() -> Iterator[tuple[str, Any]]:
    """The emulator's URL and a client of it; empty at first."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    requests.post(f"{url}/moto-api/reset", timeout=60)
    try:
        yield url, boto3.client("secretsmanager", "us-east-1", endpoint_url=url, aws_access_key_id="test", aws_secret_access_key="test")
    finally:
        server.stop()


def put(client: Any, values: dict[str, str]) -> None:
    for name, value in values.items():
        client.create_secret(Name=f"airflow/variables/{name}", SecretString=value)


def test_airflow_exports_the_secrets(secrets_manager: tuple[str, Any], probe: Callable[..., Probe]) -> None:
    url, client = secrets_manager
    put(client, SECRETS)
    result = probe(url)
    assert result.found["import_errors"] == {}
    assert {name.partition(".")[0] for name in result.found["modules"]} == {"mwaa_lineage", "mwaa_lineage_plugin"}
    assert {"mwaa_lineage", "OpenLineagePlugin"} <= set(result.found["plugins"])
    assert result.found["transport"] == "spool"
    assert result.found["settings"] == {"url": f"{URL}/api/v1/lineage", "api_key": KEY, "timeout": 2, "bucket": "", "headers": {}}
    assert result.found["namespace"] == "tickit"
    assert {name: result.found["environment"][name] for name in SECRETS} == SECRETS
    assert f"INFO - OpenLineage: namespace tickit; url {URL}; API key set; time-out 2 s; spool " in result.line
    assert KEY not in result.output


@pytest.mark.parametrize("command", ["celery worker", "scheduler", "dags test tickit"])
@pytest.mark.parametrize("listens", [True, False])
def test_a_fork_finds_imported_what_it_needs_only_where_lineage_is_wanted(
    secrets_manager: tuple[str, Any], probe: Callable[..., Probe], listens: bool, command: str
) -> None:
    url, client = secrets_manager
    put(client, SECRETS)
    result = probe(url, command, **({} if listens else {"OPENLINEAGE_DISABLED": "true"}))
    assert result.found["import_errors"] == {}
    assert result.found["frozen"] == listens
    assert result.found["fork"] == {"sqlglot": listens, "psycopg2": listens, "frozen": listens}


@pytest.mark.parametrize("command", ["tasks run tickit worker manual", "celery flower", "dags list", "api-server", ""])
def test_a_process_of_one_task_or_of_none_imports_nothing_that_derives(
    secrets_manager: tuple[str, Any], probe: Callable[..., Probe], command: str
) -> None:
    url, client = secrets_manager
    put(client, SECRETS)
    assert probe(url, command).found["fork"] == {"sqlglot": False, "psycopg2": False, "frozen": True}


def test_airflow_starts_without_the_secrets_and_keeps_what_is_set(secrets_manager: tuple[str, Any], probe: Callable[..., Probe]) -> None:
    url, client = secrets_manager
    put(client, {"OPENLINEAGE_NAMESPACE": "of the secret"})
    result = probe(url, OPENLINEAGE_NAMESPACE="of the environment")
    assert result.found["import_errors"] == {}
    assert result.found["environment"] == {"OPENLINEAGE_NAMESPACE": "of the environment", **ALWAYS}
    assert result.found["transport"] == "console"
    assert "WARNING - OpenLineage: namespace of the environment; no lineage is sent; OPENLINEAGE_URL is missing" in result.line


def test_airflow_starts_when_secrets_manager_is_unreachable(probe: Callable[..., Probe]) -> None:
    with http_server(lambda request: request.connection.close()) as (url, paths):
        result = probe(url, AWS_MAX_ATTEMPTS="1", AIRFLOW_VAR_OPENLINEAGE_NAMESPACE="tickit")
    assert len(paths) == 1
    assert result.found["seconds"] < 60
    assert result.found["import_errors"] == {}
    assert result.found["environment"] == {"OPENLINEAGE_NAMESPACE": "tickit", **ALWAYS}
    assert "WARNING - OpenLineage: namespace tickit; no lineage is sent; SecretsManagerBackend did not give OPENLINEAGE_URL" in result.line


def test_airflow_starts_when_access_is_denied(probe: Callable[..., Probe]) -> None:
    def deny(request: BaseHTTPRequestHandler) -> None:
        body = json.dumps({"__type": "AccessDeniedException", "Message": "not authorized to perform GetSecretValue"}).encode()
        request.send_response(400)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    with http_server(deny) as (url, paths):
        result = probe(url)
    assert len(paths) == 6
    assert result.found["import_errors"] == {}
    assert result.found["environment"] == ALWAYS
    assert "AccessDeniedException" in result.line
