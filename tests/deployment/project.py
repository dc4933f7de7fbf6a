"""A copy of the project, in which its own commands run: what they write does not touch the checkout."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.local.waiting import eventually
from tools.tool_environment import ROOT

SHARED = (".venv", "node_modules", ".state/pipenv", ".state/tools", ".state/terraform")
"""What `make install` and the like have made: the copy uses the checkout's."""


@dataclass(frozen=True)
class Done:
    """How a command ended, after so many seconds; `output` is all it wrote."""

    code: int
    output: str
    seconds: float


@dataclass(frozen=True)
class Project:
    """The copy in `folder`; its commands run with the variables of `environment` added."""

    folder: Path
    environment: Mapping[str, str]

    @classmethod
    def copy(cls, folder: Path, environment: Mapping[str, str]) -> "Project":
        """What git has or would take of the checkout."""
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
        )
        for name in filter(None, listed.stdout.decode().split("\0")):
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        for name in SHARED:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).symlink_to(ROOT / name)
        return cls(folder, environment)

    def choose(self, **settings: Any) -> None:
        """Write settings.toml."""
        lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items() if not isinstance(value, dict)]
        tables = [
            f"[{name}]\n" + "\n".join(f"{key} = {json.dumps(text)}" for key, text in table.items())
            for name, table in settings.items()
            if isinstance(table, dict)
        ]
        (self.folder / "settings.toml").write_text("\n".join([*lines, *tables]) + "\n")

    def make(self, *arguments: str, seconds: float = 1800) -> Done:
        """Run make to its end, which must come in time."""
        started = time.monotonic()
        done = subprocess.run(
            self._make(*arguments), cwd=self.folder, env=self.variables, capture_output=True, text=True, timeout=seconds, check=False
        )
        return Done(done.returncode, done.stdout + done.stderr, time.monotonic() - started)

    def interrupt(self, *arguments: str, when: Callable[[], bool], seconds: float = 1200) -> Done:
        """Run make and press Ctrl-C once `when()` is true, as a terminal does: the signal reaches every process."""
        started, log = time.monotonic(), self.folder / "interrupted.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                self._make(*arguments),
                cwd=self.folder,
                env=self.variables,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                eventually(lambda: when() or process.poll() is not None, f"the moment to interrupt make {' '.join(arguments)}", seconds)
                assert process.poll() is None, f"it ended before that moment\n{log.read_text(errors='replace')[-6000:]}"
                os.killpg(process.pid, signal.SIGINT)
                code = process.wait(timeout=seconds)
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
        return Done(code, log.read_text(errors="replace"), time.monotonic() - started)

    def plan(self, stack: str, *, refresh: bool = True) -> dict[str, str]:
        """{address: action} of what Terraform would do to a stack as synthesized, and to its outputs; empty when it is as it should be.

        Without `refresh` it takes AWS to be as the state says.
        """
        folder = self.folder / "cdktf.out/stacks" / stack
        done = subprocess.run(
            ["terraform", "plan", "-json", "-input=false", "-lock=false", f"-refresh={str(refresh).lower()}"],
            cwd=folder,
            env=self.variables,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        messages = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        errors = [message["diagnostic"] for message in messages if message["type"] == "diagnostic" and message["@level"] == "error"]
        assert not errors, (stack, errors)
        assert done.returncode == 0, (stack, done.stderr)
        changes = [message["change"] for message in messages if message["type"] == "planned_change"]
        outputs = [output for message in messages if message["type"] == "outputs" for output in message["outputs"].items()]
        return {change["resource"]["addr"]: change["action"] for change in changes} | {
            f"output.{name}": output["action"] for name, output in outputs if output["action"] != "noop"
        }

    @property
    def variables(self) -> dict[str, str]:
        """What its commands run with."""
        return {**os.environ, **self.environment}

    def _make(self, *arguments: str) -> list[str]:
        return ["make", "--no-print-directory", *arguments]
