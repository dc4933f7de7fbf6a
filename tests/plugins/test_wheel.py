"""The wheel: what is in it, how it installs and goes, and that Airflow loads it in time, whatever else is installed."""

import json
import os
import subprocess
import sys
import venv
from collections import Counter
from email import message_from_bytes
from pathlib import Path
from zipfile import ZipFile

import pytest

from local.airflow_python import airflow_python
from modules.runtimes import runtime
from modules.source_files import source_files
from tests.versions import versions
from tools.build_wheel import ELSEWHERE, PACKAGE, ROOT, build

pytestmark = pytest.mark.system

PROBE = Path(__file__).with_name("installed_probe.py")
LARGEST = 150_000  # bytes
POLICY = "[airflow.policy]"
DERIVES = """
from mwaa_lineage.sql.flow import derive
from mwaa_lineage.sql.relations import Catalog
from mwaa_lineage.sql.sql import parse
found = derive(parse(["insert into sums select sum(price) from orders"]), Catalog("dev"))
print(*found.inputs, *found.outputs)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("wheel"))


def run(*command: object, **environment: str) -> str:
    variables = {"PATH": os.environ["PATH"], "PIP_DISABLE_PIP_VERSION_CHECK": "1", **environment}
    done = subprocess.run([str(part) for part in command], env=variables, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_holds_the_package_and_nothing_else(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        metadata = message_from_bytes(archive.read("mwaa_lineage-1.0.0.dist-info/METADATA"))
    files = {path.relative_to(PACKAGE) for path in source_files(PACKAGE)}
    assert names == {f"mwaa_lineage/{path.as_posix()}" for path in files if path.parts[0] not in ELSEWHERE}
    assert wheel.name == "mwaa_lineage-1.0.0-py3-none-any.whl"
    assert wheel.stat().st_size < LARGEST
    assert (metadata["Name"], metadata["Version"], metadata["Requires-Python"]) == ("mwaa-lineage", "1.0.0", ">=3.11")
    assert [requirement.partition(">")[0] for requirement in metadata.get_all("Requires-Dist", [])] == ["sqlglot"]


def test_the_same_files_give_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    assert build(tmp_path).read_bytes() == wheel.read_bytes()


def test_an_older_one_makes_room(tmp_path: Path) -> None:
    (tmp_path / "mwaa_lineage-0.9.0-py3-none-any.whl").write_text("")
    (tmp_path / "plugins.zip").write_text("")
    wheel = build(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"plugins.zip", wheel.name}


def test_it_comes_with_sqlglot_works_without_airflow_and_leaves_nothing_behind(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path, with_pip=True)
    python = tmp_path / "bin/python"
    run(python, "-m", "pip", "install", "--quiet", wheel)
    assert run(python, "-c", DERIVES).split() == ["dev.public.orders", "dev.public.sums"]
    assert "airflow" not in run(python, "-m", "pip", "list").lower()
    run(python, "-m", "pip", "uninstall", "--quiet", "--yes", "mwaa-lineage")
    assert list(tmp_path.rglob("*mwaa*")) == []


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that has the wheel installed."""
    folder = tmp_path_factory.mktemp("installed") / "site"
    run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile", "--target", folder, wheel)
    return folder


def loaded(version: str, site: Path, order: str, plugins: Path, home: Path) -> dict[str, object]:
    """What an Airflow has after it has loaded its plugins."""
    environment = {
        "HOME": str(home),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(plugins),
        "AIRFLOW_VAR_OPENLINEAGE_URL": "http://127.0.0.1:9",
        "AIRFLOW_VAR_OPENLINEAGE_NAMESPACE": "tickit",
    }
    output = run(airflow_python(runtime(version)).interpreter, PROBE, site, order, **environment)
    found: dict[str, object] = json.loads(output.splitlines()[-1])
    return found


@pytest.mark.parametrize("version", versions())
@pytest.mark.parametrize("order", ["first", "last"])
@pytest.mark.parametrize("both", [False, True], ids=["by the entry point", "by the folder too"])
def test_airflow_loads_it_in_time_and_once(version: str, order: str, both: bool, *, installed: Path, tmp_path: Path) -> None:
    found = loaded(version, installed, order, ROOT / "airflow/plugins" if both else tmp_path / "none", tmp_path)
    assert found["errors"] == {}
    assert Counter(name for name in found["plugins"] if "OpenLineage" not in name) == {"mwaa_lineage": 1}  # type: ignore[attr-defined]
    assert found["namespace"] == "tickit"
    assert [name.endswith(".plugin") or "openlineage" in name for name in found["listeners"]] == [True, True]  # type: ignore[attr-defined]
    assert found["transport"] == str(installed / "mwaa_lineage/transport/openlineage.yml")


@pytest.mark.parametrize("version", versions())
def test_airflow_loads_the_folder_alone(version: str, tmp_path: Path) -> None:
    found = loaded(version, tmp_path, "last", ROOT / "airflow/plugins", tmp_path)
    assert found["errors"] == {}
    assert Counter(name for name in found["plugins"] if "OpenLineage" not in name) == {"mwaa_lineage": 1}  # type: ignore[attr-defined]
    assert found["namespace"] == "tickit"
    assert found["transport"] == str(ROOT / "airflow/plugins/mwaa_lineage/transport/openlineage.yml")


def test_without_the_policy_it_would_come_too_late(installed: Path, tmp_path: Path) -> None:
    """So that the tests above can fail: the provider has switched itself off by then."""
    (entry_points,) = installed.glob("*.dist-info/entry_points.txt")
    text = entry_points.read_text()
    entry_points.write_text(text.partition(POLICY)[0])
    try:
        found = loaded("3.3.1", installed, "last", tmp_path / "none", tmp_path)
    finally:
        entry_points.write_text(text)
    assert found["listeners"] == ["mwaa_lineage.plugin"]
