"""The Python that runs an Airflow version: the project's own for the version installed there, else an environment made with uv.

Such an environment is .state/airflow/<version>, made from airflow/locks/<version>.txt when it is first needed, and again when the lock or
its Python has changed. It has MWAA's Python where this machine does. With packages that somebody's DAGs need it is
.state/airflow/<version>-more, for the version installed in the project's own environment too, which nobody else's packages get into.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from local.settings import ROOT
from modules.runtimes import Runtime
from tools.alone import alone
from tools.install_failed import last_line

ENVIRONMENTS = ROOT / ".state/airflow"
LOCKS = ROOT / "airflow/locks"
OWN_LOCK = ROOT / "Pipfile.lock"
REQUIREMENTS = ROOT / "airflow/requirements"
UV = ROOT / ".state/pipenv/bin/uv"
ELSE = "3.11"
"""Runs every version, and this project."""
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>\S+)", re.MULTILINE)


class MissingArtefact(Exception):
    """Something that MWAA would be given is not there; the message names what makes it."""


@dataclass(frozen=True)
class AirflowPython:
    """An interpreter that has a runtime's Airflow, and the version it is of, such as 3.12.1."""

    runtime: Runtime
    interpreter: Path
    version: str

    def __str__(self) -> str:
        """What runs, and on which Python: one line for a person."""
        runtime = self.runtime
        text = f"Airflow {runtime.airflow} with {runtime.integration} {runtime.integration_version}, on Python {self.version}"
        return text if self.is_mwaas else f"{text}, as there is no {runtime.python}, which MWAA has, on this machine"

    @property
    def is_mwaas(self) -> bool:
        """Whether it is the Python that MWAA runs this version on."""
        return self.version.startswith(f"{self.runtime.python}.")


def airflow_python(runtime: Runtime, more: Path | None = None) -> AirflowPython:
    """The interpreter for a runtime; makes its environment where that is due. `more` names packages, as pip's requirements do.

    Raises MissingArtefact, also for packages that do not go with that Airflow's own, as on MWAA.
    """
    if not more and metadata.version("apache-airflow") == runtime.airflow:
        _check_own(runtime)
        return AirflowPython(runtime, Path(sys.executable), _version(Path(sys.executable)))
    base = _find(runtime.python) or _find(ELSE) or Path(sys.executable)
    interpreter = _environment(runtime.airflow, base, more) / "bin/python"
    return AirflowPython(runtime, interpreter, _version(interpreter))


def _check_own(runtime: Runtime) -> None:
    requirements = REQUIREMENTS / f"requirements-{runtime.airflow}.txt"
    wanted = {pin["name"]: pin["version"] for pin in PIN.finditer(requirements.read_text())}
    found = {name: metadata.version(name) for name in wanted}
    if wanted != found:
        raise MissingArtefact(f"{requirements.name} asks for {wanted}, installed are {found}: `make install` installs the locked ones")


def _environment(version: str, base: Path, more: Path | None) -> Path:
    pins, folder = _pins(version), ENVIRONMENTS / (f"{version}-more" if more else version)
    stamp = folder / "installed"
    digest = hashlib.sha256(pins.encode() + str(base.resolve()).encode() + (more.read_bytes() if more else b"")).hexdigest()
    with alone(folder):
        if not stamp.is_file() or stamp.read_text() != digest:
            shutil.rmtree(folder, ignore_errors=True)
            _uv("venv", "--python", str(base), str(folder))
            lock = folder / "lock.txt"
            lock.write_text(pins)
            install = ("pip", "install", "--python", str(folder / "bin/python"), "--requirement", str(lock))
            _uv(*install)
            if more:
                _uv(*install, "--constraint", str(lock), "--requirement", str(more))
            stamp.write_text(digest)
    return folder


def _pins(version: str) -> str:
    """All that a version's environment holds: its lock, or what the project's own environment has of it."""
    lock = LOCKS / f"{version}.txt"
    if lock.is_file():
        return lock.read_text()
    locked = json.loads(OWN_LOCK.read_text())["default"]
    return "".join(f"{name}{spec['version']}{'; ' + spec['markers'] if 'markers' in spec else ''}\n" for name, spec in locked.items())


def _find(python: str) -> Path | None:
    """An interpreter of this version on this machine."""
    try:
        found = Path(_uv("python", "find", "--no-project", "--system", python, PYENV_VERSION=python).strip())  # pyenv's shims want a choice
    except MissingArtefact:
        return None
    return found


def _uv(*command: str, **environment: str) -> str:
    """Run uv and give what it printed. Raises MissingArtefact."""
    if not UV.is_file():
        raise MissingArtefact(f"{UV.relative_to(ROOT)} is not there: `make install` installs it")
    done = subprocess.run(
        [str(UV), "--no-python-downloads", *command],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise MissingArtefact(f"uv {command[0]} failed:\n{done.stderr}{last_line('what Airflow needs', done.stderr)}")
    return done.stdout


def _version(interpreter: Path) -> str:
    command = [str(interpreter), "-c", "import platform; print(platform.python_version())"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
