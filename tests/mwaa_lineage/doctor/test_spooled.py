"""The spool: folders that cannot be used, events that are left, and the bucket."""

import re
import time
from pathlib import Path
from typing import Any

import pytest

from mwaa_lineage.doctor.findings import Kind, Report
from mwaa_lineage.doctor.spooled import examine
from mwaa_lineage.transport.bucket import Bucket
from mwaa_lineage.transport.courier import LOG
from mwaa_lineage.transport.spool import Folder, new_name
from tests.mwaa_lineage.doctor.kinds import kinds, only, text
from tests.mwaa_lineage.transport.conftest import BUCKET
from tests.mwaa_lineage.transport.endpoint import nobody

PLACE = f"s3://{BUCKET}/lineage-spool/"


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def unusable(tmp_path: Path) -> Path:
    """A folder below a file, which even the superuser cannot make."""
    (tmp_path / "file").touch()
    return tmp_path / "file/spool"


def written(seconds_ago: float) -> str:
    """The name of an event that was written then."""
    parts = new_name("2026-01-31T12:00:00Z", "run").split("-")
    return "-".join([parts[0], f"{time.time_ns() - int(seconds_ago * 1e9):020d}", *parts[2:]])


def test_an_empty_spool_is_well(report: Report, spool: Path) -> None:
    examine(report, [spool], "")
    assert kinds(report) == []
    assert f"{spool}: 0 waiting, 0 refused; no courier runs, as none is needed; no word of a courier" in text(report)
    assert list(spool.rglob("*.json")) == list((spool / "waiting").iterdir()) == []


def oldest(report: Report) -> int:
    """The seconds that are said of the oldest event; a loaded machine adds some."""
    (seconds,) = re.findall(r"the oldest for (\d+) s\)", text(report))
    return int(seconds)


def test_events_on_their_way_are_well(report: Report, spool: Path) -> None:
    Folder(spool).put(written(5), b"{}")
    examine(report, [spool], "")
    assert kinds(report) == []
    assert "1 waiting" in text(report)


def test_events_waiting(report: Report, spool: Path) -> None:
    folder = Folder(spool)
    folder.put(written(600), b"{}")
    folder.put(written(5), b"{}")
    (spool / LOG).write_text("first\nnot delivered\nsaved\ngave up: HTTP 401\n")
    examine(report, [spool], "")
    assert only(report).kind is Kind.EVENTS_WAITING
    assert "spool: 2, the oldest for " in text(report)
    assert 600 <= oldest(report) < 660
    assert "no courier runs" in text(report)
    assert "the courier last said: not delivered | saved | gave up: HTTP 401" in text(report)


def test_a_courier_at_work_is_told(report: Report, spool: Path) -> None:
    with Folder(spool).sole_delivery(0) as alone:
        assert alone
        examine(report, [spool], "")
    assert "a courier is at work" in text(report)


def test_events_refused(report: Report, spool: Path) -> None:
    folder = Folder(spool)
    folder.refuse(folder.put(written(5), b"{}"), b"{}", "HTTP 422")
    examine(report, [spool], "")
    assert only(report).kind is Kind.EVENTS_REFUSED


def test_spool_elsewhere(report: Report, spool: Path, unusable: Path) -> None:
    examine(report, [unusable, spool], "")
    assert only(report).kind is Kind.SPOOL_ELSEWHERE
    assert f"{unusable}: NotADirectoryError" in text(report)
    assert f"used is {spool}" in text(report)


def test_spool_unusable(report: Report, unusable: Path) -> None:
    examine(report, [unusable], "")
    assert only(report).kind is Kind.SPOOL_UNUSABLE


@pytest.mark.system
class TestBucket:
    def test_an_empty_bucket_is_well(self, report: Report, spool: Path, s3: Any) -> None:
        examine(report, [spool], PLACE)
        assert kinds(report) == []
        assert f"bucket: {PLACE}, here as" in text(report)
        assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET)

    def test_events_of_all_machines_are_counted(self, report: Report, spool: Path, s3: Any) -> None:
        for machine, name in [("a", written(700)), ("b", written(80)), ("b", written(5))]:
            s3.put_object(Bucket=BUCKET, Key=f"lineage-spool/{machine}/{name}", Body=b"{}")
        for name in (written(500), written(400)):
            Bucket(PLACE).refuse(f"lineage-spool/c/{name}", b"{}", "HTTP 422")
        examine(report, [spool], PLACE)
        assert kinds(report) == [Kind.EVENTS_WAITING, Kind.EVENTS_REFUSED]
        assert f"({PLACE}, of all machines: 3, the oldest for " in text(report)
        assert 700 <= oldest(report) < 760
        assert f"({PLACE}, of all machines: 2)" in text(report)


@pytest.mark.system
@pytest.mark.usefixtures("s3")
def test_bucket_unusable(report: Report, spool: Path) -> None:
    examine(report, [spool], "s3://somebody-elses/lineage-spool/")
    assert only(report).kind is Kind.BUCKET_UNUSABLE
    assert "put_object: An error occurred (NoSuchBucket)" in text(report)


def test_bucket_unusable_where_s3_does_not_answer(report: Report, spool: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens where S3 should be."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_ENDPOINT_URL", nobody())
    examine(report, [spool], PLACE)
    assert only(report).kind is Kind.BUCKET_UNUSABLE
