"""The deployment: its stacks, and what each of them reads. `cdktf` runs this file and deploys what it writes to cdktf.out."""

import modules.lazy_providers  # noqa: F401 - before cdktf: it makes the rest fast

# isort: split

import os
import sys
from pathlib import Path

from cdktf import App

from modules.lake import LakeStack
from modules.marquez import MarquezStack
from modules.marquez_chart import MarquezChartStack
from modules.mwaa.stack import MwaaStack
from modules.network import NetworkStack
from modules.redshift.stack import RedshiftStack
from modules.settings import InvalidSettings, Settings, load

ROOT = Path(__file__).parent
SETTINGS, EXAMPLE = ROOT / "settings.toml", ROOT / "settings.example.toml"


def deployment(settings: Settings, outdir: Path | None = None) -> App:
    """All stacks. Those that read the same stack are deployed side by side: Airflow waits for neither the warehouse nor Marquez."""
    # CDKTF's validation runs `terraform version` once for every terraform_data; what it looks for is Terraform's own to say.
    app = App(outdir=str(outdir) if outdir else None, skip_validation=True)
    network = NetworkStack(app, settings)
    lake = LakeStack(app, settings, network)
    RedshiftStack(app, settings, network, lake)
    MwaaStack(app, settings, network)
    if settings.with_marquez:
        marquez = MarquezStack(app, settings, network)
        MarquezChartStack(app, settings, network, marquez)
    return app


def main() -> None:
    """Synthesize the deployment that settings.toml and the environment describe; without settings.toml, the example's."""
    try:
        settings = load(SETTINGS if SETTINGS.exists() else EXAMPLE, os.environ)
    except InvalidSettings as problems:
        sys.exit(str(problems))
    deployment(settings).synth()


if __name__ == "__main__":
    main()
