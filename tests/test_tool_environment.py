"""A tool's environment that cannot be made."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from tools import tool_environment as module
from tools.install_failed import CURE

pytestmark = pytest.mark.system

CLOSED = 9  # where nothing listens
LOCK = "nothing-of-this-name==1.0 --hash=sha256:" + 64 * "0"


@pytest.mark.parametrize(
    ("lock", "last"),
    [(LOCK, CURE), ("what is this", "what went wrong stands above")],
    ids=["no registry", "a broken lock"],
)
def test_what_failed_and_why_is_said_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lock: str, last: str) -> None:
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "ENVIRONMENTS", tmp_path / "environments")
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{CLOSED}/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    folder = tmp_path / "tools/flit"
    folder.mkdir(parents=True)
    (folder / "requirements.txt").write_text(lock)
    done = CliRunner().invoke(module.main, ["flit"])
    assert done.exit_code == 1
    assert done.output.splitlines()[-1] == f"what tools/flit needs could not be installed: {last}"
    assert "ERROR: " in done.output
    assert not (tmp_path / "environments/flit/installed").exists()
