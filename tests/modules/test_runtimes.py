"""The table of Airflow versions, the configuration that follows from a version, and the pins that follow from the table."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from modules.runtimes import RUNTIMES, as_environment, configuration_options, image_options, load_runtimes, release, runtime

REQUIREMENTS = RUNTIMES.parent / "requirements"
LOCKS = RUNTIMES.parent / "locks"
PIPFILE_LOCK = RUNTIMES.parent.parent / "Pipfile.lock"
DOCUMENT = RUNTIMES.parent.parent / "docs/airflow.md"
VERSIONS = [row.airflow for row in sorted(load_runtimes().values(), key=release)]
OWN = ["2.7.2", "2.8.1"]
"""The versions whose requirements name constraints of their own."""
ESSENTIAL = {
    *("apache-airflow", "flask", "flask-appbuilder", "flask-babel", "flask-bcrypt", "flask-caching", "flask-jwt-extended", "flask-limiter"),
    *(
        "flask-login",
        "flask-session",
        "flask-sqlalchemy",
        "flask-wtf",
        "gunicorn",
        "billiard",
        "celery",
        "gevent",
        "greenlet",
        "kombu",
        "vine",
    ),
    *("sqlalchemy", "sqlalchemy-jsonfield", "sqlalchemy-utils", "statsd", "watchtower", "fluent-logger"),
}
"""What MWAA's image applies the constraints of whatever requirements.txt says (aws/amazon-mwaa-docker-images, 2.9.2 to 3.3.1)."""
NAMESPACE = "redshift://tickit.us-east-1:5439"
COMMON = {
    "secrets.backend": "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend",
    "secrets.backend_kwargs": (
        '{"connections_prefix": "airflow/connections", "variables_prefix": "airflow/variables", '
        '"connections_lookup_pattern": "^(?!aws_default$).*$"}'
    ),
    "core.lazy_load_plugins": "False",
    "mwaa_lineage.namespaces": '{"REDSHIFT_CONNECTOR": "redshift://tickit.us-east-1:5439"}',
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
    assert options == COMMON | {"mwaa_lineage.spool": "s3://bucket/lineage-spool/"}
    assert as_environment(options)["AIRFLOW__MWAA_LINEAGE__SPOOL"] == "s3://bucket/lineage-spool/"


@pytest.mark.parametrize("version", load_runtimes())
def test_aws_images_start_a_python_for_each_task_from_2_9_on(version: str) -> None:
    starts_one = image_options(runtime(version)).get("core.execute_tasks_new_python_interpreter") == "True"
    assert starts_one == (not version.startswith(("2.7.", "2.8.")))


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
        "AIRFLOW__MWAA_LINEAGE__NAMESPACES",
        "AIRFLOW__LINEAGE__BACKEND",
    }
    assert json.loads(environment["AIRFLOW__MWAA_LINEAGE__NAMESPACES"]) == {"REDSHIFT_CONNECTOR": NAMESPACE}


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


def requirements(version: str) -> Path:
    return REQUIREMENTS / f"requirements-{version}.txt"


def own_constraints(version: str) -> Path:
    return REQUIREMENTS / f"constraints-{version}.txt"


@pytest.mark.parametrize("version", VERSIONS)
def test_requirements_are_pins_only_of_one_integration(version: str) -> None:
    row, required = runtime(version), pins(requirements(version))
    lines = requirements(version).read_text().splitlines()
    assert [line for line in lines if not line.startswith(("#", "--constraint ")) and not PIN.fullmatch(line)] == []
    assert {name: pin for name, pin in required.items() if "openlineage" in name} == {row.integration: row.integration_version}
    assert {"apache-airflow-providers-postgres", "sqlglot"} < required.keys()


@pytest.mark.parametrize("version", VERSIONS)
def test_requirements_name_constraints_where_a_version_has_its_own(version: str) -> None:
    constraints = own_constraints(version)
    named = [line for line in requirements(version).read_text().splitlines() if line.startswith("--constraint ")]
    # MWAA takes them from the DAG folder, the only one it has before it installs.
    assert named == ([f'--constraint "/usr/local/airflow/dags/{constraints.name}"'] if constraints.exists() else [])


@pytest.mark.parametrize("version", OWN)
def test_own_constraints_allow_the_requirements_and_leave_alone_what_mwaa_insists_on(version: str) -> None:
    _, changed, _ = own_constraints(version).read_text().split("\n\n")
    assert pins(requirements(version)).items() <= pins(own_constraints(version)).items()
    assert pins(own_constraints(version))["apache-airflow"] == version
    assert "openlineage-python==" in changed
    assert not ESSENTIAL & {line.split("==")[0].lower() for line in changed.splitlines()}


@pytest.mark.parametrize("version", [version for version in VERSIONS if version != runtime().airflow])
def test_a_lock_has_what_is_required(version: str) -> None:
    locked = pins(LOCKS / f"{version}.txt")
    assert pins(requirements(version)).items() <= locked.items()
    assert locked["apache-airflow"] == version
    assert "apache-airflow-providers-amazon" in locked
    if version in OWN:
        assert locked.items() <= pins(own_constraints(version)).items() | {("setuptools", locked.get("setuptools", ""))}


def test_every_lock_and_requirement_is_of_a_row() -> None:
    assert {path.stem for path in LOCKS.iterdir()} == {*VERSIONS} - {runtime().airflow}
    assert {path.stem.partition("-")[2] for path in REQUIREMENTS.iterdir()} == {*VERSIONS}


def test_the_documented_table_is_this_one() -> None:
    lines = [line for line in DOCUMENT.read_text().splitlines() if re.match(r"\| \d+\.\d+\.\d+ ", line)]
    rows = [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines]
    table = [(row.airflow, row.python, f"{row.integration} {row.integration_version}") for row in map(runtime, VERSIONS)]
    assert [(version, python, integration) for version, python, integration, *_ in rows] == table


def test_the_lock_and_mwaa_have_the_same_versions() -> None:
    lock = json.loads(PIPFILE_LOCK.read_text())
    locked = {re.sub(r"[-_.]+", "-", name).lower(): entry["version"].removeprefix("==") for name, entry in lock["default"].items()}
    allowed = pins(own_constraints(runtime().airflow))
    both = locked.keys() & allowed.keys()
    assert {name: locked[name] for name in both} == {name: allowed[name] for name in both}
    assert len(both) > 100
