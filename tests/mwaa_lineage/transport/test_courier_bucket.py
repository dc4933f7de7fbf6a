"""A machine that vanishes: what cannot be delivered stands in a bucket, and is delivered from there."""

import json
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from openlineage.client.transport.transport import Config

from mwaa_lineage.transport import bucket as buckets
from mwaa_lineage.transport import direct
from mwaa_lineage.transport.delivery import Tally
from mwaa_lineage.transport.replay import replay, replay_all
from mwaa_lineage.transport.safekeeping import Safekeeping
from mwaa_lineage.transport.settings import Settings, host
from mwaa_lineage.transport.spool import LOCK, Folder, new_name
from mwaa_lineage.transport.transport import SpoolTransport
from tests.local.waiting import eventually
from tests.mwaa_lineage.transport.conftest import BUCKET, KEY, couriers, kill_couriers
from tests.mwaa_lineage.transport.endpoint import Endpoint, Request, event

pytestmark = pytest.mark.system

SOON = float("inf")
PREFIX = "lineage-spool/"
PLACE = f"s3://{BUCKET}/{PREFIX}"


@pytest.fixture
def s3(s3: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The environment names a place in its bucket for what is spooled."""
    monkeypatch.setenv("OPENLINEAGE_SPOOL", PLACE)
    monkeypatch.setattr("mwaa_lineage.transport.replay.folders", lambda: [folder])  # and none that the machine's other processes share
    return s3


def keys(s3: Any) -> list[str]:
    return [entry["Key"] for entry in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def put(s3: Any, machine: str, second: int, job: str) -> None:
    name = new_name(f"2026-01-31T12:00:{second:02d}Z", job)
    s3.put_object(Bucket=BUCKET, Key=f"{PREFIX}{machine}/{name}", Body=json.dumps({"job": {"name": job}}).encode())


def emit(*jobs: str) -> None:
    sender = SpoolTransport(Config())
    for second, job in enumerate(jobs):
        sender.emit(event(job, second))


def log(folder: Path) -> str:
    path = folder / "courier.log"
    return path.read_text() if path.exists() else ""


def test_what_cannot_be_delivered_is_in_the_bucket_at_once_and_leaves_it_when_it_is(folder: Path, endpoint: Endpoint, s3: Any) -> None:
    endpoint.how = lambda request: request.answer(503)
    emit("job0", "job1")
    eventually(lambda: len(keys(s3)) == 2, "both events are in the bucket")
    assert all(key.startswith(f"{PREFIX}{host()}/") for key in keys(s3))
    bodies = [s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in sorted(keys(s3))]
    assert [json.loads(body)["job"]["name"] for body in bodies] == ["job0", "job1"]
    eventually(lambda: len(list((folder / "saved").iterdir())) == 2, "the files are marked as saved")
    assert KEY not in log(folder)
    endpoint.how = lambda request: request.answer(201)
    eventually(lambda: not Folder(folder).entries() and not keys(s3), "both are delivered, and gone from disk and bucket")
    assert sorted(endpoint.jobs) == ["job0", "job1"]  # of two runs: the second may be tried first, as the store has failed at the other


def test_a_machine_that_vanishes_loses_nothing(folder: Path, endpoint: Endpoint, s3: Any, settings: Settings) -> None:
    endpoint.how = lambda request: request.answer(500)
    emit("job0", "job1", "job2")
    eventually(lambda: len(keys(s3)) == 3, "the events are in the bucket")
    kill_couriers(folder)
    folder.rename(folder.with_name("vanished"))
    endpoint.how = lambda request: request.answer(201)
    assert replay(PLACE, settings) == Tally(delivered=3)
    assert endpoint.jobs == ["job0", "job1", "job2"]
    assert keys(s3) == []


def test_a_courier_that_is_told_to_stop_saves_the_rest(folder: Path, endpoint: Endpoint, s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENLINEAGE_SPOOL", f"s3://{BUCKET}/lineage-spool")  # without the slash it is the same place
    endpoint.how = lambda request: request.answer(503) if len(endpoint.requests) > 1 else request.answer(201)
    emit("job0")
    eventually(lambda: endpoint.jobs == ["job0"], "the courier is at work")
    (courier,) = couriers(folder)
    emit("job1")
    courier.terminate()
    eventually(lambda: not courier.is_running(), "it has ended")
    assert len(keys(s3)) == 1
    assert keys(s3)[0].startswith(PREFIX)


def test_without_the_bucket_events_stay_on_disk(folder: Path, endpoint: Endpoint, s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENLINEAGE_SPOOL", "s3://somebody-elses/lineage-spool/")
    endpoint.how = lambda request: request.answer(503)
    emit("job0")
    eventually(lambda: "s3://somebody-elses/lineage-spool/ cannot be used: put_object" in log(folder), "the log tells that")
    assert len(Folder(folder).entries()) == 1
    endpoint.how = lambda request: request.answer(201)
    eventually(lambda: endpoint.jobs == ["job0"], "it is delivered all the same")
    assert keys(s3) == []


def test_an_event_is_in_the_bucket_while_the_store_hangs(
    folder: Path, endpoint: Endpoint, s3: Any, over: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENLINEAGE_TIMEOUT", "1")
    endpoint.how = lambda _: over.wait(60)
    emit("job0")
    eventually(lambda: len(keys(s3)) == 1, "the first is in the bucket")
    emit("job1")
    eventually(lambda: len(keys(s3)) == 2, "so is the second")
    assert endpoint.accepted == []


def test_with_a_wrong_key_one_courier_serves_many_events(folder: Path, endpoint: Endpoint, s3: Any) -> None:
    endpoint.how = lambda request: request.answer(401)
    emit("job0")
    eventually(lambda: "gave up: HTTP 401" in log(folder), "the courier was denied")
    emit("job1", "job2", "job3")
    eventually(lambda: len(keys(s3)) == 4, "all are in the bucket")
    assert len(endpoint.requests) == 1
    eventually(lambda: not couriers(folder), "the courier ends", 30)
    emit("job4")
    eventually(lambda: len(endpoint.requests) == 2, "the next event starts another one")


def test_without_a_process_an_event_is_in_the_bucket_all_the_same(
    folder: Path, endpoint: Endpoint, s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one, too, which nobody tries to deliver."""
    monkeypatch.setattr(sys, "executable", "")
    endpoint.how = lambda request: request.answer(503)
    emit("job0", "job1")
    emit("job2")
    eventually(lambda: not Folder(folder).delivering, "the first attempt has ended")
    emit("job3")
    eventually(lambda: len(keys(s3)) == 4, "all are in the bucket")
    assert len(endpoint.requests) == 1


def test_a_refused_event_is_put_aside_in_the_bucket_too(folder: Path, endpoint: Endpoint, s3: Any, settings: Settings) -> None:
    endpoint.how = lambda request: request.answer(422, "job.name is odd")
    emit("odd")
    eventually(lambda: len(keys(s3)) == 2, "the event and the reason are in the bucket")
    event_key, reason_key = sorted(keys(s3))
    assert event_key.startswith(f"{PREFIX}refused/{host()}/")
    assert reason_key == f"{event_key}.reason"
    assert s3.get_object(Bucket=BUCKET, Key=reason_key)["Body"].read() == b"HTTP 422 job.name is odd\n"
    assert replay(PLACE, settings) == Tally()  # what is aside is not tried again


def test_a_replay_goes_through_all_machines_in_the_order_of_events(endpoint: Endpoint, s3: Any, settings: Settings) -> None:
    for second, machine in enumerate(["b", "a", "b", "c", "a"]):
        put(s3, machine, second, f"job{second}")
    put(s3, "refused/a", 0, "refused")
    assert replay(PLACE, settings) == Tally(delivered=5)
    assert endpoint.jobs == [f"job{second}" for second in range(5)]
    assert len(keys(s3)) == 1


def test_a_replay_lists_more_than_a_page(s3: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buckets, "PAGE", 2)
    for number in range(5):
        put(s3, "a", number, f"job{number}")
    assert replay(PLACE, settings).delivered == 5
    assert keys(s3) == []


def test_a_replay_goes_on_where_it_stopped(endpoint: Endpoint, s3: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mwaa_lineage.transport.replay.PAUSES", (0.01,))
    for second in range(6):
        put(s3, "a", second, f"job{second}")
    endpoint.how = lambda request: request.answer(201 if len(endpoint.accepted) < 2 else 503)
    tally = replay(PLACE, settings)
    assert (tally.delivered, tally.reason) == (2, "HTTP 503")
    assert len(keys(s3)) == 4
    endpoint.how = lambda request: request.answer(201)
    assert replay(PLACE, settings) == Tally(delivered=4)
    assert endpoint.jobs == [f"job{second}" for second in range(6)]


def test_the_dag_delivers_bucket_and_disk(folder: Path, endpoint: Endpoint, s3: Any) -> None:
    put(s3, "gone", 0, "job0")
    Folder(folder).put(new_name("2026-01-31T12:00:01Z", "run"), b'{"job": {"name": "job1"}}')
    assert replay_all() == 2
    assert endpoint.jobs == ["job1", "job0"]


def test_the_dag_delivers_what_stands_in_both_once(folder: Path, endpoint: Endpoint, s3: Any) -> None:
    spool = Safekeeping.of(folder, Settings.from_environment(), print)
    spool.put(new_name("2026-01-31T12:00:01Z", "run"), b'{"job": {"name": "job1"}}')
    assert spool.save(SOON) == 1
    put(s3, "gone", 0, "job0")
    assert replay_all() == 2
    assert endpoint.jobs == ["job1", "job0"]
    assert keys(s3) == []


def test_the_dag_goes_on_when_a_place_fails(folder: Path, endpoint: Endpoint, s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """One folder is a file, the lock of another a folder; the bucket is somebody else's: all are named, the third folder is delivered."""
    file, broken = folder.with_name("file"), folder.with_name("broken")
    file.touch()
    monkeypatch.setattr("mwaa_lineage.transport.replay.folders", lambda: [file, broken, folder])
    monkeypatch.setenv("OPENLINEAGE_SPOOL", "s3://somebody-elses/x/")
    for path in (broken, folder):
        Folder(path).put(new_name("2026-01-31T12:00:01Z", "run"), b'{"job": {"name": "job"}}')
    (broken / LOCK).mkdir()
    with pytest.raises(OSError, match=r"1 events delivered; .*/file: .*; .*/broken: .*; s3://somebody-elses/x/: .* cannot be used"):
        replay_all()
    assert endpoint.jobs == ["job"]
    assert keys(s3) == []


def test_the_dag_counts_what_was_delivered_before_the_bucket_failed(
    endpoint: Endpoint, s3: Any, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr("mwaa_lineage.transport.replay.PAUSES", (0.01,))
    for second in range(3):
        put(s3, "gone", second, f"job{second}")
    endpoint.how = lambda request: request.answer(201 if len(endpoint.accepted) < 2 else 503)
    found = iter([buckets.Bucket(PLACE).entries()])

    def entries(_: buckets.Bucket) -> list[str]:
        for listed in found:
            return listed
        raise buckets.BucketError("the bucket is away")

    monkeypatch.setattr(buckets.Bucket, "entries", entries)
    with pytest.raises(OSError, match=r"2 events delivered; s3://.*: events are left: the bucket is away"):
        replay_all()


def test_what_a_replay_leaves_has_a_courier(folder: Path, endpoint: Endpoint, s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event that comes during the replay finds the place of the courier taken."""
    monkeypatch.setattr("mwaa_lineage.transport.replay.PAUSES", (0.01,))
    Folder(folder).put(new_name("2026-01-31T12:00:00Z", "run"), b'{"job": {"name": "job0"}}')
    came: list[bool] = []

    def answer(request: Request) -> None:
        if not came:
            came.append(Folder(folder).delivering)
            emit("job1")
        request.answer(503)

    endpoint.how = answer
    with pytest.raises(OSError, match=r"0 events delivered; .*: events are left: HTTP 503"):
        replay_all()
    assert came == [True]
    endpoint.how = lambda request: request.answer(201)
    eventually(lambda: sorted(endpoint.jobs) == ["job0", "job1"], "a courier delivers both", 30)
    eventually(lambda: keys(s3) == [], "no copy stays")


def test_the_dag_fails_when_events_are_left(endpoint: Endpoint, s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mwaa_lineage.transport.replay.PAUSES", (0.01,))
    put(s3, "gone", 0, "job0")
    endpoint.how = lambda request: request.answer(401)
    with pytest.raises(OSError, match="events are left: HTTP 401"):
        replay_all()
    assert len(keys(s3)) == 1


def test_a_bucket_that_cannot_be_listed_is_named(endpoint: Endpoint, s3: Any, settings: Settings) -> None:
    del s3
    with pytest.raises(OSError, match="s3://somebody-elses/x/ cannot be used: list_objects_v2"):
        replay("s3://somebody-elses/x/", settings)


@pytest.fixture
def no_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No place of the spool can be written to, and nothing has failed yet."""
    (tmp_path / "file").touch()
    monkeypatch.setattr("mwaa_lineage.transport.transport.folders", lambda: [tmp_path / "file/one"])
    monkeypatch.setattr(direct, "TO_STORE", direct.Way(direct.TO_STORE.seconds))
    monkeypatch.setattr(direct, "TO_BUCKET", direct.Way(direct.TO_BUCKET.seconds))


@pytest.mark.usefixtures("no_disk")
def test_without_a_disk_an_undeliverable_event_goes_to_the_bucket(
    endpoint: Endpoint, s3: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(direct.TO_BUCKET, "seconds", 30)
    endpoint.how = lambda request: request.answer(503)
    emit("job0", "job1")
    assert len(keys(s3)) == 2
    assert len(endpoint.requests) == 1
    assert "lost" not in caplog.text


@pytest.mark.usefixtures("folder", "no_disk")
def test_without_a_disk_a_task_waits_for_neither_store_nor_bucket(
    endpoint: Endpoint, over: threading.Event, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Both answer only when all events are sent; the bucket has them then, as long as the task lives."""
    monkeypatch.setenv("OPENLINEAGE_SPOOL", PLACE)
    monkeypatch.setenv("OPENLINEAGE_TIMEOUT", "60")
    saved: list[str] = []

    def save(_: buckets.Bucket, name: str, event: bytes) -> None:
        assert over.wait(60)
        saved.append(json.loads(event)["job"]["name"])

    monkeypatch.setattr(buckets.Bucket, "save", save)
    endpoint.how = lambda _: over.wait(60)
    emit("job0", "job1", "job2")
    assert saved == []
    assert len([record for record in caplog.records if "may be lost: " in record.getMessage()]) == 3
    assert "is lost" not in caplog.text
    over.set()
    eventually(lambda: sorted(saved) == ["job0", "job1", "job2"], "the bucket has all of them")
    assert len(endpoint.requests) == 1


@pytest.mark.usefixtures("folder", "no_disk")
def test_nobody_waits_for_a_bucket_that_has_just_failed(
    endpoint: Endpoint, over: threading.Event, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OPENLINEAGE_SPOOL", PLACE)
    monkeypatch.setattr(direct, "TO_BUCKET", direct.Way(60, closed_until=float("inf")))
    endpoint.how = lambda request: request.answer(503)
    patient: list[bool] = []
    monkeypatch.setattr(buckets.Bucket, "save", lambda *_: patient.append(over.wait(20)))
    emit("job0")
    over.set()
    eventually(lambda: patient == [True], "the event is given to the bucket all the same, which answers only afterwards")
    assert "may be lost: HTTP 503; the bucket has not answered yet" in caplog.text


def test_together_the_two_bounds_are_what_a_first_task_may_wait() -> None:
    assert direct.TO_STORE.seconds + direct.TO_BUCKET.seconds < 2


@pytest.mark.usefixtures("folder", "no_disk")
def test_without_a_disk_and_with_a_bucket_that_fails_an_event_is_lost(
    endpoint: Endpoint, s3: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(direct.TO_BUCKET, "seconds", 30)
    monkeypatch.setenv("OPENLINEAGE_SPOOL", "s3://somebody-elses/x/")
    endpoint.how = lambda request: request.answer(503)
    emit("job0")
    assert "is lost: HTTP 503; s3://somebody-elses/x/ cannot be used: put_object" in caplog.text
    assert keys(s3) == []
