"""The local system: an emulated AWS with the lake, the warehouse, Airflow and the lineage store, started side by side."""

import os
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from data.tickit import generate
from local import external_schema
from local.airflow_python import AirflowPython, airflow_python
from local.aws.machine import Aws
from local.console import Progress
from local.memory import Memory
from local.orchestrator import Airflow
from local.postgres import Postgres
from local.processes import Supervisor
from local.settings import JOBS_NAMESPACE, ROOT, WORKGROUP, Settings
from local.state import exclusive
from local.store import Store
from modules.runtimes import runtime

DRAIN_SECONDS = 300
WAREHOUSE_TOLD = "warehouse.json"
STORE_SECRET = "airflow/variables/OPENLINEAGE_URL"  # noqa: S105 - the name of one


@dataclass(frozen=True)
class System:
    """A running system; its processes belong to `supervisor`."""

    settings: Settings
    supervisor: Supervisor
    aws: Aws
    warehouse: Postgres
    store: Store
    airflow: Airflow

    def drain(self) -> None:
        """Deliver the lineage events that still wait, as the courier ends with the command whose tasks it served. Raises ProcessFailed."""
        if not any(self.airflow.spool.glob("waiting/*.json")):
            return
        command = [sys.executable, "-m", "lineage", "replay", "--spool", str(self.airflow.spool), "--url", self.store.url]
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
        self.supervisor.run("the lineage replay", command, environment=environment, log="replay.log", seconds=DRAIN_SECONDS)

    def secrets(self) -> dict[str, str]:
        """The secrets that a deployment makes for Airflow, {name: value}."""
        return {
            STORE_SECRET: self.store.url,
            "airflow/variables/OPENLINEAGE_NAMESPACE": JOBS_NAMESPACE,
            "airflow/connections/REDSHIFT_CONNECTOR": self.warehouse.connection_to(WORKGROUP),
        }


@contextmanager
def running(settings: Settings, progress: Progress, *, kept: bool = False) -> Iterator[System]:
    """Start everything, and stop everything on leaving; `kept` goes on with the state that it left, ports and passwords among it.

    Raises ProcessFailed, MissingArtefact, StateInUse, UnusableLake.
    """
    with exclusive(settings.state), Supervisor(settings.logs) as supervisor:
        if not kept:
            shutil.rmtree(settings.state, ignore_errors=True)
        python = _python(settings, progress)
        system = _compose(settings, supervisor, python, Memory(settings.state / "kept.json" if kept else None))
        _start(system, progress)
        yield system


def _python(settings: Settings, progress: Progress) -> AirflowPython:
    with progress.live(), progress.step(f"environment of Airflow {settings.airflow_version}"):
        python = airflow_python(runtime(settings.airflow_version), settings.requirements)
    progress.console.print(f"  {python}", highlight=False, soft_wrap=True)
    return python


def _compose(settings: Settings, supervisor: Supervisor, python: AirflowPython, memory: Memory) -> System:
    aws = Aws(supervisor, port=memory.port("aws"), warehouse=settings.state / WAREHOUSE_TOLD)
    warehouse = Postgres(settings.state / "postgres", supervisor, memory)
    store = Store(settings.state / "store", supervisor, port=memory.port("store", settings.port))
    airflow = Airflow(
        settings.state / "airflow", supervisor, python=python, database=warehouse, aws=aws.environment, dags=settings.dags, memory=memory
    )
    return System(settings, supervisor, aws, warehouse, store, airflow)


def _start(system: System, progress: Progress) -> None:
    """Each part as soon as what it needs is there; the first failure stops the rest."""
    system.airflow.install()
    with ThreadPoolExecutor(max_workers=8) as pool, progress.live():
        lake = pool.submit(_lake, system, progress)
        aws = pool.submit(_start_aws, system, progress)
        warehouse = pool.submit(_start_warehouse, system, progress)
        parts: list[Future[None]] = [
            pool.submit(_start_store, system, progress),
            pool.submit(_prepare_airflow, system, progress, warehouse),
            pool.submit(_read_dags, system, progress),
            pool.submit(_land, system, progress, lake, aws, warehouse),
        ]
        try:
            for part in wait(parts, return_when=FIRST_EXCEPTION).done:
                part.result()
        except BaseException:
            system.supervisor.stop()
            raise


def _lake(system: System, progress: Progress) -> Path:
    """The folder of the lake: one's own, or TICKIT's, generated."""
    settings = system.settings
    if settings.lake:
        return settings.lake
    folder = settings.state / "lake"
    with progress.step(f"TICKIT data, scale {settings.scale:g}"):
        generate(folder, scale=settings.scale, seed=settings.seed)
    return folder / "tickit"


def _start_aws(system: System, progress: Progress) -> None:
    with progress.step("AWS (emulated): S3, Glue, Secrets Manager"):
        system.aws.start()
        system.aws.make_workgroup(WORKGROUP)
        system.aws.put_secrets(system.secrets())


def _start_warehouse(system: System, progress: Progress) -> None:
    with progress.step("warehouse (PostgreSQL)"):
        system.warehouse.start()
        system.warehouse.tell(system.settings.state / WAREHOUSE_TOLD)


def _start_store(system: System, progress: Progress) -> None:
    with progress.step("lineage store"):
        system.store.start()


def _prepare_airflow(system: System, progress: Progress, warehouse: Future[None]) -> None:
    warehouse.result()
    with progress.step("Airflow's metadata database"):
        system.airflow.migrate()


def _read_dags(system: System, progress: Progress) -> None:
    with progress.step("DAGs"):
        system.airflow.folder  # noqa: B018 - is read, and kept


def _land(system: System, progress: Progress, lake: Future[Path], aws: Future[None], warehouse: Future[None]) -> None:
    aws.result()
    folder = lake.result()
    with progress.step("raw bucket and Glue catalog"):
        system.aws.land(folder)
    warehouse.result()
    with progress.step("external schema over the lake"):
        external_schema.fill(system.warehouse, system.aws)
