"""Stores that answer, spools to deliver, and couriers that are gone when a test ends."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from lineage_transport.settings import Settings
from lineage_transport.spool import Folder
from lineage_transport.store import Store
from tests.lineage_transport.endpoint import Endpoint, serving
from tests.local.waiting import eventually

KEY = "c4n4ryTransportKey"


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving() as endpoint:
        yield endpoint


@pytest.fixture
def settings(endpoint: Endpoint) -> Settings:
    return Settings(f"{endpoint.url}/api/v1/lineage", KEY, timeout=1)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    store = Store(settings)
    yield store
    store.close()


@pytest.fixture
def spool(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "spool")


def couriers(folder: Path) -> list[psutil.Process]:
    """The couriers of a spool folder."""
    found = []
    for process in psutil.process_iter():
        try:
            line = process.cmdline()
        except psutil.Error:
            continue
        if line and line[-1] == str(folder) and "-I" in line:
            found.append(process)
    return found


@pytest.fixture
def folder(tmp_path: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A spool folder that the environment names, as it names the endpoint; its couriers are killed at the end."""
    folder = tmp_path / "spool"
    for name in [name for name in os.environ if name.startswith("OPENLINEAGE")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("OPENLINEAGE_URL", endpoint.url)
    monkeypatch.setenv("OPENLINEAGE_API_KEY", KEY)
    monkeypatch.setenv("OPENLINEAGE_SPOOL_FOLDER", str(folder))
    monkeypatch.setenv("OPENLINEAGE_TIMEOUT", "1")
    yield folder
    eventually(lambda: not [kill(courier) for courier in couriers(folder)], "every courier has ended")


def kill(process: psutil.Process) -> psutil.Process:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(signal.SIGKILL)
    return process
