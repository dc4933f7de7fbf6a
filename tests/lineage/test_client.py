"""The client and the command line, against a store and against what is none."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from click.testing import CliRunner, Result

from lineage import client, where
from lineage.__main__ import main
from lineage.client import MarquezClient, RefusedError, StoreUnreachableError, UnexpectedAnswerError, read_lineage
from tests.lineage.tickit import EXPECTED_FILES, VALUES, Json, Store
from tests.mwaa_lineage.transport.endpoint import DRIPS, OK, raw, serving

EXPECTED = ["--expected", str(EXPECTED_FILES)]
SETTINGS = [*EXPECTED, *(part for name, value in VALUES.items() for part in ("--set", f"{name}={value}"))]


@contextmanager
def _answering(answer: Callable[[str, dict[str, list[str]]], tuple[int, bytes]]) -> Iterator[str]:
    """A server on loopback whose answers a function gives, from the path as it was sent and the parameters; yields its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            status, body = answer(url.path, parse_qs(url.query))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    with _serving(Handler) as address:
        yield address


@contextmanager
def _serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def url(store: Store, events: list[Json]) -> Iterator[str]:
    """The pipeline's lineage behind real HTTP."""
    store.post(*events)

    def forward(path: str, parameters: dict[str, list[str]]) -> tuple[int, bytes]:
        response = store.client.get(path, params=parameters)
        return response.status_code, response.content

    with _answering(forward) as address:
        yield address


def _check(url: str, *more: str) -> Result:
    return CliRunner(mix_stderr=False).invoke(main, ["check", "--url", url, *SETTINGS, *more])


def test_the_whole_graph_through_http(url: str, store: Store) -> None:
    assert read_lineage(url) == store.graph()
    assert read_lineage(url + "/") == store.graph()


def test_long_lists_are_read_page_by_page_and_names_escaped() -> None:
    namespace, count = "s3://a b/ü%2F", 250

    def answer(path: str, parameters: dict[str, list[str]]) -> tuple[int, bytes]:
        offset, limit = int(parameters["offset"][0]), int(parameters["limit"][0])
        _, _, prefix, segment, kind = path.rsplit("/", 4)
        assert (prefix, unquote(segment), kind) == ("namespaces", namespace, "jobs")
        return 200, json.dumps({"jobs": [{"name": number} for number in range(count)][offset : offset + limit]}).encode()

    with _answering(answer) as address, MarquezClient(address) as reader:
        assert [job["name"] for job in reader.jobs(namespace)] == list(range(count))


@pytest.mark.parametrize(("key", "sent"), [("s3cret", "Bearer s3cret"), (None, None)])
def test_a_key_goes_along_as_a_bearer_token(key: str | None, sent: str | None) -> None:
    seen: list[str | None] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers.get("Authorization"))
            self.send_response(403)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    with _serving(Handler) as address, pytest.raises(RefusedError, match="answered 403") as refused:
        read_lineage(address, api_key=key)
    assert seen == [sent]
    assert "s3cret" not in str(refused.value)


def test_hidden_namespaces_are_left_out() -> None:
    body = json.dumps({"namespaces": [{"name": "a", "isHidden": True}, {"name": "b"}]}).encode()
    with _answering(lambda *_: (200, body)) as address, MarquezClient(address) as reader:
        assert reader.namespaces() == ["b"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "127.0.0.1:5000", "", "http://[", "http://127.0.0.1:notaport"])
def test_nothing_at_the_address(url: str) -> None:
    with pytest.raises(StoreUnreachableError, match="lineage store"):
        read_lineage(url)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"boom"),
        (200, b"<html>"),
        (200, b"[]"),
        (200, b"[" * 100_000),
        (200, b"{}"),
        (200, b'{"namespaces": [1]}'),
        (200, b'{"namespaces": [{"name": "a"}]}'),
    ],
)
def test_an_answer_that_is_not_marquez(status: int, body: bytes) -> None:
    with _answering(lambda *_: (status, body)) as address, pytest.raises(UnexpectedAnswerError, match=address):
        read_lineage(address)


def test_an_answer_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MOST", 10_000)
    with _answering(lambda *_: (200, b" " * 10_001)) as address, pytest.raises(UnexpectedAnswerError, match="more than 10,000 bytes"):
        read_lineage(address)


def test_pages_without_end_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """As of a server that does not know `offset`."""
    monkeypatch.setattr(client, "MOST", 100_000)
    page = json.dumps({"namespaces": [{"name": "a"}] * 100}).encode()
    with _answering(lambda *_: (200, page)) as address, pytest.raises(UnexpectedAnswerError, match="more than"):
        read_lineage(address)


def test_a_whole_reading_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "LONGEST", 0)
    with _answering(lambda *_: (200, b'{"namespaces": []}')) as address, pytest.raises(StoreUnreachableError, match="took too long"):
        read_lineage(address)


@pytest.mark.parametrize("how", DRIPS)
def test_a_store_that_drips_is_given_up(how: str) -> None:
    with serving() as endpoint, MarquezClient(endpoint.url, timeout=0.2) as reader:
        endpoint.how = DRIPS[how]
        with pytest.raises(StoreUnreachableError, match="it took too long"):
            reader.namespaces()


def test_a_packed_answer_that_cannot_be_unpacked() -> None:
    broken = OK + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"
    with serving() as endpoint, MarquezClient(endpoint.url) as reader:
        endpoint.how = raw(broken)
        with pytest.raises(UnexpectedAnswerError, match="cannot be unpacked"):
            reader.namespaces()


def test_no_error_tells_a_terminal_what_to_do() -> None:
    with _answering(lambda *_: (500, "no\x1b[2J\u202e good\nError: more".encode())) as address:
        result = _check(address)
    assert result.stderr.endswith("answered 500: no\\x1b[2J\\u202e good\\nError: more\n")


def test_check_says_complete(url: str) -> None:
    result = _check(url)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[-1] == "Lineage complete: 10 jobs, 17 datasets, 14 pairs, 104 of 104 column edges"


def test_check_says_incomplete(url: str) -> None:
    result = _check(url, "--namespace", "other")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1] == "Lineage INCOMPLETE: 10 findings"


def test_check_of_an_unreachable_store_is_one_line() -> None:
    result = _check("http://127.0.0.1:9")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: no lineage store answers at http://127.0.0.1:9: ")
    assert result.stderr.count("\n") == 1


def test_check_finds_the_values_of_placeholders_in_the_store(url: str) -> None:
    assert CliRunner().invoke(main, ["check", "--url", url, *EXPECTED]).exit_code == 0
    wrong = CliRunner().invoke(main, ["check", "--url", url, *EXPECTED, "--set", "bucket=other"])
    assert (wrong.exit_code, "s3://other tickit/date" in wrong.stdout) == (1, True)


def test_expect_writes_a_draft_and_never_over_a_file(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(where, "DAGS", EXPECTED_FILES)
    runner, output = CliRunner(mix_stderr=False), tmp_path / "x.lineage.yaml"
    written = runner.invoke(main, ["expect", "rs_staging_to_dm", "--url", url, "--output", str(output)])
    assert (written.exit_code, written.stdout) == (0, f"Written for review: {output}\n")
    printed = runner.invoke(main, ["expect", "rs_staging_to_dm", "--url", url, "--output", "-"])
    assert (printed.exit_code, printed.stdout) == (0, output.read_text(encoding="utf-8"))
    assert 'name: "{database}.dm.fact_sales"' in printed.stdout
    again = runner.invoke(main, ["expect", "rs_staging_to_dm", "--url", url])
    assert (again.exit_code, "rs_staging_to_dm.lineage.yaml is there already" in again.stderr) == (2, True)
    assert runner.invoke(main, ["expect", "nowhere", "--url", url]).exit_code == 2


def test_the_folder_that_make_up_runs_is_the_one_that_counts(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dags, note = tmp_path / "dags", tmp_path / "system.json"
    dags.mkdir()
    monkeypatch.setattr(where, "_NOTE", note)
    note.write_text(json.dumps({"lineage_url": url, "dags_folder": str(dags)}))
    runner = CliRunner(mix_stderr=False)
    assert "there is no file *.lineage.yaml" in runner.invoke(main, ["check"]).stderr
    for dag in ("rs_source_to_staging", "rs_staging_to_dm"):
        assert runner.invoke(main, ["check"]).exit_code > 0
        assert runner.invoke(main, ["expect", dag]).stdout == f"Written for review: {dags / dag}.lineage.yaml\n"
    assert [runner.invoke(main, words).exit_code for words in (["check"], ["check", "--url", url], ["coverage"])] == [0, 0, 0]
    assert where.dags("http://127.0.0.1:9") == where.DAGS


def test_check_with_bad_input(tmp_path: Path) -> None:
    runner = CliRunner(mix_stderr=False)
    assert runner.invoke(main, ["check", "--url", "http://127.0.0.1:9", "--set", "bucket"]).exit_code == 2
    missing = runner.invoke(main, ["check", "--url", "http://127.0.0.1:9", "--expected", str(tmp_path / "none.yaml")])
    assert (missing.exit_code, "No such file" in missing.stderr) == (2, True)


def test_draw_writes_the_page(url: str, tmp_path: Path) -> None:
    output = tmp_path / "lineage.html"
    result = CliRunner(mix_stderr=False).invoke(main, ["draw", "--url", url, "--output", str(output)])
    assert (result.exit_code, result.stdout) == (0, f"Lineage drawn: {output}\n")
    assert "dev.dm.dim_event" in output.read_text(encoding="utf-8")
    failed = CliRunner(mix_stderr=False).invoke(main, ["draw", "--url", url, "--output", str(tmp_path / "no" / "folder.html")])
    assert (failed.exit_code, "No such file" in failed.stderr) == (2, True)
