"""Which commands of Airflow's command line the emulated MWAA runs, by the version of Airflow."""

import tomllib
from pathlib import Path

import pytest

from local.aws.emulator import mwaa
from local.aws.emulator.cli_commands import is_listed

VERSIONS = [name for name, row in tomllib.loads(Path(mwaa.RUNTIMES).read_text(encoding="utf-8")).items() if isinstance(row, dict)]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("line", ["dags trigger one", "dags list-runs", "tasks states-for-dag-run one run", "variables set a b", "version"])
def test_what_aws_lists_for_every_version(version: str, line: str) -> None:
    assert is_listed(version, line.split())


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "line", ["dags details one", "connections list", "pools list", "users list", "config list", "db migrate", "dags", ""]
)
def test_what_aws_lists_for_none(version: str, line: str) -> None:
    assert not is_listed(version, line.split())


@pytest.mark.parametrize(
    ("line", "listed"),
    [
        ("dags backfill one", ["2.7.2", "2.8.1", "2.11.2"]),
        ("tasks run one", ["2.7.2", "2.8.1", "2.11.2"]),
        ("backfill create", ["3.0.6", "3.3.1"]),
        ("assets list", ["3.0.6", "3.3.1"]),
        ("providers notifications", ["2.8.1", "2.11.2", "3.0.6", "3.3.1"]),
    ],
)
def test_what_aws_lists_for_some(line: str, listed: list[str]) -> None:
    assert [version for version in ("2.7.2", "2.8.1", "2.11.2", "3.0.6", "3.3.1") if is_listed(version, line.split())] == listed
