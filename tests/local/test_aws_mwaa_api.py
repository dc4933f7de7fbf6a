"""The emulated MWAA's InvokeRestApi: what it passes on to the Airflow behind, what it refuses, and what it makes of the answers."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.aws.emulator import rest_api
from local.aws.emulator.airflow_behind import AirflowBehind
from local.aws.emulator.errors import Refused
from local.aws.machine import Aws
from tests.local.signed import send
from tests.operations import right_environment
from tests.operations.answering import Answer, Request, answering
from tests.operations.right_environment import NAME

TOKEN = "of-airflow-3"


@dataclass
class Behind:
    """The Airflow behind: what it is asked, and what it says."""

    said: Answer = field(default_factory=lambda: Answer(200, b'{"dags": []}'))
    asked: list[Request] = field(default_factory=list)
    seconds: float = 0

    def answer(self, request: Request) -> Answer:
        if request.path == "/auth/token":
            assert json.loads(request.body) == {"username": "admin", "password": "secret"}
            return Answer(201, json.dumps({"access_token": TOKEN}).encode())
        self.asked.append(request)
        time.sleep(self.seconds)
        return self.said


@pytest.fixture
def behind(aws: Aws) -> Iterator[Behind]:
    airflow = Behind()
    assert aws.airflow
    with answering(airflow.answer) as url:
        api = {"url": url, "user": "admin", "password": "secret"}
        aws.airflow.write_text(json.dumps({"command": [], "environment": {}, "api": api}))
        yield airflow
    aws.airflow.unlink()


@pytest.fixture
def create(aws: Aws) -> Callable[..., None]:
    """Make an environment, with these of its parameters changed."""

    def make(**changed: str) -> None:
        world = right_environment.make(aws.client)
        world.environment |= changed
        right_environment.create(world, aws.client("mwaa"))

    return make


def invoke(aws: Aws, method: str = "GET", path: str = "/dags", name: str = NAME, **more: Any) -> httpx.Response:
    body = json.dumps({"Method": method, "Path": path, **more})
    return send(aws, "airflow", "POST", f"/restapi/{name}", body=body, headers={"Content-Type": "application/json"})


def error(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.headers["x-amzn-errortype"]


@pytest.mark.system
class TestPassedOn:
    def test_airflow_2_is_asked_at_its_first_api_with_a_password(self, aws: Aws, create: Callable[..., None], behind: Behind) -> None:
        create(AirflowVersion="2.7.2")
        answer = invoke(aws, "PATCH", "/dags/one", QueryParameters={"update_mask": "is_paused", "all": True}, Body={"is_paused": False})
        assert (answer.status_code, answer.json()) == (200, {"RestApiStatusCode": 200, "RestApiResponse": {"dags": []}})
        (asked,) = behind.asked
        assert (asked.method, asked.path) == ("PATCH", "/api/v1/dags/one?update_mask=is_paused&all=true")
        assert json.loads(asked.body) == {"is_paused": False}
        assert asked.headers["authorization"].startswith("Basic ")

    def test_airflow_3_is_asked_at_its_second_api_with_a_token(self, aws: Aws, create: Callable[..., None], behind: Behind) -> None:
        create(AirflowVersion="3.3.1")
        assert invoke(aws, path="/dags/one").status_code == 200
        (asked,) = behind.asked
        assert (asked.method, asked.path, asked.body) == ("GET", "/api/v2/dags/one", b"")
        assert asked.headers["authorization"] == f"Bearer {TOKEN}"

    @pytest.mark.parametrize(
        ("status", "code"), [(404, "RestApiClientException"), (409, "RestApiClientException"), (500, "RestApiServerException")]
    )
    def test_an_error_of_airflows_comes_with_its_answer(
        self, aws: Aws, create: Callable[..., None], behind: Behind, status: int, code: str
    ) -> None:
        create()
        behind.said = Answer(status, b'{"detail": "no"}')
        answer = invoke(aws)
        assert error(answer) == (400, code)
        assert answer.json().items() >= {"RestApiStatusCode": status, "RestApiResponse": {"detail": "no"}}.items()

    def test_an_answer_may_be_empty_or_a_page(self, aws: Aws, create: Callable[..., None], behind: Behind) -> None:
        create()
        behind.said = Answer(204)
        assert invoke(aws, "DELETE", "/dags/one").json() == {"RestApiStatusCode": 204, "RestApiResponse": {}}
        behind.said = Answer(502, b"<html>bad gateway</html>")
        assert invoke(aws).json()["RestApiResponse"] == {"detail": "<html>bad gateway</html>"}


@pytest.mark.system
class TestRefused:
    @pytest.mark.parametrize("path", ["/" + "d" * 64, "dags", "/../../auth/token", "/dags/./one", "/dags?limit=1", "/dags#one", ""])
    def test_a_path_that_is_none_of_the_api(self, aws: Aws, create: Callable[..., None], behind: Behind, path: str) -> None:
        create()
        answer = invoke(aws, path=path)
        assert error(answer) == (400, "ValidationException")
        assert "Path" in answer.text
        assert behind.asked == []

    @pytest.mark.parametrize("request_", [{"method": "HEAD"}, {"Headers": {"a": "b"}}])
    def test_what_the_operation_does_not_know(
        self, aws: Aws, create: Callable[..., None], behind: Behind, request_: dict[str, Any]
    ) -> None:
        create()
        assert error(invoke(aws, **request_)) == (400, "ValidationException")
        assert behind.asked == []

    def test_an_environment_that_is_not_there_or_not_ready(self, aws: Aws, create: Callable[..., None], behind: Behind) -> None:
        assert error(invoke(aws)) == (404, "ResourceNotFoundException")
        aws.hold_environments()
        create()
        assert error(invoke(aws)) == (404, "ResourceNotFoundException")
        aws.release_environments()
        assert invoke(aws).status_code == 200
        assert len(behind.asked) == 1

    def test_a_private_web_server_from_outside_its_vpc(self, aws: Aws, create: Callable[..., None], behind: Behind) -> None:
        create(WebserverAccessMode="PRIVATE_ONLY")
        assert error(invoke(aws)) == (403, "AccessDeniedException")
        assert behind.asked == []

    def test_an_answer_of_more_than_six_megabytes(self, aws: Aws, create: Callable[..., None], behind: Behind) -> None:
        create()
        behind.said = Answer(200, json.dumps("x" * (rest_api.MOST_BYTES - 2)).encode())
        assert invoke(aws).status_code == 200
        behind.said = Answer(200, json.dumps("x" * rest_api.MOST_BYTES).encode())
        answer = invoke(aws)
        assert error(answer) == (400, "RestApiServerException")
        assert "larger than 6000000 bytes" in answer.json()["RestApiResponse"]["detail"]


def test_a_call_that_takes_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest_api, "SECONDS", 0.2)
    airflow = Behind(seconds=1)
    told = tmp_path / "airflow.json"
    with answering(airflow.answer) as url:
        told.write_text(json.dumps({"api": {"url": url, "user": "admin", "password": "secret"}}))
        environment = {"Name": NAME, "AirflowVersion": "2.7.2", "WebserverAccessMode": "PUBLIC_ONLY"}
        with pytest.raises(Refused) as refused:
            rest_api.invoke(AirflowBehind(told), environment, {"Method": "GET", "Path": "/dags"})
    assert refused.value.code == "RestApiServerException"
    assert vars(refused.value)["RestApiStatusCode"] == 504
