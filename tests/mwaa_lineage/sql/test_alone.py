"""The pure part and the courier's part import nothing that costs time: neither Airflow nor OpenLineage."""

import subprocess
import sys
from pathlib import Path

import pytest

import mwaa_lineage

PACKAGE = Path(mwaa_lineage.__file__).parent
ELSEWHERE = "import sys; sys.modules.update(dict.fromkeys(sys.argv[2].split(','))); sys.path.insert(0, sys.argv[1]); "


def modules(room: str) -> str:
    return ", ".join(f"mwaa_lineage.{room}.{path.stem}" for path in sorted((PACKAGE / room).glob("[a-z]*.py")))


def run(script: str, *options: str, absent: str) -> None:
    """Runs it in a Python to which the `absent` packages are not known."""
    command = [sys.executable, *options, "-c", ELSEWHERE + script, str(PACKAGE.parent), absent]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr


def test_the_lineage_of_sql_imports_no_airflow() -> None:
    run(f"import mwaa_lineage.sql, {modules('sql')}", absent="airflow,openlineage")


@pytest.mark.parametrize("module", ["transport.courier", "masking.texts", "masking.events", "sql"])
def test_what_needs_the_standard_library_only(module: str) -> None:
    """As the courier is started: isolated, and without site packages."""
    run(f"import mwaa_lineage.{module}", "-I", "-S", absent="airflow,openlineage,sqlglot")
