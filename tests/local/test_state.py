import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from local.state import Note, StateInUse, exclusive, holder, keep_private


def test_one_system_at_a_time_holds_the_folder(tmp_path: Path) -> None:
    state = tmp_path / "demo"
    with exclusive(state):
        assert holder(state) == os.getpid()
        with pytest.raises(StateInUse, match=f"in use by process {os.getpid()}"), exclusive(state):
            pass
    assert holder(state) is None


def test_a_folder_nobody_ever_used_has_no_holder(tmp_path: Path) -> None:
    assert holder(tmp_path / "demo") is None


def test_the_note_is_read_back_and_is_private(tmp_path: Path) -> None:
    note = Note(
        airflow_version="3.3.1",
        airflow_url="http://127.0.0.1:1",
        user="admin",
        password="secret",
        lineage_url="http://127.0.0.1:2",
        logs="logs",
        metadata="postgresql://admin:secret@127.0.0.1:3/airflow",
        warehouse="postgresql://loader:secret@127.0.0.1:3/dev",
        command=("python", "-m", "airflow"),
        environment={"HOME": "home"},
        dags=("first", "second"),
        dags_folder="dags",
        stopped=("moto",),
    )
    note.write(tmp_path)
    assert Note.read(tmp_path) == note
    assert (tmp_path / "system.json").stat().st_mode & 0o077 == 0
    Note.remove(tmp_path)
    assert Note.read(tmp_path) is None


def test_a_folder_that_is_kept_private_is_closed_to_others_with_all_that_comes(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o755)
    before = os.umask(0)
    try:
        keep_private(folder)
        subprocess.run([sys.executable, "-c", f"open({str(folder / 'new')!r}, 'w')"], check=True)
    finally:
        os.umask(before)
    assert [stat.S_IMODE(one.stat().st_mode) for one in (folder, folder / "new")] == [0o700, 0o600]
