"""A task of ours is one job: what an integration makes of the SQL that hooks have run, a job for each statement, is not made of ours."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.airflow_python import airflow_python
from local.postgres import Postgres
from local.processes import Supervisor
from local.settings import DATABASE
from modules.runtimes import runtime
from tools.bench_emission.airflow_run import SPOOL, Airflow

VERSIONS = {"2.7.2": False, "2.10.3": False, "3.3.1": True}
"""{Airflow: whether its integration makes jobs of statements}: a task that is not ours shows it."""


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    folder = tmp_path_factory.mktemp("warehouse")
    with Supervisor(folder / "logs") as supervisor:
        server = Postgres(folder / "server", supervisor)
        server.start()
        yield server


@pytest.mark.system
@pytest.mark.parametrize("version", VERSIONS)
def test_a_task_without_datasets_is_one_job(version: str, warehouse: Postgres, tmp_path: Path) -> None:
    utf8 = {"client_encoding": "utf8"}  # for psycopg 3, which does not know the encoding that Redshift names
    address = {"extra": json.dumps(utf8), "host": "127.0.0.1", "port": warehouse.redshift_port, "schema": DATABASE}
    connection = json.dumps({"conn_type": "postgres", "login": "loader", "password": warehouse.credentials.loader, **address})
    mwaa = {"AIRFLOW_CONN_WAREHOUSE": connection, "AIRFLOW__CORE__LAZY_LOAD_PLUGINS": "False", "TMPDIR": str(tmp_path)}
    airflow = Airflow(str(airflow_python(runtime(version)).interpreter), tmp_path / "home", mwaa)
    airflow.prepare()
    shutil.copy(Path(__file__).with_name("hooks_dag.py"), tmp_path / "home/dags/bench_dag.py")
    with airflow.spool() as spool:
        airflow.run(SPOOL, "http://127.0.0.1:9", spool, 2)
        events = [json.loads(path.read_bytes()) for path in sorted((spool / "waiting").iterdir())]
    jobs = {event["job"]["name"] for event in events}
    assert {name for name in jobs if name.startswith("bench.task_0")} == {"bench.task_0"}
    assert any(name.startswith("bench.task_1.") for name in jobs) == VERSIONS[version]
