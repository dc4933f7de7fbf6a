"""Pages of others in a real browser, against a store on the same machine: nothing is stored, nothing is read."""

import re
from pathlib import Path

import httpx
import pytest

from tests.lineage.attacks import PLACES, Target, attacked, from_place, rebound
from tests.lineage.browser import require_browser, shown
from tests.lineage.served import SECONDS, Serve, Served
from tests.lineage.tickit import dataset, run_event

pytestmark = pytest.mark.system

SECRET = "the_table_of_secrets"


@pytest.fixture
def store(serve: Serve) -> Served:
    """It has one event."""
    require_browser()
    served = serve()
    httpx.post(f"{served.url}/api/v1/lineage", json=run_event("ours", "START", "12:00:00", outputs=[dataset("ns", SECRET, "c")]))
    return served


def _stored(store: Served) -> list[str]:
    events = httpx.get(f"{store.url}/api/v1/events/lineage", timeout=SECONDS).json()["events"]
    return [event["job"]["name"] for event in events]


def _target(store: Served) -> Target:
    event = run_event("theirs", "START", "12:00:00", run="7c2a0a1e-0000-4000-8000-000000000002")
    api = f"{store.url}/api/v1"
    return Target(f"{api}/lineage", event, f"{api}/column-lineage?nodeId=datasetField:a:b:c", f"{api}/namespaces")


@pytest.mark.parametrize("place", PLACES)
def test_a_page_of_others_stores_nothing_and_reads_nothing(store: Served, tmp_path: Path, place: str) -> None:
    found = attacked(place, _target(store), tmp_path)
    assert (found["image"], found["socket"], SECRET in found["read"]) == ("failed", "closed", False)
    assert found["read"].startswith("TypeError"), "the browser gives no answer to the page"
    assert _stored(store) == ["ours"]


@pytest.mark.parametrize("place", ["another port", "a public page"])
def test_a_form_that_opens_the_store_in_the_window_is_refused(store: Served, tmp_path: Path, place: str) -> None:
    html = _target(store).page.replace('target: "hidden"', 'target: "_self"')
    html = re.sub(r"Promise\.all\(.*?\n</script>", "form.submit();</script>", html, flags=re.DOTALL)
    assert "may not use this server" in from_place(place, html, tmp_path, milliseconds=3000)
    assert _stored(store) == ["ours"]


@pytest.mark.parametrize("path", ["/", "/api/v1/events/lineage"])
def test_a_name_that_is_given_this_machines_address_reads_nothing(store: Served, tmp_path: Path, path: str) -> None:
    dom = rebound(store.port, path, tmp_path)
    assert "is no name of this server" in dom
    assert SECRET not in dom
    own = shown(f"{store.url}{path}", tmp_path, milliseconds=1000)
    assert SECRET in own, "the person's own address shows it"


def test_the_page_draws_itself_under_its_policy_and_a_link_may_open_it(store: Served, tmp_path: Path) -> None:
    link = f'<a href="{store.url}/">lineage</a><script>document.querySelector("a").click()</script>'
    of_others = from_place("another port", link, tmp_path, milliseconds=3000)
    own = [shown(address, tmp_path, milliseconds=3000) for address in (f"{store.url}/", f"http://localhost:{store.port}/")]
    for dom in (*own, of_others):
        assert re.search(rf'<g class="node[^>]*>.*{SECRET}', dom, re.DOTALL), "the page's scripts drew nothing"
    deeper = link.replace(f"{store.url}/", f"{store.url}/api/v1/events/lineage")
    assert SECRET not in from_place("another port", deeper, tmp_path, milliseconds=3000)
