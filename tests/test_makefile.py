"""The Makefile as a newcomer meets it: what it lists, in which order, and what it says of a wrong Python."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAKEFILE = (ROOT / "Makefile").read_text()
FIRST_HOUR = ["demo", "up", "dag", "status", "psql", "airflow", "logs", "down", "reset"]
DEPLOYMENT = ["rehearse", "cost", "permissions", "bootstrap", "preflight", "plan", "deploy", "run-pipeline", "outputs", "state"]
UNLISTED = {"settings"}
"""Which nobody makes by itself."""


def make(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")} | variables
    command = ["make", "--no-print-directory", f"--makefile={ROOT / 'Makefile'}", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, errors="replace", check=False, timeout=60)


def listed(folder: Path) -> list[str]:
    return re.findall(r"^  ([a-z-]+) ", make(folder, "help").stdout, re.MULTILINE)


def test_help_begins_with_what_comes_first_and_follows_a_deployment(tmp_path: Path) -> None:
    targets = listed(tmp_path)
    assert targets[: len(FIRST_HOUR) + 1] == ["help", *FIRST_HOUR]
    begin = targets.index("rehearse")
    assert targets[begin : begin + len(DEPLOYMENT)] == DEPLOYMENT


def test_help_has_headings_and_lists_every_target(tmp_path: Path) -> None:
    headings = re.findall(r"^(?! )(.+)$", make(tmp_path, "help").stdout, re.MULTILINE)
    assert headings[0] == "On this machine"
    assert len(headings) >= 4
    phony = re.findall(r"^\.PHONY: (\S+)$", MAKEFILE, re.MULTILINE)
    assert sorted(listed(tmp_path)) == sorted(set(phony) - UNLISTED)


@pytest.mark.parametrize(("version", "is_right"), [("3.10", False), ("3.12", False), ("2.7", False), ("3.11", True)])
def test_a_wrong_python_is_named_before_anything_is_installed(tmp_path: Path, version: str, is_right: bool) -> None:
    python = tmp_path / "python"
    judged = "exit 0" if is_right else "exit 1"
    shown = f'--version) echo "Python {version}.9"'
    python.write_text(f'#!/bin/sh\ncase "$1" in {shown};; -c) {judged};; *) echo "$@" >> made; exit 9;; esac\n')
    python.chmod(0o755)
    done = make(tmp_path, ".state/pipenv/bin/pipenv", f"PYTHON={python}")
    assert done.returncode == 2
    wrong = f"make: {python} is Python {version}.9, and Python 3.11 is needed: name yours with PYTHON=..."
    assert (wrong in done.stderr, (tmp_path / "made").exists()) == (not is_right, is_right)


def test_a_python_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "python9.9 not found: install Python 3.11" in make(tmp_path, ".state/pipenv/bin/pipenv", "PYTHON=python9.9").stderr


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        ("WARNING: Retrying (Retry(total=0, connect=None)) after connection broken", "the package registry cannot be reached. Look at"),
        ("WARNING: Retrying (Retry(total=4, connect=None)), then: hashes do not match", "what went wrong stands in .state/install.log"),
        ("\\377 is no text", "what went wrong stands in .state/install.log"),
    ],
)
def test_an_install_that_fails_ends_in_what_to_do(tmp_path: Path, cause: str, said: str) -> None:
    pipenv = tmp_path / ".state/pipenv/bin/pipenv"
    pipenv.parent.mkdir(parents=True)
    pipenv.write_text(f"#!/bin/sh\nprintf '{cause}\\n' >&2\nexit 1\n")
    pipenv.chmod(0o755)
    (tmp_path / "Pipfile.lock").touch()
    (tmp_path / "tools").symlink_to(ROOT / "tools")
    done = make(tmp_path, ".venv/.installed", f"PYTHON={sys.executable}")
    last, makes_own = done.stderr.splitlines()
    assert last.startswith(f"make: the locked environment could not be installed: {said}")
    assert (done.returncode, makes_own.startswith("make: *** ")) == (2, True)
    assert (tmp_path / ".state/install.log").read_bytes() == cause.replace("\\377", "\xff").encode("latin-1") + b"\n"


@pytest.mark.parametrize("how", ["word", "variable"])
def test_the_environment_reaches_the_commands(tmp_path: Path, how: str) -> None:
    """A variable is one of each command that make runs, on its own command line, too."""
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    words, variables = (["ENV=prod"], {}) if how == "word" else ([], {"ENV": "prod"})
    done = make(tmp_path, "settings", "--old-file=.venv/.installed", *words, PYTHONPATH=str(ROOT), **variables)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ENV = prod, and settings.prod.toml is missing")


@pytest.mark.parametrize(
    ("words", "called"),
    [
        (["psql"], "-m local psql"),
        (["airflow", "CMD=dags list --output=json"], "-m local airflow dags list --output=json"),
        (["airflow"], "-m local airflow --help"),
    ],
)
def test_the_prompt_and_airflows_command_line_get_their_words(tmp_path: Path, words: list[str], called: str) -> None:
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$@"; exit 3\n')
    python.chmod(0o755)
    done = make(tmp_path, *words, "--old-file=.venv/.installed")
    assert (done.stdout, done.returncode, "Error 3" in done.stderr) == (f"{called}\n", 2, True)


@pytest.mark.parametrize("has_settings", [False, True])
def test_synth_says_that_it_took_the_example(tmp_path: Path, has_settings: bool) -> None:
    for name in (".venv/bin/python", "bin/node"):
        program = tmp_path / name
        program.parent.mkdir(parents=True)
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    (tmp_path / "cdktf.out/stacks/network").mkdir(parents=True)
    if has_settings:
        (tmp_path / "settings.toml").touch()
    done = make(tmp_path, "synth", "--old-file=.venv/.installed", PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    said = "There is no settings.toml: these are the stacks of settings.example.toml\n"
    assert done.stdout == ("" if has_settings else said) + "cdktf.out: network\n"
