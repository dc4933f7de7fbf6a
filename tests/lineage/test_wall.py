"""Whose requests a server on loopback refuses."""

import pytest

from lineage.wall import Wall

OWN = "127.0.0.1:5000"
OPENED = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
wall = Wall(page="/")


@pytest.mark.parametrize("host", [OWN, "127.0.0.1", "localhost:1", "LocalHost:5000", "[::1]:5000", "[::1]"])
def test_its_own_names_at_any_port(host: str) -> None:
    assert wall.refusal("POST", "http", "/x", {"host": host}) is None
    assert wall.refusal("POST", "http", "/x", {"host": host, "origin": f"http://{host}", "sec-fetch-site": "same-origin"}) is None


@pytest.mark.parametrize(
    "host",
    [
        *("", "evil.example", "evil.example:5000", "localhost.", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.1.nip.io"),
        *("evil.localhost", "127.0.0.2", "127.1", "2130706433", "0.0.0.0", "0x7f.1", "[::]", "[::ffff:127.0.0.1]", "::1", "10.0.0.1"),
        *(
            "evil@127.0.0.1",
            "127.0.0.1:5000:80",
            "127.0.0.1:",
            "127.0.0.1:x",
            "127.0.0.1/",
            "127.0.0.1, evil.example",
            " 127.0.0.1",
            "127.0.0.1\n",
        ),
    ],
)
def test_any_other_name_is_refused(host: str) -> None:
    for method in ("GET", "POST", "OPTIONS"):
        assert "is no name of this server" in (wall.refusal(method, "http", "/", {"host": host}) or "")


@pytest.mark.parametrize(
    "origin",
    [
        *(
            "null",
            "",
            "http://evil.example",
            "http://127.0.0.1:5001",
            "http://127.0.0.1",
            "https://127.0.0.1:5000",
            "http://localhost:5000",
        ),
        *("file://", "chrome-extension://abc", "http://127.0.0.1:5000.evil.example", "http://127.0.0.1:5000/"),
    ],
)
def test_a_page_of_another_origin_is_refused(origin: str) -> None:
    for method in ("GET", "POST", "OPTIONS", "DELETE"):
        assert wall.refusal(method, "http", "/", {"host": OWN, "origin": origin, **OPENED})


@pytest.mark.parametrize("site", ["cross-site", "same-site", "Same-Origin", "", "x"])
def test_what_another_page_makes_the_browser_ask_is_refused(site: str) -> None:
    for mode, kind in (("no-cors", "image"), ("cors", "empty"), ("navigate", "iframe"), ("navigate", "object"), ("websocket", "websocket")):
        asked = {"host": OWN, "sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": kind}
        assert wall.refusal("GET", "http", "/", asked)


def test_a_link_elsewhere_opens_the_page_and_nothing_else() -> None:
    assert wall.refusal("GET", "http", "/", {"host": OWN, **OPENED}) is None
    for method, path in (("POST", "/"), ("HEAD", "/"), ("GET", "/api/v1/namespaces"), ("GET", "//"), ("GET", "")):
        assert wall.refusal(method, "http", path, {"host": OWN, **OPENED})
    assert Wall().refusal("GET", "http", "/", {"host": OWN, **OPENED}), "not of a server without a page"
    assert wall.refusal("GET", "http", "/", {"host": "evil.example", **OPENED})


@pytest.mark.parametrize("site", ["none", "same-origin"])
def test_the_person_and_its_own_page_may_ask(site: str) -> None:
    assert wall.refusal("GET", "http", "/api", {"host": OWN, "sec-fetch-site": site}) is None
