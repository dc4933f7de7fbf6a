"""The guard and the supervisor, with real processes."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from local.processes import ProcessFailed, Supervisor, free_port
from tests.local.waiting import eventually

pytestmark = pytest.mark.system

ENVIRONMENT = {"PATH": os.environ["PATH"]}
FAMILY = Path(__file__).with_name("family.py")


def family(pids: Path) -> list[int]:
    eventually(lambda: pids.exists() and len(pids.read_text().split()) == 2, "the family has written its process ids")
    return [int(pid) for pid in pids.read_text().split()]


def gone(pids: list[int]) -> bool:
    return not any(psutil.pid_exists(pid) for pid in pids)


def test_leaving_the_supervisor_ends_a_process_with_its_descendants(tmp_path: Path) -> None:
    with Supervisor(tmp_path) as supervisor:
        supervisor.start("family", [sys.executable, str(FAMILY), str(tmp_path / "pids")], environment=ENVIRONMENT, log="family.log")
        members = family(tmp_path / "pids")
        assert not gone(members)
    assert gone(members)


def test_a_killed_parent_leaves_nothing_behind(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import sys, time, pathlib\n"
        "from local.processes import Supervisor\n"
        f"Supervisor(pathlib.Path({str(tmp_path)!r})).start('family', [sys.executable, {str(FAMILY)!r}, {str(tmp_path / 'pids')!r}],"
        f" environment={ENVIRONMENT!r}, log='family.log')\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, str(script)], env={**ENVIRONMENT, "PYTHONPATH": str(Path(__file__).parents[2])})
    members = family(tmp_path / "pids")
    parent.send_signal(signal.SIGKILL)
    parent.wait(60)
    eventually(lambda: gone(members), "the family ends after its parent was killed")


def test_a_failing_command_is_named_with_its_log(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print('out of cheese'); raise SystemExit(3)"]
    with Supervisor(tmp_path) as supervisor, pytest.raises(ProcessFailed, match=r"the task failed \(exit code 3\)(.|\n)*out of cheese"):
        supervisor.run("the task", command, environment=ENVIRONMENT, log="task.log", seconds=60)


def test_a_command_that_takes_too_long_is_stopped_and_named(tmp_path: Path) -> None:
    with Supervisor(tmp_path) as supervisor, pytest.raises(ProcessFailed, match="did not end within 0 s"):
        supervisor.run("the task", [sys.executable, "-c", "import time; time.sleep(60)"], environment=ENVIRONMENT, log="t.log", seconds=0.2)


def test_a_process_that_stops_by_itself_is_noticed(tmp_path: Path) -> None:
    with Supervisor(tmp_path) as supervisor:
        process = supervisor.start("the server", [sys.executable, "-c", "raise SystemExit(7)"], environment=ENVIRONMENT, log="server.log")
        eventually(lambda: not process.running, "the server ends")
        with pytest.raises(ProcessFailed, match=r"the server has stopped \(exit code 7\)"):
            supervisor.check()


def test_nothing_is_started_once_the_system_is_being_stopped(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path)
    supervisor.stop()
    with pytest.raises(ProcessFailed, match="the system is being stopped"):
        supervisor.start("late", ["true"], environment=ENVIRONMENT, log="late.log")


def test_a_taken_port_is_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ProcessFailed, match=f"port {port} cannot be used"):
            free_port(port)


def test_a_free_port_is_given_once_and_can_be_listened_on() -> None:
    ports = [free_port() for _ in range(1000)]
    assert len(set(ports)) == len(ports)
    with socket.create_server(("127.0.0.1", ports[0])):
        pass
