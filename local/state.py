"""The folder that holds what one local system writes: one system at a time, and a note of the one that is kept running."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self


class StateInUse(Exception):
    """Another system runs in the same folder; the message names its process."""


def _lock(state: Path) -> Path:
    return state.with_name(f"{state.name}.lock")  # not with_suffix: 3.3.1 is no file name with a suffix


def keep_private(folder: Path) -> None:
    """Make the folder its owner's alone, and all files that this process and those it starts make from now on."""
    os.umask(0o077)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)


@contextmanager
def exclusive(state: Path) -> Iterator[None]:
    """Hold the folder for this process. The kernel lets go of it however the process ends. Raises StateInUse."""
    state.parent.mkdir(parents=True, exist_ok=True)
    with _lock(state).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StateInUse(f"{state} is in use by process {holder(state)}: wait for it, or stop it") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def holder(state: Path) -> int | None:
    """The process that holds the folder, if any."""
    try:
        with _lock(state).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return None
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return int(_lock(state).read_text() or 0)


@dataclass(frozen=True)
class Note:
    """What `make up` started: where to look and how to sign in. Kept in the folder as system.json.

    `metadata` and `warehouse` are the addresses of Airflow's database and of the warehouse's, with passwords; `command` and `environment`
    are what runs Airflow's command line; `dags` the pipeline's DAGs in their order, as they were when it was started.
    """

    airflow_version: str
    airflow_url: str
    user: str
    password: str
    lineage_url: str
    logs: str
    metadata: str
    warehouse: str
    command: tuple[str, ...]
    environment: dict[str, str]
    dags: tuple[str, ...]
    dags_folder: str
    import_errors: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()
    """Processes that have stopped by themselves."""

    def write(self, state: Path) -> None:
        """Replace the folder's note at once, readable by its owner only."""
        draft = state / "system.json.new"
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(asdict(self)))
        draft.replace(state / "system.json")

    @classmethod
    def read(cls, state: Path) -> Self | None:
        """The folder's note, if there is one."""
        path = state / "system.json"
        if not path.exists():
            return None
        fields = json.loads(path.read_text())
        lists = {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}
        return cls(**fields | lists)

    @staticmethod
    def remove(state: Path) -> None:
        """Forget the note of an earlier system."""
        (state / "system.json").unlink(missing_ok=True)
