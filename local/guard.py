"""Runs one command and ends it, with everything it started, when it stops or when whoever started this guard is gone.

Usage: `python guard.py SIGNAL COMMAND [ARGUMENT ...]`, where standard input is a pipe that the parent never writes to: its end
of file means that the parent closed it or died, whatever it died of. That holds on every Unix, unlike Linux' parent-death
signal. SIGNAL asks the command to stop.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading

import psutil

GRACE = 10  # seconds between asking and killing
PR_SET_CHILD_SUBREAPER = 36  # prctl(2)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent died, so that none is lost from sight (Linux; elsewhere they go to init)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def kill_descendants() -> None:
    """Kill what is left, process groups and sessions of their own included."""
    family = psutil.Process().children(recursive=True)
    for process in family:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(family, timeout=GRACE)


def end(command: subprocess.Popen[bytes], ask: signal.Signals) -> None:
    """Ask the command to stop; kill it when it does not."""
    command.send_signal(ask)
    try:
        command.wait(GRACE)
    except subprocess.TimeoutExpired:
        command.kill()


def main() -> int:
    """Exit with the command's own code, 128 + n where signal n ended it."""
    adopt_orphans()
    ask = signal.Signals[sys.argv[1]]
    stopping = threading.Event()

    def watch_parent() -> None:
        os.read(sys.stdin.fileno(), 1)
        stopping.set()

    def watch_command() -> None:
        command.wait()
        stopping.set()

    signal.signal(signal.SIGTERM, lambda _signal, _frame: stopping.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    command = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL)
    threading.Thread(target=watch_parent, daemon=True).start()
    threading.Thread(target=watch_command, daemon=True).start()
    stopping.wait()
    if command.poll() is None:
        end(command, ask)
    code = command.wait()
    kill_descendants()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
