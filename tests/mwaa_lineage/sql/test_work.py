"""Work beside a task: what it gives, that it is stopped, that it may be nested deeply, and what a fork finds."""

import os
import sys
import threading
import time
from typing import NoReturn

import pytest

from mwaa_lineage.sql import work as module
from mwaa_lineage.sql.work import Stopped, Work, interruptible

LONG = 60  # seconds, within which everything here ends by far


def endless() -> NoReturn:
    with interruptible():
        while True:
            sum(range(100))


def test_it_gives_what_was_asked_for() -> None:
    work = Work(lambda: 42)
    assert work.finished(LONG)
    assert (work.result(), work.failed) == (42, False)


def test_it_raises_what_was_raised() -> None:
    work = Work(lambda: 1 // 0)
    assert work.finished(LONG)
    with pytest.raises(ZeroDivisionError):
        work.result()


def test_it_is_waited_for_no_longer_than_was_said() -> None:
    over = threading.Event()
    work = Work(lambda: over.wait(LONG))
    assert not work.finished(0.01)
    over.set()
    assert work.finished(LONG)


def test_what_only_computes_is_stopped() -> None:
    work = Work(endless)
    assert not work.finished(0.1)
    work.stop("enough")
    assert work.finished(LONG)
    with pytest.raises(Stopped):
        work.result()


def test_what_waits_is_stopped_when_it_computes_again() -> None:
    over = threading.Event()

    def waiting() -> None:
        over.wait(LONG)
        endless()

    work = Work(waiting)
    work.stop("enough")
    assert not work.finished(0.1)
    over.set()
    assert work.finished(LONG)
    assert work.stopped == "enough"


def test_what_takes_too_long_is_stopped_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECONDS", 0.1)
    work = Work(endless)
    assert work.finished(LONG)
    assert work.stopped == "it took more than 0.1 s"


def test_what_takes_too_much_memory_is_stopped_by_itself() -> None:
    def hoard() -> None:
        kept = []
        with interruptible():
            while True:
                kept.append(bytearray(2**20))
                time.sleep(0.002)

    work = Work(hoard, megabytes=50)
    assert work.finished(LONG)
    assert work.stopped == "it took more than 50 MB of memory"


def test_it_may_be_nested_deeply_and_nothing_else_afterwards() -> None:
    def down(levels: int) -> int:
        return levels and down(levels - 1)

    usual = sys.getrecursionlimit()
    work = Work(lambda: down(10_000))
    assert work.finished(LONG)
    assert work.result() == 0
    assert sys.getrecursionlimit() == usual


def test_a_fork_knows_that_the_thread_is_not_there() -> None:
    over = threading.Event()
    work = Work(lambda: over.wait(LONG))
    child = os.fork()
    if not child:
        again = Work(lambda: 1)
        os._exit(0 if not work.alive and not work.finished(LONG) and again.finished(LONG) else 1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    over.set()
    assert work.finished(LONG)
