"""The logs as they are written."""

from pathlib import Path

import pytest

from local import follow


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "LOOK_SECONDS", 0)


def test_the_end_of_each_log_and_then_what_is_added(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "a.log").write_text("one\ntwo\nthree\nhal")
    (tmp_path / "runs/b.log").write_text("\x1b[31mred\n")
    lines = follow.follow(tmp_path, last=2)
    assert [next(lines) for _ in range(3)] == ["a.log: two", "a.log: three", "runs/b.log: \\x1b[31mred"]
    with (tmp_path / "a.log").open("a") as log:
        log.write("f\n")
    (tmp_path / "late.log").write_text("late\n")
    assert [next(lines) for _ in range(2)] == ["a.log: half", "late.log: late"]
    (tmp_path / "a.log").write_text("new\n")
    assert next(lines) == "a.log: new"


def test_of_much_at_once_the_end_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "MOST", 10)
    (tmp_path / "a.log").write_text("x" * 100 + "\nlast\n")
    assert next(follow.follow(tmp_path)).endswith("x")
    lines = follow.follow(tmp_path, last=1)
    assert next(lines) == "a.log: last"
