"""The preflight's questions that this machine answers: programs, artefacts, EXTERNAL_IP, versions."""

import json
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from modules.runtimes import Runtime
from operations.deployment import Deployment
from operations.findings import Finding, Level
from operations.preflight import artefacts, dags, external_ip, programs, synthesized, versions
from tests.operations.answering import answering, operations
from tests.operations.conftest import EXAMPLE
from tests.operations.synthesis import build, synthesize
from tools.package_plugin import main as package_plugin
from tools.package_plugin import package

Deploy = Callable[..., Deployment]


def said(findings: Iterable[Finding]) -> list[tuple[Level, str, str]]:
    return [(finding.level, finding.subject, finding.detail) for finding in findings]


def only(findings: Iterable[Finding]) -> Finding:
    (finding,) = findings
    return finding


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Programs that say something, on a PATH with nothing else."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def add(name: str, script: str) -> None:
        program = folder / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)

    return add


@pytest.mark.parametrize(
    ("version", "level", "detail"),
    [("1.11.4", Level.OK, "1.11.4"), ("2.0.0", Level.OK, "2.0.0"), ("1.9.8", Level.PROBLEM, "1.9.8 is older than 1.11")],
)
def test_terraform_is_new_enough(path: Callable[..., None], deployment: Deploy, version: str, level: Level, detail: str) -> None:
    path("terraform", f'echo \'{{"terraform_version": "{version}"}}\'')
    assert said(programs.terraform(deployment())) == [(level, "Terraform", detail)]


def test_the_terraform_that_cdktf_runs_is_looked_at(path: Callable[..., None], deployment: Deploy, monkeypatch: pytest.MonkeyPatch) -> None:
    path("terraform", 'echo \'{"terraform_version": "1.9.8"}\'')
    path("another", 'echo \'{"terraform_version": "1.12.0"}\'')
    monkeypatch.setenv("TERRAFORM_BINARY_NAME", "another")
    assert said(programs.terraform(deployment())) == [(Level.OK, "Terraform", "1.12.0")]


def test_terraform_is_missing(path: Callable[..., None], deployment: Deploy) -> None:
    finding = only(programs.terraform(deployment()))
    assert finding.level is Level.PROBLEM
    assert "is not on PATH" in finding.detail
    assert finding.cure.startswith("Install it")


def test_a_program_that_does_not_start_counts_as_missing(path: Callable[..., None], deployment: Deploy) -> None:
    path("node", "exit 3")
    assert "does not start" in only(programs.node(deployment())).detail


@pytest.mark.parametrize(
    ("version", "level", "detail"), [("v20.20.2", Level.OK, "20.20.2"), ("v18.1.0", Level.PROBLEM, "18.1.0 is older than 20")]
)
def test_node_is_new_enough(path: Callable[..., None], deployment: Deploy, version: str, level: Level, detail: str) -> None:
    path("node", f"echo {version}")
    assert said(programs.node(deployment())) == [(level, "Node.js", detail)]


def test_the_aws_cli_is_needed_for_helm_alone(path: Callable[..., None], deployment: Deploy) -> None:
    assert only(programs.aws_cli(deployment())).level is Level.PROBLEM
    assert said(programs.aws_cli(deployment(lineage_url="https://lineage.example.com:443"))) == []
    path("aws", "echo aws-cli/2.15.0 Python/3.11")
    assert said(programs.aws_cli(deployment())) == [(Level.OK, "AWS CLI", "2.15.0")]


def test_cdktf_is_installed(deployment: Deploy) -> None:
    one = deployment()
    assert only(programs.cdktf(one)).cure == "Run `npm ci` in the project's folder."
    (one.root / "node_modules/.bin").mkdir(parents=True)
    (one.root / "node_modules/.bin/cdktf").touch()
    assert said(programs.cdktf(one)) == [(Level.OK, "cdktf", "installed")]


def test_cdktf_out_is_of_these_settings(deployment: Deploy) -> None:
    one = synthesize(deployment())
    assert said(synthesized.synthesized(one)) == [(Level.OK, "cdktf.out", "is of these settings")]
    assert {stack.id for stack in synthesized.stacks(one)} == set(one.stacks)


def test_cdktf_out_is_missing(deployment: Deploy) -> None:
    finding = only(synthesized.synthesized(deployment()))
    assert (finding.level, finding.cure) == (Level.PROBLEM, "Run `make synth`.")
    assert synthesized.stacks(deployment()) == []


@pytest.mark.parametrize(
    ("other", "detail"),
    [
        ({"deployment_id": "other"}, "is of other settings"),
        ({"region": "eu-west-1"}, "is of other settings"),
        ({"lineage_url": "https://lineage.example.com:443"}, "lacks marquez, marquez-chart"),
    ],
)
def test_cdktf_out_is_of_other_settings(deployment: Deploy, other: dict[str, str], detail: str) -> None:
    one = deployment()
    synthesize(Deployment(deployment(**other).settings, one.root))
    assert detail in only(synthesized.synthesized(one)).detail
    assert synthesized.stacks(one) == []


def test_everything_is_built(deployment: Deploy) -> None:
    one = build(synthesize(deployment()))
    assert {finding.level for finding in [*artefacts.files(one), *artefacts.plugins(one)]} == {Level.OK}


def test_each_missing_file_is_named_with_the_target_that_builds_it(deployment: Deploy) -> None:
    one = build(synthesize(deployment()))
    (one.root / "build/tickit/sales/sales.parquet").unlink()
    (one.root / "build/plugins.zip").unlink()
    found = {finding.detail: finding.cure for finding in artefacts.files(one) if finding.level is Level.PROBLEM}
    assert found == {
        "build/tickit/sales/sales.parquet is missing": "Run `make tickit` in the project's folder.",
        "build/plugins.zip is missing": "Run `make package-plugin` in the project's folder.",
    }
    assert (Level.PROBLEM, "plugins.zip", "is not built") in said(artefacts.plugins(one))


def test_data_that_is_copied_from_s3_is_not_looked_for_here(deployment: Deploy) -> None:
    one = build(synthesize(deployment(tickit_location="s3://data/tickit")))
    shutil.rmtree(one.root / "build/tickit")
    assert {finding.level for finding in artefacts.files(one)} == {Level.OK}


def test_an_archive_older_than_its_sources_is_named_with_what_has_changed(deployment: Deploy) -> None:
    one = _with_plugins_of_its_own(deployment())
    plugins = one.root / "airflow/plugins"
    (plugins / "mwaa_lineage_plugin.py").write_text("NEW = True\n")
    (plugins / "added.py").touch()
    finding = only(artefacts.plugins(one))
    assert (finding.level, finding.cure) == (Level.PROBLEM, "Run `make package-plugin`.")
    assert finding.detail == "is older than its sources: added.py, mwaa_lineage_plugin.py"


def test_plugins_that_cannot_be_packed_are_named(deployment: Deploy) -> None:
    one = _with_plugins_of_its_own(deployment())
    (one.root / "airflow/plugins/broken.py").write_text("def")
    finding = only(artefacts.plugins(one))
    assert finding.level is Level.PROBLEM
    assert "broken.py: syntax error" in finding.detail


@pytest.mark.system
def test_a_private_web_server_needs_every_wheel(deployment: Deploy) -> None:
    one = _with_plugins_of_its_own(deployment(mwaa_webserver="private"))
    needed = one.root / "airflow/requirements/wheels-2.7.2.txt"
    needed.write_text("# beyond\nOne_package==1.0\ntwo==2.0\n")
    wheels = [one.root / "one_package-1.0-py3-none-any.whl", one.root / "two-2.0-py3-none-any.whl"]
    for wheel in wheels:
        wheel.touch()
    sources, archive = one.root / "airflow/plugins", one.root / "build/plugins.zip"
    package(sources, archive, wheels[:1])
    assert said(artefacts.plugins(one))[1:] == [(Level.PROBLEM, "Wheels", "plugins.zip lacks two==2.0: a private web server needs them")]
    package(sources, archive, wheels)
    assert said(artefacts.plugins(one))[1:] == [(Level.OK, "Wheels", "all 2 are in plugins.zip")]
    needed.unlink()
    assert said(artefacts.plugins(one))[1:] == [(Level.PROBLEM, "Wheels", "wheels-2.7.2.txt is missing")]


@pytest.mark.system
@pytest.mark.parametrize("version", ["2.7.2", "3.3.1"])
def test_the_packaging_tool_builds_what_a_private_web_server_needs(
    deployment: Deploy, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    """By the settings alone, as each deploy runs it."""
    one = build(synthesize(deployment(mwaa_webserver="private", airflow_version=version)))
    assert not all(finding.level is Level.OK for finding in artefacts.files(one))
    example = EXAMPLE.read_text().replace('airflow_version = "3.3.1"', f'airflow_version = "{version}"')
    (one.root / "settings.toml").write_text(f'{example}\nmwaa_webserver = "private"\n')
    monkeypatch.chdir(one.root)
    done = CliRunner().invoke(package_plugin, ["--target=build/plugins.zip"])
    assert done.exit_code == 0, done.output
    found = [*artefacts.files(one), *artefacts.plugins(one)]
    assert {finding.level for finding in found} == {Level.OK}, found
    assert "Wheels" in {finding.subject for finding in found}


@pytest.mark.parametrize(
    ("block", "level", "detail"),
    [
        ("198.51.100.4/32", Level.PROBLEM, "is an example's address, and nobody's"),
        ("10.0.0.0/24", Level.WARNING, "is private: no request from the internet shows it"),
        ("100.64.0.0/24", Level.WARNING, "is private: no request from the internet shows it"),
        ("8.0.0.0/8", Level.WARNING, "admits 16,777,216 addresses"),
        ("8.8.8.8/32", Level.OK, ""),
    ],
)
def test_external_ip_can_be_somebodys_own(deployment: Deploy, block: str, level: Level, detail: str) -> None:
    assert said(external_ip.blocks(deployment(external_ip=[block]))) == [(level, block, detail)]


def test_the_examples_external_ip_is_a_problem(deployment: Deploy) -> None:
    finding = only(external_ip.blocks(deployment()))
    assert (finding.level, finding.subject) == (Level.PROBLEM, "203.0.113.7/32")
    assert "Set external_ip in the settings" in finding.cure


@contextmanager
def asked_for_the_address(answers: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Who says which address the caller has, and has time to: a server of the test's own."""
    with answering(operations(answers)) as url:
        monkeypatch.setattr(external_ip, "WHO_AM_I", url)
        monkeypatch.setattr(external_ip, "SECONDS", 60)
        yield url


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("8.8.8.8\n", (Level.OK, "8.8.8.8 is among them")),
        ("9.9.9.9", (Level.PROBLEM, "9.9.9.9 is not among them: Helm will not reach the cluster, nor you Marquez")),
        ("<html>", (Level.WARNING, "could not be found out from {url}")),
        ("2001:db8::1", (Level.WARNING, "could not be found out from {url}")),
    ],
)
def test_the_callers_address_is_compared(
    deployment: Deploy, monkeypatch: pytest.MonkeyPatch, answer: str, expected: tuple[Level, str]
) -> None:
    with asked_for_the_address({"/": answer}, monkeypatch) as url:
        finding = only(external_ip.caller(deployment(external_ip=["8.8.8.0/24"])))
    assert (finding.level, finding.detail) == (expected[0], expected[1].format(url=url))


def test_without_a_cluster_another_address_is_a_warning(deployment: Deploy, monkeypatch: pytest.MonkeyPatch) -> None:
    with asked_for_the_address({"/": "9.9.9.9"}, monkeypatch):
        finding = only(external_ip.caller(deployment(lineage_url="https://lineage.example.com:443")))
    assert (finding.level, finding.detail) == (
        Level.WARNING,
        "9.9.9.9 is not among them: the sign-in policy lets nobody into Airflow from here",
    )


def test_without_an_answer_the_address_is_unknown(deployment: Deploy, monkeypatch: pytest.MonkeyPatch) -> None:
    with asked_for_the_address({}, monkeypatch):
        assert only(external_ip.caller(deployment())).level is Level.WARNING


@pytest.mark.parametrize(
    ("end", "level", "detail"),
    [
        (None, Level.OK, "2.7.2"),
        (date(2027, 1, 2), Level.WARNING, "2.7.2 can be created until 2027-01-02"),
        (date(2027, 1, 1), Level.PROBLEM, "MWAA creates no environment of 2.7.2 since 2027-01-01"),
    ],
)
def test_airflow_can_be_created(end: date | None, level: Level, detail: str) -> None:
    rows = {
        "2.7.2": Runtime("2.7.2", "3.11", "openlineage-airflow", "1.41.0", end),
        "3.0.6": Runtime("3.0.6", "3.12", "apache-airflow-providers-openlineage", "2.6.1"),
    }
    finding = versions.creatable("2.7.2", rows, date(2027, 1, 1))
    assert (finding.level, finding.detail) == (level, detail)
    assert level is Level.OK or "3.0.6" in finding.cure


@pytest.mark.parametrize(
    ("stands", "wanted", "level", "detail"),
    [
        (None, "2.6.3", Level.PROBLEM, "MWAA creates no environment of 2.6.3, and none of it stands"),
        ("2.6.3", "2.6.3", Level.OK, "2.6.3, which stands already"),
        ("2.7.2", "2.6.3", Level.PROBLEM, "MWAA creates no environment of 2.6.3, and none of it stands"),
        ("2.7.2", "2.10.3", Level.OK, "2.10.3; 2.7.2 stands, and can become it"),
        ("2.10.3", "2.8.1", Level.OK, "2.8.1; 2.10.3 stands, and can become it"),
        ("2.11.0", "3.3.1", Level.OK, "3.3.1; 2.11.0 stands, and can become it"),
        ("3.0.6", "2.11.2", Level.OK, "2.11.2; 3.0.6 stands, and can become it"),
        ("3.0.6", "3.3.1", Level.OK, "3.3.1; 3.0.6 stands, and can become it"),
        ("2.10.3", "3.3.1", Level.PROBLEM, "2.10.3 stands, and AWS moves it to 3.3.1 only by way of 2.11.x"),
        ("3.3.1", "2.10.3", Level.PROBLEM, "3.3.1 stands, and AWS moves it to 2.10.3 only by way of 2.11.x"),
    ],
)
def test_airflow_is_compared_with_what_stands(deployment: Deploy, stands: str | None, wanted: str, level: Level, detail: str) -> None:
    one = deployment(airflow_version=wanted, airflow_environment_exists=True)
    if stands:
        _let_stand(one, {"attributes": {"airflow_version": stands}})
    finding = only(versions.airflow(one))
    assert (finding.level, finding.detail) == (level, detail)
    if "by way of" in detail:
        assert finding.cure.startswith('Set airflow_version = "2.11.2" in the settings, `make deploy STACK=mwaa`')


def test_an_environment_that_was_half_made_is_created_anew(deployment: Deploy) -> None:
    one = deployment(airflow_version="3.3.1")
    _let_stand(one, {"attributes": {"airflow_version": "2.7.2"}, "status": "tainted"})
    assert said(versions.airflow(one)) == [(Level.OK, "Airflow", "3.3.1")]


def _let_stand(deployment: Deployment, environment: dict[str, Any]) -> None:
    """Write the state of mwaa with an environment in it."""
    held = {"mode": "managed", "type": "aws_mwaa_environment", "name": "a", "instances": [environment]}
    (deployment.root / "tickit.mwaa.tfstate").write_text(json.dumps({"resources": [held]}))


@pytest.mark.parametrize(
    ("version", "extended", "level", "detail"),
    [
        ("1.35", False, Level.OK, "1.35, in standard support until 2027-03-27"),
        ("1.34", False, Level.WARNING, "1.34 is raised by AWS after 2026-12-02"),
        ("1.34", True, Level.WARNING, "1.34 costs six times as much from 2026-12-02 on"),
        ("1.40", False, Level.OK, "1.40"),
    ],
)
def test_kubernetes_has_its_standard_support(version: str, extended: bool, level: Level, detail: str) -> None:
    finding = versions.supported(version, date(2026, 11, 1), extended=extended)
    assert (finding.level, finding.detail) == (level, detail)


def _with_plugins_of_its_own(deployment: Deployment) -> Deployment:
    """A copy that a test may change, packed."""
    build(deployment)
    source = (deployment.root / "airflow").resolve()
    (deployment.root / "airflow").unlink()
    shutil.copytree(source, deployment.root / "airflow", ignore=shutil.ignore_patterns("__pycache__"))
    return deployment


# The DAG folder


def test_a_dag_that_cannot_be_imported_is_a_problem_with_its_line(deployment: Deploy) -> None:
    """Read by the Airflow of the settings."""
    there = deployment()
    folder = there.root / "airflow/dags"
    folder.mkdir(parents=True)
    (folder / "team.py").write_text("from airflow import DAG\n\n\nfrom nowhere import x\n")
    finding = only(dags.importable(there))
    assert finding.level is Level.PROBLEM
    assert finding.detail == f"Airflow 2.7.2 cannot import {folder}/team.py:4: ModuleNotFoundError: No module named 'nowhere'"
    (folder / "team.py").write_text(
        "import datetime\nfrom airflow import DAG\n\ndag = DAG('team', start_date=datetime.datetime(2024, 1, 1))\n"
    )
    assert said(dags.importable(there)) == [(Level.OK, "DAGs", "Airflow 2.7.2 reads team")]
