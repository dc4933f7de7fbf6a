"""A copy of the project, in which its own commands run: what they write does not touch the checkout."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from modules.setting_rules import toml
from rehearsal.variables import clean
from tools.tool_environment import ROOT

SHARED = (".venv", "node_modules", ".state/airflow", ".state/pipenv", ".state/tools", ".state/terraform")
"""What `make install` and the like make: the copy uses the checkout's, and makes there what nobody has needed yet."""
INSTALLED = (".venv/.installed", "node_modules/.package-lock.json")
"""What tells make that it is made. The copy never makes it anew: that would empty the checkout's."""


@dataclass(frozen=True)
class Project:
    """The copy in `folder`; its commands run with the variables of `environment` added."""

    folder: Path
    environment: Mapping[str, str]

    @classmethod
    def copy(cls, folder: Path, environment: Mapping[str, str]) -> Self:
        """What git has or would take of the checkout, but for the settings of its environments: the copy gets settings of its own."""
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
        )
        for name in filter(None, listed.stdout.decode().split("\0")):
            if (ROOT / name).is_file() and not re.fullmatch(r"settings\.(?!example\.).*toml", name):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        for name in SHARED:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            if name.startswith(".state/"):
                (ROOT / name).mkdir(parents=True, exist_ok=True)
            (folder / name).symlink_to(ROOT / name)
        return cls(folder, environment)

    def choose(self, **settings: Any) -> None:
        """Write settings.toml."""
        lines = [f"{name} = {_spelled(value)}" for name, value in settings.items()]
        (self.folder / "settings.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def command(self, *arguments: str) -> list[str]:
        """The command that makes these targets in it."""
        return ["make", "--no-print-directory", *(f"--old-file={file}" for file in INSTALLED), *arguments]

    @property
    def variables(self) -> dict[str, str]:
        """What its commands run with: nothing of the person's own AWS."""
        return clean(os.environ) | dict(self.environment)


def _spelled(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {json.dumps(text)}" for key, text in value.items()) + "}"
    return toml(value)
