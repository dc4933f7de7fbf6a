"""The whole examination in processes of a real Airflow: one for each way in which what is installed or loaded can be wrong."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from mwaa_lineage.doctor.active import switched_off
from tests.mwaa_lineage.doctor.marquez import Asked, Marquez
from tests.mwaa_lineage.doctor.marquez import marquez as serve
from tests.plugins.loopback import http_server
from tools.package_plugin import ROOT

pytestmark = pytest.mark.system

PLUGINS = ROOT / "airflow/plugins"
KEY = "c4n4ryKey"
SET = {"OPENLINEAGE_NAMESPACE": "tickit", "OPENLINEAGE_API_KEY": KEY, "OPENLINEAGE_TIMEOUT": "20"}
BROKEN = "raise ImportError('it is broken')\n"
PROVIDER = "airflow/providers/openlineage"
ANOTHER = """
from openlineage.airflow import listener

class Manager:
    def extract_metadata(self, dagrun, task, complete=False, task_instance=None, task_uuid=None):
        pass

listener.extractor_manager = Manager()
"""
MINE = """
class LoadExtractor:
    @classmethod
    def get_operator_classnames(cls):
        return ["LoadOperator"]
"""


@dataclass(frozen=True)
class Scenario:
    """What an Airflow process finds: variables, modules that come before all installed ones or after them, files in the plugins folder."""

    variables: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)
    plugins: Mapping[str, str] = field(default_factory=dict)


SCENARIOS = {
    "well": Scenario(),
    "disabled": Scenario({"OPENLINEAGE_DISABLED": "true"}),
    "narrowed": Scenario(
        {"AIRFLOW__OPENLINEAGE__SELECTIVE_ENABLE": "True", "AIRFLOW__OPENLINEAGE__DISABLED_FOR_OPERATORS": "a.B;c.D"},
    ),
    "broken plugin": Scenario(plugins={"mwaa_lineage_plugin.py": BROKEN}),
    "no plugin": Scenario(plugins={"mwaa_lineage_plugin.py": ""}),
    "broken packages": Scenario(before={"openlineage/__init__.py": "", "openlineage/client.py": BROKEN, "sqlglot.py": BROKEN}),
    "both": Scenario(
        after={
            "airflow/__init__.py": "",
            f"{PROVIDER}/__init__.py": "",
            f"{PROVIDER}/plugins/__init__.py": "",
            f"{PROVIDER}/plugins/openlineage.py": "class OpenLineageProviderPlugin: ...\n",
            "apache_airflow_providers_openlineage-1.1.0.dist-info/METADATA": "Name: apache-airflow-providers-openlineage\nVersion: 1.1.0\n",
        },
    ),
    "theirs": Scenario(plugins={"another.py": ANOTHER}),
    "mine": Scenario(
        {
            "OPENLINEAGE_EXTRACTORS": "mine.LoadExtractor",
            "AIRFLOW__MWAA_LINEAGE__NAMESPACES": '{"NOBODY": "redshift://shop.eu-west-1:5439"}',
        },
        before={"mine.py": MINE},
        after={"mwaa_lineage/__init__.py": "", "lineage_transport/__init__.py": ""},
    ),
    "no secrets": Scenario({"AIRFLOW__SECRETS__BACKEND": "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"}),
}


def run(scenario: Scenario, folder: Path, urls: Mapping[str, str]) -> dict[str, str]:
    """{finding or empty: its lines}; nothing of what the process printed may show the key."""
    shutil.copytree(PLUGINS, folder / "plugins", ignore=shutil.ignore_patterns("__pycache__"))
    for root, files in (("before", scenario.before), ("after", scenario.after), ("plugins", scenario.plugins)):
        for name, content in files.items():
            path = folder / root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content) if content or path.name == "__init__.py" else path.unlink()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TMPDIR": str(folder),  # the spool's second place, which the machine's other processes share
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(folder / "plugins"),
        "AIRFLOW__CORE__LAZY_LOAD_PLUGINS": "False",
        "PYTHONPATH": os.pathsep.join(map(str, (folder / "before", folder / "plugins", ROOT))),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": urls["aws"],
        **({} if "AIRFLOW__SECRETS__BACKEND" in scenario.variables else {**SET, "OPENLINEAGE_URL": urls["store"]}),
        **scenario.variables,
    }
    command = [sys.executable, str(ROOT / "tests/mwaa_lineage/doctor/examine.py"), str(folder / "after")]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert KEY not in done.stdout + done.stderr
    found: dict[str, str] = {}
    for kind, line in json.loads(done.stdout.splitlines()[-1]):
        found[kind] = f"{found.get(kind, '')}{line}\n"
    return found


def deny(request: BaseHTTPRequestHandler) -> None:
    """Secrets Manager, as it answers somebody who may not read secrets."""
    body = json.dumps({"__type": "AccessDeniedException", "Message": "not authorized to perform GetSecretValue"}).encode()
    request.send_response(400)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, str]]]:
    """{scenario: what the doctor finds in it}; two at a time, as they cost seconds."""
    folder = tmp_path_factory.mktemp("store")
    with serve(folder) as store, http_server(deny) as (aws, _), ThreadPoolExecutor(2) as pool:
        only_with_key(store)
        urls = {"store": store.url, "aws": aws}
        started = {name: pool.submit(run, scenario, tmp_path_factory.mktemp("airflow"), urls) for name, scenario in SCENARIOS.items()}
        yield {name: future.result() for name, future in started.items()}


def only_with_key(store: Marquez) -> None:
    def door(asked: Asked) -> tuple[int, str] | None:
        return None if asked.key == f"Bearer {KEY}" else (401, "who are you?")

    store.door = door


Found = dict[str, dict[str, str]]


def test_all_is_well_but_for_the_task_that_this_is_not(found: Found) -> None:
    """No task of Airflow's runs here, and the doctor notices that."""
    assert set(found["well"]) == {"", "INTEGRATION_SILENT"}
    assert "openlineage-airflow listens" in found["well"][""]
    assert "the store has the event of lineage_doctor.probe" in found["well"][""]


def test_integration_disabled(found: Found) -> None:
    assert "(the variable OPENLINEAGE_DISABLED)" in found["disabled"]["INTEGRATION_DISABLED"]
    assert "TRANSPORT_NOOP" in found["disabled"]


def test_integration_disabled_by_the_providers_own_option(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which this Airflow's integration does not look at."""
    monkeypatch.setenv("AIRFLOW__OPENLINEAGE__DISABLED", "True")
    assert switched_off() == "the configuration option [openlineage] disabled"


def test_selective(found: Found) -> None:
    assert found["narrowed"]["SELECTIVE"].startswith("WARNING")


def test_operators_disabled(found: Found) -> None:
    assert "(a.B;c.D)" in found["narrowed"]["OPERATORS_DISABLED"]


def test_plugin_broken(found: Found) -> None:
    assert "mwaa_lineage_plugin.py: it is broken)" in found["broken plugin"]["PLUGIN_BROKEN"]
    assert "PLUGIN_NOT_LOADED" not in found["broken plugin"]


def test_plugin_not_loaded(found: Found) -> None:
    assert "PLUGIN_NOT_LOADED" in found["no plugin"]
    assert "TRANSPORT_OTHER" in found["no plugin"]


def test_stock_operators_unread(found: Found) -> None:
    """Another package has replaced what asks the extractors."""
    assert set(found["theirs"]) == {"", "INTEGRATION_SILENT", "STOCK_OPERATORS_UNREAD"}
    assert "another.Manager.extract_metadata" in found["theirs"]["STOCK_OPERATORS_UNREAD"]


def test_what_is_twice_or_unknown_is_a_warning_and_an_extractor_of_ones_own_a_line(found: Found) -> None:
    assert set(found["mine"]) == {"", "INTEGRATION_SILENT", "TWO_COPIES", "FORMER_PACKAGES", "CONNECTION_UNKNOWN"}
    assert "extractors: yours go before this package: LoadOperator by mine.LoadExtractor" in found["mine"][""]
    assert "extractors: this package is asked first" in found["well"][""]


def test_client_broken(found: Found) -> None:
    assert "ImportError: it is broken" in found["broken packages"]["CLIENT_BROKEN"]
    assert {"TRANSPORT_BROKEN", "CHECK_FAILED"} & set(found["broken packages"]) == {"TRANSPORT_BROKEN"}


def test_sqlglot_missing(found: Found) -> None:
    assert "ImportError: it is broken" in found["broken packages"]["SQLGLOT_MISSING"]


def test_integration_inactive(found: Found) -> None:
    """The provider is importable, so that openlineage-airflow has registered nothing."""
    assert "INTEGRATION_INACTIVE" in found["both"]
    assert "INTEGRATIONS_BOTH" in found["both"]


def test_secrets_unreadable(found: Found) -> None:
    lines = found["no secrets"]["SECRETS_UNREADABLE"]
    assert "SecretsManagerBackend did not give OPENLINEAGE_URL: " in lines
    assert "AccessDeniedException" in lines
    assert {"URL_MISSING", "TRANSPORT_CONSOLE"} <= set(found["no secrets"])
