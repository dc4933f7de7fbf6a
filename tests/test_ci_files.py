"""The workflow files for a person's own CI: what they run is there, with what it needs, in an order that makes sense."""

import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
GITHUB, GITLAB = ROOT / "docs/ci/github.yaml", ROOT / "docs/ci/gitlab.yaml"
INSTALLED = (".venv/.installed", "node_modules/.package-lock.json")
PROGRAMS = {"make", "curl", "tar", "python3.11", "chmod", "umask", "printf"}
"""What a script may call: what the images have, and make."""


def loaded(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(path.read_text(), Loader=yaml.BaseLoader)  # texts only: else `on` is true
    return found


def commands(path: Path) -> dict[str, list[str]]:
    """{job: the commands that it runs}."""
    if path == GITHUB:
        return {name: [step["run"] for step in job["steps"] if "run" in step] for name, job in loaded(path)["jobs"].items()}
    before = loaded(path)["default"]["before_script"]
    jobs = {name: job for name, job in loaded(path).items() if isinstance(job, dict) and "script" in job}
    return {name: [*before, *job["script"]] for name, job in jobs.items()}


FILES = pytest.mark.parametrize("path", [GITHUB, GITLAB], ids=["GitHub", "GitLab"])
EVERY = [(path, job, command) for path in (GITHUB, GITLAB) for job, found in commands(path).items() for command in found]
MADE = sorted({command for _, _, command in EVERY if command.startswith("make ")})


@FILES
def test_both_check_and_deploy_the_same(path: Path) -> None:
    made = {job: [command for command in found if command.startswith("make ")] for job, found in commands(path).items()}
    assert made == {
        "check": ["make check", "make demo"],
        "deploy": ["make plan", "make deploy YES=1", "make run-pipeline", "make check-lineage"],
    }


@pytest.mark.parametrize("command", MADE)
def test_make_knows_what_they_make(command: str) -> None:
    """Make goes through the whole of it, and runs nothing."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")} | {"ENV": "prod"}
    dry = ["make", "--dry-run", "--no-print-directory", *(f"--old-file={file}" for file in INSTALLED), *command.split()[1:]]
    done = subprocess.run(dry, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert ".venv/bin/python -m" in done.stdout


@pytest.mark.parametrize(("path", "job", "command"), [entry for entry in EVERY if not entry[2].startswith("make ")])
def test_every_other_command_is_one_that_the_shell_and_the_image_know(path: Path, job: str, command: str) -> None:
    assert (path, job) == (GITLAB, job)
    subprocess.run(["bash", "-n", "-c", command], check=True)
    called = {part.split()[0] for part in re.split(r"[|;]", command.strip("()")) if part.strip()}
    assert called <= PROGRAMS


@FILES
def test_a_deploy_waits_for_the_check_and_is_alone(path: Path) -> None:
    if path == GITHUB:
        job = loaded(path)["jobs"]["deploy"]
        assert (job["needs"], job["concurrency"], job["env"]["ENV"]) == ("check", "deploy-prod", "prod")
        assert job["if"] == "github.ref == 'refs/heads/main'"
    else:
        job = loaded(path)["deploy"]
        stages = loaded(path)["stages"]
        assert stages.index(loaded(path)["check"]["stage"]) < stages.index(job["stage"])
        assert (job["resource_group"], job["variables"]["ENV"], job["rules"][0]["when"]) == ("prod", "prod", "manual")
    assert job["environment"] == "prod"


@FILES
def test_nothing_secret_and_no_account_stands_in_them(path: Path) -> None:
    assert not re.search(r"AKIA|arn:aws:|\b\d{12}\b|secrets\.", path.read_text())


def test_the_check_on_github_may_do_nothing_but_read() -> None:
    document = loaded(GITHUB)
    assert document["permissions"] == {"contents": "read"}
    assert "permissions" not in document["jobs"]["check"]
    assert document["jobs"]["deploy"]["permissions"] == {"contents": "read", "id-token": "write"}
    assert "pull_request_target" not in document["on"]


@FILES
def test_the_programs_are_of_the_versions_that_the_project_takes(path: Path) -> None:
    text = path.read_text()
    python = tomllib.loads((ROOT / "Pipfile").read_text())["requires"]["python_version"]
    assert set(re.findall(r"(?:python-version: \"|python:|python)(3\.\d+)", text)) == {python}
    assert set(re.findall(r"(?:node-version: \"|dist/v|node-v)(\d+)", text)) == {"20"}
    assert set(re.findall(r"(?:terraform_version: \"|terraform/|terraform_)(1\.\d+)\.\d+", text)) == {"1.11"}


def test_every_action_has_a_version() -> None:
    used = [step["uses"] for job in loaded(GITHUB)["jobs"].values() for step in job["steps"] if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@v\d+", action) for action in used)
