"""How the server is started by root."""

import subprocess
import sys
from pathlib import Path

import pytest

from local.postgres import unprivileged

pytestmark = pytest.mark.system


def test_programs_are_found_below_a_folder_that_is_its_owners_alone(tmp_path: Path) -> None:
    """As initdb looks for the server: a project may stand in root's home."""
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    program = closed / "postgres"
    program.touch(mode=0o755)
    look = "import os, sys; sys.exit(not os.access(sys.argv[1], os.X_OK))"
    assert subprocess.run([*unprivileged(), sys.executable, "-c", look, program], check=False, timeout=60).returncode == 0
