"""Stores, a spool, and an environment that each test has for itself."""

import os
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from mwaa_lineage.doctor.findings import Report
from tests.mwaa_lineage.doctor.marquez import Marquez
from tests.mwaa_lineage.doctor.marquez import marquez as serve
from tests.mwaa_lineage.transport.conftest import endpoint, folder, moto, s3

__all__ = ["endpoint", "folder", "moto", "s3"]  # fixtures


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Without any of OpenLineage's variables; the client sets some itself, and looks for files in these folders."""
    with mock.patch.dict(os.environ, {"HOME": str(tmp_path)}):
        for name in [name for name in os.environ if name.startswith(("OPENLINEAGE", "AIRFLOW__OPENLINEAGE"))]:
            del os.environ[name]
        monkeypatch.chdir(tmp_path)
        yield


@pytest.fixture
def report() -> Report:
    return Report()


@pytest.fixture
def marquez(tmp_path: Path) -> Iterator[Marquez]:
    with serve(tmp_path) as running:
        yield running
