"""Entries of task logs, as Airflow 2 and Airflow 3 send them to CloudWatch."""

import json
from typing import Any

import pytest

from operations.log_line import readable

WHEN = 1_795_719_211_123  # 2026-11-26T18:53:31.123Z


def entry(**fields: Any) -> list[str]:
    return readable(json.dumps({"level": "info", "filename": "sql.py", "lineno": 896, "dag_id": "d", "try_number": 1} | fields), WHEN)


def stack(kind: str, value: str, *functions: str, notes: tuple[str, ...] = ()) -> dict[str, Any]:
    frames = [{"filename": f"/{function}.py", "lineno": 7, "name": function} for function in functions]
    return {"exc_type": kind, "exc_value": value, "exc_notes": list(notes), "frames": frames, "is_cause": False}


@pytest.mark.parametrize("text", ["[2026-11-26] {sql.py:418} INFO - Running\nselect 1", '["a"]', "7", '{"no": "entry"}', '{"cut": '])
def test_text_stays_as_it_is(text: str) -> None:
    assert readable(text, WHEN) == text.splitlines()


def test_an_object_becomes_the_line_that_airflow_2_would_write() -> None:
    assert entry(event="Rows affected: 7") == ["[2026-11-26T18:53:31.123+00:00] {sql.py:896} INFO - Rows affected: 7"]


def test_an_object_that_does_not_say_its_line_names_its_logger() -> None:
    """As Airflow 3.0 has it."""
    lines = readable('{"event": "Rendered", "logger": "airflow.task"}', WHEN)
    assert lines == ["[2026-11-26T18:53:31.123+00:00] {airflow.task} INFO - Rendered"]


def test_a_statement_keeps_its_lines() -> None:
    assert entry(event="Executing: select 1\nfrom a")[1:] == ["from a"]


@pytest.mark.parametrize("mark", ["::group::Pre Execute", "::endgroup::"])
def test_marks_of_folds_are_left_out(mark: str) -> None:
    assert entry(event=mark) == []


def test_an_exception_ends_in_what_was_raised_after_its_causes() -> None:
    raised, cause = (
        stack("TaskFailed", "no rows", "execute", notes=("a hint",)),
        stack("UndefinedColumn", "no column\nLINE 2: a", "run", "query"),
    )
    assert entry(event="Task failed with exception", level="error", error_detail=[raised, cause]) == [
        "[2026-11-26T18:53:31.123+00:00] {sql.py:896} ERROR - Task failed with exception",
        "Traceback (most recent call last):",
        '  File "/run.py", line 7, in run',
        '  File "/query.py", line 7, in query',
        "UndefinedColumn: no column",
        "LINE 2: a",
        "Traceback (most recent call last):",
        '  File "/execute.py", line 7, in execute',
        "TaskFailed: no rows",
        "a hint",
    ]
