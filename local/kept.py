"""The system kept running in the background, with Airflow's scheduler and web server: what `make up`, `make down` and `make status` do."""

import os
import secrets
import signal
import subprocess
import sys
import time
from dataclasses import replace

from rich.console import Console

from local.airflow_services import USER, start_services
from local.console import Progress
from local.processes import ProcessFailed, free_port
from local.settings import ROOT, Settings
from local.state import Note, holder
from local.system import System, running

START_SECONDS = 600
STOP_SECONDS = 180


def up(settings: Settings, console: Console) -> Note:
    """Start the system in the background unless it runs, and wait until it answers; what is interrupted before that is stopped.

    Raises ProcessFailed, also when one runs that has another Airflow.
    """
    launched = _launch(settings) if holder(settings.state) is None else None
    try:
        note = _ready(settings, launched, console)
    except BaseException:  # Ctrl-C among them
        if launched is not None:
            launched.terminate()
            launched.wait(STOP_SECONDS)
        raise
    if note.airflow_version != settings.airflow_version:
        raise ProcessFailed(f"it runs already, with Airflow {note.airflow_version}: `make down` stops it, `make status` says where it is")
    return note


def _ready(settings: Settings, launched: subprocess.Popen[bytes] | None, console: Console) -> Note:
    """Wait for the note of a system that was launched now, or by somebody else."""
    log = settings.state.with_suffix(".log")
    deadline = time.monotonic() + START_SECONDS
    with console.status(f"starting; details in {log}"):
        while (note := status(settings)) is None:
            if launched is not None and launched.poll() is not None:
                raise ProcessFailed(f"the system did not start:\n{log.read_text(errors='replace')}")
            if time.monotonic() > deadline:
                raise ProcessFailed(f"the system was not ready within {START_SECONDS} s; see {log}")
            time.sleep(0.2)
    return note


def down(settings: Settings) -> bool:
    """Stop the system; whether there was one. Raises ProcessFailed when it does not end."""
    process = holder(settings.state)
    if not process:
        return False
    os.kill(process, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while holder(settings.state) == process:
        if time.monotonic() > deadline:
            raise ProcessFailed(f"process {process} did not stop within {STOP_SECONDS} s: see {settings.logs}")
        time.sleep(0.1)
    return True


def status(settings: Settings) -> Note | None:
    """Where the running system is to be found, or None."""
    return Note.read(settings.state) if holder(settings.state) else None


def serve(settings: Settings, console: Console) -> None:
    """Run the system until SIGTERM or Ctrl-C; the body of the background process."""
    progress = Progress(console)
    try:
        with running(settings, progress) as system:
            note = _start_airflow(system, progress)
            note.write(settings.state)
            _watch(system, note)
    except KeyboardInterrupt:
        console.print("stopped")


def _launch(settings: Settings) -> subprocess.Popen[bytes]:
    Note.remove(settings.state)
    settings.state.parent.mkdir(parents=True, exist_ok=True)
    choices = [f"--scale={settings.scale}", f"--seed={settings.seed}", f"--port={settings.port}", f"--state={settings.state}"]
    choices += [f"--airflow-version={settings.airflow_version}"]
    with settings.state.with_suffix(".log").open("wb") as log:
        command = [sys.executable, "-m", "local", "serve", *choices]
        return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)


def _start_airflow(system: System, progress: Progress) -> Note:
    port, password = free_port(), secrets.token_hex(8)
    with progress.step("Airflow's scheduler and pages"):
        start_services(system.airflow, port, password)
    version, logs = system.settings.airflow_version, str(system.supervisor.logs)
    return Note(version, f"http://127.0.0.1:{port}", USER, password, system.store.url, logs)


def _watch(system: System, note: Note) -> None:
    while True:
        stopped = tuple(process.name for process in system.supervisor.stopped())
        if stopped != note.stopped:
            note = replace(note, stopped=stopped)
            note.write(system.settings.state)
        time.sleep(1)
