"""`python -m lineage store`: what it starts the store with, and that its files are for nobody else."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from lineage import __main__ as command_line
from lineage.store.database import DatabaseError


@pytest.fixture(autouse=True)
def _umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_it_listens_where_it_is_told_and_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    started: list[tuple[object, ...]] = []

    def serve(database: Path, host: str, port: int, say: Callable[[str], None]) -> None:
        os.umask(mask := os.umask(0))
        started.append((database, host, port, mask))
        say("http://127.0.0.1:4711")

    monkeypatch.setattr(command_line, "serve", serve)
    database = tmp_path / "lineage.db"
    done = CliRunner().invoke(command_line.main, ["store", f"--database={database}", "--port=0"])
    assert (done.exit_code, done.output) == (0, f"Lineage store: http://127.0.0.1:4711 (database {database})\n")
    CliRunner().invoke(command_line.main, ["store", f"--database={database}", "--host=localhost"])
    assert started == [(database, "127.0.0.1", 0, 0o077), (database, "localhost", 5000, 0o077)]


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    done = CliRunner().invoke(command_line.main, ["store", f"--port={port}"])
    assert done.exit_code == 2
    assert "--port" in done.output


def test_what_stands_in_its_way_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def serve(*_: object) -> None:
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(command_line, "serve", serve)
    done = CliRunner().invoke(command_line.main, ["store"])
    assert done.exit_code != 0
    assert done.output.splitlines()[-1].endswith("the disk is full")
    assert "Traceback" not in done.output
