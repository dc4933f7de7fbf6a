"""The spool in a bucket: s3://<bucket>/<prefix>/<host>/<event>, for machines that vanish with their disk.

boto3 is imported here only, and only by who needs the bucket: it takes longer than a delivery.
"""

import os
import sys
from typing import Any
from urllib.parse import urlsplit

from mwaa_lineage.transport.settings import host
from mwaa_lineage.transport.spool import REFUSED, name_of

SEARCH_PATH = "LINEAGE_COURIER_PATH"
"""Where the process that started the courier found its modules: the courier itself starts without any but Python's own."""

PAGE = 1000  # keys, the most that S3 lists at a time


class BucketError(OSError):
    """The bucket could not be used; the message says why."""


class Bucket:
    """The spool at `url`; a request to S3 may be silent for `seconds`."""

    def __init__(self, url: str, *, seconds: float = 5, attempts: int = 3) -> None:
        parts = urlsplit(url)
        self.name = parts.netloc
        self.prefix = f"{parts.path.strip('/')}/".lstrip("/")
        self._settings = {"connect_timeout": seconds, "read_timeout": seconds, "retries": {"total_max_attempts": attempts}}
        self._made: Any = None

    def save(self, name: str, event: bytes) -> None:
        """Keep a copy of an event of this machine. Raises BucketError."""
        self._call("put_object", Key=self._own(name), Body=event)

    def forget(self, name: str) -> None:
        """Remove the copy of an event of this machine. Raises BucketError."""
        self.remove(self._own(name))

    def entries(self) -> list[str]:
        """The keys of what waits, of all machines, in the order of the events' times. Raises BucketError."""
        return sorted((key for key in self._keys(self.prefix) if not key.startswith(self._aside)), key=name_of)

    def refused(self) -> list[str]:
        """The keys of what was put aside, of all machines. Raises BucketError."""
        return self._keys(self._aside)

    def read(self, entry: str) -> bytes | None:
        """The event; None when it is gone. Raises BucketError."""
        try:
            found = self._client().get_object(Bucket=self.name, Key=entry)
            return bytes(found["Body"].read())
        except Exception as error:
            if _code(error) == "NoSuchKey":
                return None
            raise BucketError(f"s3://{self.name}/{entry} cannot be read: {error}") from error

    def remove(self, entry: str) -> None:
        """Forget an event. Raises BucketError."""
        self._call("delete_object", Key=entry)

    def refuse(self, entry: str, event: bytes, reason: str) -> None:
        """Put an event aside, with the reason. Raises BucketError."""
        aside = f"{self._aside}{entry.removeprefix(self.prefix)}"
        self._call("put_object", Key=aside, Body=event)
        self._call("put_object", Key=f"{aside}.reason", Body=f"{reason}\n".encode())
        self.remove(entry)

    def refuse_own(self, name: str, event: bytes, reason: str) -> None:
        """Put an event of this machine aside, with the reason. Raises BucketError."""
        self.refuse(self._own(name), event, reason)

    @property
    def _aside(self) -> str:
        return f"{self.prefix}{REFUSED}/"

    def _keys(self, prefix: str) -> list[str]:
        keys: list[str] = []
        more: dict[str, str] = {}
        while True:
            page = self._call("list_objects_v2", Prefix=prefix, MaxKeys=PAGE, **more)
            keys += [each["Key"] for each in page.get("Contents", []) if each["Key"].endswith(".json")]
            if not page.get("IsTruncated"):
                return keys
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def _own(self, name: str) -> str:
        return f"{self.prefix}{host()}/{name}"

    def _call(self, operation: str, **parameters: Any) -> Any:
        try:
            return getattr(self._client(), operation)(Bucket=self.name, **parameters)
        except Exception as error:  # whatever boto3 raises, and its absence
            raise BucketError(f"s3://{self.name}/{self.prefix} cannot be used: {operation}: {error}") from error

    def _client(self) -> Any:
        if self._made is None:
            known = set(sys.path)
            sys.path += [path for path in os.environ.get(SEARCH_PATH, "").split(os.pathsep) if path and path not in known]
            import boto3  # noqa: PLC0415 - see above
            from botocore.config import Config  # noqa: PLC0415

            self._made = boto3.client("s3", config=Config(**self._settings))
        return self._made


def _code(error: Exception) -> str:
    response = getattr(error, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""
