"""Processes of the local system: each guarded, logged to a file, awaited with a bound, and stopped by the supervisor that started it."""

import http.client
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from ephemeral_port_reserve import reserve

GUARD = Path(__file__).with_name("guard.py")


class ProcessFailed(Exception):
    """A process could not be started, stopped by itself or ended with an error; the message names it, its log and the log's last lines."""


def free_port(wanted: int = 0) -> int:
    """The loopback TCP port that is wanted, or for 0 any free one, which nobody else is given within a minute.

    Raises ProcessFailed if somebody listens on the port that is wanted.
    """
    if wanted == 0:
        return int(reserve())
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError as error:
            raise ProcessFailed(f"port {wanted} cannot be used ({error.strerror}): choose another with PORT=..., or leave it out") from None
    return wanted


def answers(port: int, path: str) -> bool:
    """Whether an HTTP server on a loopback port answers a GET, and not with a server error."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


class Process:
    """A guarded command that runs or has ended."""

    def __init__(
        self, name: str, command: Sequence[str], *, environment: Mapping[str, str], log: Path, stop_signal: str, folder: Path | None = None
    ) -> None:
        self.name, self.log = name, log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            self._guard = subprocess.Popen(
                [sys.executable, str(GUARD), stop_signal, *command],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                cwd=folder,
                start_new_session=True,
            )

    @property
    def running(self) -> bool:
        """Whether the command still runs."""
        return self._guard.poll() is None

    @property
    def code(self) -> int | None:
        """The exit code of a command that has ended, 128 + n where signal n ended it."""
        return self._guard.poll()

    def wait_until(self, ready: Callable[[], bool], *, seconds: float) -> None:
        """Wait until it is ready. Raises ProcessFailed when it ends before that or the time is over."""
        deadline = time.monotonic() + seconds
        while not ready():
            self.check()
            if time.monotonic() > deadline:
                raise ProcessFailed(f"{self.name} was not ready within {seconds:.0f} s. {self._evidence()}")
            time.sleep(0.05)

    def check(self) -> None:
        """Raise ProcessFailed if it has stopped by itself."""
        if not self.running:
            raise ProcessFailed(f"{self.name} has stopped (exit code {self._guard.returncode}). {self._evidence()}")

    def finish(self, *, seconds: float) -> None:
        """Wait for the end of a command that ends by itself. Raises ProcessFailed when it fails or the time is over."""
        try:
            code = self._guard.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise ProcessFailed(f"{self.name} did not end within {seconds:.0f} s. {self._evidence()}") from None
        if code != 0:
            raise ProcessFailed(f"{self.name} failed (exit code {code}). {self._evidence()}")

    def stop(self) -> None:
        """Ask it to stop and wait for it; harmless when it has ended. The guard bounds the wait."""
        if self._guard.stdin is not None:
            self._guard.stdin.close()
        self._guard.wait()

    def _evidence(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-12:]
        return "\n".join([f"Its log, {self.log}, ends with:", *(f"    {line}" for line in lines)])


class Supervisor:
    """Starts processes, logs each below `logs`, and stops them all, the last first, on leaving."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self._processes: list[Process] = []
        self._stopping = False
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        log: str,
        folder: Path | None = None,
        stop_signal: str = "SIGTERM",
    ) -> Process:
        """Start a command, in `folder` if not in this process's. Raises ProcessFailed once the system is being stopped."""
        with self._lock:
            if self._stopping:
                raise ProcessFailed(f"{name} was not started: the system is being stopped")
            process = Process(name, command, environment=environment, log=self.logs / log, stop_signal=stop_signal, folder=folder)
            self._processes.append(process)
        return process

    def run(self, name: str, command: Sequence[str], *, environment: Mapping[str, str], log: str, seconds: float) -> None:
        """Run a command to its end. Raises ProcessFailed when it fails or takes longer than `seconds`."""
        process = self.start(name, command, environment=environment, log=log)
        try:
            process.finish(seconds=seconds)
        finally:
            process.stop()
            with self._lock:
                self._processes.remove(process)

    def check(self) -> None:
        """Raise ProcessFailed, naming it, if a process has stopped by itself."""
        for process in self.stopped():
            process.check()

    def stopped(self) -> list[Process]:
        """The processes that have stopped by themselves."""
        return [process for process in list(self._processes) if not process.running]

    def stop(self) -> None:
        """Stop everything; from now on nothing is started."""
        with self._lock:
            self._stopping = True
        for process in reversed(self._processes):
            process.stop()
