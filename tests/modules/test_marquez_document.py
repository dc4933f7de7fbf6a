"""docs/marquez.md: behind each property in its tables stands a test, and each test of the chart's properties has its row."""

import ast
import re
from pathlib import Path

import pytest

from modules.marquez_images import images
from modules.settings import Settings

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/marquez.md").read_text()
TABLES = TEXT.split("<!-- properties -->")[1].split("<!-- end of properties -->")[0]
COMPLETE = "tests/modules/test_chart_properties.py"


def rows() -> dict[str, dict[str, str]]:
    """{file of tests: {test: property}}."""
    sections = re.split(r"^### `(.+)`$", TABLES, flags=re.MULTILINE)[1:]
    return {
        file: dict(_row(line) for line in table.splitlines() if "`test_" in line) for file, table in zip(*[iter(sections)] * 2, strict=True)
    }


def _row(line: str) -> tuple[str, str]:
    match = re.fullmatch(r"\| (.+) \| `(test_\w+)` \|", line)
    assert match, line
    return match[2], match[1]


def functions_of(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@pytest.mark.parametrize("file", rows())
def test_behind_each_property_stands_a_test(file: str) -> None:
    assert set(rows()[file]) <= functions_of(file)


def test_each_test_of_the_charts_properties_has_its_row() -> None:
    assert set(rows()[COMPLETE]) == functions_of(COMPLETE)


def test_no_property_is_listed_twice() -> None:
    listed = [line for line in TABLES.splitlines() if "`test_" in line]
    assert len(listed) == len(set(listed)) == sum(len(found) for found in rows().values())


def test_the_settings_it_names_are_there() -> None:
    named = set(re.findall(r"`((?:marquez|eks|image|external|lineage|certificate)_\w+)(?: = [^`]*)?`", TEXT))
    outputs = {"marquez_ui_url", "marquez_ui_address", "lineage_endpoint"}
    assert {"marquez_read_only", "marquez_retention_days", "image_digests"} <= named
    assert named - outputs <= set(Settings.model_fields)


def test_the_version_it_names_is_the_charts() -> None:
    assert images()["api"] in TEXT
