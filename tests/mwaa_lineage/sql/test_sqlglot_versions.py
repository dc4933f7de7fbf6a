"""The lineage of statements.yaml is the same on every sqlglot that a runtime installs."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LOCKS = sorted(ROOT.glob("airflow/locks/*.txt"))
CHOSEN = [*ROOT.glob("airflow/requirements/requirements-*.txt"), *LOCKS, ROOT / "Pipfile"]


def versions() -> list[str]:
    return sorted({version for path in CHOSEN for version in re.findall(r'^sqlglot *=[= "]*([\d.]+)', path.read_text(), re.MULTILINE)})


def test_the_versions_are_found() -> None:
    assert len(LOCKS) > 1
    assert len(versions()) > 1
    assert all("sqlglot==" in path.read_text() for path in LOCKS)


@pytest.mark.system
@pytest.mark.parametrize("version", versions())
def test_the_statements(version: str, tmp_path: Path) -> None:
    """Runs test_flow.py with that version before the installed one on the path."""
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(tmp_path), f"sqlglot=={version}"]
    subprocess.run(install, check=True, timeout=300)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    used = "import sqlglot, sys; sys.exit(sqlglot.__version__ != sys.argv[1])"
    subprocess.run([sys.executable, "-c", used, version], env=environment, check=True, timeout=60)
    tests = [sys.executable, "-m", "pytest", "--quiet", "-p", "no:cacheprovider", "tests/mwaa_lineage/sql/test_flow.py"]
    done = subprocess.run(tests, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout
