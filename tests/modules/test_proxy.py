"""The proxy in front of Marquez, for real: nginx with the chart's own configuration, and the keys that the chart's own script writes.

Behind it stands the lineage store of this repository, which speaks Marquez's API, and a server in the place of Marquez's admin port.
"""

import gzip
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from local.processes import Process, answers, free_port
from tests.local.waiting import eventually
from tests.modules.programs import require
from tests.modules.proxy import FORMER, KEY, Proxy, aws, fetch_keys, key, run_script, started

pytestmark = pytest.mark.system


class Admin(ThreadingHTTPServer):
    """Marquez's admin port: it answers pings, and says whether it is well with its database. It remembers the headers it was sent last."""

    healthy = True
    headers: dict[str, str] = {}  # noqa: RUF012 - replaced, never changed

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), AdminPages)


class AdminPages(BaseHTTPRequestHandler):
    """What Dropwizard has there, and what must not be reached."""

    server: Admin

    def do_GET(self) -> None:
        self.server.headers = dict(self.headers)
        status = {"/ping": 200, "/metrics": 200, "/healthcheck": 200 if self.server.healthy else 500}.get(self.path, 404)
        body = b'{"postgresql": {"healthy": false, "message": "cannot reach db.example.com"}}'
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the standard library's name
        """It has no log."""


@pytest.fixture(scope="module")
def admin() -> Iterator[Admin]:
    with Admin() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of the lineage store."""
    port, folder = free_port(), tmp_path_factory.mktemp("store")
    command = [sys.executable, "-m", "lineage", "store", f"--port={port}", f"--database={folder / 'lineage.db'}"]
    process = Process("the store", command, environment=os.environ, log=folder / "store.log", stop_signal="SIGTERM")
    process.wait_until(lambda: answers(port, "/healthcheck"), seconds=120)
    yield port
    process.stop()


@pytest.fixture(scope="module")
def proxy(store: int, admin: Admin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    yield from started(tmp_path_factory.mktemp("read_only"), store, admin.server_port)


@pytest.fixture(scope="module")
def writable(store: int, admin: Admin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """The proxy of a UI that may delete and tag."""
    yield from started(tmp_path_factory.mktemp("writable"), store, admin.server_port, read_only=False)


@pytest.fixture
def ill(admin: Admin) -> Iterator[None]:
    admin.healthy = False
    yield
    admin.healthy = True


def event(job: str, **more: object) -> dict[str, object]:
    return {
        "eventType": "COMPLETE",
        "eventTime": "2026-11-24T00:00:00Z",
        "producer": "https://example.com/test",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": str(uuid4())},
        "job": {"namespace": "proxy", "name": job},
        **more,
    }


def jobs(proxy: Proxy) -> set[str]:
    """What has arrived."""
    return {job["name"] for job in proxy.ui.get("/api/v1/namespaces/proxy/jobs").json()["jobs"]}


def by_nginx(answer: httpx.Response) -> bool:
    """Whether the proxy itself answered, and not what stands behind it."""
    return answer.headers["Content-Type"].startswith("text/")


class TestIngestion:
    def test_without_a_key_nothing_passes(self, proxy: Proxy) -> None:
        answer = proxy.ingestion.post("/api/v1/lineage", json=event("no-key"))
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert "no-key" not in jobs(proxy)

    @pytest.mark.parametrize("wrong", [KEY.lower(), KEY[:-1], KEY + "0", "x" + KEY, "wrong", ".*"])
    def test_with_a_wrong_key_nothing_passes(self, proxy: Proxy, wrong: str) -> None:
        assert proxy.ingestion.post("/api/v1/lineage", json=event("wrong-key"), headers=key(wrong)).status_code == 401
        assert "wrong-key" not in jobs(proxy)

    def test_another_scheme_is_no_key(self, proxy: Proxy) -> None:
        for headers in (key(scheme="Basic"), {"Authorization": KEY}, {"X-Api-Key": KEY}):
            assert proxy.ingestion.get("/api/v1/namespaces", headers=headers).status_code == 401

    @pytest.mark.parametrize("headers", [key(), key(scheme="bearer"), key(FORMER)], ids=["key", "lower-case scheme", "former key"])
    def test_with_the_right_key_an_event_arrives(self, proxy: Proxy, headers: dict[str, str]) -> None:
        job = f"right-{uuid4()}"
        assert proxy.ingestion.post("/api/v1/lineage", json=event(job), headers=headers).status_code == 201
        assert job in jobs(proxy)

    def test_with_the_right_key_lineage_is_read(self, proxy: Proxy) -> None:
        assert proxy.ingestion.get("/api/v1/namespaces", headers=key()).status_code == 200

    def test_names_with_slashes_pass_as_they_are(self, proxy: Proxy) -> None:
        assert proxy.ingestion.post("/api/v1/lineage", json=event("dag/task"), headers=key()).status_code == 201
        answer = proxy.ingestion.get("/api/v1/namespaces/proxy/jobs/dag%2Ftask", headers=key())
        assert (answer.status_code, answer.json()["name"]) == (200, "dag/task")

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("DELETE", "/api/v1/namespaces/proxy/jobs/a"),
            ("PUT", "/api/v1/namespaces/proxy"),
            ("POST", "/api/v1/namespaces/proxy/jobs/a/tags/t"),
            ("PATCH", "/api/v1/lineage"),
        ],
    )
    def test_the_key_deletes_and_changes_nothing(self, proxy: Proxy, method: str, path: str) -> None:
        answer = proxy.ingestion.request(method, path, headers=key())
        assert (answer.status_code, by_nginx(answer)) == (405, True)

    @pytest.mark.parametrize(
        "path", ["/", "/metrics", "/api/v1-beta/graphql", "/api/v2beta/search", "/api/v1/%2e%2e/%2e%2e/metrics", "/ping"]
    )
    def test_there_is_nothing_but_the_api(self, proxy: Proxy, path: str) -> None:
        assert proxy.ingestion.get(path).status_code == 401
        answer = proxy.ingestion.get(path, headers=key())
        assert (answer.status_code, by_nginx(answer)) == (404, True)

    def test_marquez_never_sees_the_key(self, admin: Admin, tmp_path: Path) -> None:
        for proxy in started(tmp_path, admin.server_port, free_port()):
            proxy.ingestion.get("/api/v1/namespaces", headers=key())
            assert "Host" in admin.headers
            assert "Authorization" not in admin.headers

    def test_the_load_balancer_asks_for_health_without_a_key(self, proxy: Proxy) -> None:
        assert proxy.ingestion.get("/healthcheck").status_code == 200
        assert proxy.ingestion.delete("/healthcheck").status_code == 403

    @pytest.mark.usefixtures("ill")
    def test_an_ill_api_says_so_and_not_why(self, proxy: Proxy) -> None:
        answer = proxy.ingestion.get("/healthcheck")
        assert answer.status_code == 503
        assert "db.example.com" not in answer.text

    def test_it_does_not_say_which_nginx_it_is(self, proxy: Proxy) -> None:
        for path in ("/", "/api/v1/namespaces", "/healthcheck"):
            answer = proxy.ingestion.get(path)
            assert answer.headers["Server"] == "nginx"
            assert "nginx/" not in answer.text


class TestBodies:
    def test_a_large_event_passes(self, proxy: Proxy) -> None:
        job = f"large-{uuid4()}"
        body = event(job, padding="x" * 5_000_000)
        assert proxy.ingestion.post("/api/v1/lineage", json=body, headers=key()).status_code == 201
        assert job in jobs(proxy)

    def test_one_that_would_end_marquez_does_not(self, proxy: Proxy) -> None:
        answer = proxy.ingestion.post("/api/v1/lineage", json=event("too-large", padding="x" * 11_000_000), headers=key())
        assert answer.status_code == 413
        assert "too-large" not in jobs(proxy)

    def test_nor_one_that_does_not_say_how_long_it_is(self, proxy: Proxy) -> None:
        answer = proxy.ingestion.post("/api/v1/lineage", content=(b"x" * 1_000_000 for _ in range(11)), headers=key())
        assert answer.status_code == 413

    @pytest.mark.parametrize(("length", "status"), [(10_000_000, 201), (10_000_001, 413)])
    def test_ten_megabytes_are_ten_million_bytes(self, proxy: Proxy, length: int, status: int) -> None:
        frame = json.dumps(event(f"edge-{length}", padding=""))
        body = frame.replace('"padding": ""', f'"padding": "{"x" * (length - len(frame))}"')
        assert len(body) == length
        headers = key() | {"Content-Type": "application/json"}
        assert proxy.ingestion.post("/api/v1/lineage", content=body.encode(), headers=headers).status_code == status

    def test_a_packed_event_passes_packed(self, proxy: Proxy) -> None:
        job = f"packed-{uuid4()}"
        body = gzip.compress(json.dumps(event(job)).encode())
        headers = key() | {"Content-Encoding": "gzip", "Content-Type": "application/json"}
        assert proxy.ingestion.post("/api/v1/lineage", content=body, headers=headers).status_code == 201
        assert job in jobs(proxy)

    def test_a_packed_one_may_be_a_megabyte_long(self, proxy: Proxy) -> None:
        headers = key() | {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        assert proxy.ingestion.post("/api/v1/lineage", content=b"x" * 1_000_000, headers=headers).status_code == 413
        assert proxy.ingestion.post("/api/v1/lineage", content=b"x" * 999_999, headers=headers).status_code == 400  # the store's: no gzip
        assert proxy.ingestion.post("/api/v1/lineage", content=(b"x" for _ in range(10)), headers=headers).status_code == 413


class TestUi:
    def test_lineage_is_read_without_a_key(self, proxy: Proxy) -> None:
        assert proxy.ui.get("/api/v1/namespaces").status_code == 200
        assert proxy.ui.head("/api/v1/namespaces").status_code in (200, 405)

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
    def test_nothing_is_changed(self, proxy: Proxy, method: str) -> None:
        for path in ("/api/v1/namespaces/proxy/jobs/a", "/api/v1/lineage"):
            answer = proxy.ui.request(method, path, json={})
            assert (answer.status_code, by_nginx(answer)) == (405, True)

    def test_where_it_is_allowed_a_change_passes(self, writable: Proxy) -> None:
        """What answers is the store, which deletes nothing."""
        answer = writable.ui.delete("/api/v1/namespaces/proxy/jobs/a")
        assert not by_nginx(answer)

    @pytest.mark.parametrize("path", ["/", "/metrics", "/healthcheck", "/api/v2beta/search/jobs"])
    def test_there_is_nothing_but_the_api(self, proxy: Proxy, path: str) -> None:
        assert proxy.ui.get(path).status_code == 404


class TestProbes:
    def test_they_are_the_admin_ports(self, proxy: Proxy) -> None:
        assert [proxy.probes.get(path).status_code for path in ("/ping", "/healthcheck")] == [200, 200]

    @pytest.mark.usefixtures("ill")
    def test_an_ill_api_is_alive_and_not_ready(self, proxy: Proxy) -> None:
        assert [proxy.probes.get(path).status_code for path in ("/ping", "/healthcheck")] == [200, 500]

    @pytest.mark.parametrize("path", ["/", "/metrics", "/api/v1/namespaces", "/threads"])
    def test_there_is_nothing_else(self, proxy: Proxy, path: str) -> None:
        assert proxy.probes.get(path).status_code == 404

    def test_without_an_api_the_proxy_lives_and_says_what_is_missing(self, tmp_path: Path) -> None:
        for proxy in started(tmp_path, free_port(), free_port()):
            assert [proxy.probes.get(path).status_code for path in ("/proxy", "/ping", "/healthcheck")] == [200, 502, 502]
            assert proxy.ingestion.get("/healthcheck").status_code == 503
            assert proxy.ingestion.get("/api/v1/namespaces", headers=key()).status_code == 502


class TestLog:
    def test_requests_are_logged_by_door(self, proxy: Proxy) -> None:
        path = f"/api/v1/namespaces?{uuid4()}"
        proxy.ui.get(path)
        proxy.ingestion.get(path)
        eventually(lambda: len([r for r in proxy.requests if r["path"] == path]) == 2, "both requests are logged")
        found = {request["door"]: request["status"] for request in proxy.requests if request["path"] == path}
        assert found == {"ui": 200, "ingestion": 401}

    def test_the_key_is_in_no_log(self, proxy: Proxy) -> None:
        path = f"/api/v1/namespaces?{uuid4()}"
        for headers in (key(), key(FORMER), key("wrong-key-in-the-log")):
            proxy.ingestion.get(path, headers=headers)
        proxy.ingestion.post("/api/v1/lineage", content=b"x" * 11_000_000, headers=key())  # which nginx itself complains of
        eventually(lambda: "too large body" in proxy.said and proxy.said.count(path) == 3, "the requests are logged")
        assert not [text for text in (KEY, FORMER, "wrong-key-in-the-log", "Bearer") if text in proxy.said]


class TestKeys:
    """The script that writes them."""

    def test_without_a_former_key_the_key_alone_is_written(self, tmp_path: Path) -> None:
        assert fetch_keys(tmp_path, tmp_path / "keys", AWSCURRENT=KEY).returncode == 0
        assert (tmp_path / "keys").read_text() == f'"~^(?i:Bearer) {KEY}$" 1;\n'

    def test_they_are_the_pods_alone(self, tmp_path: Path) -> None:
        fetch_keys(tmp_path, tmp_path / "keys", AWSCURRENT=KEY)
        assert (tmp_path / "keys").stat().st_mode & 0o077 == 0

    @pytest.mark.parametrize("bad", ["short", "", 'a key with blanks, and a quote"', "0123456789abcdef;include", "0123456789.abcdefg"])
    def test_what_is_no_key_is_refused_and_not_repeated(self, tmp_path: Path, bad: str) -> None:
        done = fetch_keys(tmp_path, tmp_path / "keys", AWSCURRENT=bad)
        assert done.returncode != 0
        assert "it is not used" in done.stderr
        assert not bad or bad not in done.stderr
        assert not (tmp_path / "keys").exists()

    def test_a_former_key_that_is_none_does_not_stop_the_pod(self, tmp_path: Path) -> None:
        assert fetch_keys(tmp_path, tmp_path / "keys", AWSCURRENT=KEY, AWSPREVIOUS="short").returncode == 0
        assert (tmp_path / "keys").read_text().count("\n") == 1

    def test_without_a_key_the_pod_does_not_start(self, tmp_path: Path) -> None:
        assert fetch_keys(tmp_path, tmp_path / "keys").returncode != 0
        assert not (tmp_path / "keys").exists()


class TestHelmTest:
    """What `helm test` runs in the cluster, on the doors themselves.

    A web UI's server is not here, and in the place of a door that a network policy closes is a port where nothing listens.
    """

    def test_it_tells_what_is_right_from_what_is_not(self, proxy: Proxy, tmp_path: Path) -> None:
        done = helm_test(tmp_path, proxy)
        said = done.stdout.splitlines()
        assert [line for line in said if not line.startswith("ok: ")] == ["FAILED: the UI: 404, not 200"]
        assert len(said) == 13
        assert done.returncode == 1
        assert KEY not in done.stdout + done.stderr

    def test_a_wrong_key_fails_it(self, proxy: Proxy, tmp_path: Path) -> None:
        assert "FAILED: reading lineage with the key: 401, not 200" in helm_test(tmp_path, proxy, key="another").stdout

    def test_a_door_that_should_be_closed_fails_it(self, proxy: Proxy, tmp_path: Path) -> None:
        said = helm_test(tmp_path, proxy, POD_UI=url(proxy.ui), POD_PROBES=url(proxy.probes)).stdout.splitlines()
        assert said[-2:] == [
            "FAILED: the UI's door, which is the web UI's alone: 404, not 000",
            "FAILED: the probes' door, which is the node's alone: 200, not 000",
        ]
        assert (tmp_path / "slept").read_text() == "5\n" * 12

    def test_a_policy_that_arrives_a_little_later_is_in_time(self, proxy: Proxy, tmp_path: Path) -> None:
        with Admin() as door:
            threading.Thread(target=door.serve_forever, daemon=True).start()
            closing = threading.Thread(target=close, args=(door, tmp_path / "slept"))
            closing.start()
            said = helm_test(tmp_path, proxy, POD_PROBES=f"http://127.0.0.1:{door.server_port}", seconds="2").stdout.splitlines()
            closing.join()
        assert said[-1] == "ok: the probes' door, which is the node's alone: 000"
        assert (tmp_path / "slept").read_text().startswith("5\n")

    def test_a_pod_that_is_not_found_is_no_closed_door(self, proxy: Proxy, tmp_path: Path) -> None:
        with closed_door() as nowhere:
            said = helm_test(tmp_path, proxy, POD=nowhere).stdout
        assert "FAILED: health at a pod's own address: 000, not 200" in said


def close(door: Admin, when: Path) -> None:
    """As soon as that file is there."""
    eventually(when.exists, "the script sleeps")
    door.shutdown()
    door.server_close()


@contextmanager
def closed_door() -> Iterator[str]:
    """The address of a port that nobody listens at, and nobody else can take meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def url(door: httpx.Client) -> str:
    return str(door.base_url).rstrip("/")


def helm_test(folder: Path, proxy: Proxy, *, key: str = KEY, seconds: str = "0", **doors: str) -> subprocess.CompletedProcess[str]:
    """Run the release's test; where it sleeps it notes how long it would, and sleeps for so many seconds."""
    require("curl", "running the release's test")
    environment = aws(folder, KEY_SECRET={"AWSCURRENT": key})
    sleep = folder / "bin/sleep"
    sleep.write_text(f'#!/bin/sh\necho "$1" >> "{folder}/slept"\nexec {shutil.which("sleep")} {seconds}\n')
    sleep.chmod(0o755)
    opened = {"API": url(proxy.ingestion), "WEB": url(proxy.ui), "POD": url(proxy.ingestion)}
    with closed_door() as ui, closed_door() as probes:
        closed = {"POD_UI": ui, "POD_PROBES": probes}
        return run_script(folder, "test", "test.sh", environment | {"HOME": str(folder)} | opened | closed | doors)


def test_marquez_starts_with_the_password_in_its_own_environment_only(tmp_path: Path) -> None:
    environment = aws(tmp_path, PASSWORD_SECRET={"AWSCURRENT": "pass word"}) | {"PASSWORD_FILE": str(tmp_path / "password")}
    assert run_script(tmp_path, "api", "fetch-password.sh", environment).returncode == 0
    assert (tmp_path / "password").stat().st_mode & 0o077 == 0
    java = tmp_path / "bin/java"
    java.write_text('#!/bin/sh\necho "$POSTGRES_PASSWORD" > seen\necho "$@"\n')
    java.chmod(0o755)
    (tmp_path / "marquez-api-0.51.1.jar").touch()
    more = {"JAVA_OPTS": "-Xmx1g -Xms1g", "MARQUEZ_CONFIG": "/etc/marquez/marquez.yml"}
    done = run_script(tmp_path, "api", "start.sh", environment | more, "db-migrate")
    assert done.stdout == "-Xmx1g -Xms1g -Duser.timezone=UTC -jar marquez-api-0.51.1.jar db-migrate /etc/marquez/marquez.yml\n"
    assert (tmp_path / "seen").read_text() == "pass word\n"
