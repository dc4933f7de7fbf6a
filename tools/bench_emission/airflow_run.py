"""One run of the benchmark's DAG in a real Airflow, with one way of sending lineage."""

import os
import shutil
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent.parent
HERE = Path(__file__).parent
SECONDS = 1800
DELIVERY = 15  # seconds for a courier to deliver what a healthy store takes

NOOP = "transport: {type: noop}\n"
NONE, NOTHING_SENT, HTTP, SPOOL = "no lineage", "nothing sent", "own HTTP", "spool"


class BenchFailed(Exception):
    """Airflow could not run the DAG; the message has what it printed last."""


class Airflow:
    """The Airflow of an interpreter, in a home of its own; `mwaa` are the variables that MWAA would set."""

    def __init__(self, python: str, home: Path, mwaa: Mapping[str, str]) -> None:
        home.mkdir()
        self._python, self._home, self._mwaa = python, home, mwaa
        self._runs = 0

    @property
    def version(self) -> str:
        """Airflow's version, and the integration's. Raises BenchFailed."""
        code = (
            "from importlib.metadata import distributions as all\n"
            "names = ('apache-airflow', 'openlineage-airflow', 'apache-airflow-providers-openlineage', 'openlineage-python')\n"
            "print(', '.join(sorted({f\"{d.metadata['Name']} {d.version}\" for d in all() if d.metadata['Name'] in names})))"
        )
        return self._command(["-c", code], {}).strip().splitlines()[-1]

    def prepare(self) -> None:
        """Lay out plugins and DAG, make the metadata database. Raises BenchFailed."""
        shutil.copytree(ROOT / "airflow/plugins", self._home / "plugins", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(HERE / "listener_clock.py", self._home / "plugins")
        (self._home / "dags").mkdir()
        shutil.copy(HERE / "bench_dag.py", self._home / "dags")
        self._command(["-m", "airflow", "db", "migrate"], {"OPENLINEAGE_DISABLED": "true"})

    @contextmanager
    def spool(self) -> Iterator[Path]:
        """A spool folder of its own; its courier, which goes on for seconds, is killed so that it does not disturb who comes next."""
        self._runs += 1
        folder = self._home / f"spool{self._runs}"
        try:
            yield folder
        finally:
            _end_couriers(folder)

    def run(self, transport: str, url: str, spool: Path, tasks: int, operator: str = "") -> list[float]:
        """Run the DAG once, in a process of its own; the milliseconds that each of its tasks waited for lineage. Raises BenchFailed.

        Its tasks do nothing, or run SQL by an operator of bench_dag.py.
        """
        self._runs += 1
        clock = self._home / f"clock{self._runs}"
        environment = {
            "BENCH_CLOCK": str(clock),
            "BENCH_TASKS": str(tasks),
            "BENCH_OPERATOR": operator,
            **self._transport(transport, url, spool),
        }
        moment = datetime(2024, 2, 1, tzinfo=UTC) + timedelta(minutes=self._runs)
        self._command(["-m", "airflow", "dags", "test", "bench", moment.isoformat()], environment)
        waited: dict[str, float] = defaultdict(float)
        for line in clock.read_text().splitlines():
            task, milliseconds = line.split()
            waited[task] += float(milliseconds)
        if len(waited) != tasks:
            raise BenchFailed(f"{len(waited)} of {tasks} tasks ran")
        return [waited[f"task_{number}"] for number in range(tasks)]

    def _transport(self, transport: str, url: str, spool: Path) -> dict[str, str]:
        if transport == SPOOL:  # as on MWAA: by the env-var plugin
            return {
                "AIRFLOW_VAR_OPENLINEAGE_URL": url,
                "AIRFLOW_VAR_OPENLINEAGE_NAMESPACE": "bench",
                "OPENLINEAGE_SPOOL_FOLDER": str(spool),
            }
        if transport == NONE:
            return {"OPENLINEAGE_DISABLED": "true"}
        config = self._home / "openlineage.yml"
        config.write_text(f"transport: {{type: http, url: '{url}'}}\n" if transport == HTTP else NOOP)
        stock = {"AIRFLOW__OPENLINEAGE__EXECUTE_IN_THREAD": "false"} if transport == HTTP else {}
        return {"OPENLINEAGE_CONFIG": str(config), **stock}

    def _command(self, command: list[str], environment: dict[str, str]) -> str:
        fixed = {
            "PATH": f"{Path(self._python).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self._home),
            "AIRFLOW_HOME": str(self._home),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "BENCH_TASKS": "1",
            **self._mwaa,
        }
        done = subprocess.run(
            [self._python, *command],
            env=fixed | environment,
            cwd=self._home,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        if done.returncode != 0:
            raise BenchFailed(f"{' '.join(command)}:\n{(done.stdout + done.stderr)[-2000:]}")
        return done.stdout


def settled(accepted: list[str], expected: int) -> int:
    """How many events a store has, once a courier has had its time."""
    deadline = time.monotonic() + DELIVERY
    while len(accepted) < expected and time.monotonic() < deadline:
        time.sleep(0.05)
    return len(accepted)


def _end_couriers(folder: Path) -> None:
    couriers = [process for process in psutil.process_iter(["cmdline"]) if (process.info["cmdline"] or [""])[-1] == str(folder)]
    for courier in couriers:
        with suppress(psutil.NoSuchProcess):
            courier.kill()
    psutil.wait_procs(couriers, timeout=10)
