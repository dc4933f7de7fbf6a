"""The wheels that a private web server needs: it reaches no package index, so they travel in plugins.zip.

MWAA's image has what Airflow publishes as its constraints; what our constraints have beyond that is their first block.
https://docs.aws.amazon.com/mwaa/latest/userguide/best-practices-dependencies.html
"""

import subprocess
import sys
from pathlib import Path

from modules.runtimes import Runtime

ROOT = Path(__file__).parent.parent
REQUIREMENTS = ROOT / "airflow/requirements"
ON_MWAA = "/usr/local/airflow/plugins"
PLATFORM = "manylinux2014_x86_64"


def beyond_airflow(constraints: str) -> list[str]:
    """The pins of the first block of a constraints file: what Airflow does not publish so."""
    blocks = [[line for line in block.splitlines() if "==" in line] for block in constraints.split("\n\n")]
    return next(block for block in blocks if block)


def download(runtime: Runtime, folder: Path) -> list[Path]:
    """The wheels for an environment of a runtime, into an empty folder. Raises CalledProcessError when pip fails."""
    pins = beyond_airflow((REQUIREMENTS / f"constraints-{runtime.airflow}.txt").read_text())
    python = runtime.python.replace(".", "")
    target = ["--python-version", runtime.python, "--platform", PLATFORM, "--implementation", "cp"]
    abis = [f"--abi={abi}" for abi in (f"cp{python}", "abi3", "none")]
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-qq", "download", "--no-deps", "--only-binary=:all:"]
    subprocess.run([*pip, *target, *abis, "--dest", str(folder), *pins], check=True)
    return sorted(folder.glob("*.whl"))


def offline_requirements(runtime: Runtime) -> str:
    """The runtime's requirements for pip without an index, which finds the wheels among the plugins."""
    requirements = (REQUIREMENTS / f"requirements-{runtime.airflow}.txt").read_text()
    return f"--no-index\n--find-links {ON_MWAA}\n{requirements}"
