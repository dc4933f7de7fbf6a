"""A page of somebody else in a real browser, which tries whatever a page may do with a server on the same machine."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

from tests.lineage.browser import shown
from tests.lineage.tickit import Json

_PAGE = Path(__file__).with_name("attack.html")
TRICKS = {"no-cors", "no-cors, blob", "cors", "read", "beacon", "json beacon", "socket", "image", "form"}
PLACES = {"another port": "127.0.0.1", "another name of this machine": "localhost", "a public page": "public.example"}


class Target(NamedTuple):
    """Addresses of a server: `posted` takes a JSON object `body`; `image` costs it something, `read` tells something."""

    posted: str
    body: Json
    image: str
    read: str

    @property
    def page(self) -> str:
        """The page that attacks it."""
        return _PAGE.read_text(encoding="utf-8").replace("TARGET", json.dumps(self._asdict()))


@contextmanager
def served(html: str) -> Iterator[int]:
    """The port of a server that has this page."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def from_place(place: str, html: str, folder: Path, *, milliseconds: int) -> str:
    """What the page, which comes from one of PLACES, has come to."""
    with served(html) as port:
        public = ["--host-resolver-rules=MAP public.example 127.0.0.1", f"--ip-address-space-overrides=127.0.0.1:{port}=public"]
        return shown(f"http://{PLACES[place]}:{port}/", folder, *(public if place == "a public page" else []), milliseconds=milliseconds)


def attacked(place: str, target: Target, folder: Path) -> Json:
    """What the page was told, by the name of the trick."""
    dom = from_place(place, target.page, folder, milliseconds=8000)
    found = re.search(r'<pre id="found">(.+?)</pre>', dom, re.DOTALL)
    assert found, f"the page's script failed: {dom[-2000:]}"
    told = dict(json.loads(unescape(found[1])))
    assert told.keys() == TRICKS
    return told


def rebound(port: int, path: str, folder: Path) -> str:
    """What stands in the window of a page whose own name has been given this machine's address."""
    return shown(f"http://rebound.example:{port}{path}", folder, "--host-resolver-rules=MAP rebound.example 127.0.0.1", milliseconds=1000)
