"""Deployments that are synthesized and built, as a person's checkout is before a deploy."""

import shutil
import tempfile
from pathlib import Path

from operations.deployment import ROOT, Deployment
from tests.modules.programs import require
from tools.package_plugin import package

if shutil.which("node"):  # every stack is made in Node
    import main

TABLES = ("category", "date", "event", "users", "venue", "listing", "sales")
_done: dict[str, tempfile.TemporaryDirectory[str]] = {}


def synthesize(deployment: Deployment) -> Deployment:
    """Write its stacks to cdktf.out; the same settings are synthesized once. Without Node the test is skipped."""
    key = deployment.settings.model_dump_json()
    if key not in _done:
        require("node", "synthesis")
        _done[key] = tempfile.TemporaryDirectory()
        main.deployment(deployment.settings, Path(_done[key].name) / "cdktf.out").synth()
    (deployment.root / "cdktf.out").symlink_to(Path(_done[key].name) / "cdktf.out")
    return deployment


def build(deployment: Deployment) -> Deployment:
    """Put everything there that the stacks upload."""
    (deployment.root / "airflow").symlink_to(ROOT / "airflow")
    package(deployment.root / "airflow/plugins", deployment.root / "build/plugins.zip")
    for table in TABLES:
        file = deployment.root / f"build/tickit/{table}/{table}.parquet"
        file.parent.mkdir(parents=True)
        file.touch()
    return deployment
