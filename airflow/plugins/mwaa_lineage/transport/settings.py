"""What the transport, the courier and a replay have to know: environment variables, which the env-var plugin sets."""

import json
import os
import re
import socket
import tempfile
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import unquote

from mwaa_lineage.masking import printable

URL, API_KEY, ENDPOINT, TIMEOUT = "OPENLINEAGE_URL", "OPENLINEAGE_API_KEY", "OPENLINEAGE_ENDPOINT", "OPENLINEAGE_TIMEOUT"
HEADERS = "OPENLINEAGE_HEADERS"
FOLDER, BUCKET = "OPENLINEAGE_SPOOL_FOLDER", "OPENLINEAGE_SPOOL"

DEFAULT_ENDPOINT = "api/v1/lineage"
DEFAULT_TIMEOUT = 2.0
_SHORTEST_TOKEN = 8  # characters
_HEADER = re.compile(r"(?!content-|host:|connection:|transfer-)[\w!#$%&'*+.^`|~-]+: [ -~]+", re.ASCII | re.IGNORECASE)
"""A name of RFC 9110, 5.6.2, that this transport does not set by itself, and one line of printable ASCII."""


class NoUrl(ValueError):
    """Nothing says where events are to be delivered; the message names the variable."""


def headers_in(text: str) -> dict[str, str]:
    """The headers in a JSON object of texts; HTTP does not tell upper from lower case in their names. Raises ValueError."""
    found = json.loads(text)
    if not isinstance(found, dict) or not all(
        isinstance(value, str) and _HEADER.fullmatch(f"{name}: {value}") for name, value in found.items()
    ):
        raise ValueError("no headers")
    return {name.title(): value for name, value in found.items()}


@dataclass(frozen=True)
class Settings:
    """Where events go: `url` is the store's address for events, `timeout` the seconds it may be silent, `bucket` s3://<bucket>/<prefix>/."""

    url: str = field(repr=False)
    api_key: str | None = field(default=None, repr=False)
    timeout: float = DEFAULT_TIMEOUT
    bucket: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

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
        key = os.environ.get(API_KEY, "").strip()
        try:
            headers = headers_in(os.environ.get(HEADERS) or "{}")
        except ValueError:  # which the env-var plugin has told
            headers = {}
        return cls(f"{url.rstrip('/')}/{endpoint.lstrip('/')}", key or None, timeout, os.environ.get(BUCKET, ""), headers)

    @property
    def authorization(self) -> str:
        """Who is asking, as a request says it: the API key, or the user that stands in the URL; empty where there is neither."""
        if self.api_key:
            return f"Bearer {self.api_key}"
        return f"Basic {b64encode(':'.join(self._user).encode()).decode()}" if self._user else ""

    @property
    def secrets(self) -> set[str]:
        """What nobody is to see: the key or what is sent in its place, and the password of the URL.

        Also its user, and what other headers say, if that may be a token.
        """
        user, *password = self._user or ("",)
        told = [part for value in self.headers.values() for part in (value, json.dumps(value)[1:-1], *re.split(r'[\s"\\]+', value)[1:])]
        return {*self.authorization.split()[1:], *password, *(text for text in [user, *told] if len(text) >= _SHORTEST_TOKEN)} - {""}

    def clean(self, text: object) -> str:
        """The text on one printable line, without the key, what is sent in its place, and the user and password of any URL."""
        line = " ".join(str(text).split())
        for secret in sorted(self.secrets, key=len, reverse=True):  # one may be a part of another
            line = line.replace(secret, "***")
        return printable(re.sub(r"//[^/\s]*@", "//***@", line))

    @property
    def _user(self) -> tuple[str, ...]:
        """The user and the password of the URL, if it has them, however wrong the rest of it may be."""
        found = re.match(r"[^/]*//([^/?#]*)@", self.url)
        if not found:
            return ()
        user, _, password = found[1].partition(":")
        return unquote(user), unquote(password)


def folders() -> list[Path]:
    """Where the spool may be, the best place first: the configured one, then one of this user's own on other file systems."""
    own = f"lineage-spool-{os.geteuid()}"
    configured = os.environ.get(FOLDER)
    places = [Path(configured)] if configured else []
    return [*places, Path(tempfile.gettempdir(), own), Path("/dev/shm", own)]  # noqa: S108 - made and checked as the user's own


def host() -> str:
    """This machine's name, as a part of a key in the bucket."""
    return re.sub(r"[^A-Za-z0-9.-]", "-", socket.gethostname()) or "unnamed"
