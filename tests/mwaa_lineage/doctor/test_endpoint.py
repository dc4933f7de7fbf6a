"""The store's address, for each way in which it does not answer as a store does."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from local.certificates import issue
from mwaa_lineage.doctor import endpoint as examined
from mwaa_lineage.doctor.findings import Kind, Report
from mwaa_lineage.doctor.probe import JOB, Probe
from mwaa_lineage.transport.settings import Settings
from tests.mwaa_lineage.doctor.kinds import kinds, only, text
from tests.mwaa_lineage.doctor.marquez import Asked, Marquez
from tests.mwaa_lineage.transport.conftest import KEY, PATIENT
from tests.mwaa_lineage.transport.endpoint import DRIPS, Endpoint, Request, hang, nobody, serving


@pytest.fixture
def store(endpoint: Endpoint) -> Settings:
    return Settings(f"{endpoint.url}/api/v1/lineage", KEY, timeout=PATIENT)


@contextmanager
def full_queue() -> Iterator[int]:
    """A port whose queue of connections is full, so that the next one hears nothing."""
    with ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        yield server.getsockname()[1]


@contextmanager
def secured(endpoint: Endpoint, folder: Path) -> Iterator[str]:
    """The endpoint once more, behind TLS, with a certificate of an authority whose own is written to `folder`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate = issue(folder / "authority.pem")
    context.load_cert_chain(certificate)
    certificate.unlink()
    with serving(context) as other:
        other.how = endpoint.how
        yield other.url.replace("http:", "https:")
        endpoint.requests += other.requests


def accepts(report: Report, store: Settings) -> bool:
    return examined.examine(report, store, Probe("tickit"))


def test_a_store_that_accepts_events_is_well(report: Report, endpoint: Endpoint, store: Settings) -> None:
    assert accepts(report, store)
    assert kinds(report) == []
    assert endpoint.jobs == [JOB]
    assert endpoint.requests[0].headers["Authorization"] == f"Bearer {KEY}"


def test_host_unknown(report: Report, store: Settings) -> None:
    assert not accepts(report, replace(store, url="http://marquez.invalid:5000/api/v1/lineage"))
    assert only(report).kind is Kind.HOST_UNKNOWN
    assert "marquez.invalid" in text(report)


def test_unreachable(report: Report, store: Settings) -> None:
    url = nobody()
    assert not accepts(report, replace(store, url=f"{url}/api/v1/lineage"))
    assert only(report).kind is Kind.UNREACHABLE
    assert f"{url.removeprefix('http://')}: ConnectionRefusedError" in text(report)


def test_unreachable_in_silence(report: Report, store: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full queue of connections looks as a security group does that drops packets."""
    monkeypatch.setattr(examined, "SECONDS", 2)
    with full_queue() as port:
        assert not accepts(report, replace(store, url=f"http://127.0.0.1:{port}/api/v1/lineage"))
    assert only(report).kind is Kind.UNREACHABLE
    assert "TimeoutError" in text(report)


def test_tls_failed(report: Report, endpoint: Endpoint, store: Settings, tmp_path: Path) -> None:
    with secured(endpoint, tmp_path) as url:
        assert not accepts(report, replace(store, url=f"{url}/api/v1/lineage"))
    assert only(report).kind is Kind.TLS_FAILED
    assert "CERTIFICATE_VERIFY_FAILED" in text(report)
    assert endpoint.requests == []


def test_tls_failed_where_plain_http_is_spoken(report: Report, store: Settings) -> None:
    assert not accepts(report, replace(store, url=store.url.replace("http:", "https:")))
    assert only(report).kind is Kind.TLS_FAILED


def test_tls_with_a_known_authority_is_well(
    report: Report, endpoint: Endpoint, store: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    with secured(endpoint, tmp_path) as url:
        assert accepts(report, replace(store, url=f"{url}/api/v1/lineage"))
    assert "TLSv1.3" in text(report)


def test_store_silent(report: Report, endpoint: Endpoint, store: Settings) -> None:
    endpoint.how = hang
    assert not accepts(report, replace(store, timeout=1))
    assert only(report).kind is Kind.STORE_SILENT
    assert "timed out" in text(report)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
def test_store_failing(report: Report, endpoint: Endpoint, store: Settings, status: int) -> None:
    assert finding_of(report, endpoint, store, status) is Kind.STORE_FAILING
    assert f"HTTP {status} as told" in text(report)


@pytest.mark.parametrize(("status", "kind"), [(404, "text/plain"), (405, "text/plain"), (301, "text/plain"), (200, "text/html")])
def test_not_a_lineage_api(report: Report, endpoint: Endpoint, store: Settings, status: int, kind: str) -> None:
    assert finding_of(report, endpoint, store, status, kind) is Kind.NOT_A_LINEAGE_API


@pytest.mark.parametrize("status", [401, 403])
def test_key_refused(report: Report, endpoint: Endpoint, store: Settings, status: int) -> None:
    endpoint.how = lambda request: request.answer(status, f"not this one: {request.headers['Authorization']}")
    assert not accepts(report, store)
    assert only(report).kind is Kind.KEY_REFUSED
    assert "not this one: Bearer ***" in text(report)
    assert KEY not in text(report)


@pytest.mark.parametrize("status", [401, 403])
def test_key_wanted(report: Report, endpoint: Endpoint, store: Settings, status: int) -> None:
    assert finding_of(report, endpoint, replace(store, api_key=None), status) is Kind.KEY_WANTED


def test_event_refused_at_once(report: Report, endpoint: Endpoint, store: Settings) -> None:
    assert finding_of(report, endpoint, store, 422) is Kind.EVENT_REFUSED


def finding_of(report: Report, endpoint: Endpoint, store: Settings, status: int, kind: str = "text/plain") -> Kind | None:
    def answer(request: Request) -> None:
        request.answer(status, "as told", kind)

    endpoint.how = answer
    assert not accepts(report, store)
    return only(report).kind


def test_a_store_that_can_be_read_is_well(report: Report, marquez: Marquez) -> None:
    assert examined.readable(report, Settings(f"{marquez.url}/api/v1/lineage"))
    assert "answers as Marquez's" in text(report)


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        *((401, ""), (403, ""), (404, "not here"), (405, ""), (200, "<html>"), (200, "[]"), (200, "[" * 100_000)),
        *((401, '{"message": "no"}'), (500, '{"namespaces": []}')),
    ],
)
def test_write_only(report: Report, marquez: Marquez, status: int, answer: str) -> None:
    def door(asked: Asked) -> tuple[int, str] | None:
        return (status, answer) if asked.method == "GET" else None

    marquez.door = door
    store = Settings(f"{marquez.url}/api/v1/lineage", KEY)
    assert accepts(report, store)
    assert not examined.readable(report, store)
    assert only(report).kind is Kind.WRITE_ONLY
    assert str(only(report)).startswith("WARNING")
    assert status in (200, 404) or f"HTTP {status}" in text(report)


@pytest.mark.parametrize("path", ["openapi/openlineage/api/v1/lineage", "api/v1/openlineage/lineage"], ids=["DataHub", "OpenMetadata"])
def test_a_catalog_that_is_no_marquez_cannot_be_read(report: Report, endpoint: Endpoint, path: str) -> None:
    """What it takes is said, and what nobody can look at here, too."""
    endpoint.how = lambda request: request.answer(202 if request.path == f"/{path}" and request.command == "POST" else 404)
    store = Settings(f"{endpoint.url}/{path}", KEY, timeout=PATIENT)
    assert accepts(report, store)
    assert not examined.readable(report, store)
    assert str(only(report)).startswith("WARNING write only: the store takes events and lets nobody read here")
    assert "the doctor reads a Marquez only" in text(report)


@pytest.mark.parametrize("how", DRIPS)
def test_a_store_that_drips_is_not_waited_for(report: Report, endpoint: Endpoint, store: Settings, how: str) -> None:
    endpoint.how = DRIPS[how]
    assert not examined.readable(report, replace(store, timeout=0.2))
    assert only(report).kind is Kind.WRITE_ONLY
    assert "TimeoutError: " in text(report)


def test_no_finding_tells_a_terminal_what_to_do(report: Report, endpoint: Endpoint, store: Settings) -> None:
    endpoint.how = lambda request: request.answer(422, "no\x1b[2J\u202e good")
    assert not accepts(report, store)
    assert "no\ufffd[2J\ufffd good" in text(report)
