"""Which programs are missing is said at once, one line each."""

from pathlib import Path

import pytest

from rehearsal.tools import missing

VERSIONS = {
    "make": "GNU Make 4.3",
    "git": "git version 2.40",
    "node": "v20.1.0",
    "npm": "10.0.0",
    "terraform": '{"terraform_version": "1.11.0"}',
}


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Everything is there, new enough."""
    for name in VERSIONS:
        write(tmp_path, name)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def write(folder: Path, name: str, version: str | None = None, code: int = 0) -> None:
    (folder / name).write_text(f"#!/bin/sh\necho '{version or VERSIONS[name]}'\nexit {code}\n")
    (folder / name).chmod(0o755)


def test_nothing_is_missing(programs: Path) -> None:
    assert missing() == []


def test_every_missing_program_has_its_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert sorted(line.split()[0] for line in missing()) == ["Node.js", "Terraform", "git", "make", "npm"]
    assert "Terraform is not on PATH, or does not start; 1.11 or newer is needed. Install it: https://" in "\n".join(missing())


@pytest.mark.parametrize(
    ("name", "version", "said"),
    [
        ("node", "v18.20.1", "Node.js 18.20.1 is older than 20. Install it: https://"),
        ("terraform", '{"terraform_version": "1.10.5"}', "Terraform 1.10.5 is older than 1.11. Install it: https://"),
    ],
)
def test_an_old_program_is_named(programs: Path, name: str, version: str, said: str) -> None:
    write(programs, name, version)
    (line,) = missing()
    assert line.startswith(said)


def test_a_program_that_does_not_start_is_missing(programs: Path) -> None:
    write(programs, "npm", code=1)
    (line,) = missing()
    assert line.startswith("npm is not on PATH, or does not start")
