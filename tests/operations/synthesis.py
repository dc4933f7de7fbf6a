"""Deployments that are synthesized and built, as a person's checkout is before a deploy."""

from operations.deployment import ROOT, Deployment
from tests.modules.programs import require
from tests.synthesis import cdktf_out
from tools.package_plugin import package

TABLES = ("category", "date", "event", "users", "venue", "listing", "sales")


def synthesize(deployment: Deployment) -> Deployment:
    """Write its stacks to cdktf.out. Without Node the test is skipped."""
    require("node", "synthesis")
    (deployment.root / "cdktf.out").symlink_to(cdktf_out(deployment.settings))
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
