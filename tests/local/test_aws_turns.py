"""moto's backends are made for one thread, and Terraform asks from many: the emulated AWS lets it answer one request at a time."""

import threading
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from werkzeug.test import Client

from local.aws.emulator.airflow_behind import AirflowBehind
from local.aws.emulator.app import Emulator
from local.aws.emulator.moto_side import Answer, Moto
from local.aws.emulator.warehouse_behind import WarehouseBehind

SECONDS = 0.5


def signed(body: str) -> dict[str, str]:
    request = AWSRequest("POST", "http://localhost/", {"Content-Type": "application/x-www-form-urlencoded"}, body)
    SigV4Auth(Credentials("key", "secret"), "ec2", "us-east-1").add_auth(request)
    return dict(request.headers)


def test_a_request_waits_until_moto_has_answered_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    answer, entered = Moto.answer, threading.Semaphore(0)
    met: list[bool] = []
    first = threading.Lock()

    def slowly(moto: Moto, environ: dict[str, Any]) -> Answer:
        if first.acquire(blocking=False):
            met.append(entered.acquire(timeout=SECONDS))  # does the other one come in while this one answers?
        else:
            entered.release()
        return answer(moto, environ)

    monkeypatch.setattr(Moto, "answer", slowly)
    emulator, body = Emulator(AirflowBehind(None), WarehouseBehind(None)), "Action=DescribeVpcs&Version=2016-11-15"
    statuses: list[int] = []

    def ask() -> None:
        statuses.append(Client(emulator).post("/", data=body, headers=signed(body)).status_code)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert statuses == [200, 200]
    assert met == [False]
