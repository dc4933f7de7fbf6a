"""The page as a store serves it: it asks for more, draws what has changed, and keeps what is looked at."""

import base64
import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lineage import page
from lineage.graph import Dataset, DatasetId, Graph, Job
from tests.lineage.browser import require_browser, shown
from tests.lineage.tickit import Store, dataset, run_event

ZOOMS = 'document.querySelector("[data-zoom=in]").click();'


def graph(*tables: str) -> Graph:
    """A job that reads the first table and writes the others."""
    ids = [DatasetId("ns", table) for table in tables]
    job = Job("ns", "a_dag.load", (ids[0],), tuple(ids[1:]), None, None)
    return Graph((job,), tuple(Dataset(id_, ()) for id_ in ids), frozenset())


class Serving(BaseHTTPRequestHandler):
    """The first page until it has been asked about twice, then the second."""

    pages: tuple[bytes, bytes]
    known: list[str | None]

    def do_GET(self) -> None:
        if self.path != "/":
            self.send_error(404)
            return
        asked = self.headers.get("If-None-Match")
        self.known.append(asked)
        version = 1 if len(self.known) < 3 else 2
        self.send_response(304 if asked == f'"{version}"' else 200)
        self.send_header("ETag", f'"{version}"')
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if asked != f'"{version}"':
            self.wfile.write(self.pages[version - 1])

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def serving(first: Graph, second: Graph) -> Iterator[tuple[str, list[str | None]]]:
    pages = (_zooming(page.render(first, '"1"')), page.render(second, '"2"'))
    handler = type("Handler", (Serving,), {"pages": tuple(text.encode() for text in pages), "known": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", handler.known  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()


def _zooming(html: str) -> str:
    """The page on which somebody has zoomed in."""
    digest = base64.b64encode(hashlib.sha256(ZOOMS.encode()).digest()).decode()
    return html.replace("</body>", f"<script>{ZOOMS}</script></body>").replace("script-src", f"script-src 'sha256-{digest}'", 1)


def scale(dom: str) -> str:
    found = re.search(r"scale\(([\d.]+)\)", dom)
    assert found
    return found[1]


def test_what_came_is_drawn_and_what_was_chosen_and_zoomed_stays(tmp_path: Path) -> None:
    require_browser()
    with serving(graph("a", "b"), graph("a", "b", "newcomer")) as (url, known):
        dom = shown(f"{url}#dataset%3Ans%3Aa", tmp_path, milliseconds=6500)
    assert known[:4] == [None, '"1"', '"1"', '"2"']
    assert "newcomer" in re.sub(r"<script.*?</script>", "", dom, flags=re.DOTALL)
    panel = dom[dom.index('id="panel"') :]
    assert "<h2>a</h2>" in panel
    assert dom.count('<g class="node') == 4
    assert float(scale(dom)) > 1, "a small graph fits at 1; somebody has zoomed in"


def test_a_file_asks_nobody(tmp_path: Path) -> None:
    require_browser()
    file = tmp_path / "page.html"
    file.write_text(page.render(graph("a", "b")))
    assert "connect-src" not in file.read_text().split("<style>")[0]
    assert 'class="node' in shown(file.as_uri(), tmp_path, milliseconds=3000)


def test_who_has_the_page_as_it_is_gets_nothing_and_each_event_makes_it_another(store: Store) -> None:
    first = store.client.get("/")
    again = store.client.get("/", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["content-security-policy"] == first.headers["content-security-policy"], "browsers take a 304's for the page's"
    store.post(run_event("a.load", "COMPLETE", "12:00:00", outputs=[dataset("ns", "t", "id")]))
    changed = store.client.get("/", headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]
    assert "connect-src 'self'" in changed.headers["content-security-policy"]


@pytest.mark.parametrize("asked", ['"1"', "*", ""])
def test_who_has_another_page_gets_this_one(store: Store, asked: str) -> None:
    assert store.client.get("/", headers={"If-None-Match": asked}).status_code == 200
