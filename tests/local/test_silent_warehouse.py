"""A warehouse that accepts connections and says nothing holds a task up by the seconds that it is given, on every way of making events."""

import json
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.airflow_python import airflow_python
from modules.runtimes import runtime
from tests.versions import versions
from tools.bench_emission.airflow_run import SPOOL, Airflow

WAYS = {
    "2.7.2": "openlineage-airflow",
    "2.9.2": "a provider that calls",
    "2.10.3": "one that forks",
    "3.3.1": "one with threads of its own",
}
START, END = 1.0, 5.0
SLACK = 4.0  # seconds for a busy machine: the fault are minutes
DOWN = "http://127.0.0.1:9"


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that accepts every connection and never answers."""
    kept = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    kept.append(server.accept()[0])
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    assert kept, "nobody has asked the warehouse"


@pytest.mark.system
@pytest.mark.parametrize("version", versions(WAYS))
def test_a_task_goes_on_without_its_warehouse(version: str, silent: int, tmp_path: Path) -> None:
    connection = json.dumps(
        {"conn_type": "postgres", "host": "127.0.0.1", "port": silent, "login": "u", "password": "c4n4ryPw", "schema": "dev"}
    )
    mwaa = {"AIRFLOW_CONN_WAREHOUSE": connection, "AIRFLOW__CORE__LAZY_LOAD_PLUGINS": "False"}
    airflow = Airflow(str(airflow_python(runtime(version)).interpreter), tmp_path / "home", {**mwaa, "TMPDIR": str(tmp_path)})
    airflow.prepare()
    shutil.copy(Path(__file__).with_name("silent_dag.py"), tmp_path / "home/dags/bench_dag.py")
    with airflow.spool() as spool:
        airflow.run(SPOOL, DOWN, spool, 1)
        events = [json.loads(path.read_bytes()) for path in sorted((spool / "waiting").iterdir())]
    (clock,) = tmp_path.glob("home/clock*")
    start, end = (float(line.split()[1]) / 1000 for line in clock.read_text().splitlines())
    assert start < START + SLACK, f"the task waited {start} s for its start"
    assert end < END + SLACK, f"the task waited {end} s for its end"
    first, last = (the_event(events, kind) for kind in ("START", "COMPLETE"))
    assert "extractionError" not in first["run"]["facets"], "the end may say more"
    assert "select userid" in first["job"]["facets"]["sql"]["query"]
    assert [dataset["name"] for dataset in last["inputs"] + last["outputs"]] == ["dev.staging.users", "dev.dm.report"]
    (error,) = last["run"]["facets"]["extractionError"]["errors"]
    assert error["errorMessage"].startswith("not derived in time")
    assert "the catalog of the warehouse has not answered" in error["errorMessage"]


def the_event(events: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    """The one of the task's that is of this kind."""
    (event,) = (event for event in events if event["eventType"] == kind and event["job"]["name"] == "bench.task_0")
    return event
