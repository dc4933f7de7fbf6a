"""The spool of a machine that may vanish with its disk: what cannot be delivered stands in a bucket too, until it is delivered."""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from mwaa_lineage.transport.bucket import Bucket, BucketError
from mwaa_lineage.transport.settings import Settings
from mwaa_lineage.transport.spool import COPYING, DELIVERED, SAVED, WAITING, Folder, name_of

PAUSE = 60  # seconds without the bucket, when it has failed


class Safekeeping(Folder):
    """A folder with copies in a bucket, if there is one. A bucket that fails holds up nothing; `say` is told why."""

    def __init__(self, path: Path, bucket: Bucket | None, say: Callable[[str], None]) -> None:
        super().__init__(path)
        self._bucket, self._say = bucket, say
        self._again = 0.0

    @classmethod
    def of(cls, path: Path, settings: Settings, say: Callable[[str], None]) -> "Safekeeping":
        """The folder, with the bucket of the settings."""
        return cls(path, Bucket(settings.bucket) if settings.bucket else None, lambda text: say(settings.clean(text)))

    def save(self, until: float) -> int:
        """Copy what may be nowhere else, up to a moment of the monotonic clock; how many events were copied."""
        entries = [*self.entries_in(COPYING), *self.entries_in(WAITING)] if self._usable else []
        saved = 0
        for entry in sorted(entries, key=name_of):
            if time.monotonic() >= until or not self._usable:
                break
            with suppress(OSError):  # a file that cannot be read, or moved; the delivery says which
                saved += self._save(entry)
        return saved

    def settle(self, until: float) -> bool:
        """Remove copies of delivered events that could not be removed at once, up to a moment; whether none is left that could be."""
        for entry in self.entries_in(DELIVERED) if self._bucket else ():
            try:
                if time.monotonic() >= until or not self._forget(entry):
                    return False
            except OSError as error:  # its copy is gone, and its file stays
                self._say(str(error))
        return True

    def remove(self, entry: str) -> None:
        """Forget a delivered event, and its copy as soon as the bucket can be used."""
        if entry.startswith(f"{WAITING}/"):
            super().remove(entry)
            return
        self.move(entry, DELIVERED)
        self._forget(f"{DELIVERED}/{name_of(entry)}")

    def refuse(self, entry: str, event: bytes, reason: str) -> None:
        """Put an event aside, here and in the bucket."""
        super().refuse(entry, event, reason)
        self._try(lambda bucket: bucket.refuse_own(name_of(entry), event, reason))

    @property
    def _usable(self) -> bool:
        return self._bucket is not None and time.monotonic() >= self._again

    def _save(self, entry: str) -> bool:
        event = self.read(entry)
        if event is None:
            return False
        self.move(entry, COPYING)  # first: S3 may have a copy whose acknowledgement never comes
        if not self._try(lambda bucket: bucket.save(name_of(entry), event)):
            return False
        self.move(f"{COPYING}/{name_of(entry)}", SAVED)
        return True

    def _forget(self, entry: str) -> bool:
        forgotten = self._try(lambda bucket: bucket.forget(name_of(entry)))
        if forgotten:
            super().remove(entry)
        return forgotten

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
