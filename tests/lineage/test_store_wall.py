"""Pages of others in a real browser, against a store on the same machine: nothing is stored, nothing is read."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from tests.lineage.browser import require_browser, shown
from tests.lineage.served import SECONDS, Serve, Served
from tests.lineage.tickit import Json, dataset, run_event

pytestmark = pytest.mark.system

ATTACK = Path(__file__).with_name("attack.html")
TRICKS = {"no-cors", "no-cors, blob", "cors", "read", "beacon", "json beacon", "socket", "image", "form"}
SECRET = "the_table_of_secrets"


@pytest.fixture
def store(serve: Serve) -> Served:
    """It has one event."""
    require_browser()
    served = serve()
    httpx.post(f"{served.url}/api/v1/lineage", json=run_event("ours", "START", "12:00:00", outputs=[dataset("ns", SECRET, "c")]))
    return served


Pages = Callable[[str], int]


@pytest.fixture
def pages() -> Iterator[Pages]:
    """Serves a page on a port of its own."""
    servers = []

    def serve(html: str) -> int:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(html.encode())

            def log_message(self, *_: object) -> None: ...

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return servers[-1].server_port

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def _stored(store: Served) -> list[str]:
    events = httpx.get(f"{store.url}/api/v1/events/lineage", timeout=SECONDS).json()["events"]
    return [event["job"]["name"] for event in events]


def _attack(store_url: str) -> str:
    event = json.dumps(run_event("theirs", "START", "12:00:00", run="7c2a0a1e-0000-4000-8000-000000000002"))
    return ATTACK.read_text(encoding="utf-8").replace("STORE", store_url).replace("EVENT", event)


def _found(dom: str) -> Json:
    found = re.search(r'<pre id="found">(.+?)</pre>', dom, re.DOTALL)
    assert found, f"the page's script failed: {dom[-2000:]}"
    return dict(json.loads(unescape(found[1])))


@pytest.mark.parametrize("place", ["another port", "another name of this machine", "a public page"])
def test_a_page_of_others_stores_nothing_and_reads_nothing(store: Served, pages: Pages, tmp_path: Path, place: str) -> None:
    port = pages(_attack(store.url))
    name = {"another port": "127.0.0.1", "another name of this machine": "localhost", "a public page": "public.example"}[place]
    public = ["--host-resolver-rules=MAP public.example 127.0.0.1", f"--ip-address-space-overrides=127.0.0.1:{port}=public"]
    flags = public if place == "a public page" else []
    found = _found(shown(f"http://{name}:{port}/", tmp_path, *flags, milliseconds=8000))
    assert found.keys() == TRICKS
    assert (found["image"], found["socket"], SECRET in found["read"]) == ("failed", "closed", False)
    assert found["read"].startswith("TypeError"), "the browser gives no answer to the page"
    assert _stored(store) == ["ours"]


@pytest.mark.parametrize("place", ["another port", "a public page"])
def test_a_form_that_opens_the_store_in_the_window_is_refused(store: Served, pages: Pages, tmp_path: Path, place: str) -> None:
    html = _attack(store.url).replace('target: "hidden"', 'target: "_self"')
    port = pages(re.sub(r"Promise\.all\(.*?\n</script>", "form.submit();</script>", html, flags=re.DOTALL))
    public = ["--host-resolver-rules=MAP public.example 127.0.0.1", f"--ip-address-space-overrides=127.0.0.1:{port}=public"]
    name, flags = ("public.example", public) if place == "a public page" else ("127.0.0.1", [])
    dom = shown(f"http://{name}:{port}/", tmp_path, *flags, milliseconds=3000)
    assert "may not use this server" in dom
    assert _stored(store) == ["ours"]


@pytest.mark.parametrize("path", ["/", "/api/v1/events/lineage"])
def test_a_name_that_is_given_this_machines_address_reads_nothing(store: Served, tmp_path: Path, path: str) -> None:
    rules = "--host-resolver-rules=MAP rebound.example 127.0.0.1"
    dom = shown(f"http://rebound.example:{store.port}{path}", tmp_path, rules, milliseconds=1000)
    assert "is no name of this server" in dom
    assert SECRET not in dom
    own = shown(f"{store.url}{path}", tmp_path, milliseconds=1000)
    assert SECRET in own, "the person's own address shows it"


def test_the_page_draws_itself_under_its_policy_and_a_link_may_open_it(store: Served, pages: Pages, tmp_path: Path) -> None:
    link = f'<a href="{store.url}/">lineage</a><script>document.querySelector("a").click()</script>'
    for address in (f"{store.url}/", f"http://localhost:{store.port}/", f"http://127.0.0.1:{pages(link)}/"):
        dom = shown(address, tmp_path, milliseconds=3000)
        assert re.search(rf'<g class="node[^>]*>.*{SECRET}', dom, re.DOTALL), f"the scripts of {address} drew nothing"
    deeper = link.replace(f"{store.url}/", f"{store.url}/api/v1/events/lineage")
    assert SECRET not in shown(f"http://127.0.0.1:{pages(deeper)}/", tmp_path, milliseconds=3000)
