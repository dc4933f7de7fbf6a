"""Airflow with a home of its own, before the first test module imports it."""

import os
import tempfile
from unittest import mock

import pytest

_home = tempfile.TemporaryDirectory(prefix="airflow-")
with mock.patch.dict(os.environ, AIRFLOW_HOME=_home.name):
    import airflow.models  # noqa: F401


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that are about what is derived wait for it on a busy machine, too."""
    monkeypatch.setenv("AIRFLOW__MWAA_LINEAGE__START_SECONDS", "60")
    monkeypatch.setenv("AIRFLOW__MWAA_LINEAGE__END_SECONDS", "60")
