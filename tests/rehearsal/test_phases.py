"""A phase that runs make in the copy: the real cdktf and the real Terraform, on stacks of Terraform's own resources."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from local.processes import Supervisor
from rehearsal import phases as module
from rehearsal.phases import PhaseFailed, Phases
from rehearsal.project import Project
from tests.operations import small_project

pytestmark = pytest.mark.system

MAKEFILE = "deploy:\n\t@node_modules/.bin/cdktf deploy network --auto-approve --skip-provider-lock --no-color\n"


@pytest.fixture
def written() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def phases(written: io.StringIO) -> Phases:
    return Phases(Console(file=written, width=200))


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    with Supervisor(tmp_path / "logs") as supervisor:
        yield supervisor


@pytest.fixture
def project(tmp_path: Path) -> Project:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "Makefile").write_text(MAKEFILE)
    small_project.install_cdktf(small_project.write(folder))
    return Project(folder, {"CI": "true", "CHECKPOINT_DISABLE": "1"})


def test_a_deploy_shows_what_is_under_way(
    phases: Phases, supervisor: Supervisor, project: Project, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "QUIET_SECONDS", 1)
    small_project.write(project.folder, {"network": "sleep 4"})
    phases.make("deploy", project, supervisor, "deploy")
    assert "under way: terraform_data for" in written.getvalue()
    (phase,) = phases.ended
    assert (phase.name, phase.result) == ("deploy", "ok")
    assert phase.seconds > 4
    assert (project.folder / "tickit.network.tfstate").exists()


def test_a_failure_says_what_terraform_said_and_where_its_log_is(phases: Phases, supervisor: Supervisor, project: Project) -> None:
    small_project.write(project.folder, {"network": "echo out of cheese; exit 3"})
    with pytest.raises(PhaseFailed, match=r"`make deploy` failed(.|\n)*Error: local-exec provisioner error(.|\n)*out of cheese") as raised:
        phases.make("deploy", project, supervisor, "deploy")
    assert "Stack done" not in str(raised.value)
    assert raised.value.log == supervisor.logs / "make-deploy.log"
    assert "Error: local-exec" in raised.value.log.read_text()
    assert [phase.result for phase in phases.ended] == ["failed"]


def test_the_table_has_every_phase_and_the_sum(phases: Phases, written: io.StringIO) -> None:
    with phases.phase("one"):
        pass
    with pytest.raises(KeyboardInterrupt), phases.phase("two"):
        raise KeyboardInterrupt
    phases.console.print(phases.table())
    lines = written.getvalue().splitlines()
    assert [line.split() for line in lines[-4:]] == [
        ["Phase", "Seconds", "Result"],
        ["one", "0", "ok"],
        ["two", "0", "interrupted"],
        ["in", "all", "0"],
    ]
