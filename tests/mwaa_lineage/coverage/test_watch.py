"""The watch of the coverage, from inside a task: against this repository's store, and an emulated CloudWatch."""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest

from lineage.client import read_lineage
from lineage.coverage import measured
from mwaa_lineage.coverage import reading, watch
from mwaa_lineage.coverage.measure import coverage
from mwaa_lineage.doctor import arrival
from mwaa_lineage.doctor.reading import Reader, Unreadable
from mwaa_lineage.transport.settings import NoUrl, Settings
from tests.lineage.test_coverage import SOURCE, WITH_COLUMNS, _task
from tests.lineage.tickit import JOBS, Json, run_event
from tests.mwaa_lineage.doctor.marquez import Marquez
from tests.mwaa_lineage.doctor.marquez import marquez as serve
from tests.mwaa_lineage.transport.conftest import moto, s3

__all__ = ["moto", "s3"]  # fixtures
OWN = "lineage_coverage.measure"
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
GOOD = _task("good", "LineageSQLOperator", inputs=[SOURCE], outputs=[WITH_COLUMNS])
GAP = _task("gap", "PythonOperator", unknown=True)


@pytest.fixture
def marquez(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Marquez]:
    """A store, which the environment names."""
    for name in ("OPENLINEAGE_API_KEY", "OPENLINEAGE_ENDPOINT", "OPENLINEAGE_TIMEOUT", watch.ENVIRONMENT):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(arrival, "DELIVERY", 0)
    with serve(tmp_path) as running:
        monkeypatch.setenv("OPENLINEAGE_URL", running.url)
        monkeypatch.setenv("OPENLINEAGE_NAMESPACE", JOBS)
        yield running


@pytest.fixture
def look(marquez: Marquez, tmp_path: Path) -> Callable[..., float | None]:
    """Watch after some events have arrived, the start of the own task among them."""

    def after(*events: Json, fail_under: float = 100, ignore: str = "", own: bool = True) -> float | None:
        dags = tmp_path / "dags"
        dags.mkdir()
        (dags / "dag.lineage.yaml").write_text(ignore)
        for event in (*events, *([run_event(OWN, "START", "12:00:01", run="own")] if own else [])):
            httpx.post(f"{marquez.url}/api/v1/lineage", json=event, trust_env=False).raise_for_status()
        return watch.watch(OWN, NOW, fail_under=fail_under, dags=dags)

    return after


def test_a_pipeline_that_lacks_nothing(look: Callable[..., float | None]) -> None:
    assert look(GOOD, _task("idle", "EmptyOperator")) == 100


def test_a_gap_is_named_and_fails_the_watch(look: Callable[..., float | None], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), pytest.raises(watch.Dropped) as dropped:
        look(GOOD, GAP)
    assert str(dropped.value).splitlines()[0] == "coverage 50 % is below 100 %"
    assert str(dropped.value).splitlines()[1].startswith("dag.gap: operator without lineage: of what PythonOperator runs")
    assert "Coverage 50 %: 1 of 2 tasks lack nothing" in caplog.text


def test_a_gap_may_be_allowed_by_the_share_or_by_its_name(look: Callable[..., float | None]) -> None:
    assert look(GOOD, GAP, fail_under=50) == 50


def test_what_the_files_beside_the_dags_ignore_is_no_gap(look: Callable[..., float | None]) -> None:
    assert look(GOOD, GAP, ignore="ignore: {jobs: [dag.g*p]}") == 100


@pytest.mark.parametrize("text", ["- x", "ignore: [x]", "ignore: {jobs: 5}", "a: [", "\x00", ""])
def test_a_file_that_cannot_be_read_ignores_nothing(look: Callable[..., float | None], text: str) -> None:
    with pytest.raises(watch.Dropped):
        look(GAP, ignore=text)


def test_nothing_has_run_yet(look: Callable[..., float | None]) -> None:
    assert look() == 100


def test_events_that_do_not_arrive_are_noticed_though_old_ones_are_there(look: Callable[..., float | None]) -> None:
    with pytest.raises(watch.Dropped, match=r"no start of this very task, lineage_coverage\.measure in tickit: .*lineage_doctor"):
        look(GOOD, own=False)


def test_a_start_of_yesterday_is_no_sign_of_life(marquez: Marquez, tmp_path: Path) -> None:
    event = run_event(OWN, "START", "12:00:01", run="own")
    httpx.post(f"{marquez.url}/api/v1/lineage", json=event, trust_env=False).raise_for_status()
    with pytest.raises(watch.Dropped, match="no start of this very task"):
        watch.watch(OWN, NOW + timedelta(days=1), fail_under=0, dags=tmp_path)


def test_a_store_that_lets_nobody_read(look: Callable[..., float | None], marquez: Marquez) -> None:
    marquez.door = lambda asked: (403, "no") if asked.method == "GET" else None
    with pytest.raises(Unreadable, match="HTTP 403"):
        look(GOOD)


def test_a_catalog_that_is_no_marquez_is_not_measured(
    marquez: Marquez, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OPENLINEAGE_ENDPOINT", "openapi/openlineage/api/v1/lineage")
    marquez.door = lambda asked: (404, "") if asked.method == "GET" else None
    assert watch.watch(OWN, NOW, fail_under=100, dags=tmp_path) is None
    assert "The coverage is not measured: only a Marquez can be read, and the catalog at openapi/openlineage/api/v1/lineage" in caplog.text


@pytest.mark.parametrize("endpoint", ["", "api/v1/lineage", "/api/v1/lineage/"])
def test_a_marquez_that_cannot_be_read_is_a_fault(marquez: Marquez, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    monkeypatch.setenv("OPENLINEAGE_ENDPOINT", endpoint)
    marquez.door = lambda asked: (404, "") if asked.method == "GET" else None
    with pytest.raises(Unreadable):
        watch.watch(OWN, NOW, fail_under=100, dags=tmp_path)


def test_no_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("OPENLINEAGE_URL", raising=False)
    with pytest.raises(NoUrl):
        watch.watch(OWN, NOW, fail_under=0, dags=tmp_path)


def _told() -> list[float]:
    found = boto3.client("cloudwatch").get_metric_statistics(
        Namespace=watch.NAMESPACE,
        MetricName=watch.METRIC,
        Dimensions=[{"Name": "Environment", "Value": "tickit-airflow"}],
        StartTime=datetime.now(UTC) - timedelta(hours=1),
        EndTime=datetime.now(UTC) + timedelta(hours=1),
        Period=86400,
        Statistics=["Maximum"],
    )
    return [point["Maximum"] for point in found["Datapoints"]]


def test_cloudwatch_is_told_how_much_is_missing(look: Callable[..., float | None], s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    del s3  # which names the emulated AWS in the environment
    monkeypatch.setenv(watch.ENVIRONMENT, "tickit-airflow")
    with pytest.raises(watch.Dropped):
        look(GOOD, GAP, fail_under=80)
    assert _told() == [30]


def test_outside_of_mwaa_nobody_is_told(look: Callable[..., float | None], s3: Any) -> None:
    del s3
    with pytest.raises(watch.Dropped):
        look(GAP)
    assert _told() == []


def test_a_cloudwatch_that_refuses_changes_nothing(
    look: Callable[..., float | None], s3: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    del s3
    monkeypatch.setenv(watch.ENVIRONMENT, "")
    monkeypatch.setenv(watch.ENVIRONMENT, "x" * 2000)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    assert look(GOOD) == 100
    assert "CloudWatch was not told: EndpointConnectionError" in caplog.text


def test_both_sides_measure_the_same(marquez: Marquez) -> None:
    events = [GOOD, GAP, _task("odd", "S3CopyObjectOperator", inputs=[SOURCE])]
    many = [_task(f"many{number}", "EmptyOperator") for number in range(2 * reading.PAGE)]
    with httpx.Client(base_url=marquez.url, trust_env=False) as store:
        for event in (*events, *many):
            store.post("/api/v1/lineage", json=event).raise_for_status()
    reader = Reader(Settings.for_store(marquez.url))
    jobs = reading.jobs(reader, JOBS)
    assert coverage(jobs, reading.traced(reader, jobs)) == measured(read_lineage(marquez.url))
    assert len(jobs) == 104, "the DAG is one, too"


def test_a_store_with_more_than_can_be_read_is_not_half_read(marquez: Marquez, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PAGE", 1)
    monkeypatch.setattr(reading, "MOST", 2)
    for number in range(3):
        event = _task(f"t{number}", "EmptyOperator")
        httpx.post(f"{marquez.url}/api/v1/lineage", json=event, trust_env=False).raise_for_status()
    with pytest.raises(Unreadable, match="lists more than 2 jobs"):
        reading.jobs(Reader(Settings.for_store(marquez.url)), JOBS)
