"""What the transport, the courier and a replay have to know: environment variables, which the env-var plugin sets."""

import os
import re
import socket
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

URL, API_KEY, ENDPOINT, TIMEOUT = "OPENLINEAGE_URL", "OPENLINEAGE_API_KEY", "OPENLINEAGE_ENDPOINT", "OPENLINEAGE_TIMEOUT"
FOLDER, BUCKET = "OPENLINEAGE_SPOOL_FOLDER", "OPENLINEAGE_SPOOL"

DEFAULT_ENDPOINT = "api/v1/lineage"
DEFAULT_TIMEOUT = 2.0


class NoUrl(ValueError):
    """Nothing says where events are to be delivered; the message names the variable."""


@dataclass(frozen=True)
class Settings:
    """Where events go: `url` is the store's address for events, `timeout` the seconds it may be silent, `bucket` s3://<bucket>/<prefix>/."""

    url: str = field(repr=False)
    api_key: str | None = field(default=None, repr=False)
    timeout: float = DEFAULT_TIMEOUT
    bucket: str = ""

    @classmethod
    def from_environment(cls) -> Self:
        """Raises NoUrl."""
        url = os.environ.get(URL, "").strip()
        if not url:
            raise NoUrl(f"{URL} is missing: there is no address to deliver lineage to")
        return cls.for_store(url)

    @classmethod
    def for_store(cls, url: str) -> Self:
        """The store at `url`; everything else as the environment has it."""
        endpoint = os.environ.get(ENDPOINT) or DEFAULT_ENDPOINT
        timeout = float(os.environ.get(TIMEOUT) or DEFAULT_TIMEOUT)
        return cls(f"{url.rstrip('/')}/{endpoint.lstrip('/')}", os.environ.get(API_KEY) or None, timeout, os.environ.get(BUCKET, ""))

    def clean(self, text: object) -> str:
        """The text on one line, without the key and without the user and password of any URL."""
        line = " ".join(str(text).split())
        if self.api_key:
            line = line.replace(self.api_key, "***")
        return re.sub(r"//[^/\s]*@", "//***@", line)


def folders() -> list[Path]:
    """Where the spool may be, the best place first: the configured one, then one of this user's own on other file systems."""
    own = f"lineage-spool-{os.geteuid()}"
    configured = os.environ.get(FOLDER)
    places = [Path(configured)] if configured else []
    return [*places, Path(tempfile.gettempdir(), own), Path("/dev/shm", own)]  # noqa: S108 - made and checked as the user's own


def host() -> str:
    """This machine's name, as a part of a key in the bucket."""
    return re.sub(r"[^A-Za-z0-9.-]", "-", socket.gethostname()) or "unnamed"
