"""What is installed, for each combination that does not work."""

import importlib.metadata
import re
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from modules.runtimes import Runtime, load_runtimes
from mwaa_lineage.doctor.findings import Kind, Report
from mwaa_lineage.doctor.installed import CLIENT as CLIENT_PACKAGE
from mwaa_lineage.doctor.installed import SQLGLOT, TESTED, copies, examine, versions
from tests.mwaa_lineage.doctor.kinds import kinds, only, text
from tools.build_wheel import METADATA, ROOT
from tools.lock_runtimes import LOCKS

CLIENT = {"openlineage-python": "1.40.0", "sqlglot": "30.30.0"}
CLASSIC = {"openlineage-airflow": "1.41.0"}
NATIVE = {"apache-airflow-providers-openlineage": "1.13.0"}


def examined(airflow: str, packages: Mapping[str, str]) -> Report:
    report = Report()
    examine(report, {"apache-airflow": airflow, **packages})
    return report


def test_this_environment_is_well() -> None:
    report = Report()
    examine(report, versions())
    assert kinds(report) == []
    assert f"openlineage-airflow {importlib.metadata.version('openlineage-airflow')}" in text(report)


@pytest.mark.parametrize("runtime", load_runtimes().values(), ids=lambda runtime: runtime.airflow)
def test_what_the_runtimes_install_is_well(runtime: Runtime) -> None:
    assert kinds(examined(runtime.airflow, {**CLIENT, runtime.integration: runtime.integration_version})) == []


def test_client_missing() -> None:
    report = examined("2.10.3", {**NATIVE, "sqlglot": "30.30.0"})
    assert only(report).kind is Kind.CLIENT_MISSING


def test_integration_missing() -> None:
    assert only(examined("2.10.3", CLIENT)).kind is Kind.INTEGRATION_MISSING


@pytest.mark.parametrize("airflow", ["2.7.2", "2.10.3", "3.3.1"])
def test_integrations_both(airflow: str) -> None:
    report = examined(airflow, CLIENT | CLASSIC | NATIVE)
    assert only(report).kind is Kind.INTEGRATIONS_BOTH
    assert "(openlineage-airflow 1.41.0, apache-airflow-providers-openlineage 1.13.0)" in only(report).text


@pytest.mark.parametrize(("airflow", "packages"), [("2.7.3", CLASSIC), ("2.7.0", NATIVE), ("2.8.0b1", NATIVE)])
def test_each_integration_is_well_on_the_first_and_the_last_airflow_that_it_is_for(airflow: str, packages: dict[str, str]) -> None:
    assert kinds(examined(airflow, CLIENT | packages)) == []


@pytest.mark.parametrize(
    ("airflow", "packages"), [("2.8.0b1", CLASSIC), ("2.8.1", CLASSIC), ("3.3.1", CLASSIC), ("2.6.3", NATIVE), ("2.7.0rc1", NATIVE)]
)
def test_integration_wrong(airflow: str, packages: dict[str, str]) -> None:
    report = examined(airflow, CLIENT | packages)
    assert only(report).kind is Kind.INTEGRATION_WRONG
    assert f"on Airflow {airflow}" in only(report).text


@pytest.mark.parametrize("runtime", load_runtimes().values(), ids=lambda runtime: runtime.airflow)
def test_what_is_tested_is_what_the_runtimes_install(runtime: Runtime) -> None:
    own = LOCKS / f"{runtime.airflow}.txt"
    pins = (own if own.exists() else ROOT / f"airflow/requirements/constraints-{runtime.airflow}.txt").read_text()
    for package in (CLIENT_PACKAGE, runtime.integration):
        (version,) = set(re.findall(rf"^{package}==([\w.]+)", pins, re.MULTILINE))
        assert version in SpecifierSet(TESTED[package])


def test_the_wheel_asks_for_the_sqlglot_that_is_tested() -> None:
    assert tomllib.loads(METADATA.read_text())["project"]["dependencies"] == [f"{SQLGLOT}{TESTED[SQLGLOT]}"]


@pytest.mark.parametrize(
    ("packages", "said"),
    [
        ({**CLIENT, **NATIVE, "sqlglot": "29.0.1"}, "(sqlglot 29.0.1, not >=30.15,<31)"),
        (
            {**CLIENT, "apache-airflow-providers-openlineage": "2.21.0rc1"},
            "(apache-airflow-providers-openlineage 2.21.0rc1, not >=1.4,<2.21)",
        ),
        ({**CLIENT, **NATIVE, "openlineage-python": "1.7.0"}, "(openlineage-python 1.7.0, not >=1.16,<1.53)"),
    ],
)
def test_version_untested(packages: dict[str, str], said: str) -> None:
    report = examined("2.10.3", packages)
    assert only(report).kind is Kind.VERSION_UNTESTED
    assert said in only(report).text


def test_version_untested_of_all_that_are() -> None:
    report = examined("2.7.2", {"openlineage-airflow": "1.3.1", "openlineage-python": "1.3.1", "sqlglot": "31.0.0"})
    assert [only(report).text.count(name) for name in ("openlineage-airflow 1.3.1", "openlineage-python 1.3.1", "sqlglot 31.0.0")] == [
        1
    ] * 3


def test_one_copy_is_well(tmp_path: Path) -> None:
    """However often its place is on the path."""
    report = Report()
    (tmp_path / "link").symlink_to(ROOT / "airflow/plugins")
    copies(report, [*sys.path, str(ROOT / "airflow/plugins"), str(tmp_path / "link"), str(tmp_path / "missing"), ""])
    assert kinds(report) == []


def laid(folder: Path, *files: str) -> str:
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).touch()
    return str(folder)


def test_two_copies(tmp_path: Path) -> None:
    report = Report()
    copies(report, [str(ROOT / "airflow/plugins"), laid(tmp_path, "mwaa_lineage/__init__.py")])
    assert only(report).kind is Kind.TWO_COPIES
    assert f"(used is {ROOT / 'airflow/plugins/mwaa_lineage'}, not {tmp_path / 'mwaa_lineage'})" in only(report).text


def test_former_packages(tmp_path: Path) -> None:
    report = Report()
    places = laid(tmp_path / "a", "lineage_transport/transport.py"), laid(tmp_path / "b", "sql_lineage/__init__.py", "sql_lineage/flow.py")
    copies(report, places)
    assert only(report).kind is Kind.FORMER_PACKAGES
    assert f"({tmp_path / 'a/lineage_transport'}, {tmp_path / 'b/sql_lineage/flow.py'})" in only(report).text
