"""An Airflow's REST API that answers from a script, with what real ones were seen to answer, and notes what it was asked.

It stands behind an emulated MWAA whose environment runs Airflow 2. The script is {"METHOD /path": [(status, body), ...]}: each answer once,
the last for ever; all else is not found. `@RUN` stands for the name of the run that was triggered.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.operations.answering import Answer, Request, answering

Said = tuple[int, Any]
Script = Mapping[str, list[Said]]
ROOT = "/api/v1"


@dataclass
class ScriptedAirflow:
    """What it was asked, as "METHOD /path", with the JSON of each body; `told` is the file that tells the emulated MWAA of it."""

    told: Path
    asked: list[str] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    script: Script = field(default_factory=dict)
    run: str = ""

    def answers(self, script: Script) -> None:
        """Begin anew, with this script."""
        self.asked, self.bodies, self.script, self.run = [], [], script, ""

    def answer(self, request: Request) -> Answer:
        """What it says to a request."""
        call = f"{request.method} {urlsplit(request.path).path.removeprefix(ROOT)}"
        before = self.asked.count(call)
        body = json.loads(request.body or "null")
        self.asked.append(call)
        self.bodies.append(body)
        if call.endswith("/dagRuns") and request.method == "POST":
            self.run = body.get("dag_run_id", "")
        said = self.script.get(call) or [(HTTPStatus.NOT_FOUND, {"title": "Not Found", "detail": f"nothing is scripted for {call}"})]
        status, rows = said[min(before, len(said) - 1)]
        return Answer(status, json.dumps(rows).replace("@RUN", self.run).encode(), {"content-type": "application/json"})


@contextmanager
def scripted_airflow(told: Path) -> Iterator[ScriptedAirflow]:
    """It answers as long as the context lasts."""
    airflow = ScriptedAirflow(told)
    with answering(airflow.answer) as url:
        told.write_text(json.dumps({"command": [], "environment": {}, "api": {"url": url, "user": "admin", "password": "admin"}}))
        yield airflow
