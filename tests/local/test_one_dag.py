"""When a DAG that Airflow has read is the one that was saved."""

from datetime import UTC, datetime

import pytest

from local.one_dag import _is_of_now

SAVED = 1000.0


def at(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(SAVED + seconds, UTC)


@pytest.mark.parametrize(
    ("read", "changed", "is_so"),
    [(None, None, False), (-1, -1, False), (0.5, -50, False), (0.5, 0.4, True), (3, -50, True), (3, None, True), (None, 1, True)],
)
def test_a_dag_that_was_being_read_when_it_was_saved_is_awaited(read: float | None, changed: float | None, is_so: bool) -> None:
    assert _is_of_now(SAVED, at(read), at(changed)) is is_so
