"""The SQL of the local system, one statement a file of local/sql."""

from pathlib import Path

FOLDER = Path(__file__).parent / "sql"


def query(name: str) -> str:
    """The statement in `<name>.sql`."""
    return (FOLDER / f"{name}.sql").read_text()
