"""The database's files: private, checked when they are opened, and missed when they are gone."""

import os
import resource
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from lineage.store.database import Database, DatabaseError
from tests.lineage.tickit import Json, Store, client_of, run_event


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lineage.db"


@contextmanager
def _store(path: Path) -> Iterator[Store]:
    database = Database(path)
    with client_of(database) as client:
        yield Store(client, database)


def _event(number: int) -> Json:
    return run_event(f"job{number}", "START", "12:00:00", run=str(number))


def _modes(folder: Path) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


PRIVATE = {"lineage.db": 0o600, "lineage.db-wal": 0o600, "lineage.db-shm": 0o600}


@contextmanager
def _umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def test_the_files_are_their_owners_alone_whatever_the_umask(path: Path) -> None:
    with _umask(0), _store(path) as store:
        store.post(_event(1))
        assert _modes(path.parent) == PRIVATE


def test_files_that_others_could_read_are_closed_to_them(path: Path) -> None:
    with _store(path) as store:
        store.post(_event(1))
        for name in PRIVATE:
            (path.parent / name).chmod(0o644)
        with _store(path):
            assert _modes(path.parent) == PRIVATE


def _remove(path: Path) -> None:
    path.unlink()


def _remove_all(path: Path) -> None:
    for file in path.parent.glob("lineage.db*"):
        file.unlink()


def _replace(path: Path) -> None:
    sqlite3.connect(path.with_name("new")).close()
    path.with_name("new").write_bytes(b"")
    path.with_name("new").replace(path)


def _remove_log(path: Path) -> None:
    path.with_name("lineage.db-wal").unlink()


def _remove_index(path: Path) -> None:
    path.with_name("lineage.db-shm").unlink()


@pytest.mark.parametrize("harm", [_remove, _remove_all, _replace, _remove_log, _remove_index])
def test_nothing_is_acknowledged_once_a_file_is_gone(path: Path, harm: object) -> None:
    assert callable(harm)
    with _store(path) as store:
        store.post(_event(1))
        harm(path)
        answers = [store.client.post("/api/v1/lineage", json=_event(2)), store.client.get("/healthcheck"), store.client.get("/")]
        answers += [store.client.get("/api/v1/namespaces")]
        assert [answer.status_code for answer in answers] == [503] * 4
        assert all("removed or replaced" in answer.json()["message"] for answer in answers)
    assert harm is not _remove or not path.exists(), "an empty one in its place would hide what has happened"


def test_a_removed_folder_is_told_as_well(path: Path) -> None:
    with _store(path) as store:
        path.parent.rename(path.parent.with_name("elsewhere"))
        assert store.client.post("/api/v1/lineage", json=_event(1)).status_code == 503


def test_two_stores_on_one_file_do_not_miss_it(path: Path) -> None:
    with _store(path) as store:
        with _store(path) as other:
            other.post(_event(1))
        store.post(_event(2))
        assert store.client.get("/healthcheck").json() == {"status": "ok"}
        assert store.get("/events/lineage")["totalCount"] == 2


@contextmanager
def _files_no_larger_than(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_without_room_is_told_by_health_and_events_and_then_it_goes_on(path: Path) -> None:
    with _store(path) as store:
        store.post(_event(1))
        with _files_no_larger_than(path.with_name("lineage.db-wal").stat().st_size):
            answers = [store.client.get("/healthcheck"), store.client.post("/api/v1/lineage", json=_event(2))]
            assert len(store.get("/namespaces")["namespaces"]) == 1
        assert [answer.status_code for answer in answers] == [503, 503]
        assert all("cannot be used" in answer.json()["message"] for answer in answers)
        assert store.client.get("/healthcheck").status_code == 200
        store.post(_event(2))
        assert store.get("/events/lineage")["totalCount"] == 2


def test_the_health_check_changes_nothing(path: Path) -> None:
    with _store(path) as store:
        store.post(_event(1))
        before = store.get("/events/lineage"), store.get("/namespaces")
        assert store.client.get("/healthcheck").json() == {"status": "ok"}
        assert (store.get("/events/lineage"), store.get("/namespaces")) == before


def test_a_damaged_file_is_refused_in_one_line(path: Path) -> None:
    with _store(path) as store:
        store.post(*(_event(number) for number in range(200)))
    content = bytearray(path.read_bytes())
    page = 4096
    for place in range(2 * page, len(content), page):
        content[place : place + 40] = b"\xff" * 40
    path.write_bytes(content)
    with pytest.raises(DatabaseError, match=r"damaged|malformed") as refused:
        Database(path)
    assert "\n" not in str(refused.value)
    assert path.read_bytes() == content


class _Endless(sqlite3.Connection):
    """Looks through its file for as long as nobody interrupts it."""

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        endless = "with recursive n (i) as (select 1 union all select i + 1 from n) select 'ok' from n where i < 0"
        return super().execute(endless if "quick_check" in sql else sql, parameters)


def test_the_look_through_the_file_is_bounded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = sqlite3.connect
    monkeypatch.setattr("lineage.store.database._SECONDS_TO_CHECK", 0.5)
    monkeypatch.setattr("sqlite3.connect", lambda *parts, **options: connect(*parts, **options, factory=_Endless))
    with _store(path) as store:
        store.post(_event(1))


@pytest.mark.parametrize(("version", "is_taken"), [((3, 36, 9), False), ((3, 37, 0), True), ((3, 40, 1), True)])
def test_an_sqlite_that_is_too_old_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...], is_taken: bool
) -> None:
    monkeypatch.setattr("sqlite3.sqlite_version_info", version)
    if is_taken:
        Database(path).close()
        return
    with pytest.raises(DatabaseError, match=r"the store needs 3\.37 or newer"):
        Database(path)
    assert not path.exists()


@pytest.mark.parametrize("path_of_request", ["/healthcheck", "/api/v1/namespaces", "/api/v1/column-lineage?nodeId=job:a:b", "/"])
def test_without_a_thread_the_store_says_that_it_is_busy(path_of_request: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with client_of(Database(path)) as client:

        def none(_: threading.Thread) -> None:
            raise RuntimeError("can't start new thread")

        with monkeypatch.context() as patch:
            patch.setattr("anyio._backends._asyncio.WorkerThread.start", none)
            answer = client.get(path_of_request)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
        assert client.get("/healthcheck").status_code == 200


@pytest.mark.parametrize("code", ["SQLITE_BUSY_SNAPSHOT", "SQLITE_LOCKED_SHAREDCACHE", "SQLITE_SCHEMA", "SQLITE_INTERRUPT"])
def test_what_another_connection_causes_is_no_fault_of_the_request(code: str, path: Path) -> None:
    error = sqlite3.OperationalError(code)
    error.sqlite_errorcode = getattr(sqlite3, code)
    database = Database(path)
    with pytest.raises(DatabaseError), database.read():
        raise error
    database.close()
