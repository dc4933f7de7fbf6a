"""What a private web server installs from: wheels in plugins.zip, as it reaches no package index."""

import zipfile
from pathlib import Path

import pytest

from modules.runtimes import runtime
from tools.package_plugin import ROOT, package_for
from tools.wheels import REQUIREMENTS, beyond_airflow, offline_requirements

PLUGINS = ROOT / "airflow/plugins"


def test_the_first_block_of_the_constraints_is_what_airflow_does_not_publish() -> None:
    pins = beyond_airflow((REQUIREMENTS / f"constraints-{runtime().airflow}.txt").read_text())
    assert {"openlineage-airflow==1.41.0", "sqlglot==30.30.0"} <= set(pins)
    assert not any(pin.startswith(("apache-airflow", "boto3")) for pin in pins)


def test_every_requirement_is_a_wheel_or_published_by_airflow() -> None:
    text = (REQUIREMENTS / f"constraints-{runtime().airflow}.txt").read_text()
    wanted = [line for line in offline_requirements(runtime()).splitlines() if "==" in line]
    assert wanted
    assert all(pin in text.splitlines() for pin in wanted)


def test_the_requirements_look_nowhere_but_among_the_plugins() -> None:
    lines = offline_requirements(runtime()).splitlines()
    assert lines[:2] == ["--no-index", "--find-links /usr/local/airflow/plugins"]


@pytest.mark.system
def test_the_archive_for_a_private_web_server_has_the_wheels_and_the_one_for_a_public_has_none(tmp_path: Path) -> None:
    target = tmp_path / "plugins.zip"
    requirements = tmp_path / f"requirements-{runtime().airflow}-private.txt"
    private = package_for(PLUGINS, target, private=True)
    pins = beyond_airflow((REQUIREMENTS / f"constraints-{runtime().airflow}.txt").read_text())
    wheels = {name.lower() for name in private.members if name.endswith(".whl")}
    assert {pin.replace("==", "-").replace("-", "_") for pin in pins} == {"_".join(wheel.split("-")[:2]) for wheel in wheels}
    assert zipfile.ZipFile(target).testzip() is None
    assert requirements.is_file()
    public = package_for(PLUGINS, target, private=False)
    assert not any(name.endswith(".whl") for name in public.members)
    assert not requirements.exists()
