"""What is sent to a store, and what its answers mean."""

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from mwaa_lineage.transport.settings import Settings
from mwaa_lineage.transport.store import Store, Verdict
from tests.mwaa_lineage.transport.conftest import KEY, PATIENT
from tests.mwaa_lineage.transport.endpoint import DRIPS, HANG, OK, Endpoint, Request, hang, nobody, raw

BODY = b'{"eventType": "START"}'


def test_an_event_goes_compressed_with_the_key_over_one_connection(endpoint: Endpoint, store: Store) -> None:
    assert [store.send(BODY).verdict for _ in range(3)] == [Verdict.ACCEPTED] * 3
    assert endpoint.accepted == [BODY] * 3
    assert endpoint.connections == 1
    request = endpoint.requests[0]
    assert request.path == "/api/v1/lineage"
    assert (request.headers["Content-Encoding"], request.headers["Content-Type"]) == ("gzip", "application/json")
    assert request.headers["Authorization"] == f"Bearer {KEY}"


def test_more_headers_go_along_and_win(endpoint: Endpoint) -> None:
    more = {"X-Api-Key": "of a gateway", "Authorization": "Token of-ones-own"}
    Store(Settings(f"{endpoint.url}/openapi/openlineage/api/v1/lineage", KEY, headers=more)).send(BODY)
    request = endpoint.requests[0]
    assert request.path == "/openapi/openlineage/api/v1/lineage"
    assert request.headers["X-Api-Key"] == "of a gateway"
    assert request.headers.get_all("Authorization") == ["Token of-ones-own"]
    assert request.headers.get_all("Content-Type") == ["application/json"]


def test_what_headers_say_is_secret_if_it_may_be_a_token() -> None:
    more = {"Authorization": "Token of-ones-own", "X-Quoted": 'a "quoted-text" one', "X-Tenant": "dm"}
    quoted = {'a "quoted-text" one', r"a \"quoted-text\" one", "quoted-text"}
    assert Settings("http://store", headers=more).secrets == {"Token of-ones-own", "of-ones-own", *quoted}


@pytest.mark.parametrize("length", range(1, 12))
def test_a_header_or_a_user_of_eight_characters_may_be_a_token(length: int) -> None:
    """What is shorter would hide half of a text wherever it occurs; a password is hidden however short it is."""
    text = "k7Qz9XwPm3R"[:length]
    for settings in (Settings("http://store", "", headers={"X-Tenant": text}), Settings(f"http://{text}:pw@store", KEY)):
        assert (settings.clean(f"at {text} now") == "at *** now") == (length >= 8)
    assert Settings(f"http://user:{text}@store", KEY).clean(f"at {text} now") == "at *** now"


@pytest.mark.parametrize("status", [400, 415])
def test_a_store_that_cannot_unpack_is_sent_plain_events_from_then_on(endpoint: Endpoint, store: Store, status: int) -> None:
    endpoint.how = lambda request: request.answer(status if request.headers["Content-Encoding"] else 201)
    assert [store.send(BODY).verdict for _ in range(2)] == [Verdict.ACCEPTED] * 2
    assert [request.headers["Content-Encoding"] for request in endpoint.requests] == ["gzip", None, None]


def test_the_user_of_the_url_signs_in_where_there_is_no_key(endpoint: Endpoint) -> None:
    Store(Settings(endpoint.url.replace("//", "//me:pa%40ss@") + "/api")).send(BODY)
    assert endpoint.requests[0].headers["Authorization"] == "Basic bWU6cGFAc3M="


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, Verdict.ACCEPTED),
        (201, Verdict.ACCEPTED),
        (204, Verdict.ACCEPTED),
        (301, Verdict.AWAY),
        (400, Verdict.REFUSED),
        (401, Verdict.DENIED),
        (403, Verdict.DENIED),
        (404, Verdict.AWAY),
        (408, Verdict.AWAY),
        (409, Verdict.REFUSED),
        (413, Verdict.REFUSED),
        (422, Verdict.REFUSED),
        (429, Verdict.AWAY),
        (500, Verdict.FAILED),
        (501, Verdict.FAILED),
        (502, Verdict.AWAY),
        (503, Verdict.AWAY),
        (504, Verdict.AWAY),
    ],
)
def test_what_a_status_means(endpoint: Endpoint, store: Store, status: int, verdict: Verdict) -> None:
    endpoint.how = lambda request: request.answer(status, "" if status == 204 else '{"message": "because"}')
    answer = store.send(BODY)
    assert answer.verdict is verdict
    assert answer.reason.startswith(f"HTTP {status}")


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/xhtml+xml", "text/plain", "application/octet-stream"])
def test_a_page_is_no_acceptance(endpoint: Endpoint, store: Store, kind: str) -> None:
    endpoint.how = lambda request: request.answer(200, "\n <!DOCTYPE html><html>Sign in</html>", kind)
    assert store.send(BODY).verdict is Verdict.AWAY


PAGE = "<!DOCTYPE html><html>Sign in</html>"


@pytest.mark.parametrize(
    "body",
    [
        PAGE.encode(),
        f"\r\n\t {PAGE}".encode(),
        f"\ufeff{PAGE}".encode(),
        PAGE.encode("utf-16"),
        PAGE.encode("utf-16-be"),
        gzip.compress(PAGE.encode()),
        b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>',
    ],
    ids=["plain", "blanks", "mark", "utf-16", "utf-16-be", "gzip", "xhtml"],
)
def test_a_page_without_a_type_is_no_acceptance(endpoint: Endpoint, store: Store, body: bytes) -> None:
    endpoint.how = raw(OK, b"Content-Length: %d\r\n\r\n" % len(body), body)
    assert store.send(BODY).verdict is Verdict.AWAY


@pytest.mark.parametrize(
    "body",
    [b"", b"ok", b'{"a": "<html>"}', gzip.compress(b"{}"), b"\x1f\x8bno gzip", b"\xff\xfe"],
    ids=["nothing", "text", "json", "gzip", "no gzip", "bytes"],
)
def test_what_is_no_page_is_an_acceptance(endpoint: Endpoint, store: Store, body: bytes) -> None:
    endpoint.how = raw(OK, b"Content-Length: %d\r\n\r\n" % len(body), body)
    assert store.send(BODY).verdict is Verdict.ACCEPTED


def test_no_reason_tells_a_terminal_what_to_do(endpoint: Endpoint, store: Store) -> None:
    endpoint.how = lambda request: request.answer(422, "no\x1b[2J\x9b31m good\x07\u202e\x00")
    assert store.send(BODY).reason == "HTTP 422 no\ufffd[2J\ufffd31m good\ufffd\ufffd\ufffd"


@pytest.mark.parametrize("status", [102, 103])
def test_the_answer_behind_an_interim_one_counts_for_no_other_event(endpoint: Endpoint, store: Store, status: int) -> None:
    def interim(request: Request) -> None:
        request.wfile.write(b"HTTP/1.1 %d Wait\r\n\r\n" % status)
        request.wfile.flush()
        request.answer(201 if request.body == BODY else 503)

    endpoint.how = interim
    assert [store.send(body).verdict for body in (BODY, b"refused")] == [Verdict.AWAY] * 2
    assert endpoint.connections == 2


def test_of_two_answers_to_one_event_the_second_counts_for_no_other_event(endpoint: Endpoint, store: Store) -> None:
    written = threading.Event()

    def twice(request: Request) -> None:
        request.answer(201 if request.body == BODY else 503)
        if request.body == BODY:
            request.answer(201)
            written.set()

    endpoint.how = twice
    assert store.send(BODY).verdict is Verdict.ACCEPTED
    assert written.wait(5), "the second answer was not written"
    assert store.send(b"refused").verdict is Verdict.AWAY


def test_a_store_that_knows_no_gzip_gets_plain_events_from_then_on(endpoint: Endpoint, store: Store) -> None:
    endpoint.how = lambda request: request.answer(415 if request.headers["Content-Encoding"] else 201)
    assert [store.send(BODY).verdict for _ in range(2)] == [Verdict.ACCEPTED] * 2
    assert [request.headers["Content-Encoding"] for request in endpoint.requests] == ["gzip", None, None]


def test_a_bad_event_does_not_stop_the_compression(endpoint: Endpoint, store: Store) -> None:
    endpoint.how = lambda request: request.answer(400 if request.body == b"bad" else 201)
    assert [store.send(body).verdict for body in (b"bad", BODY)] == [Verdict.REFUSED, Verdict.ACCEPTED]
    assert endpoint.requests[-1].headers["Content-Encoding"] == "gzip"


def test_a_connection_that_the_store_has_closed_is_opened_anew(endpoint: Endpoint, store: Store) -> None:
    def answer_and_close(request: Request) -> None:
        request.answer(201)
        request.connection.shutdown(socket.SHUT_RDWR)

    endpoint.how = answer_and_close
    assert [store.send(BODY).verdict for _ in range(3)] == [Verdict.ACCEPTED] * 3
    assert endpoint.connections == 3


def test_a_store_that_breaks_off_is_asked_once_more_at_most(endpoint: Endpoint, store: Store) -> None:
    store.send(BODY)
    endpoint.how = lambda request: request.connection.shutdown(socket.SHUT_RDWR)
    assert store.send(BODY).verdict is Verdict.AWAY
    assert len(endpoint.requests) == 3


def test_a_store_that_hangs_costs_the_time_out(endpoint: Endpoint) -> None:
    endpoint.how = hang
    started = time.monotonic()
    answer = Store(Settings(endpoint.url, timeout=0.2)).send(BODY)
    assert answer.verdict is Verdict.AWAY
    assert 0.1 < time.monotonic() - started < HANG


@pytest.mark.parametrize("how", DRIPS)
def test_a_store_that_drips_is_broken_off(endpoint: Endpoint, how: str) -> None:
    endpoint.how = DRIPS[how]
    started = time.monotonic()
    answer = Store(Settings(endpoint.url, timeout=0.2)).send(BODY)
    assert (answer.verdict, answer.reason) == (Verdict.AWAY, "TimeoutError: the answer took too long")
    assert time.monotonic() - started < HANG


def test_without_a_thread_to_watch_the_store_nothing_is_sent(endpoint: Endpoint, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr("mwaa_lineage.transport.store.threading.Timer.start", start)
        answer = store.send(BODY)
    assert (answer.verdict, answer.reason) == (Verdict.AWAY, "RuntimeError: can't start new thread")
    assert store.send(BODY).verdict is Verdict.ACCEPTED
    assert endpoint.accepted == [BODY]


def test_nobody_there() -> None:
    answer = Store(Settings(nobody(), timeout=PATIENT)).send(BODY)
    assert answer.verdict is Verdict.AWAY
    assert "ConnectionRefusedError" in answer.reason


@contextmanager
def garbage() -> Iterator[str]:
    """Something that speaks no HTTP."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def talk() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"\x00\xff220 smtp.example.org\r\n" * 50)
                connection.recv(65536)

        thread = threading.Thread(target=talk)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join(10)


def test_garbage_is_no_answer() -> None:
    with garbage() as url:
        answer = Store(Settings(url, timeout=PATIENT)).send(BODY)
    assert answer.verdict is Verdict.AWAY
    assert len(answer.reason) < 300


def test_no_reason_tells_the_key_or_a_password(endpoint: Endpoint) -> None:
    endpoint.how = lambda request: request.answer(422, f"no good: {request.headers['Authorization']} postgres://u:c4n4ryPw@host/x")
    reason = Store(Settings(endpoint.url, KEY)).send(BODY).reason
    assert "no good" in reason
    assert KEY not in reason
    assert "c4n4ryPw" not in reason
    assert KEY not in repr(Settings(endpoint.url, KEY))


@pytest.mark.parametrize("before", range(170, 210, 5))
def test_no_reason_tells_the_beginning_of_a_key(endpoint: Endpoint, before: int) -> None:
    """Wherever the answer is cut."""
    endpoint.how = lambda request: request.answer(422, "x" * before + KEY)
    reason = Store(Settings(endpoint.url, KEY)).send(BODY).reason
    assert len(reason) == min(200, len("HTTP 422 ") + before + len("***"))
    assert KEY[:4] not in reason


def test_no_reason_tells_the_user_of_the_url(endpoint: Endpoint) -> None:
    """Neither as it is sent, nor unpacked, as a store may say it."""
    endpoint.how = lambda request: request.answer(401, f"no such user: {request.headers['Authorization']}, password c4n4ry@Pw")
    reason = Store(Settings(endpoint.url.replace("//", "//me:c4n4ry%40Pw@"))).send(BODY).reason
    assert reason == "HTTP 401 no such user: Basic ***, password ***"


def test_a_key_that_cannot_be_sent_is_not_told(endpoint: Endpoint) -> None:
    """As it stands, with its line break, in the error of Python's own client."""
    reason = Store(Settings(endpoint.url, f"{KEY}\nand more")).send(BODY).reason
    assert "Invalid header value" in reason
    assert KEY not in reason


def test_a_key_is_taken_without_what_surrounds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENLINEAGE_API_KEY", f" {KEY}\n")
    assert Settings.for_store("http://store").authorization == f"Bearer {KEY}"
