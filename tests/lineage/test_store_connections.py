"""Who holds connections, or sends without end, keeps nobody else from the store."""

import gzip
import json
import resource
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest
import uvicorn

from lineage.store import connections
from lineage.store.app import create_app
from lineage.store.database import Database
from lineage.store.server import configured
from tests.lineage.served import SECONDS, Serve
from tests.lineage.tickit import run_event
from tests.local.waiting import eventually

pytestmark = pytest.mark.system

HEAD = b"POST /api/v1/lineage HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
MIB = 1024 * 1024
Connect = Callable[[], socket.socket]


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> uvicorn.Server:
    """A store that is not patient."""
    for name in ("HEAD_SECONDS", "BODY_SECONDS", "ANSWER_SECONDS"):
        monkeypatch.setattr(connections, name, 0.5)
    return uvicorn.Server(configured(create_app(Database(tmp_path / "lineage.db"))))


@pytest.fixture
def connect(server: uvicorn.Server) -> Iterator[Connect]:
    """Connections to it; it runs in this process."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        stack.callback(thread.join, SECONDS)
        stack.callback(setattr, server, "should_exit", True)
        eventually(lambda: server.started, "the store has started")
        yield lambda: stack.enter_context(socket.create_connection(listener.getsockname(), timeout=SECONDS))


def _rest(connection: socket.socket) -> bytes:
    """All that comes until the other side closes. Fails if it does not."""
    found = b""
    with suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            found += piece
    return found


def _dripping(connection: socket.socket, first: bytes, drop: bytes) -> bytes:
    """What comes back while a drop is sent every twentieth of a second. Fails if the other side takes them for ever."""
    connection.sendall(first)
    until = time.monotonic() + SECONDS
    while not select.select([connection], [], [], 0.05)[0]:
        assert time.monotonic() < until, "the connection was never closed"
        connection.sendall(drop)
    return _rest(connection)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"P",
        HEAD,
        HEAD + b"Content-Length: 9\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n[",
        HEAD + b"Expect: 100-continue\r\n",
    ],
)
def test_what_does_not_come_to_its_end_is_closed(connect: Connect, sent: bytes) -> None:
    connection = connect()
    connection.sendall(sent)
    assert _rest(connection).startswith(b"HTTP/1.1 408 ")


def test_a_chunk_that_does_not_end_as_it_must_is_refused(connect: Connect) -> None:
    """CVE-2025-43859: h11 before 0.16 took any two bytes for the end of a line, so that a proxy and the store saw different requests."""
    connection = connect()
    connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}XX0\r\n\r\n")
    answer = _rest(connection)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1


def test_drops_gain_no_time(connect: Connect) -> None:
    assert _dripping(connect(), HEAD, b"X: y\r\n").startswith(b"HTTP/1.1 408 ")
    assert _dripping(connect(), HEAD + b"Content-Length: 999999\r\n\r\n", b" ").startswith(b"HTTP/1.1 408 ")
    assert _dripping(connect(), HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n").startswith(b"HTTP/1.1 408 ")


def test_drops_after_an_early_answer_gain_no_time(connect: Connect) -> None:
    connection = connect()
    connection.sendall(b"POST /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 999999\r\n\r\n")
    assert b" 404 " in connection.recv(65536)
    eventually(lambda: not _takes(connection), "the connection is closed")


def _takes(connection: socket.socket) -> bool:
    try:
        connection.sendall(b" ")
    except ConnectionError:
        return False
    return True


def test_a_second_request_has_its_time_too(connect: Connect) -> None:
    connection = connect()
    connection.sendall(b"GET /healthcheck HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert b" 200 " in connection.recv(65536)
    assert b" 408 " in _dripping(connection, HEAD, b"X: y\r\n")


def test_who_reads_no_answer_is_let_go(server: uvicorn.Server, connect: Connect) -> None:
    """The answer is larger than what the kernel keeps; uvicorn closes, and would wait for ever until it is read."""
    sender = connect()
    event = json.dumps(run_event("large", "START", "12:00:00", job_facets={"x": {"y": "a" * (24 * MIB)}})).encode()
    sender.sendall(HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(event) + event)
    assert b" 201 " in _rest(sender)
    reader = connect()
    reader.sendall(b"GET /api/v1/events/lineage HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert select.select([reader], [], [], SECONDS)[0]
    eventually(lambda: not server.server_state.connections, "the connection is gone")


def test_an_upgrade_is_an_ordinary_request(connect: Connect) -> None:
    connection = connect()
    connection.sendall(b"GET /healthcheck HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
    assert b" 200 " in connection.recv(65536)


@pytest.mark.parametrize("sent", [b"", HEAD, HEAD + b"Content-Length: 9\r\n\r\n{"])
def test_half_sent_requests_keep_nobody_out(serve: Serve, sent: bytes) -> None:
    """More than the store may open files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    served = serve()
    try:
        with ExitStack() as stack:
            for number in range(1100):
                connection = stack.enter_context(socket.create_connection(("127.0.0.1", served.port), timeout=SECONDS))
                with suppress(ConnectionError):  # it had to give way already
                    connection.sendall(sent)
                if number % 300 == 0:
                    httpx.get(f"{served.url}/healthcheck", timeout=SECONDS).raise_for_status()
            answer = httpx.post(f"{served.url}/api/v1/lineage", json=run_event("a", "START", "12:00:00"), timeout=SECONDS)
            assert answer.status_code == 201
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_many_large_bodies_at_once_take_little_memory(serve: Serve) -> None:
    """Each would be 800 MB as Python's objects."""
    served = serve()
    bomb = gzip.compress(b'{"a":[' + b"[]," * (10 * MIB) + b"0]}")
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}

    def send(_: int) -> int:
        return httpx.post(f"{served.url}/api/v1/lineage", content=bomb, headers=headers, timeout=SECONDS).status_code

    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(send, range(12))) <= {413, 503}
    assert served.peak() < 800 * MIB


def test_large_bodies_that_never_end_leave_room_for_small_ones(serve: Serve) -> None:
    served = serve()
    with ExitStack() as stack:
        for _ in range(12):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", served.port)))
            connection.settimeout(0.5)
            with suppress(TimeoutError):  # it waits for its turn
                connection.sendall(HEAD + b"Content-Length: 32000000\r\n\r\n" + b" " * 31_000_000)
        answer = httpx.post(f"{served.url}/api/v1/lineage", json=run_event("a", "START", "12:00:00"), timeout=SECONDS)
        assert answer.status_code == 201
        assert served.peak() < 400 * MIB


def test_no_answer_waits_for_an_acknowledgement(serve: Serve) -> None:
    """With Nagle's algorithm each takes 40 ms at least."""
    served = serve()
    with httpx.Client(base_url=served.url, timeout=SECONDS) as client:
        client.get("/healthcheck").raise_for_status()
        took = []
        for _ in range(30):
            started = time.monotonic()
            client.get("/healthcheck").raise_for_status()
            took.append(time.monotonic() - started)
    assert min(took) < 0.03, "not one of thirty answers came sooner"
