"""The deployment: its stacks, and what each of them reads. `cdktf` runs this file and deploys what it writes to cdktf.out."""

import modules.lazy_providers  # noqa: F401 - before cdktf: it makes the rest fast

# isort: split

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from cdktf import App

from modules.environment import chosen_or_example
from modules.graph import READS, stacks
from modules.lake import LakeStack
from modules.marquez import MarquezStack
from modules.marquez_chart import MarquezChartStack
from modules.mwaa.stack import MwaaStack
from modules.network import NetworkStack
from modules.redshift.stack import RedshiftStack
from modules.settings import InvalidSettings, Settings
from modules.stack import DeploymentStack

ROOT = Path(__file__).parent
BUILD: Mapping[str, Callable[..., DeploymentStack]] = {
    "network": NetworkStack,
    "lake": LakeStack,
    "redshift": RedshiftStack,
    "mwaa": MwaaStack,
    "marquez": MarquezStack,
    "marquez-chart": MarquezChartStack,
}
"""{stack: what makes it}: of the app, the settings, and the stacks that it reads, in the order of READS."""


def deployment(settings: Settings, outdir: Path | None = None) -> App:
    """All stacks that the settings want. Those that read the same stack are deployed side by side."""
    # CDKTF's validation runs `terraform version` once for every terraform_data; what it looks for is Terraform's own to say.
    app = App(outdir=str(outdir) if outdir else None, skip_validation=True)
    made: dict[str, DeploymentStack] = {}
    for name in stacks(settings):
        made[name] = BUILD[name](app, settings, *(made[upstream] for upstream in READS[name]))
    return app


def main() -> None:
    """Synthesize the deployment that the settings describe; without any, the example's."""
    try:
        settings, _ = chosen_or_example(ROOT, os.environ)
    except InvalidSettings as problems:
        sys.exit(str(problems))
    deployment(settings).synth()


if __name__ == "__main__":
    main()
