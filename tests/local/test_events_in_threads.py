"""The plugin has the integration use threads, which a task waits for in bounded time; with real providers, where it is not about errors."""

import logging
import os
import subprocess
import threading
from pathlib import Path

import pytest

from local.airflow_python import airflow_python
from local.settings import CI_VERSIONS, ROOT
from modules.runtimes import runtime
from mwaa_lineage.transport.bounds import DEFAULTS, bound
from mwaa_lineage.transport.in_thread import in_thread, replace_waits

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
    in_thread(lambda: made.append(threading.current_thread().name), "on_running")
    assert made == ["openlineage-on_running"]


def test_what_fails_is_logged_and_fails_nothing(caplog: pytest.LogCaptureFixture) -> None:
    in_thread(lambda: 1 / 0, "on_success")
    assert "OpenLineage's on_success failed" in caplog.text
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    ("name", "option"), [("on_running", "START_SECONDS"), ("on_success", "END_SECONDS"), ("on_failure", "END_SECONDS")]
)
def test_what_takes_too_long_is_not_waited_for(
    name: str, option: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"AIRFLOW__MWAA_LINEAGE__{option}", "0.01")
    over = threading.Event()
    with caplog.at_level(logging.WARNING):
        in_thread(lambda: over.wait(60), name)
    assert not over.is_set()
    assert f"OpenLineage's {name} takes more than 0.01 s" in caplog.text
    over.set()


@pytest.mark.parametrize("value", ["", "soon", "-1", "inf"])
@pytest.mark.parametrize("name", DEFAULTS)
def test_a_bound_that_is_none_is_the_usual_one(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"AIRFLOW__MWAA_LINEAGE__{name.upper()}", value)
    assert bound(name) == DEFAULTS[name]


def test_the_hooks_of_openlineage_airflow_wait_no_longer_than_they_may(monkeypatch: pytest.MonkeyPatch) -> None:
    from openlineage.airflow import listener  # type: ignore[import-untyped]  # noqa: PLC0415 - which reads its settings

    monkeypatch.setattr(listener, "execute", listener.execute)
    monkeypatch.setenv("AIRFLOW__MWAA_LINEAGE__END_SECONDS", "0.01")
    replace_waits()
    over = threading.Event()

    def on_success() -> None:
        over.wait(60)

    listener.execute(on_success)
    assert not over.is_set()
    over.set()
