"""What is installed, for each combination that does not work."""

import importlib.metadata
from collections.abc import Mapping

import pytest

from modules.runtimes import Runtime, load_runtimes
from mwaa_lineage.doctor.findings import Kind, Report
from mwaa_lineage.doctor.installed import examine, versions
from tests.mwaa_lineage.doctor.kinds import kinds, only, text

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


@pytest.mark.parametrize(("airflow", "packages"), [("2.8.1", CLASSIC), ("3.3.1", CLASSIC), ("2.6.3", NATIVE)])
def test_integration_wrong(airflow: str, packages: dict[str, str]) -> None:
    report = examined(airflow, CLIENT | packages)
    assert only(report).kind is Kind.INTEGRATION_WRONG
    assert f"on Airflow {airflow}" in only(report).text
