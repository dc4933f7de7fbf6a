"""How long `make run-pipeline` waits, and what it bears meanwhile: with a clock of its own, and MWAA's client in its place."""

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from operations import mwaa_api, pipeline, task_log
from operations.deployment import Deployment
from tests.operations.answering import Request
from tests.operations.said_of_runs import ABSENT, AWAKE, BEGAN, DM, ENDED, GREEN, NEVER, STAGING, TASKS, of_both, runs, task, tasks
from tests.operations.scripted_airflow import ROOT, Said, Script, ScriptedAirflow

BUSY: Said = (503, {"title": "Service Unavailable"})
KNOWN = f"GET /dags/{STAGING}"
RUNNING, DONE = tasks(task("load_date", "running", **BEGAN)), tasks(task("load_date", "success", **ENDED))
BEGUN = 86_400.0
"""No machine's clock begins with the command."""
QUEUED = of_both("GET", "/dags/{}/dagRuns", runs(wanted="queued"))
NOT_BEGINNING = ("a DAG that is paused again", "another run", "no worker", "no scheduler")


class Mwaa:
    """The client, with a scripted Airflow behind it, and the clock of the command."""

    def __init__(self, script: Script) -> None:
        self.waited, self.airflow = 0.0, ScriptedAirflow(Path())
        self.airflow.answers(script)

    def monotonic(self) -> float:
        return BEGUN + self.waited

    def sleep(self, seconds: float) -> None:
        self.waited += seconds

    def get_environment(self, **_: str) -> dict[str, Any]:
        return {"Environment": {"AirflowVersion": "2.7.2"}}

    def invoke_rest_api(self, *, Method: str, Path: str, Body: Any = None, **_: Any) -> dict[str, Any]:  # noqa: N803 - the API's names
        answer = self.airflow.answer(Request(Method, f"{ROOT}{Path}", {}, json.dumps(Body).encode()))
        told: Any = {"RestApiStatusCode": answer.status, "RestApiResponse": json.loads(answer.body)}
        if answer.status >= 400:
            code = "RestApiServerException" if answer.status >= 500 else "RestApiClientException"
            raise ClientError({"Error": {"Code": code, "Message": "no"}, **told}, "InvokeRestApi")
        return cast("dict[str, Any]", told)

    def get_paginator(self, _: str) -> "Mwaa":
        """As the client of CloudWatch, which has no log."""
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        return [{"logStreams": []}]


@pytest.fixture
def followed(monkeypatch: pytest.MonkeyPatch) -> Any:
    def follow(script: Script, *dags: str) -> tuple[int, str, Mwaa]:
        mwaa, written = Mwaa(GREEN | dict(script)), io.StringIO()
        for module in (mwaa_api, pipeline, task_log):
            monkeypatch.setattr(module, "time", mwaa)
        outputs = {"environment_name": "one", "airflow_ui_url": "https://airflow.example"}
        deployment = SimpleNamespace(outputs=lambda _: outputs, client=lambda _: mwaa)
        code = pipeline.run(cast("Deployment", deployment), Console(file=written, width=200), dags or (STAGING, DM))
        return code, written.getvalue(), mwaa

    return follow


def test_all_dags_run_in_their_order_and_each_task_has_one_line(followed: Any) -> None:
    code, written, mwaa = followed({})
    assert code == 0
    assert [line.split()[:2] for line in written.splitlines()][1:3] == [["✓", "load_date"], ["✓", "load_sales"]]
    assert written.count("✓ load_sales") == 2
    assert written.splitlines()[-1].startswith("All 2 DAGs succeeded.")
    assert [call for call in mwaa.airflow.asked if call.startswith("PATCH")] == [f"PATCH /dags/{dag}" for dag in (STAGING, DM)]
    assert followed({}, DM)[1].splitlines()[-1].startswith("The DAG succeeded.")


def test_after_a_failed_dag_no_other_one_begins(followed: Any) -> None:
    failed = tasks(task("load_date", "failed", **ENDED), task("load_sales", "upstream_failed"))
    code, written, mwaa = followed({TASKS: [failed]} | of_both("GET", "/dags/{}/dagRuns", runs(wanted="failed")))
    assert code == 1
    assert f"PATCH /dags/{DM}" not in mwaa.airflow.asked
    assert "load_date failed. The end of its log, in airflow-one-Task" in written
    assert "load_sales failed." not in written
    assert 20 < mwaa.waited <= 22


@pytest.mark.parametrize("what", NEVER)
def test_what_stops_the_pipeline_stops_it_when_its_time_is_over(followed: Any, what: str) -> None:
    script, text = NEVER[what]
    script = QUEUED if script == GREEN else script
    waiting = {TASKS: script.get(TASKS, GREEN[TASKS])[:1]} if what in NOT_BEGINNING else {}
    code, written, mwaa = followed(script | waiting)
    assert code == 1
    assert text.removesuffix("0 min") in written
    waits = {"no end": 3600, "a web server that is broken": 15, "a DAG that is not there": 900} | dict.fromkeys(NOT_BEGINNING, 900)
    wait = waits.get(what, 0)
    assert wait <= mwaa.waited <= wait + 5


@pytest.mark.parametrize(("seconds", "is_taken"), [(0, True), (895, True), (900, True), (910, False)])
def test_a_dag_that_airflow_has_not_read_yet_is_awaited(followed: Any, seconds: int, is_taken: bool) -> None:
    unread = ABSENT[KNOWN] * (seconds // 5)
    code, written, _ = followed({KNOWN: [*unread, *AWAKE[KNOWN]]}, STAGING)
    assert (code == 0) == is_taken
    assert ("knows no such DAG after 15 min" in written) != is_taken


@pytest.mark.parametrize(("minutes", "is_taken"), [(1, True), (59, True), (61, False)])
def test_a_run_that_has_begun_may_take_an_hour(followed: Any, minutes: int, is_taken: bool) -> None:
    done = of_both("GET", "/dags/{}/dagRuns", runs(wanted="success"))
    code, written, _ = followed({TASKS: [RUNNING] * (minutes * 12) + [DONE]} | done, DM)
    assert (code == 0) == is_taken
    assert ("has not ended within 60 min" in written) != is_taken


@pytest.mark.parametrize(("failures", "is_borne"), [(1, True), (3, True), (4, False)])
def test_a_web_server_may_fail_some_times_in_a_row(followed: Any, failures: int, is_borne: bool) -> None:
    """And as often again once it has answered; whatever it is asked for. What it was asked for twice, it does once."""
    script = {TASKS: [RUNNING, *[BUSY] * min(failures, 3), RUNNING, *[BUSY] * failures, DONE]}
    script |= of_both("GET", "/dags/{}/dagRuns", runs(wanted="success"))
    for call in (TASKS, KNOWN, f"PATCH /dags/{STAGING}", f"POST /dags/{STAGING}/dagRuns", f"GET /dags/{STAGING}/dagRuns"):
        answers = script[TASKS] if call == TASKS else [*[BUSY] * failures, *(script | GREEN)[call][-1:]]
        code, written, _ = followed(script | {call: answers}, STAGING)
        assert (code == 0) == is_borne, call
        assert ("Airflow's web server failed" in written) != is_borne, call


def test_a_refusal_is_an_answer(followed: Any) -> None:
    forbidden = (403, {"title": "Forbidden"})
    code, written, mwaa = followed({KNOWN: [forbidden, *GREEN[KNOWN]]})
    assert code == 1
    assert f"Airflow forbids {KNOWN} to your role" in written
    assert mwaa.waited == 0


def test_a_command_that_is_interrupted_says_whether_a_run_goes_on(followed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Mwaa, "sleep", interrupt)
    code, written, mwaa = followed({TASKS: [RUNNING]})
    assert code == pipeline.INTERRUPTED
    assert f"The run {mwaa.airflow.run} goes on without this command: https://airflow.example/dags/" in written
    code, written, _ = followed(ABSENT)
    assert (code, written.splitlines()[-1]) == (pipeline.INTERRUPTED, f"No run of {STAGING} was triggered.")
