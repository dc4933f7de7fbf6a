"""The table of Airflow versions, the configuration that follows from a version, and the pins that follow from the table."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from modules.runtimes import RUNTIMES, as_environment, configuration_options, load_runtimes, runtime

REQUIREMENTS = RUNTIMES.parent / "requirements"
PIPFILE_LOCK = RUNTIMES.parent.parent / "Pipfile.lock"
NAMESPACE = "redshift://tickit.us-east-1:5439"
COMMON = {
    "secrets.backend": "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend",
    "secrets.backend_kwargs": '{"connections_prefix": "airflow/connections", "variables_prefix": "airflow/variables"}',
    "core.lazy_load_plugins": "False",
    "sql_lineage.namespaces": '{"REDSHIFT_CONNECTOR": "redshift://tickit.us-east-1:5439"}',
}
BACKEND = {"lineage.backend": "openlineage.lineage_backend.OpenLineageBackend"}
PIN = re.compile(r"^([\w.-]+)==([^\s;#]+)", re.MULTILINE)


def pins(path: Path) -> dict[str, str]:
    """{package: version}, the names normalized as PyPI does."""
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in PIN.findall(path.read_text())}


@pytest.mark.parametrize(
    ("version", "extra"), [("2.2.2", BACKEND), ("2.3.0", {}), ("2.7.2", {}), ("2.10.3", {}), ("3.0.6", {}), ("3.3.1", {})]
)
def test_configuration_follows_from_the_version(version: str, extra: dict[str, str]) -> None:
    assert configuration_options(version, warehouse_namespace=NAMESPACE) == COMMON | extra


def test_the_spool_is_an_option_where_there_is_one() -> None:
    options = configuration_options("2.7.2", warehouse_namespace=NAMESPACE, spool="s3://bucket/lineage-spool/")
    assert options == COMMON | {"sql_lineage.spool": "s3://bucket/lineage-spool/"}
    assert as_environment(options)["AIRFLOW__SQL_LINEAGE__SPOOL"] == "s3://bucket/lineage-spool/"


@pytest.mark.parametrize("version", ["", "latest", "2.7", "v2.7.2", "1.10.12", "2.7.2rc1"])
def test_what_is_no_version_of_airflow_is_refused(version: str) -> None:
    with pytest.raises(ValueError, match=r"is not a version of Airflow like 2\.7\.2"):
        configuration_options(version, warehouse_namespace=NAMESPACE)


def test_options_as_environment_variables() -> None:
    environment = as_environment(configuration_options("2.2.2", warehouse_namespace=NAMESPACE))
    assert set(environment) == {
        "AIRFLOW__SECRETS__BACKEND",
        "AIRFLOW__SECRETS__BACKEND_KWARGS",
        "AIRFLOW__CORE__LAZY_LOAD_PLUGINS",
        "AIRFLOW__SQL_LINEAGE__NAMESPACES",
        "AIRFLOW__LINEAGE__BACKEND",
    }
    assert json.loads(environment["AIRFLOW__SQL_LINEAGE__NAMESPACES"]) == {"REDSHIFT_CONNECTOR": NAMESPACE}


def test_the_table_is_what_mwaa_creates() -> None:
    runtimes = load_runtimes()
    assert list(runtimes) == ["2.7.2", "2.8.1", "2.9.2", "2.10.1", "2.10.3", "2.11.0", "2.11.2", "3.0.6", "3.2.1", "3.3.1"]
    for version, row in runtimes.items():
        minor = tuple(map(int, version.split(".")[:2]))
        assert row.airflow == version
        assert row.python == ("3.12" if minor >= (2, 11) else "3.11")
        assert row.integration == ("apache-airflow-providers-openlineage" if minor >= (2, 8) else "openlineage-airflow")
        assert re.fullmatch(r"\d+\.\d+\.\d+", row.integration_version)
        assert row.end_of_support is None or isinstance(row.end_of_support, date)


def test_the_default_runtime() -> None:
    assert runtime() == runtime("2.7.2")
    assert (runtime().integration, runtime().integration_version) == ("openlineage-airflow", "1.41.0")


def test_an_unknown_version_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"'2\.4\.3' is none that MWAA creates environments of: 2\.7\.2, 2\.8\.1, .*, 3\.3\.1"):
        runtime("2.4.3")


def test_every_bad_row_is_named(tmp_path: Path) -> None:
    path = tmp_path / "runtimes.toml"
    path.write_text('default = "1.0.0"\n["1.0.0"]\npython = "3.11"\n["2.0.0"]\nphyton = "3.11"\n')
    with pytest.raises(ValueError, match=r"(?s)row '1\.0\.0'.*integration.*row '2\.0\.0'.*phyton"):
        load_runtimes(path)


def test_a_default_without_a_row_is_named(tmp_path: Path) -> None:
    path = tmp_path / "runtimes.toml"
    path.write_text('default = "9.9.9"\n["1.0.0"]\npython = "3.11"\n')
    with pytest.raises(ValueError, match=r"default = '9\.9\.9' is none of its rows: 1\.0\.0"):
        load_runtimes(path)


def test_end_of_support_is_a_date(tmp_path: Path) -> None:
    path = tmp_path / "runtimes.toml"
    row = 'python = "3.11"\nintegration = "openlineage-airflow"\nintegration_version = "1.41.0"\nend_of_support = 2027-01-31\n'
    path.write_text(f'default = "2.7.2"\n["2.7.2"]\n{row}')
    assert load_runtimes(path)["2.7.2"].end_of_support == date(2027, 1, 31)


def test_the_default_runtime_has_its_requirements_and_constraints() -> None:
    row = runtime()
    requirements = REQUIREMENTS / f"requirements-{row.airflow}.txt"
    constraints = REQUIREMENTS / f"constraints-{row.airflow}.txt"
    required, allowed = pins(requirements), pins(constraints)
    assert required[row.integration] == row.integration_version
    assert "apache-airflow-providers-openlineage" not in required
    assert required.items() <= allowed.items()
    assert allowed["apache-airflow"] == row.airflow
    # MWAA takes the constraints from the DAG folder, the only one it has before it installs.
    assert f'--constraint "/usr/local/airflow/dags/{constraints.name}"' in requirements.read_text().splitlines()


def test_requirements_are_pins_only() -> None:
    lines = (REQUIREMENTS / f"requirements-{runtime().airflow}.txt").read_text().splitlines()
    assert [line for line in lines if not line.startswith(("#", "--constraint ")) and not PIN.fullmatch(line)] == []


def test_the_lock_and_mwaa_have_the_same_versions() -> None:
    lock = json.loads(PIPFILE_LOCK.read_text())
    locked = {re.sub(r"[-_.]+", "-", name).lower(): entry["version"].removeprefix("==") for name, entry in lock["default"].items()}
    allowed = pins(REQUIREMENTS / f"constraints-{runtime().airflow}.txt")
    both = locked.keys() & allowed.keys()
    assert {name: locked[name] for name in both} == {name: allowed[name] for name in both}
    assert len(both) > 100
