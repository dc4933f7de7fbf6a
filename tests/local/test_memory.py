"""Ports and passwords that are the same at each start."""

import socket
from pathlib import Path

import pytest

from local.memory import Memory
from local.processes import ProcessFailed, free_port


def test_with_a_file_all_is_the_same_again_and_without_one_new(tmp_path: Path) -> None:
    file = tmp_path / "state/kept.json"
    first = Memory(file)
    port, password = first.port("store"), first.secret("admin")
    assert (Memory(file).port("store"), Memory(file).secret("admin")) == (port, password)
    assert first.secret("admin") == password
    assert first.secret("other") != password
    assert file.stat().st_mode & 0o077 == 0
    assert Memory().secret("admin") != Memory().secret("admin")


def test_a_port_that_somebody_has_taken_is_replaced_and_that_is_kept(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "kept.json")
    with socket.create_server(("127.0.0.1", memory.port("store"))) as taken:
        other = Memory(tmp_path / "kept.json").port("store")
        assert other != taken.getsockname()[1]
    assert Memory(tmp_path / "kept.json").port("store") == other


def test_a_port_that_is_wanted_counts_before_the_kept_one_and_is_never_replaced(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "kept.json")
    memory.port("store")
    wanted = free_port()
    assert memory.port("store", wanted) == wanted
    with socket.create_server(("127.0.0.1", wanted)), pytest.raises(ProcessFailed, match="cannot be used"):
        memory.port("store", wanted)
