"""The system kept running in the background, with all that MWAA runs: what `make up`, `make down`, `make status` and `make reset` do."""

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.text import Text

from lineage.terminal import plain
from local.airflow_services import USER, start_services
from local.console import Progress
from local.processes import ProcessFailed
from local.settings import ROOT, Settings
from local.state import Note, holder
from local.system import System, running

START_SECONDS = 600
STOP_SECONDS = 180
SOON = {
    "AIRFLOW__SCHEDULER__DAG_DIR_LIST_INTERVAL": "5",
    "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "5",
    "AIRFLOW__SCHEDULER__MIN_FILE_PROCESS_INTERVAL": "10",
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "10",
    "AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL": "0",
    "AIRFLOW__CORE__MIN_SERIALIZED_DAG_FETCH_INTERVAL": "0",
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
    "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
}
"""What makes a saved file count at once: seconds after which Airflow looks for new files, reads one again, and takes over what it read,
the pause of its scheduler, and how long Airflow 3 may keep a place for a task that has ended: it misses the end of every fifth or so."""


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
    """Wait for the note of a system that was launched now, or by somebody else, and show meanwhile how far it is."""
    log = _log(settings)
    deadline, told = time.monotonic() + START_SECONDS, 0
    with console.status(f"starting; details in {log}"):
        while True:
            note = status(settings)
            told = _tell(log, told, console) if launched is not None else told
            if note is not None:
                return note
            if launched is not None and launched.poll() is not None:
                raise ProcessFailed(f"the system did not start:\n{log.read_text(errors='replace')}")
            if time.monotonic() > deadline:
                raise ProcessFailed(f"the system was not ready within {START_SECONDS} s; see {log}")
            time.sleep(0.2)


def _tell(log: Path, told: int, console: Console) -> int:
    """Print the lines that the log has beyond those that were told; how many it has now."""
    lines = log.read_text(errors="replace").split("\n")[:-1]
    for line in lines[told:]:
        console.print(Text(plain(line)), soft_wrap=True)
    return len(lines)


def reset(settings: Settings) -> bool:
    """Stop the system and forget all that it has kept; whether there was anything. Raises ProcessFailed as `down` does."""
    down(settings)
    there = settings.state.exists()
    shutil.rmtree(settings.state, ignore_errors=True)
    return there


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
        with running(settings, progress, kept=True) as system:
            note = start_airflow(system, progress)
            note.write(settings.state)
            _watch(system, note)
    except KeyboardInterrupt:
        console.print("stopped")


def _launch(settings: Settings) -> subprocess.Popen[bytes]:
    Note.remove(settings.state)
    settings.state.parent.mkdir(parents=True, exist_ok=True)
    choices = [f"--scale={settings.scale}", f"--seed={settings.seed}", f"--port={settings.port}", f"--state={settings.state}"]
    choices += [f"--airflow-version={settings.airflow_version}", f"--dags={settings.dags}"]
    choices += [f"--lake={settings.lake}"] if settings.lake else []
    choices += [f"--requirements={settings.requirements}"] if settings.requirements else []
    with _log(settings).open("wb") as log:
        command = [sys.executable, "-m", "local", "serve", *choices]
        return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)


def start_airflow(system: System, progress: Progress) -> Note:
    """Start what runs DAGs by itself, and wait for it: where it is to be found. Raises ProcessFailed."""
    airflow = system.airflow
    port, password = airflow.memory.port("Airflow"), airflow.memory.secret("password of the pages", 12)
    airflow.environment |= SOON
    with progress.step("Airflow's scheduler, triggerer and pages"):
        start_services(airflow, port, password)
    folder = airflow.folder
    return Note(
        airflow_version=system.settings.airflow_version,
        airflow_url=f"http://127.0.0.1:{port}",
        user=USER,
        password=password,
        lineage_url=system.store.url,
        logs=str(system.supervisor.logs),
        metadata=system.warehouse.admin_uri(airflow.metadata),
        warehouse=system.warehouse.direct_uri,
        command=tuple(airflow.command),
        environment=airflow.environment,
        dags=() if folder.errors else tuple(dag.id for dag in folder.pipeline),
        dags_folder=str(folder.folder),
        import_errors=folder.errors,
    )


def _log(settings: Settings) -> Path:
    return settings.state.with_suffix(".log")


def _watch(system: System, note: Note) -> None:
    while True:
        stopped = tuple(process.name for process in system.supervisor.stopped())
        if stopped != note.stopped:
            note = replace(note, stopped=stopped)
            note.write(system.settings.state)
        time.sleep(1)
