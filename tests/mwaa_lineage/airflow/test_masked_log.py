"""What a logger offers is there, and no way of logging shows a credential."""

import copy
import logging
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mwaa_lineage.airflow.masked_log import LONGEST, MaskedLog
from mwaa_lineage.masking.texts import mask

SECRET = "password='c4n4ry'"


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[MaskedLog]:
    caplog.set_level(logging.DEBUG, "masked")
    yield MaskedLog(logging.getLogger("masked"), mask)
    logging.getLogger("masked").setLevel(logging.NOTSET)


def fail() -> None:
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        raise RuntimeError("no") from error


def with_trace(log: MaskedLog, method: str, **options: Any) -> None:
    try:
        fail()
    except RuntimeError:
        getattr(log, method)("it failed", **options)


WAYS: dict[str, Callable[[MaskedLog], object]] = {
    "arguments": lambda log: log.info("ran %s, %d rows", SECRET, 3),
    "a dictionary": lambda log: log.info("ran %(sql)s", {"sql": SECRET}),
    "a level": lambda log: log.log(logging.INFO, "ran %s", SECRET),
    "arguments that do not fit": lambda log: log.info("ran %s, %s", SECRET),  # noqa: PLE1206 - faults on purpose
    "an argument too many": lambda log: log.info("ran", SECRET),  # noqa: PLE1205
    "no text": lambda log: log.info({"sql": SECRET}),
    "old names": lambda log: (log.warn(SECRET), log.fatal(SECRET)),
    "a child": lambda log: log.getChild("child").info(SECRET),
    "an exception": lambda log: with_trace(log, "exception"),
    "an exception on any level": lambda log: with_trace(log, "info", exc_info=True),
    "extra": lambda log: log.info("ran %s", "it", extra={"sql": SECRET, "more": {"sql": SECRET}}),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.filterwarnings("ignore:The 'warn' method:DeprecationWarning")
def test_no_way_of_logging_shows_a_credential(way: Callable[[MaskedLog], object], log: MaskedLog, caplog: pytest.LogCaptureFixture) -> None:
    way(log)
    assert caplog.records
    assert "***" in (shown := caplog.text + str([vars(record) for record in caplog.records]))
    assert "c4n4ry" not in shown.replace(f"raise ValueError({SECRET!r})", "")
    assert {Path(record.pathname).name for record in caplog.records} == {Path(__file__).name}


def test_the_caller_may_be_told(log: MaskedLog, caplog: pytest.LogCaptureFixture) -> None:
    def inner() -> None:
        log.info("x", stacklevel=2)

    inner()
    assert caplog.records[0].funcName == test_the_caller_may_be_told.__name__


class Costly:
    def __init__(self) -> None:
        self.shown = 0

    def __str__(self) -> str:
        self.shown += 1
        return "x"


def test_what_nobody_sees_is_not_made(log: MaskedLog) -> None:
    log.setLevel(logging.WARNING)
    assert not log.isEnabledFor(logging.INFO)
    log.info("%s", costly := Costly())
    assert costly.shown == 0


def test_what_cannot_be_shown_stops_nothing(log: MaskedLog, caplog: pytest.LogCaptureFixture) -> None:
    class Odd:
        def __str__(self) -> str:
            raise RuntimeError(SECRET)

    log.info("%s", Odd())
    assert caplog.messages == ["(a line that cannot be shown: RuntimeError)"]


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda log: pickle.loads(pickle.dumps(log))])
def test_it_can_be_copied(copied: Callable[[MaskedLog], MaskedLog], log: MaskedLog, caplog: pytest.LogCaptureFixture) -> None:
    copied(log).info(SECRET)
    assert caplog.messages == ["password='***'"]


def test_a_percent_sign_and_a_long_line(log: MaskedLog, caplog: pytest.LogCaptureFixture) -> None:
    log.info("100% done")
    log.info("%s", ["x" * LONGEST + SECRET])
    assert caplog.messages[0] == "100% done"
    assert len(caplog.messages[1]) < LONGEST
