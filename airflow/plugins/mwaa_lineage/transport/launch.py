"""Starts a courier that outlives the task: no descendant of it, in a session of its own, with no open file of it."""

import os
import subprocess
import sys
from pathlib import Path

from mwaa_lineage.transport.bucket import SEARCH_PATH
from mwaa_lineage.transport.settings import BUCKET

_PLUGINS = str(Path(__file__).parents[2])
_DETACHED = '"$@" &'  # the shell ends at once: whoever waits for the children of a task must not wait for the courier
_COURIER = "import sys; sys.path.append(sys.argv[1]); from mwaa_lineage.transport.courier import main; main(sys.argv[2])"


def start_courier(folder: Path) -> None:
    """Start the courier of a spool folder. Raises OSError where no process can be started.

    Python starts isolated (-I) and without site packages (-S): in a tenth of the time, and whatever the task's environment is.
    """
    if not sys.executable:
        raise FileNotFoundError("the interpreter is embedded: there is no Python to start")
    shell = subprocess.Popen(
        ["/bin/sh", "-c", _DETACHED, "courier", sys.executable, "-I", "-S", "-c", _COURIER, _PLUGINS, str(folder)],
        env=_environment(),
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    if shell.wait() != 0:
        raise ChildProcessError("the shell could not start the courier")


def _environment() -> dict[str, str]:
    """The task's, without Airflow's settings and connections, which the courier has no use for."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    if environment.get(BUCKET):
        environment[SEARCH_PATH] = os.pathsep.join(sys.path)
    return environment
