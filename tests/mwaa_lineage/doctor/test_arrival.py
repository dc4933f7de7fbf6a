"""Whether events arrive: real transports, a real courier, and a store that has them or not."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import mwaa_lineage.transport
from mwaa_lineage.doctor import arrival
from mwaa_lineage.doctor.arrival import OwnRun
from mwaa_lineage.doctor.endpoint import examine
from mwaa_lineage.doctor.findings import Kind, Report
from mwaa_lineage.doctor.probe import JOB, Probe
from mwaa_lineage.doctor.spooled import last_words
from mwaa_lineage.doctor.transport import Resolved, resolve
from mwaa_lineage.transport.settings import Settings
from tests.local.waiting import eventually
from tests.mwaa_lineage.doctor.kinds import kinds, only, text
from tests.mwaa_lineage.doctor.marquez import Asked, Marquez
from tests.mwaa_lineage.transport.conftest import KEY
from tests.mwaa_lineage.transport.endpoint import Endpoint, nobody

pytestmark = pytest.mark.system

OURS = str(Path(mwaa_lineage.transport.__file__).parent / "openlineage.yml")
OWN = "lineage_doctor.examine"


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not come soon will not come at all in these tests."""
    monkeypatch.setattr(arrival, "STORING", 0.3)


@pytest.fixture
def probe() -> Probe:
    return Probe("tickit")


def resolved(**variables: str) -> Resolved:
    os.environ.update(variables)
    found = resolve(Report(), [])
    assert found is not None
    return found


def ours(url: str) -> Resolved:
    return resolved(OPENLINEAGE_URL=url, OPENLINEAGE_CONFIG=OURS, OPENLINEAGE_NAMESPACE="tickit")


def at(marquez: Marquez) -> Settings:
    return Settings(f"{marquez.url}/api/v1/lineage", KEY)


@pytest.mark.parametrize("transport", ["spool", "http"])
def test_an_event_that_arrives_is_well(report: Report, folder: Path, marquez: Marquez, probe: Probe, transport: str) -> None:
    found = ours(marquez.url) if transport == "spool" else resolved(OPENLINEAGE_URL=marquez.url)
    assert examine(report, at(marquez), probe)
    assert arrival.emit(report, found, probe, [folder])
    arrival.read_back(report, at(marquez), probe)
    assert kinds(report) == []
    assert f"the store has the event of {JOB}, run {probe.run_id}" in text(report)


def test_transport_failed(report: Report, probe: Probe) -> None:
    found = resolved(
        OPENLINEAGE__TRANSPORT__TYPE="http", OPENLINEAGE__TRANSPORT__URL=nobody(), OPENLINEAGE__TRANSPORT__RETRY='{"total": 0}'
    )
    assert not arrival.emit(report, found, probe, [])
    assert only(report).kind is Kind.TRANSPORT_FAILED
    assert "Connection refused" in text(report)


def test_event_stuck(report: Report, folder: Path, endpoint: Endpoint, probe: Probe, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint.how = lambda request: request.answer(503, f"come later, {request.headers['Authorization']}")
    found = ours(endpoint.url)
    found.client.emit(Probe("tickit").end())
    eventually(lambda: "503" in last_words(folder), "a courier has met the store before the doctor's patience begins")
    monkeypatch.setattr(arrival, "DELIVERY", 0.3)
    assert not arrival.emit(report, found, probe, [folder])
    assert only(report).kind is Kind.EVENT_STUCK
    assert "a courier is at work; the courier last said: " in text(report)
    assert "not delivered, tried again: HTTP 503 come later, Bearer ***" in text(report)
    assert KEY not in text(report)


def test_event_refused(report: Report, folder: Path, endpoint: Endpoint, probe: Probe) -> None:
    endpoint.how = lambda request: request.answer(422, "no such thing")
    assert not arrival.emit(report, ours(endpoint.url), probe, [folder])
    assert only(report).kind is Kind.EVENT_REFUSED
    assert "(HTTP 422 no such thing)" in text(report)


def test_event_not_stored(report: Report, folder: Path, marquez: Marquez, probe: Probe) -> None:
    def door(asked: Asked) -> tuple[int, str] | None:
        return (201, "") if asked.method == "POST" else None

    marquez.door = door
    assert arrival.emit(report, ours(marquez.url), probe, [folder])
    arrival.read_back(report, at(marquez), probe)
    assert only(report).kind is Kind.EVENT_NOT_STORED
    assert "unknown" in text(report)


def test_event_not_stored_where_a_filter_drops_it(report: Report, marquez: Marquez, probe: Probe) -> None:
    found = resolved(OPENLINEAGE_URL=marquez.url, OPENLINEAGE__FILTERS=f'[{{"type": "exact", "match": "{JOB}"}}]')
    assert examine(report, at(marquez), probe)
    assert arrival.emit(report, found, probe, [])
    arrival.read_back(report, at(marquez), probe)
    assert only(report).kind is Kind.EVENT_NOT_STORED
    assert "RUNNING" in text(report)


def test_integration_silent(report: Report, marquez: Marquez) -> None:
    arrival.read_own(report, at(marquez), "tickit", OwnRun(OWN, datetime.now(UTC)))
    assert only(report).kind is Kind.INTEGRATION_SILENT
    assert f"{OWN} in tickit" in text(report)


def test_integration_silent_this_time(report: Report, marquez: Marquez, monkeypatch: pytest.MonkeyPatch) -> None:
    """An earlier run of the same job is no sign of life."""
    monkeypatch.setattr("mwaa_lineage.doctor.probe.JOB", OWN)
    assert examine(report, at(marquez), Probe("tickit"))
    arrival.read_own(report, at(marquez), "tickit", OwnRun(OWN, datetime.now(UTC) + timedelta(minutes=1)))
    assert only(report).kind is Kind.INTEGRATION_SILENT


def test_an_integration_that_has_sent_the_start_of_the_task_is_well(
    report: Report, marquez: Marquez, monkeypatch: pytest.MonkeyPatch
) -> None:
    since = datetime.now(UTC)
    monkeypatch.setattr("mwaa_lineage.doctor.probe.JOB", OWN)
    assert examine(report, at(marquez), Probe("tickit"))
    arrival.read_own(report, at(marquez), "tickit", OwnRun(OWN, since))
    assert kinds(report) == []
