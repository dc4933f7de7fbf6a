"""The pipeline's command against MWAA's own way to Airflow's REST API, with answers as real Airflows gave them."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rich.console import Console

from local.aws.machine import Aws
from modules.mwaa.access import trigger_command
from operations import pipeline
from operations.airflow_runs import Runs
from operations.deployment import MODELS, ROOT, Deployment, NotDeployed
from operations.mwaa_api import AirflowApi, ApiUnavailable, CallRefused
from operations.pipeline import Patience
from operations.task_log import LogUnavailable, tail
from rehearsal.emulated_aws import emulated_aws
from tests.local.waiting import eventually
from tests.operations import right_environment
from tests.operations.answering import Answer, answering
from tests.operations.outputs import publish
from tests.operations.right_environment import NAME
from tests.operations.said_of_runs import (
    ABSENT,
    BEGAN,
    DM,
    ENDED,
    GREEN,
    NEVER,
    STAGING,
    TASKS,
    UNKNOWN,
    of_both,
    paused,
    runs,
    task,
    tasks,
)
from tests.operations.scripted_airflow import Said, ScriptedAirflow, scripted_airflow
from tools.tool_environment import environment

pytestmark = pytest.mark.system

QUICK = Patience(look=0.01, begin=600, whole=600, log=0)
AT_ONCE = Patience(look=0.01, begin=0, whole=0, log=0)


@pytest.fixture(scope="module")
def aws_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """An emulated AWS behind whose MWAA the scripted Airflow stands."""
    with emulated_aws(tmp_path_factory.mktemp("aws"), tmp_path_factory.mktemp("airflow") / "airflow.json") as aws:
        yield aws


@pytest.fixture
def airflow(aws: Aws) -> Iterator[ScriptedAirflow]:
    assert aws.airflow
    with scripted_airflow(aws.airflow) as airflow:
        yield airflow


@pytest.fixture
def deployed(airflow: ScriptedAirflow, deployment: Callable[..., Deployment]) -> Deployment:
    """A deployment whose environment is there."""
    there = deployment()
    right_environment.create(right_environment.make(there.client), there.client("mwaa"))
    publish(there.root, "mwaa", environment_name=NAME, airflow_ui_url="https://airflow.example")
    return there


def run(deployed: Deployment, patience: Patience = QUICK) -> tuple[int, str]:
    written = io.StringIO()
    return pipeline.run(deployed, Console(file=written, width=200), (STAGING, DM), patience), written.getvalue()


def test_both_dags_run_and_each_task_has_its_line(deployed: Deployment, airflow: ScriptedAirflow, aws: Aws) -> None:
    airflow.answers(GREEN)
    code, written = run(deployed)
    assert code == 0, written
    assert [call for call in airflow.asked if call.endswith("/dagRuns") and call.startswith("POST")] == [
        f"POST /dags/{STAGING}/dagRuns",
        f"POST /dags/{DM}/dagRuns",
    ]
    assert "✓ load_date" in written
    assert "2.5 s" in written
    assert airflow.asked[1] == f"PATCH /dags/{STAGING}"
    assert airflow.bodies[1] == {"is_paused": False}
    assert airflow.bodies[2].keys() == {"dag_run_id", "logical_date"}
    assert written.splitlines()[-1].startswith("All 2 DAGs succeeded")
    assert not [call for call in aws.calls() if "Token" in call]


def test_a_dag_that_airflow_has_not_read_yet_is_awaited(deployed: Deployment, airflow: ScriptedAirflow) -> None:
    known = f"GET /dags/{STAGING}"
    airflow.answers(GREEN | {known: [(404, UNKNOWN), (404, UNKNOWN), paused(True)]})
    code, written = run(deployed)
    assert code == 0, written


def test_a_run_that_is_there_already_is_followed(deployed: Deployment, airflow: ScriptedAirflow) -> None:
    """As the SDK asks again for what it has had no answer to."""
    conflict = (409, {"title": "Conflict", "detail": "DAGRun with DAG ID: 'd' and DAGRun ID: 'r' already exists"})
    airflow.answers(GREEN | of_both("POST", "/dags/{}/dagRuns", conflict))
    code, written = run(deployed)
    assert code == 0, written


def test_a_failed_task_is_named_though_it_has_no_log(deployed: Deployment, airflow: ScriptedAirflow) -> None:
    failed = tasks(task("load_date", "failed", **ENDED), task("load_sales", "upstream_failed"))
    airflow.answers(GREEN | {TASKS: [failed]} | of_both("GET", "/dags/{}/dagRuns", runs(wanted="failed")))
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


@pytest.mark.parametrize("what", NEVER)
def test_what_stops_the_pipeline_is_named(deployed: Deployment, airflow: ScriptedAirflow, what: str) -> None:
    script, text = NEVER[what]
    airflow.answers(GREEN | script)
    code, written = run(deployed, AT_ONCE)
    assert code == 1
    assert text in written


INTERRUPTED: dict[str, tuple[dict[str, list[Said]], str]] = {
    TASKS: (
        {TASKS: [tasks(task("load_date", "running", **BEGAN))]},
        "goes on without this command: https://airflow.example/dags/rs_source_to_staging/grid?dag_run_id=run-pipeline-",
    ),
    f"GET /dags/{STAGING}": (ABSENT, "\nNo run of rs_source_to_staging was triggered.\n"),
}


@pytest.mark.parametrize("during", INTERRUPTED)
def test_an_interrupted_command_says_whether_a_run_goes_on(deployed: Deployment, airflow: ScriptedAirflow, aws: Aws, during: str) -> None:
    script, left = INTERRUPTED[during]
    airflow.answers(GREEN | script)
    program = (
        "import sys, tomllib; from pathlib import Path; from lineage.report import console; from modules.settings import Settings;"
        "from operations import pipeline; from operations.deployment import Deployment;"
        "settings = Settings(**tomllib.loads(Path('settings.example.toml').read_text()));"
        f"sys.exit(pipeline.run(Deployment(settings, Path({str(deployed.root)!r})), console(), {(STAGING, DM)!r}))"
    )
    environment = {"PATH": "/usr/bin:/bin", **aws.environment}
    command = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        eventually(lambda: during in airflow.asked, "it looks")
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
    with pytest.raises(ApiUnavailable, match=r"MWAA does not pass GET /dags on to tickit-airflow: .*ResourceNotFoundException"):
        AirflowApi(gone.client("mwaa"), NAME, pause=0).call("GET", "/dags")


def test_an_environment_without_airflow_is_unavailable(deployed: Deployment, airflow: ScriptedAirflow) -> None:
    airflow.told.unlink()
    with pytest.raises(ApiUnavailable, match=r"failed at GET /dags: 503 no Airflow stands behind"):
        AirflowApi(deployed.client("mwaa"), NAME, pause=0).call("GET", "/dags")


def test_a_private_web_server_is_not_reached_from_here(airflow: ScriptedAirflow, deployment: Callable[..., Deployment]) -> None:
    there = deployment()
    world = right_environment.make(there.client)
    world.environment["WebserverAccessMode"] = "PRIVATE_ONLY"
    right_environment.create(world, there.client("mwaa"))
    publish(there.root, "mwaa", environment_name=NAME, airflow_ui_url="https://airflow.example")
    airflow.answers(GREEN)
    code, written = run(there)
    assert code == 1
    assert "AccessDeniedException" in written
    assert "attach the policy `sign_in_policy_arn`" in written
    assert "from inside the VPC only" in written
    assert airflow.asked == []


@pytest.mark.parametrize(
    ("code", "message", "cure"),
    [
        ("AccessDeniedException", "User is not authorized to perform: airflow:InvokeRestApi", "attach the policy `sign_in_policy_arn`"),
        ("ValidationException", "Update your environment to use InvokeRestApi", "aws mwaa update-environment --name tickit-airflow"),
        ("ThrottlingException", "Rate exceeded", "make explain"),
    ],
)
def test_what_mwaa_refuses_has_its_cure(
    deployment: Callable[..., Deployment], monkeypatch: pytest.MonkeyPatch, code: str, message: str, cure: str
) -> None:
    refused = Answer(400, json.dumps({"message": message, "Message": message}).encode(), {"x-amzn-errortype": code})
    with answering(lambda _: refused) as url:
        for name, value in {
            "AWS_ENDPOINT_URL_MWAA": "http://aws.test",
            "HTTP_PROXY": url,
            "http_proxy": url,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_MAX_ATTEMPTS": "1",
        }.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(ApiUnavailable, match=message) as unavailable:
            AirflowApi(deployment().client("mwaa"), NAME, pause=0).call("GET", "/dags")
    assert cure in unavailable.value.cure


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"title": "Bad Request", "detail": "'x' is not a 'date-time'", "status": 400}, "'x' is not a 'date-time'"),
        (
            {"detail": [{"loc": ["body", "logical_date"], "msg": "Field required"}]},
            "[{'loc': ['body', 'logical_date'], 'msg': 'Field required'}]",
        ),
        ({"title": "Bad Request"}, "Bad Request"),
        ({}, "without a word"),
    ],
)
def test_a_refusal_has_airflows_own_words(deployed: Deployment, airflow: ScriptedAirflow, answer: dict[str, Any], reason: str) -> None:
    airflow.answers({"GET /dags": [(400, answer)]})
    with pytest.raises(CallRefused) as refused:
        AirflowApi(deployed.client("mwaa"), NAME, pause=0).call("GET", "/dags")
    assert (refused.value.status, str(refused.value)) == (400, f"GET /dags: 400 {reason}")


@pytest.mark.parametrize(("version", "page"), [("2.7.2", "/dags/d/grid?dag_run_id=r"), ("3.3.1", "/dags/d/runs/r")])
def test_a_run_has_its_page_where_the_version_has_it(deployed: Deployment, version: str, page: str) -> None:
    assert Runs(AirflowApi(deployed.client("mwaa"), NAME, pause=0), version).page("d", "r") == page


def test_no_path_is_longer_than_mwaa_takes(deployed: Deployment, airflow: ScriptedAirflow) -> None:
    airflow.answers(GREEN)
    run(deployed)
    assert max(len(call.partition(" ")[2]) for call in airflow.asked) <= 64
    path = f"/dags/{STAGING}/dagRuns/run-pipeline-20261124T000647Z/taskInstances"
    with pytest.raises(ApiUnavailable, match=r"ValidationException.*Path.*64"):
        AirflowApi(deployed.client("mwaa"), NAME, pause=0).call("GET", path)


def test_the_outputs_commands_run_a_dag(deployed: Deployment, airflow: ScriptedAirflow, aws: Aws) -> None:
    """With AWS's own command line."""
    airflow.answers(GREEN)
    line = trigger_command(environment=NAME, region="us-east-1")
    path = {"PATH": f"{environment('aws')}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", line], env=aws.environment | path | {"DAG": STAGING}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert airflow.asked == [f"PATCH /dags/{STAGING}", f"POST /dags/{STAGING}/dagRuns"]
    assert airflow.bodies[0] == {"is_paused": False}
    assert airflow.bodies[1].keys() == {"logical_date"}


def test_the_sdk_is_told_of_the_operation_as_aws_describes_it() -> None:
    """The environment of the emulated AWS has a model of today."""
    told = json.loads((MODELS / "mwaa/2020-07-01/service-2.sdk-extras.json").read_text())["merge"]
    program = (
        "import json; from botocore.loaders import Loader; model = Loader().load_service_model('mwaa', 'service-2');"
        "print(json.dumps({part: {name: model[part].get(name) for name in names} for part, names in "
        f"{ ({part: list(names) for part, names in told.items()})!r}.items()}}))"
    )
    done = subprocess.run([environment("aws") / "python", "-c", program], capture_output=True, text=True, check=True)
    assert told == without_documentation(json.loads(done.stdout))


def without_documentation(model: Any) -> Any:
    if isinstance(model, dict):
        return {name: without_documentation(value) for name, value in model.items() if name != "documentation"}
    return [without_documentation(value) for value in model] if isinstance(model, list) else model
