"""One run of the benchmark's DAG in a real Airflow, with one way of sending lineage."""

import os
import shutil
import subprocess
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
HERE = Path(__file__).parent
SECONDS = 1800
DELIVERY = 15  # seconds for a courier to deliver what a healthy store takes

NONE, NOTHING_SENT, HTTP, SPOOL = "no lineage", "nothing sent", "own HTTP", "spool"


@dataclass(frozen=True)
class Run:
    """Milliseconds that each task waited for lineage, in the order of the tasks, and how many events still wait in the spool."""

    milliseconds: list[float]
    waiting: int


class BenchFailed(Exception):
    """Airflow could not run the DAG; the message has what it printed last."""


class Airflow:
    """The Airflow of an interpreter, in a home of its own."""

    def __init__(self, python: str, home: Path, tasks: int) -> None:
        self._python, self._home, self._tasks = python, home, tasks
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

    def run(self, transport: str, url: str) -> Run:
        """Run the DAG once, with a spool of its own. Raises BenchFailed."""
        self._runs += 1
        clock, spool = self._home / f"clock{self._runs}", self._home / f"spool{self._runs}"
        environment = {"BENCH_CLOCK": str(clock), **self._transport(transport, url, spool)}
        self._command(["-m", "airflow", "dags", "test", "bench", f"2024-02-01T00:{self._runs:02d}:00"], environment)
        waited: dict[str, float] = defaultdict(float)
        for line in clock.read_text().splitlines():
            task, milliseconds = line.split()
            waited[task] += float(milliseconds)
        if len(waited) != self._tasks:
            raise BenchFailed(f"{len(waited)} of {self._tasks} tasks ran")
        return Run([waited[f"task_{number}"] for number in range(self._tasks)], len(list(spool.glob("*/*.json"))))

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
        config.write_text(f"transport: {{type: http, url: '{url}'}}\n" if transport == HTTP else "transport: {type: noop}\n")
        return {"OPENLINEAGE_CONFIG": str(config)}

    def _command(self, command: list[str], environment: dict[str, str]) -> str:
        fixed = {
            "PATH": f"{Path(self._python).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self._home),
            "AIRFLOW_HOME": str(self._home),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__LAZY_LOAD_PLUGINS": "False",
            "NO_PROXY": "127.0.0.1",
            "BENCH_TASKS": str(self._tasks),
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
