"""Which store is meant when nobody says: the one of `make up`, by the note that it leaves while it runs."""

import json
from pathlib import Path

ROOT = Path(__file__).parent.parent
_NOTE = ROOT / ".state" / "up" / "system.json"


class NoStoreError(Exception):
    """Nobody said which store is meant, and none runs here; the message says what to do."""


def running() -> str | None:
    """The address of the store that `make up` has started, if it has."""
    try:
        return str(json.loads(_NOTE.read_text(encoding="utf-8"))["lineage_url"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def store(url: str | None) -> str:
    """The address that was given, else that of `make up`. Raises NoStoreError."""
    found = url or running()
    if found is None:
        raise NoStoreError("which store? `make up` starts one here, --url (with make: URL=) names any Marquez")
    return found
