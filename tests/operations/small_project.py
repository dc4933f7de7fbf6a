"""A project of Terraform's own resources, which the real cdktf and the real Terraform deploy within seconds."""

import json
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.modules.programs import require
from tools.tool_environment import ROOT

APP = ROOT / "tests/doubles/small_stacks.py"


def write(
    folder: Path,
    work: Mapping[str, str] | None = None,
    *,
    inputs: Mapping[str, str] | None = None,
    triggers: Mapping[str, str] | None = None,
) -> Path:
    """Make the project in a folder.

    Of each stack: `work` is the shell command that its second resource takes, `inputs` what its first one takes besides what it reads, and
    `triggers` what makes its second one anew.
    """
    shutil.copy(APP, folder / "main.py")
    app = {
        "language": "python",
        "app": f"env PYTHONPATH={ROOT} {sys.executable} main.py",
        "projectId": "small",
        "sendCrashReports": "false",
    }
    (folder / "cdktf.json").write_text(json.dumps(app))
    (folder / "work.json").write_text(json.dumps({"work": work or {}, "inputs": inputs or {}, "triggers": triggers or {}}))
    return folder


def install_cdktf(folder: Path) -> Path:
    """Give it cdktf, the checkout's. Without that the test is skipped, and fails with CI=true."""
    require("node", "cdktf")
    require("terraform", "cdktf")
    if not (ROOT / "node_modules/.bin/cdktf").exists():
        missing = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        missing("cdktf is not installed: `npm ci`")
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    return folder
