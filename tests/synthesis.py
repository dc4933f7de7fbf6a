"""What settings synthesize to: each once for a whole run of the tests, whichever of its workers asks first."""

import hashlib
import os
import shutil
from pathlib import Path

from modules.settings import Settings
from tools.alone import alone
from tools.tool_environment import ROOT

if shutil.which("node"):  # every stack is made in Node
    import main


def cdktf_out(settings: Settings) -> Path:
    """The folder that holds `stacks/<id>/cdk.tf.json`. It is for reading only."""
    whose = f"{ROOT}\n{settings.model_dump_json()}"  # a copy of the project that a test tests inherits the variable
    outdir = Path(os.environ["TESTS_SYNTHESIZED"]) / hashlib.sha256(whose.encode()).hexdigest() / "cdktf.out"
    with alone(outdir.parent):
        if not (outdir / "manifest.json").exists():
            outdir.parent.mkdir(exist_ok=True)
            main.deployment(settings, outdir).synth()
    return outdir
