"""A round of delivery: order, what is put aside, what is held up."""

import json
import os
from pathlib import Path
from socket import SHUT_RDWR

import pytest

from mwaa_lineage.transport.delivery import Tally, deliver
from mwaa_lineage.transport.spool import LONGEST, Folder, new_name
from mwaa_lineage.transport.store import Store
from tests.mwaa_lineage.transport.endpoint import Endpoint, Request


def fill(spool: Folder, *events: tuple[str, str]) -> None:
    """One event a second, {(job, run)}, written in reverse."""
    for second, (job, run) in reversed(list(enumerate(events))):
        spool.put(new_name(f"2026-01-31T12:00:{second:02d}Z", run), json.dumps({"job": {"name": job}}).encode())


def job(request: Request) -> str:
    return str(json.loads(request.body)["job"]["name"])


def waiting(spool: Folder) -> list[str]:
    return [json.loads(spool.read(entry) or b"")["job"]["name"] for entry in spool.entries()]


def test_events_arrive_in_order_and_leave_the_spool(spool: Folder, store: Store, endpoint: Endpoint) -> None:
    fill(spool, ("a", "1"), ("b", "2"), ("c", "1"))
    assert deliver(spool, store) == Tally(delivered=3)
    assert endpoint.jobs == ["a", "b", "c"]
    assert spool.entries() == []


def test_an_event_stays_until_it_is_accepted(spool: Folder, store: Store, endpoint: Endpoint) -> None:
    fill(spool, ("a", "1"), ("b", "2"))
    endpoint.how = lambda request: request.answer(503)
    tally = deliver(spool, store)
    assert (tally.delivered, tally.reason) == (0, "HTTP 503")
    assert len(endpoint.requests) == 1
    assert waiting(spool) == ["a", "b"]


def test_a_refused_event_is_put_aside_with_the_reason(spool: Folder, store: Store, endpoint: Endpoint) -> None:
    fill(spool, ("bad", "1"), ("good", "2"))
    endpoint.how = lambda request: request.answer(*((422, "job.name is odd") if job(request) == "bad" else (201, "")))
    assert deliver(spool, store) == Tally(delivered=1, refused=1)
    aside, reason = sorted(path.name for path in (spool.path / "refused").iterdir())
    assert reason == f"{aside}.reason"
    assert json.loads(Path(spool.path / "refused" / aside).read_bytes())["job"]["name"] == "bad"
    assert (spool.path / "refused" / reason).read_text() == "HTTP 422 job.name is odd\n"


def test_a_failing_event_holds_up_its_own_run_only(spool: Folder, store: Store, endpoint: Endpoint) -> None:
    fill(spool, ("a", "1"), ("poison", "2"), ("after", "2"), ("b", "3"))
    endpoint.how = lambda request: request.answer(500 if job(request) == "poison" else 201)
    tally = deliver(spool, store)
    assert (tally.delivered, tally.reason) == (2, "HTTP 500")
    assert endpoint.jobs == ["a", "b"]
    assert waiting(spool) == ["poison", "after"]


def test_a_store_that_fails_at_everything_is_left_in_peace(spool: Folder, store: Store, endpoint: Endpoint) -> None:
    fill(spool, *((str(number), str(number)) for number in range(10)))
    endpoint.how = lambda request: request.answer(500)
    assert deliver(spool, store).reason == "HTTP 500"
    assert len(endpoint.requests) == 3


def poisoned(request: Request) -> None:
    request.answer(500 if job(request).startswith("poison") else 201)


@pytest.mark.parametrize("number", [3, 4, 10])
def test_others_pass_poison_at_the_head(spool: Folder, store: Store, endpoint: Endpoint, number: int) -> None:
    poison = [(f"poison{run}", f"poison{run}") for run in range(number)]
    good = [(f"good{run}_{state}", f"good{run}") for run in range(10) for state in ("start", "end")]
    fill(spool, *poison, *good)
    endpoint.how = poisoned
    tally = deliver(spool, store)
    assert (tally.delivered, tally.reason) == (20, "HTTP 500")
    assert sorted(endpoint.jobs) == sorted(name for name, _ in good)
    for run in range(10):
        assert [name for name in endpoint.jobs if name.startswith(f"good{run}_")] == [f"good{run}_start", f"good{run}_end"]
    assert waiting(spool) == [name for name, _ in poison]


def test_others_pass_poison_on_both_sides_after_some_rounds(spool: Folder, store: Store, endpoint: Endpoint) -> None:
    fill(spool, *((f"poison{run}", str(run)) for run in range(3)), ("good", "good"), *((f"poison{run}", str(run)) for run in range(3, 6)))
    endpoint.how = poisoned
    failed: set[str] = set()
    rounds = [deliver(spool, store, failed=failed).delivered for _ in range(4)]
    assert rounds == [0, 0, 0, 1]
    endpoint.how = lambda request: request.answer(201)
    assert deliver(spool, store, failed=failed) == Tally(delivered=6)


def test_others_pass_an_event_that_the_store_never_answers(spool: Folder, store: Store, endpoint: Endpoint) -> None:
    """From the second round on: in the first it is the store that seems to be away."""
    fill(spool, ("poison", "1"), *((f"good{number}", str(number)) for number in range(2, 6)), ("after", "1"))
    endpoint.how = lambda request: request.connection.shutdown(SHUT_RDWR) if job(request) == "poison" else request.answer(201)
    failed: set[str] = set()
    assert [deliver(spool, store, failed=failed).delivered for _ in range(3)] == [0, 4, 0]
    assert waiting(spool) == ["poison", "after"]


def test_another_run_is_tried_even_when_the_time_of_the_round_is_over(spool: Folder, store: Store, endpoint: Endpoint) -> None:
    """An event at which the store hangs would take it up every time."""
    fill(spool, ("poison", "1"), ("good1", "2"), ("good2", "3"))
    over: list[bool] = []

    def answer(request: Request) -> None:
        if job(request) == "poison":
            over.append(True)
            request.connection.shutdown(SHUT_RDWR)
        else:
            request.answer(201)

    endpoint.how = answer
    failed: set[str] = set()
    for delivered in (0, 1, 1):
        over.clear()
        assert deliver(spool, store, lambda: bool(over), failed).delivered == delivered
    assert waiting(spool) == ["poison"]


def test_a_store_that_is_away_is_asked_twice_a_round_at_most_and_gets_all_in_order(spool: Folder, store: Store, endpoint: Endpoint) -> None:
    fill(spool, *((f"job{number}", str(number)) for number in range(3)))
    endpoint.how = lambda request: request.answer(503)
    failed: set[str] = set()
    for rounds in range(1, 10):
        deliver(spool, store, failed=failed)
        assert len(endpoint.requests) < 2 * rounds
    endpoint.how = lambda request: request.answer(201)
    assert deliver(spool, store, failed=failed) == Tally(delivered=3)
    assert endpoint.jobs == ["job0", "job1", "job2"]


def test_a_store_that_fails_at_everything_is_left_in_peace_in_every_round(spool: Folder, store: Store, endpoint: Endpoint) -> None:
    fill(spool, *((str(number), str(number)) for number in range(4)))
    endpoint.how = lambda request: request.answer(500)
    failed: set[str] = set()
    for number in range(1, 6):
        deliver(spool, store, failed=failed)
        assert len(endpoint.requests) == 3 * number


def test_an_event_that_cannot_be_read_holds_up_its_own_run_only(spool: Folder, store: Store, endpoint: Endpoint) -> None:
    fill(spool, ("a", "1"), ("b", "2"), ("c", "1"))
    os.truncate(spool.path / spool.entries()[0], LONGEST + 1)
    tally = deliver(spool, store)
    assert endpoint.jobs == ["b"]
    assert "too long for an event" in tally.reason


def test_an_event_that_cannot_be_removed_ends_the_round(
    spool: Folder, store: Store, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    def remove(entry: str) -> None:
        raise PermissionError(f"{entry} stays")

    fill(spool, ("a", "1"), ("b", "2"))
    monkeypatch.setattr(spool, "remove", remove)
    assert "stays" in deliver(spool, store).reason
    assert endpoint.jobs == ["a"]


def test_a_wrong_key_is_told_apart(spool: Folder, store: Store, endpoint: Endpoint) -> None:
    fill(spool, ("a", "1"))
    endpoint.how = lambda request: request.answer(401)
    assert deliver(spool, store).denied
    assert waiting(spool) == ["a"]


def test_what_somebody_else_has_delivered_is_passed_over(spool: Folder, store: Store, endpoint: Endpoint) -> None:
    fill(spool, ("a", "1"), ("b", "2"))
    first, second = spool.entries()

    def answer(request: Request) -> None:
        spool.remove(second)
        request.answer(201)

    endpoint.how = answer
    assert deliver(spool, store) == Tally(delivered=1)
    assert endpoint.jobs == ["a"]
    assert spool.read(first) is None
