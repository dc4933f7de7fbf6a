"""Wrong requests of all kinds, some of those that `make fuzz-store` sends; and that faults are found."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.lineage.served import Serve
from tools import fuzz_store

pytestmark = pytest.mark.system


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_puts_the_store_out(serve: Serve, seed: int) -> None:
    assert fuzz_store.fuzz(serve().url, seed, range(400), print) == []


def test_a_request_is_the_same_for_its_number() -> None:
    assert [fuzz_store.request(7, number) for number in range(100)] == [fuzz_store.request(7, number) for number in range(100)]
    assert fuzz_store.request(7, 1) != fuzz_store.request(8, 1)
    assert {fuzz_store.request(7, number)[0] for number in range(300)} == {kind.__name__ for kind in fuzz_store.KINDS}


def _fail(handler: BaseHTTPRequestHandler) -> None:
    handler.send_error(500)


def _hang(_: BaseHTTPRequestHandler) -> None:
    threading.Event().wait(5)


@pytest.mark.parametrize(("how", "told"), [(_fail, ": 500: "), (_hang, ": no answer (TimeoutError): ")])
def test_a_fault_is_told(how: Callable[[BaseHTTPRequestHandler], None], told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Handler(BaseHTTPRequestHandler):
        do_GET = do_POST = how  # noqa: N815 - the names that http.server looks for

        def log_message(self, *_: object) -> None: ...

    monkeypatch.setattr(fuzz_store, "SECONDS", 1)
    monkeypatch.setattr(fuzz_store, "MOST_FAULTS", 1)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        (fault,) = fuzz_store.fuzz(f"http://127.0.0.1:{server.server_port}", 1, range(100), print)
    finally:
        server.shutdown()
        server.server_close()
    assert told in fault
