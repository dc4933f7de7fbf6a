"""The spool of a machine that may vanish with its disk: what cannot be delivered stands in a bucket too, until it is delivered."""

import time
from collections.abc import Callable
from pathlib import Path

from lineage_transport.bucket import Bucket, BucketError
from lineage_transport.spool import SAVED, WAITING, Folder, name_of

PAUSE = 60  # seconds without the bucket, when it has failed


class Safekeeping(Folder):
    """A folder with copies in a bucket, if there is one. A bucket that fails holds up nothing; `say` is told why."""

    def __init__(self, path: Path, bucket: Bucket | None, say: Callable[[str], None]) -> None:
        super().__init__(path)
        self._bucket, self._say = bucket, say
        self._again = 0.0

    def save(self, until: float) -> int:
        """Copy what is nowhere else, up to a moment of the monotonic clock; how many events were copied."""
        saved = 0
        for entry in sorted(self.entries_in(WAITING)) if self._usable else ():
            if time.monotonic() >= until or not self._save(entry):
                break
            saved += 1
        return saved

    def remove(self, entry: str) -> None:
        """Forget a delivered event and its copy. A copy that stays is delivered again by a replay, which a store notices."""
        super().remove(entry)
        if entry.startswith(f"{SAVED}/"):
            self._try(lambda bucket: bucket.forget(name_of(entry)))

    def refuse(self, entry: str, event: bytes, reason: str) -> None:
        """Put an event aside, here and in the bucket."""
        super().refuse(entry, event, reason)
        self._try(lambda bucket: bucket.refuse_own(name_of(entry), event, reason))

    @property
    def _usable(self) -> bool:
        return self._bucket is not None and time.monotonic() >= self._again

    def _save(self, entry: str) -> bool:
        event = self.read(entry)
        if event is None or not self._try(lambda bucket: bucket.save(name_of(entry), event)):
            return False
        self.move(entry, SAVED)
        return True

    def _try(self, action: Callable[[Bucket], None]) -> bool:
        if self._bucket is None or not self._usable:
            return False
        try:
            action(self._bucket)
        except BucketError as error:
            self._again = time.monotonic() + PAUSE
            self._say(str(error))
            return False
        return True
