"""cdktf as the commands run it: with the right flags, its output as it comes, and interrupted so that Terraform loses nothing."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import psutil
from rich.console import Console
from rich.text import Text

INTERRUPTED = 130
SIGNALLED = 128  # a shell's exit code of a process that a signal ended: this and the signal's number
LOOK_SECONDS = 0.5
PROGRAM = Path("node_modules/.bin/cdktf")
TERRAFORM = Path(os.environ.get("TERRAFORM_BINARY_NAME", "terraform")).name  # CDKTF's own variable
QUIET = {"CHECKPOINT_DISABLE": "1"}
"""Neither CDKTF nor Terraform tells its maker that it runs. Crash reports are off in cdktf.json."""
PLAIN = {"CI": "true", "FORCE_COLOR": "0"}
"""Off a terminal: lines as they come, instead of a picture that is drawn again and again."""
FINISHING = (
    "\nInterrupted. Terraform ends what it is doing and notes what there is: seconds, seldom minutes. Once more, and it ends at once."
)


class CannotRun(Exception):
    """Something that cdktf needs is not installed; the message says what and how to get it."""


@dataclass(frozen=True)
class Run:
    """How cdktf ended: its exit code, 130 when it was interrupted, and the seconds that each stack was applied or destroyed."""

    code: int
    seconds: Mapping[str, float]


def run(root: Path, console: Console, command: str, *arguments: str) -> Run:
    """Run a command of cdktf that works on stacks, in the project's folder. Raises CannotRun.

    Nobody is asked anything: `arguments` hold --auto-approve where there is something to approve.
    """
    program = _program(root)
    on_terminal = console.is_terminal and sys.stdout.isatty()
    # Without the flag cdktf would have Terraform add this platform's checksums to a lock file in cdktf.out, which is thrown away anyway.
    # For that it downloads every provider once more for every stack, from the registry: mirrors are ignored, so it fails without internet.
    flags = ["--skip-provider-lock", *([] if on_terminal else ["--no-color"])]
    variables = os.environ | QUIET | ({} if on_terminal else PLAIN)
    with _interrupts() as interrupts:
        sys.stdout.flush()
        # In a session of its own, where a terminal's Ctrl-C does not reach it: cdktf would end at once, and take Terraform with it.
        process = subprocess.Popen(
            [str(program), command, *arguments, *flags], cwd=root, env=variables, stdin=subprocess.DEVNULL, start_new_session=True
        )
        work = _Work(process.pid)
        code = _await(process, work, interrupts, console)
    return Run(INTERRUPTED if interrupts.count else code, work.seconds)


def _program(root: Path) -> Path:
    for needed, cure in (("node", "install Node.js 20 or newer"), (TERRAFORM, "install Terraform 1.11 or newer")):
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


def _await(process: subprocess.Popen[bytes], work: "_Work", interrupts: _Interrupts, console: Console) -> int:
    said = False
    while True:
        try:
            code = process.wait(timeout=LOOK_SECONDS)
            return code if code >= 0 else SIGNALLED - code
        except subprocess.TimeoutExpired:
            work.look()
        if interrupts.count:
            if not said:
                console.print(Text(FINISHING), soft_wrap=True)
                said = True
            work.interrupt(interrupts.count)


@dataclass
class _Work:
    """The Terraform processes that a cdktf has started."""

    cdktf: int
    seconds: dict[str, float] = field(default_factory=dict)
    _passed_on: dict[psutil.Process, int] = field(default_factory=dict)

    def look(self) -> None:
        """Note for how long each stack has been worked on."""
        for process in self._terraforms():
            try:
                if process.cmdline()[1:2] in (["apply"], ["destroy"]):
                    self.seconds[Path(process.cwd()).name] = time.time() - process.create_time()
            except psutil.Error:  # it has just ended
                continue

    def interrupt(self, times: int) -> None:
        """See to it that each Terraform has been interrupted so often; cdktf itself only while it runs none.

        Interrupted once, Terraform begins nothing new, and what it has begun gets into its state; interrupted again, it exits. An
        interrupted cdktf exits without waiting for Terraform, and takes away the terminal it runs in: that ends Terraform on the spot, its
        state locked and without what was being made.
        """
        for process in self._terraforms() or self._itself():
            while self._passed_on.get(process, 0) < times:
                self._passed_on[process] = self._passed_on.get(process, 0) + 1
                try:
                    process.send_signal(signal.SIGINT)
                except psutil.Error:
                    break

    def _terraforms(self) -> list[psutil.Process]:
        try:
            started = psutil.Process(self.cdktf).children(recursive=True)
        except psutil.NoSuchProcess:
            return []
        return [process for process in started if _name(process) == TERRAFORM]

    def _itself(self) -> list[psutil.Process]:
        try:
            return [psutil.Process(self.cdktf)]
        except psutil.NoSuchProcess:
            return []


def _name(process: psutil.Process) -> str | None:
    try:
        return str(process.name())
    except psutil.Error:  # it has just ended
        return None
