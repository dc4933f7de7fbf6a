"""DAGs that a real Airflow of any version runs once, and the events that come of them: for tests of what DAGs tell without help."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from local.airflow_python import airflow_python
from local.aws.machine import Aws
from local.postgres import Postgres
from local.processes import Supervisor
from local.settings import WORKGROUP
from modules.runtimes import runtime
from tools.bench_emission.airflow_run import SPOOL, Airflow, BenchFailed

SHOP = Path(__file__).with_name("shop.sql")
PATIENT = {"AIRFLOW__MWAA_LINEAGE__START_SECONDS": "60", "AIRFLOW__MWAA_LINEAGE__END_SECONDS": "60"}


@contextmanager
def warehouse_of(tables: Path, folder: Path) -> Iterator[Postgres]:
    """A server whose warehouse has what a file of SQL makes."""
    with Supervisor(folder / "logs") as supervisor:
        server = Postgres(folder / "server", supervisor)
        server.start()
        with server.connect() as connection, connection.cursor() as cursor:
            cursor.execute(tables.read_text())
        yield server


@contextmanager
def minting(warehouse: Postgres, folder: Path) -> Iterator[Aws]:
    """An AWS that lets the users of a workgroup into this warehouse."""
    told = folder / "warehouse.json"
    warehouse.tell(told)
    with Supervisor(folder / "aws-logs") as supervisor:
        aws = Aws(supervisor, warehouse=told)
        aws.start()
        aws.make_workgroup(WORKGROUP)
        yield aws


class DagRuns:
    """Runs DAGs of this folder in one Airflow below `folder`, which has the plugins, these environment variables and `more` packages."""

    def __init__(self, version: str, folder: Path, variables: Mapping[str, str], more: Path | None = None) -> None:
        self.version = version
        fixed = {**PATIENT, "AIRFLOW__CORE__LAZY_LOAD_PLUGINS": "False", "TMPDIR": str(folder)}
        self._airflow = Airflow(str(airflow_python(runtime(version), more).interpreter), folder / "home", {**fixed, **variables})
        self._place = folder / "home/dags/bench_dag.py"
        self._airflow.prepare()

    def events(self, dag: str, tasks: int, *, failing: bool = False) -> list[dict[str, Any]]:
        """Of one run; a DAG that fails makes some versions' command fail."""
        shutil.copy(Path(__file__).with_name(dag), self._place)
        with self._airflow.spool() as spool:
            with suppress(BenchFailed) if failing else nullcontext():
                self._airflow.run(SPOOL, "http://127.0.0.1:9", spool, tasks)
            return [json.loads(path.read_bytes()) for path in sorted((spool / "waiting").iterdir())]
