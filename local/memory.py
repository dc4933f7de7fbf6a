"""Ports and passwords of a local system: made when they are first asked for and, with a file, the same at each start."""

import json
import secrets
from pathlib import Path

from local.processes import ProcessFailed, free_port


class Memory:
    """What a system is to have again. Without a file all is new; the file is its owner's only."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._kept: dict[str, str] = json.loads(file.read_text()) if file and file.exists() else {}

    def port(self, name: str, wanted: int = 0) -> int:
        """The port of something: that which is wanted, else the one that it had if that is free, else any free one.

        Raises ProcessFailed if somebody listens on the port that is wanted.
        """
        port = free_port(wanted) if wanted else self._as_before(f"port of {name}")
        self._keep(f"port of {name}", str(port))
        return port

    def secret(self, name: str, size: int = 48) -> str:
        """A password, or a key: as many random bytes, spelled so that a URI can hold it."""
        if name not in self._kept:
            self._keep(name, secrets.token_urlsafe(size))
        return self._kept[name]

    def _as_before(self, name: str) -> int:
        try:
            return free_port(int(self._kept.get(name, "0")))
        except ProcessFailed:  # somebody else has it by now
            return free_port()

    def _keep(self, name: str, value: str) -> None:
        self._kept[name] = value
        if self._file:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.touch(mode=0o600)
            self._file.write_text(json.dumps(self._kept))
