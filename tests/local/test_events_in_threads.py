"""Where the provider forks a process for each event, the plugin has it use a thread; with real providers, where it is not about errors."""

import logging
import os
import subprocess
import threading
from pathlib import Path

import pytest

from lineage_transport.in_thread import in_thread
from local.airflow_python import airflow_python
from local.settings import CI_VERSIONS, ROOT
from modules.runtimes import runtime

PROBE = Path(__file__).with_name("event_probe.py")


@pytest.mark.system
@pytest.mark.parametrize("version", [version for version in CI_VERSIONS if runtime(version).integration != "openlineage-airflow"])
@pytest.mark.parametrize(("wanted", "found"), [(None, "made here"), ("false", "made in a fork")])
def test_the_provider_makes_events_in_the_tasks_process_unless_it_is_told_otherwise(
    version: str, wanted: str | None, found: str, tmp_path: Path
) -> None:
    option = {"AIRFLOW__OPENLINEAGE__EXECUTE_IN_THREAD": wanted} if wanted else {}
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(tmp_path),
        "AIRFLOW_VAR_OPENLINEAGE_URL": "http://127.0.0.1:9",
        "AIRFLOW_VAR_OPENLINEAGE_NAMESPACE": "tickit",
        "PYTHONPATH": str(ROOT / "airflow/plugins"),
        "TMPDIR": str(tmp_path),
        **option,
    }
    command = [str(airflow_python(runtime(version)).interpreter), str(PROBE)]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300)
    assert done.stdout.strip().splitlines()[-1:] == [found], done.stderr[-3000:]


def test_it_is_waited_for() -> None:
    made: list[str] = []
    in_thread(lambda: made.append(threading.current_thread().name), "on_running", 10)
    assert made == ["openlineage-on_running"]


def test_what_fails_is_logged_and_fails_nothing(caplog: pytest.LogCaptureFixture) -> None:
    in_thread(lambda: 1 / 0, "on_success", 10)
    assert "OpenLineage's on_success failed" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_what_takes_too_long_is_not_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    over = threading.Event()
    with caplog.at_level(logging.WARNING):
        in_thread(lambda: over.wait(60), "on_running", 0.01)
    assert not over.is_set()
    assert "OpenLineage's on_running takes more than 0.01 s" in caplog.text
    over.set()
