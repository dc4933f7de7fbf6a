"""The wheels that a private web server needs: it reaches no package index, so they travel in plugins.zip.

https://docs.aws.amazon.com/mwaa/latest/userguide/best-practices-dependencies.html
"""

import subprocess
import sys
from pathlib import Path

from modules.runtimes import Runtime

ROOT = Path(__file__).parent.parent
REQUIREMENTS = ROOT / "airflow/requirements"
ON_MWAA = "/usr/local/airflow/plugins"
PLATFORMS = ("manylinux2014_x86_64", "manylinux_2_28_x86_64")
"""The second for wheels that come for no older system: Amazon Linux 2023, on which MWAA runs, has glibc 2.34."""


def pins(version: str, requirements: Path = REQUIREMENTS) -> list[str]:
    """What MWAA's image for an Airflow version lacks of what its requirements need. Raises FileNotFoundError."""
    lines = (requirements / f"wheels-{version}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def download(runtime: Runtime, folder: Path) -> list[Path]:
    """The wheels for an environment of a runtime, into an empty folder. Raises CalledProcessError when pip fails."""
    python = runtime.python.replace(".", "")
    target = ["--python-version", runtime.python, "--implementation", "cp", *(f"--platform={platform}" for platform in PLATFORMS)]
    abis = [f"--abi={abi}" for abi in (f"cp{python}", "abi3", "none")]
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-qq", "download", "--no-deps", "--only-binary=:all:"]
    subprocess.run([*pip, *target, *abis, "--dest", str(folder), *pins(runtime.airflow)], check=True)
    return sorted(folder.glob("*.whl"))


def offline_requirements(runtime: Runtime) -> str:
    """The runtime's requirements for pip without an index, which finds the wheels among the plugins."""
    requirements = (REQUIREMENTS / f"requirements-{runtime.airflow}.txt").read_text()
    return f"--no-index\n--find-links {ON_MWAA}\n{requirements}"
