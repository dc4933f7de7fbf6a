"""A copy of the project whose commands tests run to their end, interrupt, and ask for plans."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

from rehearsal import project
from tests.local.waiting import eventually


@dataclass(frozen=True)
class Done:
    """How a command ended, after so many seconds; `output` is all it wrote."""

    code: int
    output: str
    seconds: float


class Project(project.Project):
    """The copy."""

    def make(self, *arguments: str, seconds: float = 1800) -> Done:
        """Run make to its end, which must come in time."""
        started = time.monotonic()
        done = subprocess.run(
            self.command(*arguments), cwd=self.folder, env=self.variables, capture_output=True, text=True, timeout=seconds, check=False
        )
        return Done(done.returncode, done.stdout + done.stderr, time.monotonic() - started)

    def interrupt(self, *arguments: str, when: Callable[[], bool], seconds: float = 1200) -> Done:
        """Run make and press Ctrl-C once `when()` is true, as a terminal does: the signal reaches every process."""
        started, log = time.monotonic(), self.folder / "interrupted.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                self.command(*arguments),
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
