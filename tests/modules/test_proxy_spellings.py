"""What passes the proxy's doors, however it is spelled: requests as bytes to a real nginx, and what reached the server behind it."""

import gzip
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from tests.modules.proxy import KEY, started

pytestmark = pytest.mark.system

WITH_KEY = f"Authorization: Bearer {KEY}"
LINEAGE = "/api/v1/lineage"
READING = "/api/v1/namespaces"
EVENT = b'{"eventType": "COMPLETE"}'

EVENTS_PATHS = [
    LINEAGE,
    "/api/v1/lineage/",
    "/api/v1/lineage//",
    "/api/v1/lineage?a=b",
    "/api/v1/lineage?",
    "/api/v1/lineage#a",
    "/api/v1/lineage;",
    "/api/v1/lineage;a=b",
    "/api/v1/lineage;a=b;c=d",
    "/api/v1/lineage;a=b?c=d",
    "/api/v1/lineage/;a=b",
    "/api/v1/lineage;/tags/t",
    "/api/v1/;a=b/lineage",
    "/api/v1;a=b/lineage",
    "/api;a=b/v1/lineage",
    "/;a=b/api/v1/lineage",
    "/api/v1/;/lineage",
    "/api/v1/lineage%3b",
    "/api/v1/lineage%3Ba=b",
    "/api/v1/lineage%253ba=b",
    "/api/v1%3ba=b/lineage",
    "/api/v1//lineage",
    "//api/v1/lineage",
    "/api//v1/lineage",
    "/api/v1/./lineage",
    "/./api/v1/lineage",
    "/api/v1/lineage/.",
    "/api/v1/x/../lineage",
    "/api/v1/../v1/lineage",
    "/../api/v1/lineage",
    "/x/../api/v1/lineage",
    "/api/v1/lineage/x/..",
    "/api/v1/lineage/..;/lineage",
    "/api/v1/x/..;/lineage",
    "/api/v1/x;/../lineage",
    "/api/v1/%2e/lineage",
    "/api/v1/x/%2e%2e/lineage",
    "/api/v1/x/.%2E/lineage",
    "/api/v1/x/%2e%2e;/lineage",
    "/api/v1/x/%252e%252e/lineage",
    "/api/v1/x%2f..%2flineage",
    "/api/v1/x/..%2flineage",
    "/api/v1/x/..%5clineage",
    "/api/v1/x/..\\lineage",
    "/api/v1\\lineage",
    "/api/v1%5clineage",
    "/api/v1%2flineage",
    "/api%2fv1%2flineage",
    "/%2fapi/v1/lineage",
    "/api/v1/%2flineage",
    "/api/v1/%6cineage",
    "/api/v1/l%69neage",
    "/%61pi/v1/lineage",
    "/api/v%31/lineage",
    "/api/v1/%256cineage",
    "/api/v1/%u006cineage",
    "/api/v1/%c1%acineage",
    "/api/v1/lineage%00",
    "/api/v1/lineage%00.json",
    "/api/v1/%00/lineage",
    "/api/v1/lineage%20",
    "/api/v1/lineage%09",
    "/api/v1/lineage%0a",
    "/api/v1/lineage%0d%0a",
    "/api/v1/lineage%7f",
    "/api/v1/lineage%23",
    "/api/v1/lineage%3f",
    "/api/v1/lineage%2f",
    "/api/v1/lineage.json",
    "/api/v1/lineage/batch",
    "/API/V1/LINEAGE",
    "/api/v1/LINEAGE",
    "/api/V1/lineage",
    "/api/v1/lineag%65",
    "/api/v1/lineage\u00a0",
    "http://marquez/api/v1/lineage",
    "http://marquez/api/v1/lineage;a=b",
    "HTTP://marquez:8080/api/v1/./lineage",
    "http://marquez/x/..;/api/v1/lineage",
    "http://user@marquez/api/v1/lineage",
    "https://marquez/api/v1/lineage",
    "//marquez/api/v1/lineage",
    "/api/v1/namespaces/n/datasets/d/tags/x%2f..%2f..%2f..%2f..%2f..%2f..%2flineage",
    "/api/v1/namespaces/n/datasets/d/tags/..%2f..%2f..%2f..%2f..%2f..%2flineage",
    "/api/v1/namespaces/n/datasets/d/tags/../../../../../../lineage",
    "/api/v1/namespaces/n/jobs/j/tags/..",
    "/api/v1/namespaces/n/jobs/j/tags/%2e%2e",
    "/api/v1/lineage;/namespaces/n/jobs/j/tags/t",
    "/api/v1/lineage?/api/v1/namespaces/n/jobs/j/tags/t",
    "/api/v1/namespaces/n/jobs/j/tags/t?/../lineage",
    "/api/v1/namespaces/n/jobs/j/tags/t/../../../../../../lineage",
    "api/v1/lineage",
    "*",
]
"""A POST to none of these passes the UI's door as an event; with the key, at the other door, THE_SAME do."""
THE_SAME = {LINEAGE, "http://marquez/api/v1/lineage", "https://marquez/api/v1/lineage"}
"""An absolute form names a host besides, of which nothing goes on."""

CHANGES = [
    "PUT /api/v1/tags/PII",
    "PUT /api/v1/tags/very%20private",
    "DELETE /api/v1/namespaces/n/datasets/public.sales",
    "DELETE /api/v1/namespaces/s3%3A%2F%2Fbucket/datasets/a%2Fb%25c",
    "DELETE /api/v1/namespaces/n/jobs/dag.task",
    "POST /api/v1/namespaces/n/jobs/dag.task/tags/PII",
    "DELETE /api/v1/namespaces/n/jobs/dag.task/tags/PII",
    "POST /api/v1/namespaces/redshift%3A%2F%2Fa.us-east-1%3A5439/datasets/d/tags/PII",
    "DELETE /api/v1/namespaces/n/datasets/d/tags/PII",
    "POST /api/v1/namespaces/n/datasets/d/fields/it's%20(a)~*!/tags/PII",
    "DELETE /api/v1/namespaces/n/datasets/d/fields/f/tags/PII",
]
"""What Marquez's web UI sends."""

OTHER_CHANGES = [
    "PUT /api/v1/namespaces/n",
    "DELETE /api/v1/namespaces/n",
    "PUT /api/v1/sources/s",
    "PUT /api/v1/namespaces/n/datasets/d",
    "PUT /api/v1/namespaces/n/jobs/j",
    "POST /api/v1/namespaces/n/jobs/j/runs",
    "POST /api/v1/jobs/runs/0a1b/start",
    "POST /api/v1/jobs/runs/0a1b/complete",
    "DELETE /api/v1/tags/PII",
    "POST /api/v1/tags/PII",
    "PUT /api/v1/tags/PII/x",
    "PUT /api/v1/tags/PII?a=b",
    "PUT /api/v1/tags/",
    "PUT /api/v1/tags/PII/",
    "PUT /api/v1/lineage",
    "DELETE /api/v1/lineage",
    "DELETE /api/v1/namespaces/n/datasets/",
    "DELETE /api/v1/namespaces/n/datasets/d/versions",
    "PATCH /api/v1/namespaces/n/jobs/j/tags/PII",
    "PUT /api/v1/namespaces/n/jobs/j/tags/PII",
    "OPTIONS /api/v1/lineage",
    "TRACE /api/v1/lineage",
    "CONNECT marquez:8080",
    "PROPFIND /api/v1/lineage",
    "post /api/v1/lineage",
    "GETPOST /api/v1/lineage",
    "X /api/v1/lineage",
]
"""What Marquez takes and its UI never sends, or what somebody would try."""

PLAIN_READS = [
    READING,
    "/api/v1/namespaces/",
    "/api/v1/namespaces/s3%3A%2F%2Fbucket%2Ffolder/datasets?limit=20&offset=0",
    "/api/v1/namespaces/a%2Fb/jobs/dag.task%2Fone/runs",
    "/api/v1/namespaces/n/datasets/caf%C3%A9%20100%25",
    "/api/v1/lineage/?nodeId=dataset:redshift://w.us-east-1:5439:public.a;b&depth=2",
    "/api/v1/column-lineage?nodeId=datasetField%3An%3Ad%3Af",
    "/api/v1/search?q=../a/./b%3b%00&filter=JOB",
    "/api/v1/events/lineage?sortDirection=desc",
    "/api/v1/namespaces/..n../jobs/...",
    f"/api/v1/namespaces/{'%2F' * 2500}",
    f"/api/v1{'/a' * 3700}",
    f"/api/v1/namespaces?q={'/../' * 1800}",
]
ODD_READS = [
    "/api/v1/namespaces;a=b",
    "/api/v1/namespaces%3Ba",
    "/api/v1/namespaces/x/..;/y",
    "/api/v1//namespaces",
    "/api/v1/x/../namespaces",
    "/api/v1/%2e/namespaces",
    "/api/v1/x%2f..%2fnamespaces",
    "/api/v1/x%2f%2E",
    "/api/v1/a%5cb",
    "/api/v1/a\\b",
    "/api/v1/a%0ab",
    "/api/v1/a%7Fb",
    "/api/v1/a#b",
    '/api/v1/a"b',
    "/api/v1/a\u00e9",
    "/%61pi/v1/namespaces",
    "/x/../api/v1/namespaces",
    "/api/%76%31/namespaces",
    f"/api/v1{'/a' * 3700};",
    f"/api/v1/namespaces/{'%2F' * 2500}..",
]

PACKED = gzip.compress(EVENT)
LENGTH, CHUNKED = "Content-Length: {length}", "Transfer-Encoding: chunked"
BODIES: list[tuple[str, list[str], bytes, int, str | None]] = [
    ("none", [LENGTH], EVENT, 201, None),
    ("empty", ["Content-Encoding:", LENGTH], EVENT, 201, None),
    ("identity", ["Content-Encoding: Identity ", LENGTH], EVENT, 201, None),
    ("gzip", ["Content-Encoding: gzip", LENGTH], PACKED, 201, "gzip"),
    ("upper case", ["Content-Encoding: GZIP", LENGTH], PACKED, 201, "gzip"),
    ("blanks", ["Content-Encoding: \t gzip \t ", LENGTH], PACKED, 201, "gzip"),
    ("as long as may be", ["Content-Encoding: gzip", LENGTH], b"x" * 999_999, 201, "gzip"),
    ("a megabyte", ["Content-Encoding: gzip", LENGTH], b"x" * 1_000_000, 413, None),
    ("zeros in front", ["Content-Encoding: gzip", "Content-Length: 00000000{length}"], PACKED, 413, None),
    ("gzip, chunked", ["Content-Encoding: gzip", CHUNKED], PACKED, 413, None),
    ("none, chunked", [CHUNKED], EVENT, 201, None),
    ("none, chunked, too long", [CHUNKED], b"x" * 10_000_001, 413, None),
    ("colon before", ["Content-Encoding: x:y, gzip", LENGTH], b"x" * 1_500_000, 415, None),
    ("colon before, chunked", ["Content-Encoding: x:y, gzip", CHUNKED], PACKED, 415, None),
    ("identity before", ["Content-Encoding: identity, gzip", LENGTH], PACKED, 415, None),
    ("comma before", ["Content-Encoding: ,gzip", LENGTH], PACKED, 415, None),
    ("comma behind", ["Content-Encoding: gzip,", LENGTH], PACKED, 415, None),
    ("twice", ["Content-Encoding: gzip, gzip", LENGTH], PACKED, 415, None),
    ("parameter", ["Content-Encoding: gzip;q=1", LENGTH], PACKED, 415, None),
    ("x-gzip", ["Content-Encoding: x-gzip", LENGTH], PACKED, 415, None),
    ("deflate", ["Content-Encoding: deflate", LENGTH], PACKED, 415, None),
    ("br", ["Content-Encoding: br", LENGTH], PACKED, 415, None),
    ("zstd", ["Content-Encoding: zstd", LENGTH], PACKED, 415, None),
    ("quotes", ['Content-Encoding: "gzip"', LENGTH], PACKED, 415, None),
    ("packed transfer", ["Transfer-Encoding: gzip, chunked"], PACKED, 501, None),
    ("two transfers", [CHUNKED, CHUNKED], EVENT, 400, None),
    ("both lengths", [LENGTH, CHUNKED], EVENT, 400, None),
    ("two lengths", [LENGTH, "Content-Length: 1"], EVENT, 400, None),
    ("the same length twice", [LENGTH, LENGTH], EVENT, 400, None),
    ("a sum of lengths", ["Content-Length: 1, {length}"], EVENT, 400, None),
    ("negative length", ["Content-Length: -1"], EVENT, 400, None),
    ("hexadecimal length", ["Content-Length: 0x19"], EVENT, 400, None),
    ("blank in a name", ["Content-Encoding : gzip", LENGTH], PACKED, 400, None),
]
"""Headers, a body, the answer to a POST of it with the key, and the encoding that reaches Marquez."""

REPEATED = [
    ["Content-Encoding: identity", "Content-Encoding: gzip"],
    ["Content-Encoding:", "Content-Encoding: gzip"],
    ["Content-Encoding: gzip", "Content-Encoding: gzip"],
    ["Content-Encoding: gzip", "Content-Encoding: x:y, gzip"],
    ["Content_Encoding: gzip"],
]

OTHER_METHODS = [
    "X-HTTP-Method-Override: POST",
    "X-HTTP-Method: POST",
    "X-Method-Override: POST",
    "X-Original-URL: /api/v1/lineage",
    "X-Rewrite-URL: /api/v1/lineage",
    "X-Original-Method: POST",
    "X-Forwarded-Uri: /api/v1/lineage",
    "X-Forwarded-Prefix: /api/v1/lineage;",
    "X-Forwarded-Host: evil.example",
    "Forwarded: host=evil.example",
    "Upgrade: h2c",
    "Connection: Content-Type, Upgrade",
    "Expect: 100-continue",
    "Cookie: a=b",
    "X-Anything: else",
]


@dataclass
class Arrived:
    """One request as it came to the server behind the proxy."""

    line: str
    headers: dict[str, list[str]]
    body: bytes


class Recorder(ThreadingHTTPServer):
    """In the place of Marquez and of its admin port: it remembers each request, and answers 201."""

    daemon_threads = True

    def __init__(self, arrived: list[Arrived]) -> None:
        super().__init__(("127.0.0.1", 0), Recording)
        self.arrived = arrived


class Recording(BaseHTTPRequestHandler):
    """Any method, any path."""

    server: Recorder
    protocol_version = "HTTP/1.1"

    def __getattr__(self, name: str) -> object:
        if name.startswith("do_"):
            return self._record
        raise AttributeError(name)

    def _record(self) -> None:
        headers = {name.lower(): self.headers.get_all(name, []) for name in self.headers}
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.server.arrived.append(Arrived(self.requestline.removesuffix(" HTTP/1.1"), headers, body))
        self.send_response(201)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the standard library's name
        """It has no log."""


@dataclass
class Door:
    """One of the proxy's doors, asked in bytes; `headers` go along with each request."""

    port: int
    arrived: list[Arrived]
    headers: list[str] = field(default_factory=list)

    def ask(self, line: str, *headers: str, body: bytes = b"", version: str = "HTTP/1.1") -> tuple[list[int], list[str]]:
        """The statuses of the answers, and the first lines of what arrived behind the proxy."""
        given = [f"{line} {version}", "Host: proxy", "Connection: close", *self.headers, *headers]
        self.arrived.clear()
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            with suppress(BrokenPipeError, ConnectionResetError):  # it has refused the request before its end
                connection.sendall("\r\n".join([*given, "", ""]).encode() + body)
            answer = _all(connection)
        statuses = [int(status) for status in re.findall(rb"HTTP/1\.\d (\d{3}) ", answer)]
        return [status for status in statuses if status != 100], [request.line for request in self.arrived]

    def post(self, target: str, *headers: str, body: bytes = EVENT) -> tuple[list[int], list[str]]:
        """POST a body of a known length."""
        return self.ask(f"POST {target}", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers, body=body)


def _all(connection: socket.socket) -> bytes:
    received = b""
    with suppress(ConnectionResetError):
        while part := connection.recv(65536):
            received += part
    return received


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Door]]:
    """The doors of a proxy whose UI reads only, and `writing`, the UI's of another; what arrives behind them is one list."""
    arrived: list[Arrived] = []
    with Recorder(arrived) as api, Recorder(arrived) as admin:
        for server in (api, admin):
            threading.Thread(target=server.serve_forever, daemon=True).start()
        for proxy in started(tmp_path_factory.mktemp("reading"), api.server_port, admin.server_port):
            for writable in started(tmp_path_factory.mktemp("writing"), api.server_port, admin.server_port, read_only=False):
                yield {
                    "with the key": Door(port(proxy.ingestion), arrived, [WITH_KEY]),
                    "without the key": Door(port(proxy.ingestion), arrived),
                    "reading": Door(port(proxy.ui), arrived),
                    "writing": Door(port(writable.ui), arrived),
                    "probes": Door(port(proxy.probes), arrived),
                }
        for server in (api, admin):
            server.shutdown()


def port(client: httpx.Client) -> int:
    assert client.base_url.port is not None
    return client.base_url.port


def short(path: str) -> str:
    return path[:60]


@pytest.mark.parametrize("path", EVENTS_PATHS)
@pytest.mark.parametrize("door", ["reading", "writing", "without the key", "with the key"])
def test_events_pass_in_one_spelling_at_one_door(doors: dict[str, Door], door: str, path: str) -> None:
    statuses, arrived = doors[door].post(path)
    if door == "with the key" and path in THE_SAME:
        assert (statuses, arrived) == ([201], [f"POST {LINEAGE}"])
    else:
        assert arrived == []
        assert statuses[0] in ((400, 401, 404) if door == "without the key" else (400, 404, 405))


@pytest.mark.parametrize("change", CHANGES)
def test_what_the_ui_sends_passes_where_it_may(doors: dict[str, Door], change: str) -> None:
    assert doors["writing"].ask(change) == ([201], [change])
    for door in ("reading", "with the key"):
        assert doors[door].ask(change) == ([405], [])


@pytest.mark.parametrize("change", OTHER_CHANGES)
@pytest.mark.parametrize("door", ["reading", "writing", "with the key"])
def test_no_other_change_passes(doors: dict[str, Door], door: str, change: str) -> None:
    statuses, arrived = doors[door].ask(change)
    assert arrived == []
    assert statuses[0] in (400, 405)


@pytest.mark.parametrize("odd", ["PII;a=b", "PII%3b", "PI%00I", "..", "%2e", "x%2f..%2fy", "a\\b", "a%5Cb", "a#b", "a%0d%0ab"])
def test_a_change_that_can_be_read_in_two_ways_does_not_pass(doors: dict[str, Door], odd: str) -> None:
    for change in (f"PUT /api/v1/tags/{odd}", f"DELETE /api/v1/namespaces/{odd}/jobs/j", f"POST /api/v1/namespaces/n/jobs/{odd}/tags/t"):
        statuses, arrived = doors["writing"].ask(change)
        assert arrived == []
        assert statuses[0] in (400, 405)


@pytest.mark.parametrize("path", PLAIN_READS, ids=short)
@pytest.mark.parametrize("door", ["reading", "writing", "with the key"])
def test_reading_passes_as_it_is(doors: dict[str, Door], door: str, path: str) -> None:
    assert doors[door].ask(f"GET {path}") == ([201], [f"GET {path}"])
    assert doors[door].ask(f"HEAD {path}") == ([201], [f"HEAD {path}"])


@pytest.mark.parametrize("path", ODD_READS, ids=short)
@pytest.mark.parametrize("door", ["reading", "writing", "with the key"])
def test_a_path_that_can_be_read_in_two_ways_does_not_pass(doors: dict[str, Door], door: str, path: str) -> None:
    assert doors[door].ask(f"GET {path}") == ([400], [])


@pytest.mark.parametrize(("headers", "body", "status", "encoding"), [row[1:] for row in BODIES], ids=[row[0] for row in BODIES])
def test_a_body_is_packed_once_and_bounded_or_not_at_all(
    doors: dict[str, Door], headers: list[str], body: bytes, status: int, encoding: str | None
) -> None:
    sent = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if any("chunked" in header for header in headers) else body
    statuses, arrived = doors["with the key"].ask(f"POST {LINEAGE}", *[header.format(length=len(body)) for header in headers], body=sent)
    assert (statuses, arrived) == ([status], [f"POST {LINEAGE}"] if status == 201 else [])
    for request in doors["with the key"].arrived:
        assert request.headers.get("content-encoding") == (None if encoding is None else [encoding])
        assert request.headers["content-length"] == [str(len(body))]
        assert "transfer-encoding" not in request.headers
        assert request.body == body


@pytest.mark.parametrize("headers", REPEATED, ids=", ".join)
def test_what_reaches_marquez_is_the_one_encoding_that_was_judged(doors: dict[str, Door], headers: list[str]) -> None:
    """nginx 1.22 sees the first of repeated headers, 1.23 and later all of them: here none is passed on, or the one that was seen."""
    door = doors["with the key"]
    statuses, arrived = door.post(LINEAGE, *headers, body=PACKED)
    seen = [request.headers.get("content-encoding") for request in door.arrived]
    assert (statuses, seen) in [([415], []), ([201], [None]), ([201], [["gzip"]])]
    if arrived and headers[0] != "Content-Encoding: gzip":
        assert seen == [None]
    statuses, arrived = door.post(LINEAGE, *headers, body=b"x" * 1_500_000)
    assert [request.headers.get("content-encoding") for request in door.arrived] in ([], [None])


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "x:y, gzip", "deflate", ", gzip"])
@pytest.mark.parametrize("door", ["reading", "writing"])
def test_nothing_packed_passes_the_uis_door(doors: dict[str, Door], door: str, encoding: str) -> None:
    for line in ("PUT /api/v1/tags/PII", f"GET {READING}"):
        statuses, arrived = doors[door].ask(line, f"Content-Encoding: {encoding}", f"Content-Length: {len(PACKED)}", body=PACKED)
        assert arrived == []
        assert statuses[0] in (405, 415)


@pytest.mark.parametrize("header", OTHER_METHODS)
def test_no_header_tells_marquez_of_another_method_or_path(doors: dict[str, Door], header: str) -> None:
    for door in ("reading", "writing", "with the key"):
        assert doors[door].ask(f"GET {READING}", header) == ([201], [f"GET {READING}"])
        (request,) = doors[door].arrived
        assert set(request.headers) <= {"host", "user-agent", "accept", "accept-encoding", "content-type"}


def test_what_marquez_needs_to_know_of_a_request_goes_on(doors: dict[str, Door]) -> None:
    known = {"user-agent": "a", "accept": "application/json", "accept-encoding": "gzip", "content-encoding": "gzip"}
    doors["with the key"].post(LINEAGE, *[f"{name}: {value}" for name, value in known.items()], body=PACKED)
    (request,) = doors["with the key"].arrived
    assert request.headers == {name: [value] for name, value in known.items()} | {
        "host": ["proxy"],
        "content-type": ["application/json"],
        "content-length": [str(len(PACKED))],
    }


@pytest.mark.parametrize("query", ["_method=POST", "method=POST&path=/api/v1/lineage", "x=%0d%0aPOST%20/api/v1/lineage"])
def test_no_query_does(doors: dict[str, Door], query: str) -> None:
    assert doors["writing"].ask(f"GET {READING}?{query}") == ([201], [f"GET {READING}?{query}"])


@pytest.mark.parametrize("door", ["reading", "writing", "without the key"])
def test_a_second_request_in_a_body_is_judged_or_none(doors: dict[str, Door], door: str) -> None:
    """Whatever nginx takes for the end of the first, no event arrives."""
    second = f"POST {LINEAGE} HTTP/1.1\r\nHost: proxy\r\nContent-Length: {len(EVENT)}\r\n\r\n".encode() + EVENT
    last = f"GET {READING} HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\n\r\n".encode()
    lengths = ["Content-Length: 0", f"Content-Length: {len(second)}", "Transfer-Encoding: chunked", "Transfer-Encoding:\tchunked", "TE: x"]
    for length in lengths:
        for body in (second, b"0\r\n\r\n" + second):
            _, arrived = doors[door].ask(f"GET {READING}", length, "Connection: keep-alive", body=body + last)
            assert [line for line in arrived if line != f"GET {READING}"] == []


@pytest.mark.parametrize("version", ["HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "HTTP/1.9", "http/1.1", ""])
def test_no_version_of_http_takes_an_event_through_the_ui(doors: dict[str, Door], version: str) -> None:
    for target in (LINEAGE, f"{LINEAGE};a=b"):
        length = f"Content-Length: {len(EVENT)}"
        assert doors["writing"].ask(f"POST {target}", length, body=EVENT, version=version)[1] == []


@pytest.mark.parametrize(("door", "page"), [("without the key", "/healthcheck"), ("probes", "/healthcheck"), ("probes", "/ping")], ids=str)
def test_however_it_is_spelled_the_admin_port_is_asked_for_the_page_alone(doors: dict[str, Door], door: str, page: str) -> None:
    name = page.removeprefix("/")
    for path in (page, f"/x/../{name}", f"/metrics%2f..%2f{name}", f"/tasks;/../{name}", f"//{name}", f"/%{ord(name[0]):x}{name[1:]}"):
        assert doors[door].ask(f"GET {path}") == ([201], [f"GET {page}"])
    for path in (f"{page};a=b", f"{page}/", f"{page}%3ba", f"/tasks/..;{page}", f"{page}%2f..%2fmetrics"):
        assert doors[door].ask(f"GET {path}")[1] == []
