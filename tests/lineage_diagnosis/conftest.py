"""Stores, a spool, and an environment that each test has for itself."""

import os
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from lineage_diagnosis.findings import Report
from tests.lineage_diagnosis.marquez import Marquez
from tests.lineage_diagnosis.marquez import marquez as serve
from tests.lineage_transport.conftest import endpoint, folder, moto, s3

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
