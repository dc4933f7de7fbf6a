"""Plan, deploy and destroy, with the real cdktf and the real Terraform on stacks of Terraform's own resources."""

import json
import os
import pty
import re
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from data.tickit import TABLES
from lineage.report import console
from local.aws.machine import Aws
from modules.graph import READS
from operations import stacks, state
from operations.deployment import ROOT, Deployment
from operations.stacks import Refused
from tests.local.waiting import eventually
from tests.operations import small_project
from tests.operations.driven import Driven

pytestmark = pytest.mark.system

Deploy = Callable[..., Deployment]
SILENCE = 120  # seconds
DRIVER = """
import sys
from pathlib import Path

sys.path.insert(0, "{root}")
from lineage.report import console
from modules.settings import load
from operations import stacks
from operations.deployment import Deployment
deployment = Deployment(load(Path("{settings}"), {{}}), Path.cwd())
sys.exit({call})
"""


@pytest.fixture
def small(deployment: Deploy, aws: Aws) -> Deploy:
    """A deployment of the small stacks, on an AWS whose catalog is filled."""
    glue = aws.client("glue")
    glue.create_database(DatabaseInput={"Name": "tickit_lake"})
    for table in TABLES:
        glue.create_table(DatabaseName="tickit_lake", TableInput={"Name": table})

    def make(work: dict[str, str] | None = None, **overrides: object) -> Deployment:
        made = deployment(**overrides)
        small_project.write(made.root, work)
        if not (made.root / "node_modules").exists():
            small_project.install_cdktf(made.root)
        return made

    return make


def pretend(deployment: Deployment, *deployed: str) -> Deployment:
    """Stacks of which there is a state."""
    for stack in deployed:
        held = {"mode": "managed", "type": "terraform_data", "name": "first", "instances": [{}]}
        content = {"version": 4, "serial": 3, "outputs": {}, "resources": [held]}
        (deployment.root / f"tickit.{stack}.tfstate").write_text(json.dumps(content))
    return deployment


def rows(printed: str) -> dict[str, list[int]]:
    """{stack: the numbers of its row}."""
    found = re.findall(r"^([a-z-]+) +(\d+) +(\d+) +(\d+) +(\d+) *$", printed, re.MULTILINE)
    return {stack: [int(number) for number in numbers] for stack, *numbers in found}


def driver(call: str) -> list[str]:
    return [sys.executable, "-c", DRIVER.format(root=ROOT, settings=ROOT / "settings.example.toml", call=call)]


def answer(folder: Path, call: str, typed: str) -> tuple[int, str]:
    """Run a command on a terminal on which somebody types; returns its exit code and what the terminal showed."""
    master, slave = pty.openpty()
    process = subprocess.Popen(driver(call), cwd=folder, stdin=slave, stdout=slave, stderr=slave)
    os.close(slave)
    os.write(master, typed.encode())
    shown = b""
    while True:
        if not select.select([master], [], [], SILENCE)[0]:
            process.kill()
            pytest.fail(f"the command says and does nothing for {SILENCE} s: {shown.decode()}")
        try:
            part = os.read(master, 4096)
        except OSError:  # Linux's end of a terminal
            break
        if not part:
            break
        shown += part
    os.close(master)
    return process.wait(timeout=60), shown.decode()


def test_all_stacks_live_and_die(small: Deploy, capfd: pytest.CaptureFixture[str]) -> None:
    deployment = small()
    assert stacks.plan(deployment, console()) == 0
    planned = capfd.readouterr().out
    assert rows(planned) == {"network": [2, 0, 0, 0]}
    assert "Plan: 2 to add" not in planned
    assert not (deployment.root / "cdktf.out/stacks/network/plan").exists()
    assert "lake reads network, which is not deployed: it can be planned after that" in planned
    assert "redshift reads network and lake, which are not deployed" in planned

    assert stacks.deploy(deployment, console(), yes=True) == 0
    deployed = capfd.readouterr().out
    assert deployed.count("Apply complete! Resources: 2 added") == len(READS)
    assert "✓ lake: tickit_lake holds its 7 tables" in deployed
    assert "airflow_ui_url    https://airflow.example.com" in deployed
    assert "hidden-from-all" not in deployed
    assert state.deployed(deployment) == list(READS)

    assert stacks.plan(deployment, console(), "redshift", verbose=True) == 0
    unchanged = capfd.readouterr().out
    assert "No changes. Your infrastructure matches the configuration." in unchanged
    assert rows(unchanged) == {"redshift": [0, 0, 0, 0]}

    small_project.write(deployment.root, inputs={"network": "another", "lake": "another"}, triggers={"lake": "another"})
    assert stacks.plan(deployment, console()) == 0
    changed = capfd.readouterr().out
    assert rows(changed) == {stack: [0, 0, 0, 0] for stack in READS} | {"network": [0, 1, 0, 0], "lake": [0, 1, 1, 0]}
    assert re.search(r"^lake replaces terraform_data.second \([0-9a-f-]{36}\): triggers_replace$", changed, re.MULTILINE)
    assert changed.count(" replaces ") == 1
    assert "another" not in changed

    assert stacks.destroy(deployment, console(), yes=True, report_leftovers=lambda: 7) == 7
    assert capfd.readouterr().out.count("Destroy complete! Resources: 2 destroyed") == len(READS)
    assert state.deployed(deployment) == []


def test_a_plan_that_fails_says_why(small: Deploy, capfd: pytest.CaptureFixture[str]) -> None:
    deployment = small()
    small_project.write(deployment.root, inputs={"network": "${nothing.there}"})
    assert stacks.plan(deployment, console()) != 0
    output = capfd.readouterr().out
    assert "nothing.there" in output or 'resource "nothing"' in output
    assert rows(output) == {}


def test_one_stack_lives_and_dies(small: Deploy, capfd: pytest.CaptureFixture[str]) -> None:
    deployment = small()
    assert stacks.deploy(deployment, console(), "network", yes=True) == 0
    assert stacks.deploy(deployment, console(), "marquez", yes=True) == 0
    assert state.deployed(deployment) == ["network", "marquez"]
    assert stacks.destroy(deployment, console(), "marquez", yes=True, report_leftovers=lambda: 0) == 0
    assert state.deployed(deployment) == ["network"]
    assert stacks.destroy(deployment, console(), "marquez", yes=True, report_leftovers=lambda: 0) == 0
    assert "marquez is not deployed: there is nothing to destroy" in capfd.readouterr().out


def test_stacks_that_do_not_read_each_other_are_deployed_side_by_side(small: Deploy, tmp_path: Path) -> None:
    meet = "touch {folder}/{here}; for i in $(seq 1200); do test -e {folder}/{there} && exit 0; sleep 0.1; done; exit 1"
    mwaa, marquez = (meet.format(folder=tmp_path, here=here, there=there) for here, there in (("a", "b"), ("b", "a")))
    deployment = small({"mwaa": mwaa, "marquez": marquez})
    assert stacks.deploy(deployment, console(), yes=True) == 0


def test_a_failed_deploy_says_what_is_there_and_how_to_go_on(small: Deploy, capfd: pytest.CaptureFixture[str]) -> None:
    deployment = small({"network": "exit 1"})
    assert stacks.deploy(deployment, console(), "network", yes=True) == 1
    output = capfd.readouterr().out
    assert "It failed: see above." in output
    assert "network: half made, made anew by `make deploy STACK=network`: terraform_data.second" in output
    assert "`make deploy STACK=network` goes on from there." in output


def test_an_interrupted_deploy_says_what_is_there_and_how_to_go_on(small: Deploy, tmp_path: Path) -> None:
    small({"network": f"touch {tmp_path}/begun; sleep 30"})
    with Driven(driver("stacks.deploy(deployment, console(), yes=True)"), tmp_path) as deploy:
        eventually((tmp_path / "begun").exists, "the deploy has begun")
        deploy.press_ctrl_c()
        assert deploy.end() == 130
    assert "`make deploy` goes on from there." in deploy.output
    assert "lake            not deployed" in deploy.output


@pytest.mark.parametrize(
    ("stack", "deployed", "message"),
    [
        ("mwaa", [], "mwaa reads network, which is not deployed: `make deploy STACK=network` first"),
        ("redshift", ["network"], "redshift reads lake, which is not deployed: `make deploy STACK=lake` first"),
        ("redshift", [], "redshift reads network and lake, which are not deployed: .*STACK=network` and `make deploy STACK=lake` first"),
        ("airflow", [], "there is no stack 'airflow': choose one of network, lake"),
    ],
)
def test_a_stack_without_what_it_reads_is_refused(small: Deploy, stack: str, deployed: list[str], message: str) -> None:
    deployment = pretend(small(), *deployed)
    with pytest.raises(Refused, match=message):
        stacks.plan(deployment, console(), stack)
    with pytest.raises(Refused, match=message):
        stacks.deploy(deployment, console(), stack, yes=True)


@pytest.mark.parametrize(
    ("stack", "deployed", "overrides", "message"),
    [
        ("lake", ["network", "lake", "redshift"], {}, "redshift reads lake: destroy redshift first"),
        ("network", ["network", "lake", "mwaa"], {}, "lake, mwaa read network: destroy lake and mwaa first"),
        ("lake", ["network", "lake"], {"protect": True}, "set protect = false in the settings, `make deploy`, then destroy"),
        (
            None,
            ["network", "marquez"],
            {"lineage_url": "http://l.example.com:5000"},
            "marquez is deployed, but lineage_url in the settings leaves it out: take",
        ),
        ("network", ["network", "marquez"], {"lineage_url": "http://l.example.com:5000"}, "marquez reads network: .* take lineage_url out"),
    ],
)
def test_a_destroy_that_would_break_something_is_refused(
    small: Deploy, stack: str | None, deployed: list[str], overrides: dict[str, object], message: str
) -> None:
    deployment = pretend(small(**overrides), *deployed)
    with pytest.raises(Refused, match=message):
        stacks.destroy(deployment, console(), stack, yes=True, report_leftovers=lambda: 0)


def test_nobody_is_asked_without_a_terminal(small: Deploy) -> None:
    deployment = pretend(small(), "network")
    with pytest.raises(Refused, match="without a terminal: `make deploy YES=1`"):
        stacks.deploy(deployment, console(), yes=False)
    with pytest.raises(Refused, match="without a terminal: `make destroy YES=1`"):
        stacks.destroy(deployment, console(), yes=False, report_leftovers=lambda: 0)


def test_a_deploy_and_a_destroy_ask_first(small: Deploy, tmp_path: Path) -> None:
    deployment = small()
    call = "stacks.deploy(deployment, console(), 'network', yes=False)"
    code, shown = answer(tmp_path, call, "\n")
    assert code == 1
    assert "Deploy network of tickit to account 123456789012, us-east-1? [y/N]" in shown
    assert "nothing was done" in shown
    assert state.deployed(deployment) == []
    code, shown = answer(tmp_path, call, "y\n")
    assert code == 0, shown
    assert state.deployed(deployment) == ["network"]

    call = "stacks.destroy(deployment, console(), yes=False, report_leftovers=lambda: 0)"
    code, shown = answer(tmp_path, call, "yes\n")
    assert code == 1
    assert "This destroys network in account 123456789012, us-east-1, with all data in it." in shown
    assert state.deployed(deployment) == ["network"]
    code, shown = answer(tmp_path, call, "tickit\n")
    assert code == 0, shown
    assert state.deployed(deployment) == []


def test_a_preflight_with_problems_stops_the_deploy(small: Deploy, capfd: pytest.CaptureFixture[str]) -> None:
    deployment = small()
    assert stacks.deploy(deployment, console(), "network", yes=True, look_first=lambda: 1) == 1
    output = capfd.readouterr().out
    assert "Nothing was made. Mend the problems above, or deploy in spite of them: make deploy PREFLIGHT=0" in output
    assert "terraform" not in output.lower()
    assert state.deployed(deployment) == []
    assert stacks.deploy(deployment, console(), "network", yes=True, look_first=lambda: 0) == 0
    assert state.deployed(deployment) == ["network"]


def test_a_missing_state_bucket_is_named_first(small: Deploy, aws: Aws) -> None:
    deployment = small(state_backend="s3://my-states/tickit")
    for command in (stacks.plan, lambda *args: stacks.deploy(*args, yes=True)):
        with pytest.raises(Refused, match=r"the bucket my-states, .* is not there: `make bootstrap` first"):
            command(deployment, console())


def test_the_state_bucket_is_kept(small: Deploy, aws: Aws, capfd: pytest.CaptureFixture[str]) -> None:
    deployment = small(state_backend="s3://my-states/tickit")
    assert stacks.destroy(deployment, console(), yes=True, report_leftovers=lambda: 0) == 0
    output = capfd.readouterr().out
    assert "nothing is deployed: there is nothing to destroy" in output
    assert "The state bucket my-states is kept" in output
