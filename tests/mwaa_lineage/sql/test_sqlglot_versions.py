"""The lineage of statements.yaml, and of Athena's SQL, is the same on every sqlglot that a runtime installs."""

import os
import subprocess
import sys

import pytest

from tools.sqlglot_versions import LOCKS, folder, versions
from tools.tool_environment import ROOT

TESTS = [f"tests/mwaa_lineage/sql/{name}.py" for name in ("test_flow", "test_stored", "test_athena_sql")]


def test_the_versions_are_found() -> None:
    assert len(LOCKS) > 1
    assert len(versions()) > 1
    assert all("sqlglot==" in path.read_text() for path in LOCKS)


@pytest.mark.system
@pytest.mark.parametrize("version", versions())
def test_the_statements(version: str) -> None:
    """Runs TESTS with that version before the installed one on the path."""
    environment = {**os.environ, "PYTHONPATH": str(folder(version))}
    used = "import sqlglot, sys; sys.exit(sqlglot.__version__ != sys.argv[1])"
    subprocess.run([sys.executable, "-c", used, version], env=environment, check=True, timeout=60)
    tests = [sys.executable, "-m", "pytest", "--quiet", "-p", "no:cacheprovider", *TESTS]
    done = subprocess.run(tests, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout
