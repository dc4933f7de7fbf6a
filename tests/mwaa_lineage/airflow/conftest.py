"""Airflow with a home of its own, before the first test module imports it."""

import os
import tempfile
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest

from local.postgres import Postgres
from local.processes import Supervisor

_home = tempfile.TemporaryDirectory(prefix="airflow-")
with mock.patch.dict(os.environ, AIRFLOW_HOME=_home.name):
    import airflow.models  # noqa: F401

from mwaa_lineage import LineageSQLOperator  # noqa: E402
from tests.mwaa_lineage.airflow.hooked import ANSWERS, INSERT, WAREHOUSE, Hook, Make  # noqa: E402
from tests.mwaa_lineage.sql.warehouse import Warehouse  # noqa: E402


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that are about what is derived wait for it on a busy machine, too."""
    monkeypatch.setenv("AIRFLOW__MWAA_LINEAGE__START_SECONDS", "60")
    monkeypatch.setenv("AIRFLOW__MWAA_LINEAGE__END_SECONDS", "60")


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A server that stands where Redshift does."""
    folder = tmp_path_factory.mktemp("postgres")
    with Supervisor(folder / "logs") as supervisor:
        server = Postgres(folder / "server", supervisor)
        server.start()
        yield server


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes an operator whose hook has the given connection."""
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", "postgres://loader:c4n4ryPassword@127.0.0.1:9/dev")
    monkeypatch.setenv("AIRFLOW__MWAA_LINEAGE__NAMESPACES", f'{{"WAREHOUSE": "{WAREHOUSE}"}}')

    def make(sql: Any = INSERT, connection: Warehouse | Exception | None = None, **options: Any) -> LineageSQLOperator:
        operator = LineageSQLOperator(task_id="load", conn_id="WAREHOUSE", sql=sql, **options)
        hook = Hook(connection or Warehouse(ANSWERS))
        monkeypatch.setattr(LineageSQLOperator, "_new_hook", lambda self, **_: hook)
        return operator

    return make
