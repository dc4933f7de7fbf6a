"""What the commands ask AWS is within what they print that the deployer must be allowed."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from local.aws.machine import Aws
from operations import __main__ as command_line
from operations import leftovers, preflight
from operations.bootstrap import bootstrap
from operations.deployment import ROOT, Deployment
from operations.permissions.documents import Document, grants
from operations.permissions.documents import actions as allowed_by
from operations.preflight import external_ip
from tests.iam_actions import needed
from tests.modules.programs import require
from tests.mwaa_lineage.transport.endpoint import nobody
from tests.operations import abandoned
from tests.operations.synthesis import build, synthesize
from tools.synthesized import read

pytestmark = pytest.mark.system

Deploy = Callable[..., Deployment]
CHOICE = {
    "state_backend": "s3://tickit-states/tickit",
    "account_id": "123456789012",
    "budget_usd": 600,
    "budget_email": "bills@example.com",
    "protect": True,
    "domain": "data.example.com",
    "certificate_arn": "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d",
}


@pytest.fixture
def ready(aws: Aws, deployment: Deploy, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    """A deployment with everything that adds to what is asked, in an account in which one of every thing is left."""
    monkeypatch.setattr(external_ip, "WHO_AM_I", nobody())
    abandoned.everything(aws.client)
    return build(synthesize(deployment(**CHOICE)))


def asked(aws: Aws, command: Callable[[], object]) -> set[str]:
    """The operations that a command has called."""
    before = aws.calls()
    command()
    return {call for call, count in aws.calls().items() if count > before.get(call, 0)}


def test_what_the_commands_ask_is_allowed(aws: Aws, ready: Deployment) -> None:
    console = Console(quiet=True)
    allowed = allowed_by(grants(read(ready.root / "cdktf.out"), ready.settings, "123456789012", "aws"))
    commands: dict[str, Callable[[], object]] = {
        "preflight": lambda: preflight.run(ready, console),
        "bootstrap": lambda: bootstrap(ready),
        "leftovers": lambda: leftovers.report(ready, console),
    }
    for name, command in commands.items():
        calls = asked(aws, command)
        assert len(calls) > 5, name
        assert {call: needed(call) for call in calls if not allowed.keys() >= set(needed(call))} == {}, name


def test_the_command_prints_a_policy_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    require("node", "synthesis")
    (tmp_path / "settings.toml").write_text((ROOT / "settings.example.toml").read_text())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["operations", "permissions"])
    command_line.main()
    policies: list[Document] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {statement["Effect"] for policy in policies for statement in policy["Statement"]} == {"Allow"}
    resources = {resource for policy in policies for statement in policy["Statement"] for resource in statement["Resource"]}
    assert "arn:aws:iam::*:role/tickit-airflow" in resources
