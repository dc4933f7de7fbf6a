"""A real Airflow that runs from what MWAA would be given: plugins.zip, the DAG folder, the configuration options and the requirements."""

import base64
import hashlib
import os
import re
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from local.airflow_python import AirflowPython, MissingArtefact
from local.dag_folder import DagFolder, read_folder
from local.memory import Memory
from local.postgres import Postgres
from local.processes import Process, ProcessFailed, Supervisor
from local.queries import query
from local.settings import DAGS, ROOT, WAREHOUSE_NAMESPACE
from modules.runtimes import as_environment, configuration_options, image_options, release

PLUGINS_ZIP = ROOT / "build/plugins.zip"
RUNS = "runs"
"""The folder, among the logs, of those of whole DAGs."""
PLUGIN_REPORT = "OpenLineage: "
_TEST = Path(__file__).with_name("airflow_test.py")
ERROR_LINE = re.compile(r"^(?:[\w.]*(?:Error|Exception|Timeout|Failed\w*)\b|[a-z_]\w*(?:\.\w+)*\.[A-Z]\w*:).*", re.MULTILINE)
"""The last line of a traceback: by the exception's usual ends, or by its module."""


@dataclass(frozen=True)
class DagRun:
    """How a DAG run ended: Airflow's state, the tasks that failed and the error of the last one."""

    dag_id: str
    state: str
    failed_tasks: tuple[str, ...] = ()
    error: str = ""

    @property
    def succeeded(self) -> bool:
        """Whether Airflow calls the run a success."""
        return self.state == "success"


class Airflow:
    """An Airflow installation below `home`, its metadata in `database`. It reads `dags` where they stand: what is saved there counts."""

    def __init__(
        self,
        home: Path,
        supervisor: Supervisor,
        *,
        python: AirflowPython,
        database: Postgres,
        aws: Mapping[str, str],
        dags: Path = DAGS,
        memory: Memory | None = None,
    ) -> None:
        self.home, self.supervisor, self.database, self.dags, self.memory = home, supervisor, database, dags, memory or Memory()
        self.metadata = f"airflow_{python.runtime.airflow.replace('.', '_')}"
        self.runtime = python.runtime
        self.command = [str(python.interpreter), "-m", "airflow"]
        options = configuration_options(python.runtime.airflow, warehouse_namespace=WAREHOUSE_NAMESPACE)
        self.environment = {
            "PATH": f"{python.interpreter.parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(home),
            "LC_ALL": "C.UTF-8",
            "NO_PROXY": "127.0.0.1",
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(home / "plugins"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__FERNET_KEY": _fernet_key(self.memory.secret("key of the metadata")),
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__PARALLELISM": "4",
            "AIRFLOW__API__AUTH_BACKENDS": "airflow.api.auth.backend.basic_auth,airflow.api.auth.backend.session",
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database.metadata_uri(self.metadata),
            "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
            "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(supervisor.logs / "airflow"),
            "AIRFLOW__LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": str(supervisor.logs / "airflow/dag_processor"),
            "AIRFLOW__SCHEDULER__CHILD_PROCESS_LOG_DIRECTORY": str(supervisor.logs / "airflow/scheduler"),
            "AIRFLOW__WEBSERVER__SECRET_KEY": self.memory.secret("key of the pages"),
            **as_environment(image_options(python.runtime) | options),
            **aws,
        }

    @property
    def spool(self) -> Path:
        """Where lineage events wait for their delivery: the env-var plugin's place below Airflow's home."""
        return self.home / "lineage-spool"

    def refusals(self) -> list[str]:
        """Why the store took some events for no events at all, one text for each."""
        return [reason.read_text().strip() for reason in sorted(self.spool.glob("refused/*.reason"))]

    @cached_property
    def folder(self) -> DagFolder:
        """What stands in the DAG folder, as it is read now. Raises ProcessFailed."""
        return read_folder(self.dags, self.command[:1], self.environment, self.supervisor)

    def install(self, plugins: Path = PLUGINS_ZIP) -> None:
        """Lay out what MWAA would lay out. Raises MissingArtefact."""
        if not plugins.exists():
            raise MissingArtefact(f"{plugins.relative_to(ROOT)} is not there: `make package-plugin` builds it")
        shutil.rmtree(self.home / "plugins", ignore_errors=True)
        for written in ("airflow.cfg", "webserver_config.py"):  # by another version, perhaps
            (self.home / written).unlink(missing_ok=True)
        with zipfile.ZipFile(plugins) as archive:
            archive.extractall(self.home / "plugins")

    def migrate(self) -> None:
        """Make the metadata database of this version, unless there is one. Raises ProcessFailed."""
        made = self.home / f"{self.metadata}.made"
        if made.exists() and self.database.has_metadata(self.metadata):
            return
        if not self.database.has_metadata(self.metadata):
            self.database.make_metadata(self.metadata)
        self.run("airflow db migrate", ["db", "migrate"], "migrate.log", seconds=600)
        made.touch()

    def test_dag(self, dag_id: str, *options: str) -> DagRun:
        """Run a DAG to its end in one process (`airflow dags test`), and say how it ended. Raises ProcessFailed when it did not."""
        log = self.log(dag_id)
        command = [*self._tested, "dags", "test", *options, dag_id]
        try:
            self._run(f"airflow dags test {dag_id}", command, f"{RUNS}/{log.name}", seconds=1800)
        except ProcessFailed:  # by its exit code Airflow 3 says that a DAG has failed, and Airflow 2.7 does not
            run = self._last_run(dag_id, log)
            if run.state != "failed":
                raise
            return run
        return self._last_run(dag_id, log)

    def log(self, dag_id: str) -> Path:
        """Where the DAG's last run by `test_dag` is logged."""
        return self.supervisor.logs / RUNS / f"{dag_id}.log"

    def _last_run(self, dag_id: str, log: Path) -> DagRun:
        with self.database.connect(self.metadata) as connection, connection.cursor() as cursor:
            cursor.execute(query("last_run"), (dag_id,))
            run_id, state = cursor.fetchone() or ("", "never started")
            cursor.execute(query("failed_tasks"), (dag_id, run_id))
            failed = tuple(task for (task,) in cursor.fetchall())
        errors = ERROR_LINE.findall(log.read_text(errors="replace"))
        return DagRun(dag_id, state, failed, errors[-1] if failed and errors else "")

    def plugin_report(self) -> str:
        """The line in which the env-var plugin says what it gave OpenLineage, from the log of the first DAG that ran."""
        logs = sorted(self.supervisor.logs.glob(f"{RUNS}/*.log"), key=lambda log: log.stat().st_mtime)
        lines = [line for log in logs for line in log.read_text(errors="replace").splitlines()]
        return next((line.partition(PLUGIN_REPORT)[2] for line in lines if PLUGIN_REPORT in line), "nothing")

    def start(self, name: str, *command: str) -> Process:
        """Start a command of Airflow that runs until it is stopped. Raises ProcessFailed."""
        log = f"{command[0]}.log"
        return self.supervisor.start(f"Airflow's {name}", [*self.command, *command], environment=self.environment, log=log)

    def run(self, name: str, command: list[str], log: str, *, seconds: float) -> None:
        """Run a command of Airflow to its end. Raises ProcessFailed when it fails or takes longer than `seconds`."""
        self._run(name, [*self.command, *command], log, seconds=seconds)

    @property
    def _tested(self) -> list[str]:
        """The command line of Airflow for `dags test`."""
        # -P leaves the folder `local` out of the path of modules.
        return [self.command[0], "-P", str(_TEST)] if (2, 8) <= release(self.runtime) < (2, 10) else self.command

    def _run(self, name: str, command: list[str], log: str, *, seconds: float) -> None:
        self.supervisor.run(name, command, environment=self.environment, log=log, seconds=seconds)


def _fernet_key(secret: str) -> str:
    """The key that Airflow encrypts passwords of connections with: 32 bytes in base64."""
    return base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest()).decode()
