"""The Airflow that stands behind the emulated MWAA's environments, as a file tells: its command line, and its REST API on a loopback port.

The file is JSON, and may come later: {"command": [...], "environment": {...}, "api": {"url": ..., "user": ..., "password": ...}}.
"""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

COMMAND_SECONDS = 120
NEW_API = 3
"""The first Airflow whose API is at /api/v2, and which signs in by a token; before, it is at /api/v1."""


class NoAnswer(Exception):
    """The Airflow does not answer: `status` is what a web server would say, the message why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Answer:
    """A status of HTTP, and the bytes of a body."""

    status: int
    body: bytes


class AirflowBehind:
    """Whatever Airflow the file tells of at the time. Methods raise NoAnswer."""

    def __init__(self, told: Path | None) -> None:
        self._file = told

    def run(self, arguments: list[str]) -> subprocess.CompletedProcess[bytes]:
        """Run `airflow` with these arguments."""
        told = self._told()
        try:
            return subprocess.run(
                [*told["command"], *arguments], env=told["environment"], capture_output=True, timeout=COMMAND_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise NoAnswer(504, f"the command took longer than {COMMAND_SECONDS} s") from None
        except OSError as error:
            raise NoAnswer(503, f"the Airflow behind this environment does not start: {error}") from None

    def ask(
        self, version: str, method: str, path: str, *, query: Mapping[str, Any] | None, body: Mapping[str, Any] | None, seconds: float
    ) -> Answer:
        """Ask the API of an Airflow of that version; the path begins behind /api/v1 or /api/v2."""
        api, new = self._told()["api"], int(version.partition(".")[0]) >= NEW_API
        try:
            with requests.Session() as session:
                session.trust_env = False
                if new:
                    session.headers["Authorization"] = f"Bearer {_token(session, api, seconds)}"
                else:
                    session.auth = (api["user"], api["password"])
                url = f"{api['url']}/api/{'v2' if new else 'v1'}{path}"
                answer = session.request(method, url, params=_arguments(query), json=body, timeout=seconds, allow_redirects=False)
        except requests.Timeout:
            raise NoAnswer(504, f"the call took longer than {seconds:.0f} s") from None
        except requests.RequestException as error:
            raise NoAnswer(503, f"the Airflow behind this environment does not answer: {error}") from None
        return Answer(answer.status_code, answer.content)

    def _told(self) -> Any:
        if self._file is None or not self._file.is_file():
            raise NoAnswer(503, "no Airflow stands behind this environment")
        return json.loads(self._file.read_text(encoding="utf-8"))


def _token(session: requests.Session, api: Mapping[str, str], seconds: float) -> str:
    who = {"username": api["user"], "password": api["password"]}
    answer = session.post(f"{api['url']}/auth/token", json=who, timeout=seconds)
    answer.raise_for_status()
    return str(answer.json()["access_token"])


def _arguments(query: Mapping[str, Any] | None) -> dict[str, Any]:
    """JSON's values as a query has them."""
    return {name: str(value).lower() if isinstance(value, bool) else value for name, value in (query or {}).items()}
