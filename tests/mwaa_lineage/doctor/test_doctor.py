"""The examination as its DAG runs it: what the log says, and when the task fails."""

import logging
from datetime import UTC, datetime

import pytest

from mwaa_lineage.doctor import doctor
from mwaa_lineage.doctor.arrival import OwnRun
from mwaa_lineage.doctor.doctor import Faults
from mwaa_lineage.doctor.findings import Kind, Level, Report

SINCE = datetime(2026, 1, 31, tzinfo=UTC)
WARNING = next(kind for kind in Kind if kind.level is Level.WARNING)
FAULT = next(kind for kind in Kind if kind.level is Level.FAULT)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    monkeypatch.setattr(logging.getLogger(doctor.__name__), "propagate", True)
    caplog.set_level(logging.INFO, doctor.__name__)
    return caplog


def diagnose(monkeypatch: pytest.MonkeyPatch, *found: Kind | None) -> Report:
    report = Report()
    for number, kind in enumerate(found):
        if kind:
            report.found(kind, f"detail {number}")
        else:
            report.ok("subject", f"detail {number}")
    monkeypatch.setattr(doctor, "examine", lambda own: report if own == OwnRun("dag.task", SINCE) else Report())
    doctor.diagnose("dag.task", SINCE)
    return report


@pytest.mark.parametrize("found", [(None,), (None, WARNING, None), (WARNING, WARNING)])
def test_without_faults_every_finding_is_logged_and_the_counts_last(
    monkeypatch: pytest.MonkeyPatch, said: pytest.LogCaptureFixture, found: tuple[Kind | None, ...]
) -> None:
    report = diagnose(monkeypatch, *found)
    assert sorted(said.messages[:-1]) == sorted(map(str, report.findings))
    assert said.messages[-1] == f"faults: 0, warnings: {found.count(WARNING)}"
    assert {record.levelno for record in said.records} == {logging.INFO}


@pytest.mark.parametrize("found", [(FAULT,), (None, FAULT, WARNING, FAULT)])
def test_a_fault_fails_the_task_with_a_line_each_after_the_counts(
    monkeypatch: pytest.MonkeyPatch, said: pytest.LogCaptureFixture, found: tuple[Kind | None, ...]
) -> None:
    with pytest.raises(Faults) as caught:
        diagnose(monkeypatch, *found)
    counts, *lines = str(caught.value).splitlines()
    assert counts == f"faults: {found.count(FAULT)}, warnings: {found.count(WARNING)}"
    assert [line.startswith("FAULT") for line in lines] == [True] * found.count(FAULT)
    assert len(said.messages) == len(found) - len(lines)
