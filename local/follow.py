"""The logs of the kept system, each line after its log's name, as they are written."""

import time
from collections.abc import Iterator
from pathlib import Path

from lineage.terminal import plain

LOOK_SECONDS = 0.3
MOST = 1_000_000
"""Bytes of one log that are shown at a time: of what came at once, the end."""


def follow(folder: Path, last: int = 5) -> Iterator[str]:
    """The last lines of every log below the folder, then whatever is added, for ever."""
    places: dict[Path, int] = {}
    is_first = True
    while True:
        for log in sorted(folder.rglob("*.log")):
            lines = _new(log, places)
            yield from (f"{log.relative_to(folder)}: {plain(line)}" for line in (lines[-last:] if is_first else lines))
        is_first = False
        time.sleep(LOOK_SECONDS)


def _new(log: Path, places: dict[Path, int]) -> list[str]:
    """The whole lines since the last look; a log that was begun anew is read from its beginning."""
    size, place = log.stat().st_size, places.get(log, 0)
    place = max(0 if size < place else place, size - MOST)
    with log.open("rb") as opened:
        opened.seek(place)
        whole, end, _ = opened.read(size - place).rpartition(b"\n")
    places[log] = place + len(whole) + len(end)
    return whole.decode(errors="replace").splitlines()
