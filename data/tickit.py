"""Generate TICKIT: one Parquet file a table, the same bytes for the same seed and scale (and the same pyarrow)."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from data.draw import Draw
from data.shapes import SCHEMAS
from data.tables import BUILDERS, Columns

TABLES = tuple(SCHEMAS)
MAX_SCALE = 100  # the tables are built in memory, up to 90 MB for each 1
MAX_SEED = 2**32 - 1

_FIXED = {"category": 11, "date": 365}
_AT_SCALE_1 = {"event": 8_798, "users": 49_990, "venue": 202, "listing": 192_497, "sales": 172_456}


def schema(table: str) -> pa.Schema:
    """The columns of `table`, one of TABLES."""
    return SCHEMAS[table]


def row_counts(scale: float) -> dict[str, int]:
    """Rows of each table: categories and days are fixed, the others grow with `scale` and have at least one row.

    Raises ValueError for a scale that is not above 0 and at most MAX_SCALE.
    """
    _refuse(_scale_problems(scale))
    scaled = {table: max(1, round(rows * scale)) for table, rows in _AT_SCALE_1.items()}
    return {table: (_FIXED | scaled)[table] for table in TABLES}


def generate(out: Path, *, scale: float = 1.0, seed: int = 2008) -> dict[str, Path]:
    """Write `<out>/tickit/<table>/<table>.parquet` for every table and return the files by table.

    Each table has a random stream of its own, derived from `seed` and its name. Files move into place whole, and only when all
    are made. Raises ValueError, naming the setting, for a bad scale or seed.
    """
    _refuse(_scale_problems(scale) + _seed_problems(seed))
    out.mkdir(parents=True, exist_ok=True)
    rows = row_counts(scale)
    made: dict[str, Columns] = {}
    with TemporaryDirectory(prefix=".tickit-", dir=out) as unfinished:
        for table, build in BUILDERS.items():
            made[table] = build(Draw(seed, table, rows[table]), rows, made)
            content = pa.Table.from_pydict(made[table], schema=schema(table))
            pq.write_table(content, Path(unfinished, table), compression="snappy")
        return {table: _publish(Path(unfinished, table), out / "tickit" / table / f"{table}.parquet") for table in TABLES}


def _publish(finished: Path, file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    return finished.replace(file)


def _scale_problems(scale: float) -> list[str]:
    if 0 < scale <= MAX_SCALE:  # false for nan, too
        return []
    return [f"scale must be a number above 0 and at most {MAX_SCALE}, not {scale}"]


def _seed_problems(seed: int) -> list[str]:
    if isinstance(seed, int) and 0 <= seed <= MAX_SEED:
        return []
    return [f"seed must be a whole number from 0 to {MAX_SEED}, not {seed}"]


def _refuse(problems: list[str]) -> None:
    if problems:
        raise ValueError("; ".join(problems))
