"""Which store is meant when nobody says, and whose lineage it has: that of `make up`, by the note that it leaves while it runs."""

import json
from pathlib import Path

ROOT = Path(__file__).parent.parent
DAGS = ROOT / "airflow" / "dags"
_NOTE = ROOT / ".state" / "up" / "system.json"


class NoStoreError(Exception):
    """Nobody said which store is meant, and none runs here; the message says what to do."""


def running() -> str | None:
    """The address of the store that `make up` has started, if it has."""
    return _noted("lineage_url")


def dags(url: str | None) -> Path:
    """The folder of the DAGs that the store at `url` has the lineage of: the one `make up` runs, where that is its store."""
    folder = _noted("dags_folder") if url in {None, running()} else None
    return Path(folder) if folder else DAGS


def store(url: str | None) -> str:
    """The address that was given, else that of `make up`. Raises NoStoreError."""
    found = url or running()
    if found is None:
        raise NoStoreError("which store? `make up` starts one here, --url (with make: URL=) names any Marquez")
    return found


def _noted(key: str) -> str | None:
    try:
        return str(json.loads(_NOTE.read_text(encoding="utf-8"))[key])
    except (OSError, ValueError, KeyError, TypeError):
        return None
