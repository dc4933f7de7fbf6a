"""The store's key and the password of its URL in the logs of tasks that print their environment, in real Airflows."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from local.airflow_python import airflow_python
from local.settings import CI_VERSIONS
from modules.runtimes import release, runtime
from tools.package_plugin import ROOT

pytestmark = pytest.mark.system

HERE = Path(__file__).parent
KEY, PASSWORD, HEADER = "c4n4ryStoreKey-d41d8cd9", "c4n4ryUrlPass", "c4n4ryHeader-d41d8cd9"


def environment(home: Path, python: Path) -> dict[str, str]:
    return {
        "PATH": f"{python.parent}:{os.environ['PATH']}",
        "HOME": str(home),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "airflow/plugins"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(HERE / "printing_dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
        "OPENLINEAGE_DISABLED": "true",
        "OPENLINEAGE_URL": f"http://user:{PASSWORD}@127.0.0.1:9",
        "OPENLINEAGE_NAMESPACE": "tickit",
        "OPENLINEAGE_API_KEY": KEY,
        "OPENLINEAGE_HEADERS": json.dumps({"X-Gateway": HEADER, "X-Signed": f'key="{HEADER}-too"'}),
    }


def said(variables: dict[str, str], *command: str) -> str:
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=300, check=False)
    return done.stdout + done.stderr


@pytest.fixture(scope="module", params=CI_VERSIONS)
def log_of(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Runs a task, and gives its log as a worker of this version keeps it: `airflow tasks test` of Airflow 2 masks as workers do."""
    home, python = tmp_path_factory.mktemp("airflow"), airflow_python(runtime(request.param)).interpreter
    variables = environment(home, python)

    def log(task: str) -> str:
        said(variables, str(python), str(HERE / "supervised_task.py"), task, str(home / f"{task}.log"))
        return (home / f"{task}.log").read_text()

    if release(runtime(request.param)) >= (3,):
        return log
    said(variables, str(python), "-m", "airflow", "db", "migrate")
    return lambda task: said(variables, str(python), "-m", "airflow", "tasks", "test", "prints_environment", task, "2024-01-01")


@pytest.mark.parametrize("task", ["bash", "python"])
def test_a_task_that_prints_its_environment_shows_neither_key_nor_password(task: str, log_of: Callable[[str], str]) -> None:
    text = log_of(task)
    assert "OPENLINEAGE_API_KEY" in text
    assert "***@127.0.0.1:9" in text
    assert "OPENLINEAGE_HEADERS" in text
    assert [secret for secret in (KEY, PASSWORD, HEADER, "c4n4ry") if secret in text] == []
