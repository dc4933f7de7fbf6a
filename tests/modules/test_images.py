"""What MWAA's pip does with the requirements in AWS's images, it adds and moves nothing, and which driver PostgresHook then takes.

Of 2.7.2 and 2.8.1 AWS publishes no image; their own constraints are compared with Airflow's in `make lock`.
"""

import re
from pathlib import Path

import pytest

from local.airflow_python import airflow_python
from modules.runtimes import RUNTIMES, runtime
from tests.modules.test_runtimes import pins
from tools.mwaa_images import FILES, FOLDER, published_versions, rendered, write
from tools.mwaa_images import pins as read_pins

VERSIONS = published_versions()
REQUIREMENTS, LOCKS = RUNTIMES.parent / "requirements", RUNTIMES.parent / "locks"
ADDED = {
    "apache-airflow-providers-openlineage": "the integration, which no image has",
    "openlineage-integration-common": "the integration's",
    "openlineage-python": "the integration's",
    "openlineage-sql": "the integration's",
    "sqlglot": "reads the SQL of LineageSQLOperator",
    "build": "openlineage-python's, in 3.0.6 alone",
    "pyproject-hooks": "build's",
}
"""{what pip adds to an image: why}."""
ALONE = {"setuptools": "an environment of uv has none, an image's Python has"}
"""What a lock has beside the image, on MWAA's Python."""
BILL = """This Docker image includes the following third-party software/licensing:
Flask-Login
0.6.3
MIT License
https://example.org/flask-login
/usr/local/airflow/.local/lib/python3.12/site-packages/Flask_Login-0.6.3.dist-info/LICENSE
Copyright 2011

1.
2
Redistributions of source code
https://example.org
UNKNOWN
UNKNOWN
UNKNOWN

zope.event
5.0
UNKNOWN
UNKNOWN
UNKNOWN
UNKNOWN
"""


def image(version: str) -> dict[str, str]:
    return pins(FOLDER / f"packages-{version}.txt")


def locked(version: str) -> dict[str, str]:
    """A lock's pins for MWAA's Python, without those of newer ones."""
    lines = (LOCKS / f"{version}.txt").read_text().splitlines()
    kept = "\n".join(line for line in lines if not re.search(r"; python_(full_)?version (>=|==) '3\.1[3-9]", line))
    return read_pins(kept)


def test_every_image_that_aws_publishes_is_here() -> None:
    assert VERSIONS == ["2.9.2", "2.10.1", "2.10.3", "2.11.0", "2.11.2", "3.0.6", "3.2.1", "3.3.1"]
    assert {path.name for path in FOLDER.iterdir()} == {f"{kind}-{version}.txt" for kind in FILES for version in VERSIONS}
    for version in VERSIONS:
        assert image(version)["apache-airflow"] == version
        assert len(image(version)) > 100


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", ["requirements", "wheels"])
def test_no_requirement_conflicts_with_what_aws_lets_nobody_change(kind: str, version: str) -> None:
    essential = pins(FOLDER / f"essential-{version}.txt")
    assert essential["apache-airflow"] == version
    asked = pins(REQUIREMENTS / f"{kind}-{version}.txt")
    assert {name: pin for name, pin in asked.items() if essential.get(name, pin) != pin} == {}


@pytest.mark.parametrize("version", VERSIONS)
def test_pip_adds_to_the_image_what_has_a_reason_and_moves_nothing(version: str) -> None:
    wheels, has = pins(REQUIREMENTS / f"wheels-{version}.txt"), image(version)
    assert {name for name in wheels if name in has} == set()
    assert wheels.keys() - ADDED.keys() == set()
    required = pins(REQUIREMENTS / f"requirements-{version}.txt")
    assert {name: pin for name, pin in required.items() if has.get(name, pin) != pin} == {}


def test_every_reason_is_of_a_package_that_is_added() -> None:
    assert ADDED.keys() == {name for version in VERSIONS for name in pins(REQUIREMENTS / f"wheels-{version}.txt")}


@pytest.mark.parametrize("version", VERSIONS)
def test_the_tests_run_what_the_image_has(version: str) -> None:
    """Else a fault of a library, as psycopg 3's with Redshift, shows on AWS alone."""
    lock, has = locked(version), image(version)
    assert {name: (pin, has[name]) for name, pin in lock.items() if has.get(name, pin) != pin} == {}
    assert lock.keys() - has.keys() - ADDED.keys() - ALONE.keys() == set()


def driver(packages: dict[str, str]) -> str:
    """That of PostgresHook: psycopg 3 where it is installed with SQLAlchemy 2, of providers that know it (6.6 does, 6.2 does not)."""
    provider, sqlalchemy = (tuple(map(int, packages[name].split(".")[:2])) for name in ("apache-airflow-providers-postgres", "sqlalchemy"))
    return "psycopg" if provider >= (6, 6) and sqlalchemy >= (2, 0) and "psycopg" in packages else "psycopg2"


@pytest.mark.parametrize("version", VERSIONS)
def test_the_hook_takes_the_same_driver_in_the_image_and_in_the_tests(version: str) -> None:
    expected = "psycopg" if version == "3.3.1" else "psycopg2"
    assert (driver(image(version)), driver(locked(version))) == (expected, expected)


@pytest.mark.system
@pytest.mark.parametrize("version", ["2.10.3", "3.3.1"])
def test_the_hook_says_which_driver_it_takes(version: str) -> None:
    package = (
        airflow_python(runtime(version))
        .interpreter.parents[1]
        .glob("lib/python*/site-packages/airflow/providers/postgres/hooks/postgres.py")
    )
    knows_both = "USE_PSYCOPG3" in next(package).read_text()
    assert knows_both == (driver(image(version)) == "psycopg")


def test_a_bill_of_materials_is_read() -> None:
    assert read_pins(BILL) == {"flask-login": "0.6.3", "zope-event": "5.0"}
    text = rendered("packages", "3.3.1", BILL, "2026-11-28")
    heading, *lines = text.splitlines()
    assert heading.startswith(
        "# aws/amazon-mwaa-docker-images, images/airflow/3.3.1/BillOfMaterials/3.3.1/Python-Packages-BOM.txt, as of 2026-11-28"
    )
    assert lines == ["flask-login==0.6.3", "zope-event==5.0"]


def test_an_image_whose_files_cannot_be_read_changes_nothing(tmp_path: Path) -> None:
    def fetch(path: str) -> str:
        return "not what it was" if "3.3.1" in path else "a==1"

    with pytest.raises(ValueError, match=r"images/airflow/3\.3\.1/etc/mwaa_essential_constraints\.txt names no packages"):
        write(fetch, tmp_path / "images", "2026-11-28")
    assert not (tmp_path / "images").exists()
