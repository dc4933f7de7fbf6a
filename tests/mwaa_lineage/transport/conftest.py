"""Stores that answer, spools to deliver, and couriers that are gone when a test ends."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest
import requests
from moto.server import ThreadedMotoServer

from mwaa_lineage.transport import courier
from mwaa_lineage.transport.bucket import Bucket
from mwaa_lineage.transport.settings import Settings
from mwaa_lineage.transport.spool import Folder
from mwaa_lineage.transport.store import Store
from tests.local.waiting import eventually
from tests.mwaa_lineage.transport.endpoint import Endpoint, serving

KEY = "c4n4ryTransportKey"
BUCKET = "tickit-airflow"
PATIENT = 20  # seconds: on a loaded machine a healthy store takes long, too, and whoever does not wait sends twice


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving() as endpoint:
        yield endpoint


@pytest.fixture
def over() -> Iterator[threading.Event]:
    """What an endpoint may wait for; set when the test ends, at the latest."""
    over = threading.Event()
    yield over
    over.set()


@pytest.fixture
def settings(endpoint: Endpoint) -> Settings:
    return Settings(f"{endpoint.url}/api/v1/lineage", KEY, timeout=PATIENT)


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


def kill_couriers(folder: Path) -> None:
    """Kill the couriers of a spool folder; one that found another at work may have ended by itself."""
    for process in couriers(folder):
        with suppress(psutil.NoSuchProcess):
            process.kill()
            process.wait(60)


@pytest.fixture
def folder(tmp_path: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A spool folder that the environment names, as it names the endpoint; its couriers are killed at the end."""
    folder = tmp_path / "spool"
    for name in [name for name in os.environ if name.startswith("OPENLINEAGE")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("OPENLINEAGE_URL", endpoint.url)
    monkeypatch.setenv("OPENLINEAGE_API_KEY", KEY)
    monkeypatch.setenv("OPENLINEAGE_SPOOL_FOLDER", str(folder))
    monkeypatch.setenv("OPENLINEAGE_TIMEOUT", str(PATIENT))
    yield folder
    eventually(lambda: not [kill(courier) for courier in couriers(folder)], "every courier has ended")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A courier in this process that waits for hardly anything."""
    monkeypatch.setattr(courier, "IDLE", 0.02)
    monkeypatch.setattr(courier, "POLL", 0.005)
    monkeypatch.setattr(courier, "DENIED", 0.02)
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """The address of an S3."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    address, port = server.get_host_and_port()
    yield f"http://{address}:{port}"
    server.stop()


@pytest.fixture
def s3(moto: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client of an S3 that holds the empty bucket, and that the environment names."""
    requests.post(f"{moto}/moto-api/reset", timeout=60)
    credentials = {
        "AWS_ENDPOINT_URL": moto,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    for name, value in {**credentials, "AWS_EC2_METADATA_DISABLED": "true"}.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3", endpoint_url=moto)
    client.create_bucket(Bucket=BUCKET)
    return client


def kill(process: psutil.Process) -> psutil.Process:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(signal.SIGKILL)
    return process


class Shelf(Bucket):
    """A bucket in memory; `then` happens once it has done what it was asked to, `first` before."""

    def __init__(self) -> None:
        super().__init__("s3://shelf/spool")
        self.copies: dict[str, bytes] = {}
        self.first: Callable[[], None] = lambda: None
        self.then: Callable[[], None] = lambda: None

    def save(self, name: str, event: bytes) -> None:
        self.first()
        self.copies[name] = event
        self.then()

    def forget(self, name: str) -> None:
        self.first()
        self.copies.pop(name, None)
        self.then()
