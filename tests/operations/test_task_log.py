"""The log of a task: awaited for as long as was said, of the last attempt only its end."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from operations import task_log
from operations.task_log import LINES, LogUnavailable, tail

PREFIX = "dag_id=d/run_id=r/task_id=t/attempt="


class Logs:
    """CloudWatch, in which the streams {name: its messages} appear when its clock says so."""

    def __init__(self, streams: dict[str, list[str]], appear: float = 0) -> None:
        self.now, self.looks, self._streams, self._appear = 0.0, list[float](), streams, appear

    def monotonic(self) -> float:
        return 86_400.0 + self.now  # no machine's clock begins with the command

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def get_paginator(self, _: str) -> "Logs":
        return self

    def paginate(self, *, logGroupName: str, logStreamNamePrefix: str) -> list[dict[str, Any]]:  # noqa: N803 - the API's names
        self.looks.append(self.now)
        there = self._streams if self.now >= self._appear else {}
        return [{"logStreams": [{"logStreamName": name}]} for name in there if name.startswith(logStreamNamePrefix)]

    def get_log_events(self, *, logStreamName: str, limit: int, **_: Any) -> dict[str, Any]:  # noqa: N803
        return {"events": [{"message": text, "timestamp": time.time_ns() // 1_000_000} for text in self._streams[logStreamName][-limit:]]}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[Logs], Logs]:
    def set_clock(logs: Logs) -> Logs:
        monkeypatch.setattr(task_log, "time", logs)
        return logs

    return set_clock


@pytest.mark.parametrize("appear", [0, 1, 9.5, 10])
def test_a_log_that_appears_in_time_is_awaited(clock: Callable[[Logs], Logs], appear: float) -> None:
    logs = clock(Logs({f"{PREFIX}1.log": ["out of cheese"]}, appear))
    assert tail(logs, "group", PREFIX, seconds=10) == ["out of cheese"]
    assert appear <= logs.now < appear + 1


@pytest.mark.parametrize("seconds", [0, 3, 60])
def test_a_log_that_never_appears_is_given_up_when_the_time_is_over(clock: Callable[[Logs], Logs], seconds: float) -> None:
    logs = clock(Logs({f"{PREFIX}1.log": ["too late"]}, appear=1e9))
    with pytest.raises(LogUnavailable, match=f"group has nothing in {PREFIX}"):
        tail(logs, "group", PREFIX, seconds=seconds)
    assert seconds < logs.now + 1 <= seconds + 2
    assert logs.looks == list(range(int(logs.now) + 1))


@pytest.mark.parametrize("lines", [1, LINES - 1, LINES, LINES + 1, 3 * LINES])
def test_of_the_last_attempt_the_last_lines_are_shown(clock: Callable[[Logs], Logs], lines: int) -> None:
    written = [f"line {number}" for number in range(lines)]
    streams = {f"{PREFIX}2.log": ["second"], f"{PREFIX}10.log": written, f"{PREFIX}9.log": ["ninth"], f"{PREFIX}x": ["no attempt"]}
    assert tail(clock(Logs(streams)), "group", PREFIX, seconds=0) == written[-LINES:]
    assert tail(clock(Logs({f"{PREFIX}1.log": ["\n".join(written)]})), "group", PREFIX, seconds=0) == written[-LINES:]
