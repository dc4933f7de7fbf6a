"""The versions of sqlglot that the runtimes install, each in a folder of its own that can stand first on the path."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tools.alone import alone
from tools.tool_environment import ENVIRONMENTS, ROOT

LOCKS = sorted(ROOT.glob("airflow/locks/*.txt"))
_CHOSEN = [*ROOT.glob("airflow/requirements/requirements-*.txt"), *LOCKS, ROOT / "Pipfile"]


def versions() -> list[str]:
    """Those that a lock, a requirement or the Pipfile names."""
    named = {version for path in _CHOSEN for version in re.findall(r'^sqlglot *=[= "]*([\d.]+)', path.read_text(), re.MULTILINE)}
    return sorted(named, key=lambda version: [int(part) for part in version.split(".")], reverse=True)


def folder(version: str) -> Path:
    """Where a version lies; installs it where that is due. Raises CalledProcessError when pip fails."""
    target = ENVIRONMENTS / f"sqlglot-{version}"
    with alone(target):
        if not (target / "installed").is_file():
            shutil.rmtree(target, ignore_errors=True)
            install = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-qq", "install", "--no-deps", "--target", str(target)]
            subprocess.run([*install, f"sqlglot=={version}"], check=True, timeout=300)
            (target / "installed").touch()
    return target
