"""The pipeline's command against MWAA's own way to Airflow's command line, with answers as real Airflows gave them."""

import io
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from local.aws.machine import Aws
from operations import pipeline
from operations.airflow_runs import Runs
from operations.deployment import ROOT, Deployment, NotDeployed
from operations.mwaa_cli import AirflowCli, CliUnavailable, CommandFailed, read_rows
from operations.pipeline import Patience
from operations.task_log import LogUnavailable, tail
from tests.emulated_aws import emulated_aws
from tests.local.waiting import eventually
from tests.operations import right_environment
from tests.operations.outputs import publish
from tests.operations.right_environment import NAME

pytestmark = pytest.mark.system

Answer = tuple[int, str, str]
QUICK = Patience(look=0.01, begin=600, whole=600, log=0)
AT_ONCE = Patience(look=0.01, begin=0, whole=0, log=0)
LOG_LINE = "[2026-11-24T00:06:47.791+0000] {__init__.py:43} INFO - Loaded API auth backend: airflow.api.auth.backend.session\n"
UNKNOWN = "airflow.exceptions.DagNotFound: Dag id rs_source_to_staging not found in DagModel"
TASK = {"dag_id": "d", "execution_date": "2026-11-24T00:06:47+00:00"}
BEGAN = {"start_date": "2026-11-24T00:06:50+00:00"}
ENDED = BEGAN | {"end_date": "2026-11-24T00:06:52.500000+00:00"}
NOT_BEGUN = {"start_date": "", "end_date": ""}


def says(rows: Any = "", *, log: str = "", code: int = 0, errors: str = "") -> Answer:
    return (code, log + (rows if isinstance(rows, str) else json.dumps(rows) + "\n"), errors)


def task(name: str, state: str | None, **times: str) -> dict[str, Any]:
    return TASK | {"task_id": name, "state": state} | NOT_BEGUN | times


def run_state(state: str, run: str = "@RUN") -> dict[str, str]:
    return {"dag_id": "d", "run_id": run, "state": state, "start_date": "", "end_date": ""}


GREEN: dict[str, list[Answer]] = {
    "dags details": [says([{"dag_id": "d", "is_paused": "True"}], log=LOG_LINE)],
    "dags unpause": [says("Dag: rs_source_to_staging, paused: False\n")],
    "dags trigger": [says([{"dag_id": "d", "state": "queued"}], log=LOG_LINE)],
    "tasks states-for-dag-run": [
        says([task("load_date", None), task("load_sales", None)]),
        says([task("load_date", "success", **ENDED), task("load_sales", "running", **BEGAN)]),
        says([task("load_date", "success", **ENDED), task("load_sales", "success", **ENDED)]),
    ],
    "dags list-runs": [says([run_state("running")]), says([run_state("success"), run_state("failed", "older")])],
}


class Airflow:
    """The scripted Airflow behind the environment, and what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def answers(self, script: dict[str, list[Answer]]) -> None:
        for note in ("asked", "run"):
            (self.folder / note).unlink(missing_ok=True)
        (self.folder / "script.json").write_text(json.dumps(script))

    @property
    def asked(self) -> list[str]:
        return (self.folder / "asked").read_text().splitlines()


@pytest.fixture(scope="module")
def aws_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """An emulated AWS behind whose MWAA the scripted Airflow stands."""
    folder = tmp_path_factory.mktemp("airflow")
    command = [sys.executable, str(ROOT / "tests/operations/scripted_airflow.py"), str(folder)]
    (folder / "airflow.json").write_text(json.dumps({"command": command, "environment": {}}))
    with emulated_aws(tmp_path_factory.mktemp("aws"), folder / "airflow.json") as aws:
        yield aws


@pytest.fixture
def airflow(aws: Aws) -> Airflow:
    assert aws.airflow
    return Airflow(aws.airflow.parent)


@pytest.fixture
def deployed(airflow: Airflow, deployment: Callable[..., Deployment]) -> Deployment:
    """A deployment whose environment is there."""
    there = deployment()
    right_environment.create(right_environment.make(there.client), there.client("mwaa"))
    publish(there.root, "mwaa", environment_name=NAME, airflow_ui_url="https://airflow.example")
    return there


def run(deployed: Deployment, patience: Patience = QUICK) -> tuple[int, str]:
    written = io.StringIO()
    return pipeline.run(deployed, Console(file=written, width=200), patience), written.getvalue()


def test_both_dags_run_and_each_task_has_its_line(deployed: Deployment, airflow: Airflow) -> None:
    airflow.answers(GREEN)
    code, written = run(deployed)
    assert code == 0, written
    dags = [line.split()[2] for line in airflow.asked if line.startswith("dags trigger")]
    assert dags == ["rs_source_to_staging", "rs_staging_to_dm"]
    assert "✓ load_date" in written
    assert "2.5 s" in written
    assert airflow.asked[1] == "dags unpause rs_source_to_staging"
    assert written.splitlines()[-1].startswith("Both DAGs succeeded")


@pytest.mark.parametrize(("version", "asks"), [("2.7.2", "--dag-id d -o json"), ("2.11.2", "--dag-id d -o json"), ("3.2.1", "d -o json")])
def test_runs_are_listed_as_the_version_wants_it(deployed: Deployment, airflow: Airflow, version: str, asks: str) -> None:
    airflow.answers(GREEN)
    assert Runs(AirflowCli(deployed.client("mwaa"), NAME), version).states("d") == {"": "running"}
    assert airflow.asked == [f"dags list-runs {asks}"]


def test_a_dag_that_airflow_has_not_read_yet_is_awaited(deployed: Deployment, airflow: Airflow) -> None:
    unknown = says(errors="DAG: rs_source_to_staging does not exist in 'dag' table\n", code=1)
    airflow.answers(GREEN | {"dags details": [unknown, unknown, *GREEN["dags details"]], "dags list-import-errors": [says([])]})
    code, written = run(deployed)
    assert code == 0, written


def test_a_failed_task_is_named_though_it_has_no_log(deployed: Deployment, airflow: Airflow) -> None:
    failed = [task("load_date", "failed", **ENDED), task("load_sales", "upstream_failed")]
    airflow.answers(GREEN | {"tasks states-for-dag-run": [says(failed)], "dags list-runs": [says([run_state("failed")])]})
    code, written = run(deployed)
    assert code == 1
    assert "✗ load_date " in written
    assert "✗ load_sales: upstream_failed" in written
    assert "has nothing in dag_id=rs_source_to_staging/run_id=run-pipeline-" in written
    assert "DAG rs_source_to_staging failed: https://airflow.example/dags/rs_source_to_staging/grid?dag_run_id=run-pipeline-" in written


def test_the_log_of_the_last_attempt_is_cut_to_its_end(deployed: Deployment) -> None:
    logs, group, prefix = deployed.client("logs"), f"airflow-{NAME}-Task", "dag_id=d/run_id=r/task_id=t/attempt="
    for attempt, text in ((2, "second\nout of cheese"), (10, "\n".join(f"line {number}" for number in range(60)))):
        logs.create_log_stream(logGroupName=group, logStreamName=f"{prefix}{attempt}.log")
        event = {"timestamp": int(time.time() * 1000), "message": text}
        logs.put_log_events(logGroupName=group, logStreamName=f"{prefix}{attempt}.log", logEvents=[event])
    assert tail(logs, group, prefix, seconds=0) == [f"line {number}" for number in range(20, 60)]
    with pytest.raises(LogUnavailable, match="airflow-nobody-Task cannot be read: ResourceNotFoundException"):
        tail(logs, "airflow-nobody-Task", prefix, seconds=0)


NEVER: dict[str, tuple[dict[str, list[Answer]], str]] = {
    "a DAG that cannot be read": (
        {
            "dags details": [says(errors="DAG: rs_source_to_staging does not exist in 'dag' table\n", code=1)],
            # from 2.10 on the command fails when it has something to list
            "dags list-import-errors": [
                says([{"filepath": "dags/x.py", "error": "Traceback\nModuleNotFoundError: No module named 'y'\n"}], code=1)
            ],
        },
        "✗ dags/x.py: ModuleNotFoundError: No module named 'y'",
    ),
    "a DAG that is not there": (
        {
            "dags details": [says(errors="DAG: rs_source_to_staging does not exist in 'dag' table\n", code=1)],
            "dags list-import-errors": [says([])],
        },
        "✗ rs_source_to_staging: Airflow knows no such DAG after 0 min",
    ),
    "a DAG that is paused again": (
        {"dags details": [says([{"is_paused": "True"}])], "dags list-import-errors": [says([])]},
        "✗ rs_source_to_staging: is paused",
    ),
    "another run": (
        {
            "dags details": [says([{"is_paused": "False"}])],
            "dags list-import-errors": [says([])],
            "dags list-runs": [says([run_state("queued"), run_state("running", "by hand")])],
        },
        "✗ rs_source_to_staging: runs one at a time, and by hand has not ended",
    ),
    "no worker": (
        {
            "dags details": [says([{"is_paused": "False"}])],
            "dags list-import-errors": [says([])],
            "tasks states-for-dag-run": [says([task("load_date", "queued")])],
        },
        "✗ rs_source_to_staging: its tasks are queued, and no worker takes one",
    ),
    "no scheduler": (
        {
            "dags details": [says([{"is_paused": "False"}])],
            "dags list-import-errors": [says([])],
            "dags list-runs": [says([run_state("queued")])],
        },
        "✗ rs_source_to_staging: Airflow's scheduler does not begin with the run",
    ),
    "no end": (
        {"tasks states-for-dag-run": [says([task("load_date", "running", **BEGAN)])]},
        "has not ended within 0 min",
    ),
    "a run that failed without a task": (
        {"tasks states-for-dag-run": [says([task("load_date", "success", **ENDED)])], "dags list-runs": [says([run_state("failed")])]},
        "has failed though no task did",
    ),
}


@pytest.mark.parametrize("what", NEVER)
def test_what_stops_the_pipeline_is_named(deployed: Deployment, airflow: Airflow, what: str) -> None:
    script, text = NEVER[what]
    airflow.answers(GREEN | script)
    code, written = run(deployed, AT_ONCE)
    assert code == 1
    assert text in written


INTERRUPTED: dict[str, tuple[dict[str, list[Answer]], str]] = {
    "tasks states-for-dag-run": (
        {"tasks states-for-dag-run": [says([task("load_date", "running", **BEGAN)])]},
        "goes on without this command: https://airflow.example/dags/rs_source_to_staging/grid?dag_run_id=run-pipeline-",
    ),
    "dags details": (
        {
            "dags details": [says(errors="DAG: rs_source_to_staging does not exist in 'dag' table\n", code=1)],
            "dags list-import-errors": [says([])],
        },
        "\nNo run of rs_source_to_staging was triggered.\n",
    ),
}


@pytest.mark.parametrize("during", INTERRUPTED)
def test_an_interrupted_command_says_whether_a_run_goes_on(deployed: Deployment, airflow: Airflow, aws: Aws, during: str) -> None:
    script, left = INTERRUPTED[during]
    airflow.answers(GREEN | script)
    program = (
        "import sys, tomllib; from pathlib import Path; from lineage.report import console; from modules.settings import Settings;"
        "from operations import pipeline; from operations.deployment import Deployment;"
        "settings = Settings(**tomllib.loads(Path('settings.example.toml').read_text()));"
        f"sys.exit(pipeline.run(Deployment(settings, Path({str(deployed.root)!r})), console()))"
    )
    environment = {"PATH": "/usr/bin:/bin", **aws.environment}
    command = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        eventually(lambda: (airflow.folder / "asked").exists() and any(line.startswith(during) for line in airflow.asked), "it looks")
        command.send_signal(signal.SIGINT)
        written, _ = command.communicate(timeout=60)
    finally:
        command.kill()
    assert command.returncode == 130
    assert left in written


def test_a_command_that_is_interrupted_at_once_has_triggered_nothing(deployed: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "_airflow_version", interrupt)
    assert run(deployed) == (130, "\nNothing was triggered.\n")


def test_a_stack_that_is_not_deployed_is_named(aws: Aws, deployment: Callable[..., Deployment]) -> None:
    with pytest.raises(NotDeployed, match="make deploy STACK=mwaa"):
        run(deployment())


def test_an_environment_that_is_gone_is_named(aws: Aws, deployment: Callable[..., Deployment]) -> None:
    gone = deployment()
    publish(gone.root, "mwaa", environment_name=NAME, airflow_ui_url="https://airflow.example")
    code, written = run(gone)
    assert code == 1
    assert "make deploy STACK=mwaa" in written
    with pytest.raises(CliUnavailable, match="MWAA gives no token for tickit-airflow"):
        AirflowCli(gone.client("mwaa"), NAME).run("version")


def test_a_certificate_that_nobody_trusts_is_said_so(deployed: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(CliUnavailable) as unavailable:
        AirflowCli(deployed.client("mwaa"), NAME).run("version")
    assert "SSL_CERT_FILE" in unavailable.value.cure


def test_a_web_server_without_airflow_is_unavailable(deployed: Deployment, airflow: Airflow) -> None:
    behind = airflow.folder / "airflow.json"
    aside = behind.rename(airflow.folder / "aside.json")
    try:
        with pytest.raises(CliUnavailable, match=r"answered 503 to `dags list`: .*no Airflow stands behind"):
            AirflowCli(deployed.client("mwaa"), NAME).run("dags", "list")
    finally:
        aside.rename(behind)


def test_a_command_that_fails_says_its_last_word(deployed: Deployment, airflow: Airflow) -> None:
    airflow.answers(
        {"dags trigger": [says(errors=f"Traceback (most recent call last):\n{UNKNOWN}\n", code=1)], "version": [says("3.2.1\n")]}
    )
    cli = AirflowCli(deployed.client("mwaa"), NAME)
    with pytest.raises(CommandFailed, match=r"airflow dags trigger d: airflow\.exceptions\.DagNotFound"):
        cli.run("dags", "trigger", "d")
    with pytest.raises(CommandFailed, match=r"version -o json: 3\.2\.1"):
        cli.rows("version")


@pytest.mark.parametrize(
    ("output", "rows"),
    [
        ("[]\n", []),
        (f'{LOG_LINE}[{{"a": 1}}]\n', [{"a": 1}]),
        ('2026-11-24T00:11:43.192895Z [info     ] setup plugin\n[{"a": null}]', [{"a": None}]),
        (LOG_LINE, None),
        ("", None),
    ],
)
def test_rows_are_found_below_log_lines(output: str, rows: Any) -> None:
    assert read_rows(output) == rows
