"""The check of the deployed lineage: this repository's store stands for Marquez, behind a door that looks at the key."""

import io
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from lineage import where
from lineage.expected_files import load
from local.aws.machine import Aws
from local.processes import Supervisor
from local.store import Store
from modules.settings import InvalidSettings
from operations import lineage_check
from operations.deployment import Deployment, NotDeployed
from tests.lineage.tickit import EXPECTED_FILES, VALUES, pipeline_events
from tests.operations.outputs import publish

pytestmark = pytest.mark.system

SECONDS = 60
SECRET = "airflow/variables/OPENLINEAGE_API_KEY"
KEY = "a-key-of-forty-eight-letters"
COMPLETE = "Lineage complete: 10 jobs, 17 datasets, 14 pairs, 104 of 104 column edges"


@pytest.fixture(autouse=True)
def expected(monkeypatch: pytest.MonkeyPatch) -> None:
    """That of a pipeline of the tests' own."""
    monkeypatch.setattr(where, "DAGS", EXPECTED_FILES)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A store that knows the lineage of a whole pipeline: its URL."""
    with Supervisor(tmp_path_factory.mktemp("logs")) as supervisor:
        marquez = Store(tmp_path_factory.mktemp("store"), supervisor, port=0)
        marquez.start()
        for event in pipeline_events(load(EXPECTED_FILES, VALUES)):
            httpx.post(f"{marquez.url}/api/v1/lineage", json=event, trust_env=False, timeout=SECONDS).raise_for_status()
        yield marquez.url


@pytest.fixture
def deployed(aws: Aws, store: str, deployment: Callable[..., Deployment]) -> Callable[..., Deployment]:
    """A deployment whose lineage that is; without a value of the key."""
    aws.client("secretsmanager").create_secret(Name=SECRET)

    def deploy(**overrides: Any) -> Deployment:
        there = deployment(**overrides)
        publish(there.root, "network", lineage_api_key_secret_arn=SECRET)
        publish(there.root, "lake", bucket_name=VALUES["bucket"])
        publish(there.root, "marquez", marquez_ui_url=store)
        return there

    return deploy


@contextmanager
def door(store: str, key: str) -> Iterator[str]:
    """The store behind a key."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            admitted = self.headers.get("Authorization") == f"Bearer {key}"
            answer = (
                httpx.get(store + self.path, trust_env=False, timeout=SECONDS) if admitted else httpx.Response(401, content=b"who are you?")
            )
            self.send_response(answer.status_code)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def check(there: Deployment, url: str | None = None) -> tuple[int, str]:
    written = io.StringIO()
    return lineage_check.check(there, Console(file=written, width=200), url), written.getvalue()


def put_key(aws: Aws) -> None:
    aws.client("secretsmanager").put_secret_value(SecretId=SECRET, SecretString=f"{KEY}\n")


def test_the_deployments_own_marquez_without_a_key(deployed: Callable[..., Deployment]) -> None:
    code, written = check(deployed())
    assert (code, written.splitlines()[-1]) == (0, COMPLETE), written


def test_a_key_opens_the_door_and_is_never_shown(deployed: Callable[..., Deployment], aws: Aws, store: str) -> None:
    put_key(aws)
    with door(store, KEY) as url:
        code, written = check(deployed(), url)
    assert (code, written.splitlines()[-1]) == (0, COMPLETE), written
    assert KEY not in written


def test_a_wrong_key_is_named_as_the_cause(deployed: Callable[..., Deployment], aws: Aws, store: str) -> None:
    put_key(aws)
    with door(store, "another") as url:
        code, written = check(deployed(), url)
    assert code == 1
    assert "answered 401" in written
    assert SECRET in written
    assert KEY not in written


def test_no_key_goes_over_plain_http_to_another_machine(deployed: Callable[..., Deployment], aws: Aws) -> None:
    put_key(aws)
    code, written = check(deployed(), "http://marquez.invalid")
    assert code == 1
    assert "is not sent: the address is plain HTTP" in written


def test_an_endpoint_that_exists_elsewhere_is_checked_for_the_own_jobs(deployed: Callable[..., Deployment], store: str) -> None:
    assert check(deployed(lineage_url=store))[0] == 0
    code, written = check(deployed(lineage_url=store, lineage_namespace="others"))
    assert (code, written.splitlines()[-1]) == (1, "Lineage INCOMPLETE: 10 findings")


def test_an_endpoint_may_be_named_with_its_path(deployed: Callable[..., Deployment], store: str) -> None:
    assert check(deployed(lineage_url=f"{store}/api/v1/lineage"))[0] == 0


def test_a_catalog_that_is_no_marquez_cannot_be_checked(deployed: Callable[..., Deployment], store: str) -> None:
    code, written = check(deployed(lineage_url=f"{store}/openapi/openlineage/api/v1/lineage"))
    assert code == 1
    assert "only a Marquez can be checked: of another catalog look at its own page (docs/catalogs.md)" in written


def test_nothing_there_comes_with_what_to_look_at(deployed: Callable[..., Deployment]) -> None:
    there = deployed()
    publish(there.root, "marquez", marquez_ui_url="http://127.0.0.1:9")
    code, written = check(there)
    assert code == 1
    assert "no lineage store answers at http://127.0.0.1:9" in written
    assert "EXTERNAL_IP" in written
    assert "make deploy STACK=marquez-chart" in written


def test_what_is_no_marquez_is_said_so(deployed: Callable[..., Deployment], store: str) -> None:
    code, written = check(deployed(), f"{store}/elsewhere")
    assert code == 1
    assert "is it a Marquez?" in written


@pytest.mark.parametrize("stack", ["network", "lake", "marquez"])
def test_a_stack_that_is_not_deployed_is_named(deployed: Callable[..., Deployment], stack: str) -> None:
    there = deployed()
    (there.root / f"tickit.{stack}.tfstate").unlink()
    with pytest.raises(NotDeployed, match=f"make deploy STACK={stack}"):
        check(there)


def anywhere(root: Path, url: str | None) -> tuple[int, str]:
    written = io.StringIO()
    return lineage_check.check_anywhere(root, Console(file=written, width=200), url), written.getvalue()


@pytest.fixture
def no_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where `make up` would leave its note."""
    note = tmp_path / "system.json"
    monkeypatch.setattr(where, "_NOTE", note)
    return note


def test_any_store_is_checked_by_its_address_without_settings(store: str, tmp_path: Path, no_note: Path) -> None:
    code, written = anywhere(tmp_path, store)
    assert (code, written.splitlines()[0], written.splitlines()[-1]) == (0, f"The lineage at {store}", COMPLETE), written
    assert not no_note.exists()


def test_the_store_of_make_up_is_found_by_itself(store: str, tmp_path: Path, no_note: Path) -> None:
    no_note.write_text(json.dumps({"lineage_url": store}))
    code, written = anywhere(tmp_path, None)
    assert (code, written.splitlines()[0]) == (0, f"The lineage at {store}, where `make up` runs")


def test_a_store_without_settings_takes_the_key_of_the_environment(
    store: str, tmp_path: Path, no_note: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with door(store, KEY) as url:
        code, written = anywhere(tmp_path, url)
        assert (code, "OPENLINEAGE_API_KEY" in written) == (1, True)
        monkeypatch.setenv("OPENLINEAGE_API_KEY", KEY)
        assert anywhere(tmp_path, url)[0] == 0
    assert not no_note.exists()


def test_nothing_runs_here_and_nothing_is_deployed(tmp_path: Path, no_note: Path) -> None:
    with pytest.raises(InvalidSettings, match=r"settings\.toml is missing"):
        anywhere(tmp_path, None)
    assert not no_note.exists()
