"""The lineage store as a process of the local system."""

import os
import sys
from pathlib import Path

from local.processes import Supervisor, answers, free_port
from local.settings import ROOT


class Store:
    """The lineage store of this repository, on a loopback port, its events in one SQLite file."""

    def __init__(self, folder: Path, supervisor: Supervisor, *, port: int) -> None:
        self.folder, self.supervisor = folder, supervisor
        self.port = free_port(port)

    @property
    def url(self) -> str:
        """Where the store answers Marquez's API and shows its page."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, with what it has held before. Raises ProcessFailed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        database = self.folder / "lineage.db"
        command = [sys.executable, "-m", "lineage", "store", "--port", str(self.port), "--database", str(database)]
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
        server = self.supervisor.start("the lineage store", command, environment=environment, log="store.log")
        server.wait_until(lambda: answers(self.port, "/healthcheck"), seconds=120)
