"""The store's key and the password of its URL in the logs of tasks that print their environment, in real Airflows."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.airflow_python import airflow_python
from modules.runtimes import runtime
from tools.package_plugin import ROOT

pytestmark = pytest.mark.system

HERE = Path(__file__).parent
KEY, PASSWORD = "c4n4ryStoreKey-d41d8cd9", "c4n4ryUrlPass"


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
    }


def said(command: list[str], variables: dict[str, str]) -> str:
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=300, check=False)
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def airflow_2(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of an Airflow with a database of its own."""
    variables = environment(tmp_path_factory.mktemp("airflow"), Path(sys.executable))
    subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], env=variables, capture_output=True, timeout=300, check=True)
    return variables


@pytest.mark.parametrize("task", ["bash", "python"])
def test_a_task_that_prints_its_environment_shows_neither_key_nor_password(task: str, airflow_2: dict[str, str]) -> None:
    """`airflow tasks test` masks as workers do."""
    text = said([sys.executable, "-m", "airflow", "tasks", "test", "prints_environment", task, "2024-01-01"], airflow_2)
    assert "OPENLINEAGE_API_KEY" in text
    assert "***@127.0.0.1:9" in text
    assert KEY not in text
    assert PASSWORD not in text


def test_airflow_3_is_told_again_when_a_task_starts(tmp_path: Path) -> None:
    python = airflow_python(runtime("3.3.1")).interpreter
    text = said([str(python), str(HERE / "masker_after_reset.py")], environment(tmp_path, python))
    lines = dict(line.split(": ", 1) for line in text.splitlines() if line.startswith(("imported: ", "reset: ", "started: ")))
    assert lines == {"imported": "*** ***", "reset": f"{KEY} {PASSWORD}", "started": "*** ***"}
