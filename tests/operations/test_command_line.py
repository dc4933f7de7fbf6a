"""The commands as the Makefile calls them: which settings they take, and how they end."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from local.aws.machine import Aws
from operations import __main__ as command_line
from operations.deployment import ROOT
from operations.preflight import external_ip
from tests.modules.programs import require
from tests.mwaa_lineage.transport.endpoint import nobody
from tests.operations.answering import Answer, answering
from tests.operations.outputs import publish

pytestmark = pytest.mark.system

Run = Callable[..., tuple[int, str, str]]
EXAMPLE = (ROOT / "settings.example.toml").read_text()


@pytest.fixture
def run(aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command in an empty folder: its exit code, what it wrote, and what it wrote of errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(external_ip, "WHO_AM_I", nobody())  # whom the preflight would ask on the internet

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["operations", *words])
        with pytest.raises(SystemExit) as ended:
            command_line.main()
        code = ended.value.code
        assert isinstance(code, int)
        return code, *capfd.readouterr()

    return run


def choose(folder: Path, more: str) -> None:
    (folder / "settings.toml").write_text(f"{EXAMPLE}\n{more}\n")


@pytest.mark.parametrize("words", [("deploy", "--yes"), ("plan",), ("deploy", "--stack=network", "--yes")])
def test_nothing_is_made_for_a_deployment_that_has_expired(run: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    choose(tmp_path, "expires = 2020-01-31")
    assert run(*words) == (2, "", "error: expires: 2020-01-31 is past: `make destroy`, or name a later day in the settings\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("destroy", "--yes"), "Nothing is left of tickit"),
        (("state",), "not deployed"),
        (("outputs",), "network: not deployed"),
        (("leftovers",), "Nothing is left of tickit"),
    ],
)
def test_what_has_expired_can_be_looked_at_and_destroyed(run: Run, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    choose(tmp_path, "expires = 2020-01-31")
    code, output, errors = run(*words)
    assert (code, errors) == (0, "")
    assert said in output


def test_the_state_of_one_stack_names_each_resource(run: Run, tmp_path: Path) -> None:
    choose(tmp_path, 'lineage_url = "https://lineage.example.com:443"')
    for stack in ("network", "marquez"):
        publish(tmp_path, stack)
    code, output, _ = run("state", "--stack=network")
    heading, row, *addresses = output.splitlines()
    assert (code, heading.split()[0], row.split()[:2], addresses) == (0, "Stack", ["network", "1"], ["  terraform_data.first"])
    assert "  terraform_data.first\n" in run("state", "--stack=marquez")[1], "the settings no longer want it, but it is there"
    assert run("state", "--stack=lake")[1].splitlines()[-1].split() == ["lake", "not", "deployed", "tickit.lake.tfstate"]
    assert "terraform_data" not in run("state")[1]
    assert run("state", "--stack=nothing")[::2] == (
        2,
        "error: there is no stack 'nothing': choose one of network, lake, redshift, mwaa, or leave STACK out for all\n",
    )


@pytest.mark.parametrize(("expires", "mark"), [("2020-01-31", "✗ expires: 2020-01-31 is past"), ("2099-12-31", "✓ expires: 2099-12-31")])
def test_the_preflight_looks_at_the_day(run: Run, tmp_path: Path, expires: str, mark: str) -> None:
    choose(tmp_path, f"expires = {expires}")
    assert mark in run("preflight")[1]


def test_a_state_bucket_of_somebody_else_is_one_line(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    choose(tmp_path, 'state_backend = "s3://my-states/tickit"')
    with answering(lambda _: Answer(403)) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", url)
        code, output, errors = run("deploy", "--yes")
    assert (code, output) == (1, "")
    told = "the bucket my-states belongs to another account, or may not be read with these credentials"
    assert errors == f"error: state_backend: {told}; `make bootstrap` says what to do\n"


def test_an_environment_has_settings_of_its_own(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    choose(tmp_path, "")
    publish(tmp_path, "network")
    monkeypatch.setenv("ENV", "prod")
    code, output, errors = run("destroy", "--yes")
    assert (code, output) == (2, "")
    assert errors.startswith("error: ENV = prod, and settings.prod.toml is missing")
    (tmp_path / "settings.prod.toml").write_text(EXAMPLE.replace('"tickit"', '"prod"'))
    assert run("state")[1].splitlines()[1].split() == ["network", "not", "deployed", "prod.network.tfstate"]
    monkeypatch.delenv("ENV")
    assert run("state")[1].splitlines()[1].split()[:2] == ["network", "1"]


@pytest.mark.parametrize(
    "words", [("plan",), ("deploy", "--yes", "--no-preflight"), ("destroy", "--yes"), ("explain",), ("leftovers",), ("preflight",)]
)
def test_without_credentials_every_command_says_the_same(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    choose(tmp_path, "")
    publish(tmp_path, "mwaa")
    publish(tmp_path, "network")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    _, output, errors = run(*words)
    assert "Credentials: there are none" in errors + output
    assert "Log in (`aws sso login`, or new access keys), and name the profile: export AWS_PROFILE=..." in errors + output
    assert "Unable to locate" not in errors + output


def test_every_other_command_wants_settings(run: Run) -> None:
    code, _, errors = run("state")
    assert code == 2
    assert errors.startswith("error: settings.toml is missing: `cp settings.example.toml settings.toml`")


def test_a_bill_needs_no_settings(run: Run) -> None:
    require("node", "synthesis")
    code, output, errors = run("cost")
    assert (code, errors) == (0, "")
    assert output.startswith("There is no settings.toml yet: this is the bill of settings.example.toml.\nEstimated cost")


def test_a_bill_is_that_of_the_settings_where_there_are_any(run: Run, tmp_path: Path) -> None:
    require("node", "synthesis")
    choose(tmp_path, "mwaa_min_workers = 2")
    code, output, _ = run("cost")
    assert code == 0
    assert output.startswith("Estimated cost")
    assert "1 more worker" in output


def test_a_deploy_looks_first(run: Run, tmp_path: Path) -> None:
    choose(tmp_path, "")
    code, said, _ = run("deploy", "--yes")
    assert code == 1
    assert "✗ 203.0.113.7/32: is an example's address, and nobody's" in said
    assert "Not ready to deploy" in said
    assert "make deploy PREFLIGHT=0" in said


def test_a_deploy_without_the_preflight_goes_straight_on(run: Run, tmp_path: Path) -> None:
    choose(tmp_path, "")
    code, said, errors = run("deploy", "--yes", "--no-preflight")
    assert (code, "example's address" in said) == (2, False)
    assert "cdktf" in errors
