"""cdktf as the commands run it: with the right flags, its output as it comes, and interrupted so that Terraform loses nothing."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

import psutil
from rich.console import Console
from rich.text import Text

INTERRUPTED = 130
SIGNALLED = 128  # a shell's exit code of a process that a signal ended: this and the signal's number
LOOK_SECONDS = 0.5
PROGRAM = Path("node_modules/.bin/cdktf")
TERRAFORM_NAME = "TERRAFORM_BINARY_NAME"  # CDKTF's own variable
HANGUP_PROOF, HANGUP_PROOF_PROGRAM = Path(__file__).parent / "hangup_proof", "HANGUP_PROOF_PROGRAM"
QUIET = {"CHECKPOINT_DISABLE": "1"}
"""Neither CDKTF nor Terraform tells its maker that it runs. Crash reports are off in cdktf.json."""
PLAIN = {"CI": "true", "FORCE_COLOR": "0"}
"""Off a terminal: lines as they come, instead of a picture that is drawn again and again."""
FINISHING = (
    "\nInterrupted. Terraform ends what it is doing and notes what there is: seconds, seldom minutes. Once more, and it ends at once."
)
ALONE = "\nA stack failed, and cdktf has ended. Terraform is still at work on {stacks}, which is waited for; Ctrl-C interrupts it."


class CannotRun(Exception):
    """Something that cdktf needs is not installed; the message says what and how to get it."""


@dataclass(frozen=True)
class Run:
    """How cdktf ended: its exit code, 130 when it was interrupted, and the seconds that each stack was applied or destroyed."""

    code: int
    seconds: Mapping[str, float]


def terraform() -> str:
    """The Terraform that CDKTF runs."""
    return os.environ.get(TERRAFORM_NAME, "terraform")


def run(root: Path, console: Console, command: str, *arguments: str, told: IO[bytes] | None = None) -> Run:
    """Run a command of cdktf that works on stacks, in the project's folder. Raises CannotRun.

    Nobody is asked anything: `arguments` hold --auto-approve where there is something to approve. What cdktf says goes to the file `told`,
    if there is one.
    """
    program = _program(root)
    on_terminal = told is None and console.is_terminal and sys.stdout.isatty()
    # Without the flag cdktf would have Terraform add this platform's checksums to a lock file in cdktf.out, which is thrown away anyway.
    # For that it downloads every provider once more for every stack, from the registry: mirrors are ignored, so it fails without internet.
    flags = ["--skip-provider-lock", *([] if on_terminal else ["--no-color"])]
    variables = os.environ | QUIET | _hangup_proof() | ({} if on_terminal else PLAIN)
    with _interrupts() as interrupts:
        sys.stdout.flush()
        # In a session of its own, where a terminal's Ctrl-C does not reach it: cdktf would end at once, and take Terraform with it.
        process = subprocess.Popen(
            [str(program), command, *arguments, *flags],
            cwd=root,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told and subprocess.STDOUT,
            start_new_session=True,
        )
        work = _Work(process, root)
        code = _await(work, interrupts, console)
    return Run(INTERRUPTED if interrupts.count else code, work.seconds)


def _program(root: Path) -> Path:
    for needed, cure in (("node", "install Node.js 20 or newer"), (terraform(), "install Terraform 1.11 or newer")):
        if shutil.which(needed) is None:
            raise CannotRun(f"{needed} is not on PATH: {cure}")
    program = root / PROGRAM
    if not program.exists():
        raise CannotRun(
            f"{PROGRAM} is missing: `npm ci` in the project's folder installs CDKTF's command line, as package-lock.json has it"
        )
    return program


@dataclass
class _Interrupts:
    """How often somebody wanted to stop."""

    count: int = 0

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.count += 1


@contextmanager
def _interrupts() -> Iterator[_Interrupts]:
    """Count Ctrl-C and requests to terminate, which otherwise end this process."""
    interrupts = _Interrupts()
    before = {number: signal.signal(number, interrupts) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interrupts
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _hangup_proof() -> dict[str, str]:
    """Terraform outlives its cdktf, which ends at once when one of several stacks fails: the others would be lost, their states locked."""
    return {TERRAFORM_NAME: str(HANGUP_PROOF), HANGUP_PROOF_PROGRAM: str(shutil.which(terraform()))}


def _await(work: "_Work", interrupts: _Interrupts, console: Console) -> int:
    said: set[str] = set()

    def say(text: str) -> None:
        if text not in said:
            console.print(Text(text), soft_wrap=True)
            said.add(text)

    while (stacks := work.look()) or work.process.poll() is None:
        if interrupts.count:
            say(FINISHING)
            work.interrupt(interrupts.count)
        elif work.process.poll() is not None:
            say(ALONE.format(stacks=", ".join(stacks)))
        work.pause()
    code = work.process.wait()
    return code if code >= 0 else SIGNALLED - code


@dataclass
class _Work:
    """A cdktf, and the Terraforms at work in the project, which it has started."""

    process: subprocess.Popen[bytes]
    root: Path
    seconds: dict[str, float] = field(default_factory=dict)
    _passed_on: dict[psutil.Process, int] = field(default_factory=dict)

    def look(self) -> list[str]:
        """The stacks that are worked on. Notes for how long each has been applied or destroyed."""
        stacks = []
        for process, stack in self._terraforms():
            stacks.append(stack)
            with suppress(psutil.Error):  # it has just ended
                if process.cmdline()[1:2] in (["apply"], ["destroy"]):
                    self.seconds[stack] = time.time() - process.create_time()
        return sorted(stacks)

    def pause(self) -> None:
        """Wait a little; no longer than cdktf runs."""
        if self.process.returncode is None:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=LOOK_SECONDS)
        else:
            time.sleep(LOOK_SECONDS)

    def interrupt(self, times: int) -> None:
        """See to it that each Terraform has been interrupted so often; cdktf itself only while it runs none.

        Interrupted once, Terraform begins nothing new, and what it has begun gets into its state; interrupted again, it exits. An
        interrupted cdktf exits without waiting for Terraform, whose output is lost then.
        """
        for process in [process for process, _ in self._terraforms()] or self._itself():
            while self._passed_on.get(process, 0) < times:
                self._passed_on[process] = self._passed_on.get(process, 0) + 1
                try:
                    process.send_signal(signal.SIGINT)
                except psutil.Error:
                    break

    def _terraforms(self) -> list[tuple[psutil.Process, str]]:
        """Each with its stack, known by the folder it works in: of an ended cdktf's processes nothing else tells."""
        name, stacks = Path(terraform()).name, self.root.resolve() / "cdktf.out/stacks"
        found = []
        for process in psutil.process_iter(["name", "cwd"]):
            folder = Path(process.info["cwd"] or "/")
            if process.info["name"] == name and folder.parent == stacks:
                found.append((process, folder.name))
        return found

    def _itself(self) -> list[psutil.Process]:
        try:
            return [psutil.Process(self.process.pid)]
        except psutil.NoSuchProcess:
            return []
