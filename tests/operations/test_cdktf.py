"""cdktf as the commands run it: the real one, the real Terraform, a project of Terraform's own resources."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from operations.cdktf import CannotRun, run
from operations.deployment import ROOT
from tests.local.commands import alive
from tests.local.waiting import eventually
from tests.modules.programs import require
from tests.operations import small_project
from tests.operations.driven import Driven

pytestmark = pytest.mark.system

DEPLOY = ("deploy", "network", "--auto-approve")
DRIVER = """
import sys
import time
from pathlib import Path

sys.path.insert(0, sys.argv.pop(1))
from operations.cdktf import run
from lineage.report import console
sys.exit(run(Path.cwd(), console(), *sys.argv[1:]).code)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return small_project.install_cdktf(small_project.write(tmp_path))


def test_an_older_node_installs_no_cdktf(tmp_path: Path) -> None:
    """npm only warns of it by itself, and cdktf fails later in its own words."""
    npm = require("npm", "cdktf")
    shutil.copy(ROOT / ".npmrc", tmp_path)
    for name in ("package.json", "package-lock.json"):
        (tmp_path / name).write_text((ROOT / name).read_text().replace('"node": ">=20"', '"node": ">=999"'))
    done = subprocess.run(
        [npm, "ci", "--loglevel=error", "--offline"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode != 0
    assert "EBADENGINE" in done.stderr
    assert 'Required: {"node":">=999"}' in done.stderr


def state(project: Path, stack: str = "network") -> dict[str, Any]:
    content: dict[str, Any] = json.loads((project / f"tickit.{stack}.tfstate").read_text())
    return content


def made(project: Path, stack: str = "network") -> dict[str, str]:
    """{resource: its status} of a stack's state."""
    managed = [resource for resource in state(project, stack)["resources"] if resource["mode"] == "managed"]
    return {resource["name"]: resource["instances"][0].get("status", "made") for resource in managed}


def driven(project: Path, stack: str = "network") -> Driven:
    """The deploy of a stack in a process of its own."""
    return Driven([sys.executable, "-c", DRIVER, str(ROOT), "deploy", stack, "--auto-approve"], project)


def stand_before_terraform(project: Path, monkeypatch: pytest.MonkeyPatch, first: str) -> None:
    """A `terraform` that runs shell commands and then becomes the real one."""
    program = project / "bin/terraform"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\n{first}\nexec {require("terraform", "cdktf")} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")


def test_it_deploys_and_says_how_long_it_took(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    small_project.write(project, {"network": "sleep 4"})
    started = time.monotonic()
    done = run(project, Console(), *DEPLOY)
    assert done.code == 0
    assert 1 < done.seconds["network"] < time.monotonic() - started
    output = capfd.readouterr().out
    assert "Apply complete! Resources: 2 added" in output
    assert "\x1b" not in output  # no terminal, no escape sequences


def test_a_failure_passes_through(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    small_project.write(project, {"network": "echo out of cheese; exit 3"})
    assert run(project, Console(), *DEPLOY).code == 1
    assert "out of cheese" in capfd.readouterr().out


def test_terraform_gets_no_lock_of_every_provider_from_the_registry(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """cdktf would run `terraform providers lock` on the first deploy of a stack."""
    log = project / "terraform.log"
    stand_before_terraform(project, monkeypatch, f'echo "$1" >> {log}')
    assert run(project, Console(), *DEPLOY).code == 0
    commands = set(log.read_text().split())
    assert {"init", "apply", "output"} <= commands
    assert "providers" not in commands


def test_an_interrupted_deploy_keeps_its_state_and_goes_on(project: Path) -> None:
    small_project.write(project, {"network": f"touch {project}/begun; sleep 30"})
    with driven(project) as deploy:
        eventually((project / "begun").exists, "the second resource is being made")
        (terraform,) = deploy.named("terraform")
        deploy.press_ctrl_c()
        assert deploy.end() == 130
        assert alive([terraform]) == []
    assert made(project) == {"first": "made", "second": "tainted"}
    assert not (project / ".tickit.network.tfstate.lock.info").exists()
    assert "Once more, and it ends at once." in deploy.output
    assert "Gracefully shutting down" in deploy.output

    first = next(resource["instances"][0]["attributes"]["id"] for resource in state(project)["resources"] if resource["name"] == "first")
    small_project.write(project)
    assert run(project, Console(), *DEPLOY).code == 0
    assert made(project) == {"first": "made", "second": "made"}
    assert state(project)["outputs"]["id"]["value"] == first


def test_a_failing_stack_loses_nothing_of_the_others(project: Path) -> None:
    """cdktf ends with the first that fails, and the terminals of all with it."""
    until = "touch {project}/{here}; for i in $(seq 1200); do test -e {project}/{there} && exit {code}; sleep 0.1; done; exit 4"
    work = {
        "mwaa": until.format(project=project, here="mwaa-begun", there="marquez-begun", code=3),
        "marquez": until.format(project=project, here="marquez-begun", there="told", code=0),
    }
    small_project.write(project, work)
    with driven(project, "*") as deploy:
        eventually(lambda: "Terraform is still at work on marquez" in deploy.output, "it says that cdktf has ended before marquez", 120)
        (project / "told").touch()
        assert deploy.end(120) not in (0, 130)  # cdktf's own: 1 or, for what it did not expect, Node's 7
    for stack in ("network", "marquez"):
        assert made(project, stack) == {"first": "made", "second": "made"}
        assert not (project / f".tickit.{stack}.tfstate.lock.info").exists()
    assert made(project, "mwaa") == {"first": "made", "second": "tainted"}


def test_a_second_interrupt_reaches_terraform(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of one that waits for AWS: it goes on until it is interrupted twice."""
    heard = project / "heard"
    wait = f"trap 'echo >> {heard}; test $(wc -l < {heard}) -lt 2 || exit 1' INT; touch {project}/begun; while true; do sleep 0.1; done"
    stand_before_terraform(project, monkeypatch, f'if [ "$1" = apply ]; then {wait}; fi')
    with driven(project) as deploy:
        eventually((project / "begun").exists, "Terraform applies")
        deploy.press_ctrl_c()
        eventually(heard.exists, "Terraform hears the first")
        with pytest.raises(subprocess.TimeoutExpired):
            deploy.end(seconds=2)
        deploy.press_ctrl_c()
        assert deploy.end() == 130
    assert len(heard.read_text().splitlines()) == 2


def test_it_can_be_interrupted_before_terraform_runs(project: Path) -> None:
    (project / "main.py").write_text(f"from pathlib import Path\nimport time\nPath({str(project / 'begun')!r}).touch()\ntime.sleep(60)\n")
    with driven(project) as deploy:
        eventually((project / "begun").exists, "the synthesis runs")
        deploy.press_ctrl_c()
        assert deploy.end() == 130
    assert not (project / "tickit.network.tfstate").exists()


@pytest.mark.parametrize(
    ("programs", "wanted"),
    [((), "node is not on PATH: install Node.js 20"), (("node",), "terraform is not on PATH: install Terraform 1.11")],
)
def test_programs_that_are_missing_are_named(
    project: Path, monkeypatch: pytest.MonkeyPatch, programs: tuple[str, ...], wanted: str
) -> None:
    only = project / "only"
    only.mkdir()
    for program in programs:
        (only / program).symlink_to(require(program, "cdktf"))
    monkeypatch.setenv("PATH", str(only))
    with pytest.raises(CannotRun, match=wanted):
        run(project, Console(), *DEPLOY)


def test_a_cdktf_that_is_not_installed_is_named(project: Path) -> None:
    (project / "node_modules").unlink()
    with pytest.raises(CannotRun, match=r"node_modules/.bin/cdktf is missing: `npm ci`"):
        run(project, Console(), *DEPLOY)
