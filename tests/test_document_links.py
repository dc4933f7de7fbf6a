"""The documents refer to pages and headings that are there, and the changelog to the version that is."""

import re
import tomllib
from pathlib import Path

import pytest

from tools.build_wheel import METADATA, ROOT

PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]


def anchors(page: Path) -> set[str]:
    """What a link may name behind `#`, as GitHub makes it of a heading."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", re.sub(r"\]\(.*?\)", "", heading.lower())).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_document_leads_somewhere(page: Path) -> None:
    astray = []
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        name, _, anchor = link.partition("#")
        there = page.parent / name if name else page
        if "://" not in link and not (there.exists() and (not anchor or anchor in anchors(there))):
            astray.append(link)
    assert astray == []


def test_the_readme_names_every_document() -> None:
    readme = (ROOT / "README.md").read_text()
    assert [page.name for page in (ROOT / "docs").glob("*.md") if f"](docs/{page.name})" not in readme] == []


def test_the_newest_version_of_the_changelog_is_that_of_the_wheel() -> None:
    """What is not released yet may stand before it."""
    versions = re.findall(r"^## (\d[\d.]*\d)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert versions[0] == tomllib.loads(METADATA.read_text())["project"]["version"]
