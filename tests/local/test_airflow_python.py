"""Which interpreter runs an Airflow version, and what is said of it."""

import sys
from pathlib import Path

import pytest

from local import airflow_python as module
from local.airflow_python import AirflowPython, MissingArtefact, airflow_python
from local.settings import ROOT
from modules.runtimes import runtime
from tools.install_failed import CURE

CLOSED = 9  # where nothing listens


def test_the_installed_version_runs_in_this_environment() -> None:
    python = airflow_python(runtime())
    assert python.interpreter == Path(sys.executable)
    assert str(python).startswith("Airflow 2.7.2 with openlineage-airflow 1.41.0, on Python 3.11.")


def test_another_python_than_mwaas_is_said() -> None:
    text = "Airflow 3.3.1 with apache-airflow-providers-openlineage 2.20.0, on Python 3.1"
    assert str(AirflowPython(runtime("3.3.1"), Path("python"), "3.12.1")) == f"{text}2.1"
    other = AirflowPython(runtime("3.3.1"), Path("python"), "3.11.7")
    assert str(other) == f"{text}1.7, as there is no 3.12, which MWAA has, on this machine"


def test_requirements_that_are_not_installed_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "requirements-2.7.2.txt").write_text("sqlglot==1.0.0\n")
    monkeypatch.setattr(module, "REQUIREMENTS", tmp_path)
    with pytest.raises(MissingArtefact, match=r"asks for \{'sqlglot': '1\.0\.0'\}, installed are .*make install"):
        airflow_python(runtime())


def test_without_uv_what_installs_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "UV", ROOT / ".state/nowhere/uv")
    monkeypatch.setattr(module, "ENVIRONMENTS", tmp_path)
    with pytest.raises(MissingArtefact, match=r"\.state/nowhere/uv is not there: `make install`"):
        airflow_python(runtime("3.3.1"))


def test_without_a_registry_that_is_said_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the real uv, of a registry where nothing listens."""
    monkeypatch.setattr(module, "ENVIRONMENTS", tmp_path / "environments")
    monkeypatch.setattr(module, "LOCKS", tmp_path)
    (tmp_path / "2.10.3.txt").write_text("nothing-of-this-name==1.0\n")
    monkeypatch.setenv("UV_DEFAULT_INDEX", f"http://127.0.0.1:{CLOSED}/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(MissingArtefact) as refused:
        airflow_python(runtime("2.10.3"))
    assert str(refused.value).splitlines()[-1] == f"what Airflow needs could not be installed: {CURE}"


@pytest.mark.system
def test_an_environment_is_made_once_and_anew_when_its_lock_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ENVIRONMENTS", tmp_path / "environments")
    monkeypatch.setattr(module, "LOCKS", tmp_path)
    lock = tmp_path / "2.10.3.txt"
    lock.write_text("")
    interpreter = airflow_python(runtime("2.10.3")).interpreter
    made = interpreter.lstat().st_mtime_ns
    assert airflow_python(runtime("2.10.3")).interpreter.lstat().st_mtime_ns == made
    lock.write_text("# changed\n")
    assert airflow_python(runtime("2.10.3")).interpreter.lstat().st_mtime_ns > made
    assert interpreter.parents[1] == tmp_path / "environments/2.10.3"


@pytest.mark.system
def test_packages_of_ones_own_go_into_an_environment_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the version that is installed here, too; and the lock binds them."""
    monkeypatch.setattr(module, "ENVIRONMENTS", tmp_path / "environments")
    monkeypatch.setattr(module, "OWN_LOCK", tmp_path / "Pipfile.lock")
    module.OWN_LOCK.write_text('{"default": {"six": {"version": "==1.16.0", "markers": "python_version >= \'3\'"}}}')
    more = tmp_path / "requirements.txt"
    more.write_text("six\n")
    interpreter = airflow_python(runtime(), more).interpreter
    assert interpreter == tmp_path / f"environments/{runtime().airflow}-more/bin/python"
    assert list(interpreter.parents[1].glob("lib/*/site-packages/six.py"))
    assert airflow_python(runtime()).interpreter != interpreter
    more.write_text("six==1.17.0\n")
    with pytest.raises(MissingArtefact, match="six"):
        airflow_python(runtime(), more)
