"""Every finding is tested by a test of its name, is in the document with its cure, and never shows a secret."""

import os
import re
from pathlib import Path

import pytest

from mwaa_lineage.doctor.findings import Kind, Level, Report
from tests.mwaa_lineage.doctor.kinds import only

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[2] / "docs/lineage.md"
ROW = "| {kind.title} | {level} | {kind.meaning} | {kind.cure} |"
KEY = "c4n4ryKey"


def test_every_finding_has_a_test_of_its_name() -> None:
    tests = re.findall(r"^def test_(\w+)\(", "".join(file.read_text() for file in HERE.glob("test_*.py")), re.MULTILINE)
    assert [kind.name for kind in Kind if not any(test.startswith(kind.name.lower()) for test in tests)] == []


def test_the_document_has_every_finding_with_its_cure() -> None:
    rows = [ROW.format(kind=kind, level=kind.level.value.lower()) for kind in Kind]
    found = [line for line in DOCUMENT.read_text().splitlines() if any(line.startswith(f"| {kind.title} |") for kind in Kind)]
    assert found == rows, "the table in docs/lineage.md must be:\n" + "\n".join(rows)


def test_no_two_findings_are_the_same() -> None:
    assert len({kind.meaning for kind in Kind}) == len(Kind) == len(Kind.__members__)


def test_a_finding_is_one_line_with_its_cure() -> None:
    report = Report()
    report.found(Kind.KEY_REFUSED, "HTTP 401\nno\tsuch key")
    assert str(only(report)) == (
        "FAULT   key refused: the store does not accept the API key (HTTP 401 no such key). "
        "Cure: put the store's key into the Airflow Variable OPENLINEAGE_API_KEY, then update the environment: "
        "workers that run keep what they have read when they started."
    )


def test_check_failed() -> None:
    def fail() -> None:
        raise ZeroDivisionError("no\nway")

    report = Report()
    with report.check("the spool"):
        fail()
    report.ok("after", "it goes on")
    assert [finding.level for finding in report.findings] == [Level.FAULT, Level.OK]
    assert "check failed: " in str(report.findings[0])
    assert "(the spool: ZeroDivisionError: no way)" in str(report.findings[0])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OPENLINEAGE_API_KEY", f" {KEY}\n"),
        ("MARQUEZ_API_KEY", KEY),
        ("OPENLINEAGE__TRANSPORT__AUTH", f'{{"type": "api_key", "apiKey": "{KEY}"}}'),
        ("AIRFLOW__OPENLINEAGE__TRANSPORT", f"{{'auth': {{'type': 'api_key', 'api_key': '{KEY}'}}, broken"),
        ("OPENLINEAGE__TRANSPORT__CUSTOM_HEADERS", f'{{"Authorization": "Bearer {KEY}"}}'),
        ("OPENLINEAGE_URL", f"http://me:{KEY}@marquez.test:5000"),
    ],
)
def test_a_secret_in_a_setting_is_not_shown(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    report = Report()
    report.found(Kind.TRANSPORT_BROKEN, f"ValueError: {value} is no transport, {os.environ}")
    report.ok("transport", value)
    assert all(KEY not in str(finding) for finding in report.findings)
    assert "is no transport" in str(report.findings[0])


def test_a_secret_in_the_file_that_a_setting_names_is_not_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "openlineage.yml"
    file.write_text(f"transport:\n  auth:\n    apiKey: {KEY}\n  - broken")
    monkeypatch.setenv("OPENLINEAGE_CONFIG", str(file))
    report = Report()
    report.found(Kind.TRANSPORT_BROKEN, f"ScannerError: {file.read_text()}")
    assert KEY not in str(only(report))
