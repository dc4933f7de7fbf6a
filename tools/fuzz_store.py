"""`make fuzz-store`: sends a lineage store what nobody should, time and again the same for a seed, and looks whether it holds.

A fault is an answer that blames the store (5xx but 503), no answer within a minute, or a good event that is not stored afterwards.
Exit code 1 if there is any: each is printed with its number, by which `--first` finds it again, and what the store's log says of it.
"""

import copy
import gzip
import http.client
import json
import random
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import click

ROOT = Path(__file__).parent.parent
SECONDS = 60
BETWEEN = 500
"""Requests after which a good event is to be stored, and progress is told."""
SHOWN = 300
MOST_FAULTS = 20

RUN = "7c2a0a1e-0000-4000-8000-000000000001"
EVENT: dict[str, Any] = {
    "eventType": "COMPLETE",
    "eventTime": "2026-01-31T12:00:00Z",
    "producer": "https://example.org/fuzz",
    "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
    "run": {
        "runId": RUN,
        "facets": {
            "parent": {"run": {"runId": RUN}, "job": {"namespace": "fuzz", "name": "dag"}},
            "nominalTime": {"nominalStartTime": "2026-01-31T12:00:00Z"},
            "errorMessage": {"message": "no", "programmingLanguage": "SQL"},
            "extractionError": {"errors": [{"errorMessage": "no"}]},
        },
    },
    "job": {"namespace": "fuzz", "name": "dag.task", "facets": {"sql": {"query": "select 1"}, "jobType": {"processingType": "BATCH"}}},
    "inputs": [{"namespace": "s3://lake", "name": "a/b", "facets": {"schema": {"fields": [{"name": "x", "type": "int"}]}}}],
    "outputs": [
        {
            "namespace": "redshift://w:5439",
            "name": "dev.t",
            "facets": {
                "symlinks": {"identifiers": [{"namespace": "glue://x", "name": "t", "type": "TABLE"}]},
                "columnLineage": {"fields": {"y": {"inputFields": [{"namespace": "s3://lake", "name": "a/b", "field": "x"}]}}},
            },
        }
    ],
    "x": None,
    "dataset": {"namespace": "s3://lake", "name": "c"},
}
ODD: list[Any] = [
    *(None, True, 0, -1, 10**400, 1e308, 0.1, "", " ", "x" * 5000, "\0", "\u2028", "\ud800", "é" * 300, "../..", "%2F", "a:b:c", "NaN"),
    *([], {}, [[]], [None], [1], ["x"], {"": {}}, {"facets": []}, [{}], {"namespace": ["x"]}, "2026-13-01", "9999-12-31T23:59:59-14:00"),
    *(
        "0001-01-01T00:00:00+14:00",
        "2026-01-31T12:00:00.123456789Z",
        "#/$defs/DatasetEvent",
        "#/$defs/JobEvent",
        float("inf"),
        float("nan"),
    ),
]
HEADERS = [
    *("Host: evil.example", "Host:", "Host: 127.0.0.1, x", "Origin: null", "Origin: http://127.0.0.1:1", "Sec-Fetch-Site: cross-site"),
    *("Expect: 100-continue", "Upgrade: websocket\r\nConnection: Upgrade", "X: " + "a" * 40_000, "Content-Encoding: br", "Range: bytes=0-"),
    *("Transfer-Encoding: gzip", "Content-Length: -1", "Content-Length: 1\r\nContent-Length: 2", "X y: z", ": x", "\tx: y", "Accept: \xff"),
]
PATHS = [
    *("/", "/healthcheck", "/api/v1/lineage", "/api/v1/column-lineage", "/api/v1/events/lineage", "/api/v1/namespaces"),
    *("/api/v1/namespaces/{}/jobs", "/api/v1/namespaces/{}/jobs/{}", "/api/v1/namespaces/{}/jobs/{}/runs", "/api/v1/jobs/runs/{}"),
    *("/api/v1/jobs/runs/{}/facets", "/api/v1/namespaces/{}/datasets", "/api/v1/namespaces/{}/datasets/{}", "/{}", "//{}", "/api/{}/../.."),
]
NAMES = ["fuzz", "dag.task", "s3://lake", "a/b", "redshift://w:5439", "dev.t", "job:fuzz:dag.task", "dataset:s3://lake:a/b", RUN]
PARAMETERS = {
    "nodeId": [
        "job:fuzz:dag.task",
        "dataset:s3://lake:a/b",
        "dataset:redshift://w:5439:dev.t",
        "datasetField:s3://lake:a/b:x",
        "job:" + ":" * 500,
    ],
    "depth": ["0", "1", "100", "101", "-1"],
    "limit": ["0", "1", "1000", "1001", "1e3", "٣"],
    "offset": ["0", "1", "9" * 9, "9" * 30],
    "withDownstream": ["true", "TRUE", "no"],
    "before": ["2026-02-01T00:00:00Z", "2026-02-01", "9999-12-31T23:59:59-14:00"],
    "after": ["2026-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00"],
    "sortDirection": ["asc", "DESC", "up"],
    "type": ["run", "job", "x"],
}
METHODS = ("GET", "GET", "GET", "POST", "PUT", "HEAD", "OPTIONS", "DELETE", "TRACE", "get", "X" * 300)

Kind = Callable[[random.Random], bytes]


def _request(method: str, target: str, body: bytes = b"", *headers: str) -> bytes:
    given = ["Host: 127.0.0.1", "Content-Type: application/json", f"Content-Length: {len(body)}", "Connection: close", *headers]
    head = "\r\n".join([f"{method} {target} HTTP/1.1", *given, "", ""])
    return head.encode("latin-1", "replace") + body


def _post(body: bytes, *headers: str) -> bytes:
    return _request("POST", "/api/v1/lineage", body, *headers)


def _mutated(chance: random.Random) -> Any:
    event = copy.deepcopy(EVENT)
    for _ in range(chance.randint(1, 3)):
        part: Any = event
        while True:
            keys = list(part) if isinstance(part, dict) else range(len(part))
            if not keys:
                break
            key = chance.choice(list(keys))
            if isinstance(part[key], dict | list) and part[key] and chance.random() < 0.8:  # noqa: PLR2004 - mostly deep inside
                part = part[key]
                continue
            part[key] = copy.deepcopy(chance.choice(ODD))
            break
    return event


def wrong_values(chance: random.Random) -> bytes:
    """An event with some odd values in it."""
    return _post(json.dumps(_mutated(chance)).encode())


def wrong_bytes(chance: random.Random) -> bytes:
    """An event with some bytes changed, cut out or repeated."""
    body = bytearray(json.dumps(EVENT).encode())
    for _ in range(chance.randint(1, 5)):
        start, length = chance.randrange(len(body)), chance.randint(0, 20)
        body[start : start + length] = chance.choice(
            [b"", chance.randbytes(length), bytes(body[start : start + length]) * 2, b'"', b"{", b"]"]
        )
    return _post(bytes(body))


def wrong_sizes(chance: random.Random) -> bytes:
    """Deep, wide and repeated values."""
    size = chance.choice([10, 900, 2000, 30_000])
    piece = chance.choice(
        [b"[" * size + b"]" * size, b'{"a":' * size + b"1" + b"}" * size, b"[" + b"0," * size + b"0]", b'"' + b"\\u0041" * size + b'"']
    )
    place = chance.choice([b'"producer"', b'"eventType"', b'"runId"', b'"fields"', b'"inputs"', b'"facets"', b'"sql"'])
    return _post(json.dumps(EVENT).encode().replace(place, b'"x": ' + piece + b", " + place).replace(b'"x": null', place + b": " + piece))


def wrong_packing(chance: random.Random) -> bytes:
    """Gzip that is none, is cut off, or unpacks to much."""
    body = gzip.compress(chance.choice([json.dumps(_mutated(chance)).encode(), b" " * 1_000_000, b"[]," * 100_000, b""]), mtime=0)
    body = chance.choice([body, body[:-4], body[: len(body) // 2], body + b"x", body + body, b"\x1f\x8b" + chance.randbytes(50)])
    return _post(body, f"Content-Encoding: {chance.choice(['gzip', 'GZIP', 'x-gzip', 'gzip, gzip', 'deflate', '', 'identity'])}")


def wrong_framing(chance: random.Random) -> bytes:
    """Chunks and lengths that are not as they should be; what they leave out is never waited for."""
    chunks = chance.choice(
        [
            b"5\r\n[1,2]\r\n0\r\n\r\n",
            b"zz\r\n",
            b"-1\r\n\r\n",
            b"5;x=y\r\n[1,2]\r\n0\r\nX: y\r\n\r\n",
            b"fffffffffffffffffffff\r\n",
            b"0\r\n\r\n",
        ]
    )
    head = b"POST /api/v1/lineage HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nConnection: close\r\n"
    return (
        head + chance.choice([b"Transfer-Encoding: chunked\r\n\r\n", b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"]) + chunks
    )


def wrong_heads(chance: random.Random) -> bytes:
    """Methods, targets and headers that nobody sends."""
    extra = chance.sample(HEADERS, chance.randint(0, 2))
    return _request(chance.choice(METHODS), _target(chance), b"{}", *extra)


def reading(chance: random.Random) -> bytes:
    """Reading with odd names and parameters, after odd events have been stored."""
    return _request("GET", _target(chance))


def noise(chance: random.Random) -> bytes:
    """No HTTP at all."""
    return chance.randbytes(chance.randint(1, 300)).replace(b"\n", b"x") + b"\r\n\r\n"


def _target(chance: random.Random) -> str:
    def name() -> str:
        text = chance.choice(NAMES) if chance.random() < 0.6 else str(chance.choice(ODD))[:200]  # noqa: PLR2004 - mostly what is there
        return quote(text.encode("utf-8", "surrogatepass"), safe=chance.choice(["", "/:", ""]))

    path = chance.choice(PATHS)
    path = path.format(*(name() for _ in range(path.count("{}"))))
    given = ["nodeId"] * path.endswith(("/lineage", "/column-lineage")) + chance.sample(list(PARAMETERS), chance.choice([0, 0, 1, 3]))
    values = [quote(chance.choice(PARAMETERS[parameter])) if chance.random() < 0.8 else name() for parameter in given]  # noqa: PLR2004
    asked = "&".join(f"{parameter}={value}" for parameter, value in zip(given, values, strict=True))
    return chance.choice([path, path, path, f"http://127.0.0.1{path}", path + "%00", path + "%zz"]) + (f"?{asked}" if asked else "")


KINDS: tuple[Kind, ...] = (
    wrong_values,
    wrong_values,
    wrong_bytes,
    wrong_sizes,
    wrong_packing,
    wrong_framing,
    wrong_heads,
    reading,
    reading,
    noise,
)


def request(seed: int, number: int) -> tuple[str, bytes]:
    """The kind and the bytes of one request; the same for the same numbers."""
    chance = random.Random(f"{seed} {number}")  # noqa: S311 - no secret
    kind = chance.choice(KINDS)
    return kind.__name__, kind(chance)


def answered(port: int, sent: bytes) -> int:
    """The status of the answer; 0 if the connection was closed without one. Raises TimeoutError."""
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as connection:
        try:
            connection.sendall(sent)
            with http.client.HTTPResponse(connection) as response:
                response.begin()
                response.read()
                return response.status
        except (ConnectionError, http.client.HTTPException):
            return 0


def fuzz(url: str, seed: int, numbers: range, tell: Callable[[str], None]) -> list[str]:
    """Send the requests of these numbers to the store at `url`; what is wrong with it."""
    port, faults, statuses = urlsplit(url).port or 80, [], Counter[int]()
    for number in numbers:
        kind, sent = request(seed, number)
        try:
            status = answered(port, sent)
        except OSError as error:
            faults.append(f"{number} {kind}: no answer ({type(error).__name__}): {sent[:SHOWN]!r}")
            status = -1
        statuses[status] += 1
        if status >= http.client.INTERNAL_SERVER_ERROR and status != http.client.SERVICE_UNAVAILABLE:
            faults.append(f"{number} {kind}: {status}: {sent[:SHOWN]!r}")
        if (number + 1) % BETWEEN == 0 or number == numbers[-1]:
            tell(f"{number + 1 - numbers.start} requests, {len(faults)} faults; " + _counted(statuses))
            faults += _look(port, number)
        if len(faults) >= MOST_FAULTS:
            break
    return faults


def _counted(statuses: Counter[int]) -> str:
    return ", ".join(f"{status or 'closed'}: {count}" for status, count in sorted(statuses.items()))


def _look(port: int, number: int) -> list[str]:
    """Whether a good event is stored still, and the page drawn."""
    event = {**EVENT, "run": {"runId": RUN}, "job": {"namespace": "fuzz", "name": f"good_{number}"}}
    good = {"a good event": _post(json.dumps(event).encode()), "its job": _request("GET", f"/api/v1/namespaces/fuzz/jobs/good_{number}")}
    good |= {"the page": _request("GET", "/"), "all events": _request("GET", "/api/v1/events/lineage?limit=1000")}
    statuses = {name: answered(port, sent) for name, sent in good.items()}
    return [f"after {number}: {name} is answered with {status}" for name, status in statuses.items() if status not in (200, 201)]


@click.command()
@click.option("--requests", default=50_000, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--first", default=0, show_default=True, help="Number of the first one.")
def main(requests: int, seed: int, first: int) -> None:
    """Start a store on a database of its own, and send it wrong requests of all kinds."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        command = [sys.executable, "-m", "lineage", "store", "--port=0", f"--database={folder}/lineage.db"]
        log = stack.enter_context((Path(folder) / "store.log").open("w+", encoding="utf-8"))
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True) as store:
            try:
                url = (store.stdout.readline() if store.stdout else "").split()[2]
                faults = fuzz(url, seed, range(first, first + requests), click.echo)
            finally:
                store.terminate()
        log.seek(0)
        said = [line for line in log if not line.startswith("WARNING")]
    click.echo("".join(said[-SHOWN:]))
    click.echo("\n".join([*faults, f"{len(faults)} faults of seed {seed}"]))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
