"""The emulated AWS answers programs on this machine, and no page in its browser."""

import socket
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from local.aws.machine import Aws
from tests.lineage.attacks import PLACES, Target, attacked, rebound
from tests.lineage.browser import require_browser, shown
from tests.local.signed import SECONDS, send_query

pytestmark = pytest.mark.system

SIGNED_ADDRESS = "/?X-Amz-Credential=k/20260131/us-east-1/secretsmanager/aws4_request"
PAGES: list[dict[str, str]] = [
    {"Host": "evil.example"},
    {"Host": "aws.test"},
    {"Host": "raw.s3.amazonaws.com"},
    {"Host": "raw.127.0.0.1"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
    {"Sec-Fetch-Site": "same-site"},
]


def _ask(aws: Aws, method: str, path: str, headers: Mapping[str, str], content: str = "") -> httpx.Response:
    return httpx.request(method, aws.url + path, headers=dict(headers), content=content, trust_env=False, timeout=SECONDS)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_page_gets_nothing_and_nothing_done(aws: Aws, page: dict[str, str]) -> None:
    aws.put_secrets({"one": "the secret"})
    calls = aws.calls()
    for method, path in (("GET", SIGNED_ADDRESS), ("GET", "/emulator/inventory"), ("POST", "/emulator/reset"), ("POST", "/moto-api/reset")):
        answer = _ask(aws, method, path, page)
        assert (answer.status_code, answer.json()["__type"]) == (403, "AccessDeniedException"), (method, path)
    signed = {
        "Authorization": "AWS4-HMAC-SHA256 Credential=k/20260131/us-east-1/secretsmanager/aws4_request, SignedHeaders=host, Signature=0"
    }
    wanted = signed | {"X-Amz-Target": "secretsmanager.GetSecretValue", "Content-Type": "application/x-amz-json-1.1"}
    answer = _ask(aws, "POST", "/", wanted | page, '{"SecretId": "one"}')
    assert (answer.status_code, "the secret" in answer.text) == (403, False)
    assert aws.calls() == calls
    assert _ask(aws, "POST", "/", wanted, '{"SecretId": "one"}').json()["SecretString"] == "the secret"


@pytest.mark.parametrize(
    "kind", ["text/plain", "text/plain;charset=UTF-8", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"]
)
def test_what_a_form_can_send_is_signed_or_refused(aws: Aws, kind: str) -> None:
    aws.client("s3").create_bucket(Bucket="raw")
    path = SIGNED_ADDRESS.replace("secretsmanager", "sts")
    for where in (path, "/emulator/reset", "/raw?AWSAccessKeyId=k&Signature=s&Expires=9999999999"):
        answer = _ask(aws, "POST", where, {"Content-Type": kind}, "Action=GetCallerIdentity&Version=2011-06-15")
        assert (answer.status_code, "a form can send this" in answer.text) == (403, True), where
    assert aws.inventory()["s3"] == ["raw"]
    assert send_query(aws, "sts", "GetCallerIdentity", Version="2011-06-15").status_code == 200


def test_no_answer_lets_other_pages_read_it(aws: Aws) -> None:
    own = {"Origin": aws.url, "Access-Control-Request-Method": "PUT"}
    aws.client("s3").create_bucket(Bucket="raw")
    for method, path in (("OPTIONS", "/raw"), ("GET", "/raw?AWSAccessKeyId=k&Signature=s&Expires=9999999999"), ("GET", "/emulator/calls")):
        answer = _ask(aws, method, path, own)
        assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    ("host", "taken"), [("api.aws.test", True), ("raw.s3.amazonaws.com", True), ("raw.127.0.0.1", True), ("evil.example", False)]
)
def test_as_a_proxy_it_stands_for_the_hosts_of_aws_only(aws: Aws, host: str, taken: bool) -> None:
    with socket.create_connection(("127.0.0.1", aws.port), timeout=SECONDS) as connection:
        connection.sendall(f"GET http://{host}/emulator/calls HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 200 " if taken else b"HTTP/1.1 403 ")


BUCKET = "the-bucket-of-secrets"


@pytest.mark.parametrize("place", PLACES)
def test_a_page_in_a_browser_gets_nothing_and_nothing_done(aws: Aws, place: str, tmp_path: Path) -> None:
    require_browser()
    aws.client("s3").create_bucket(Bucket=BUCKET)
    calls = aws.calls()
    signed = SIGNED_ADDRESS.replace("secretsmanager", "sts") + "&Action=GetCallerIdentity&Version=2011-06-15"
    found = attacked(place, Target(f"{aws.url}/emulator/reset", {}, aws.url + signed, f"{aws.url}/emulator/inventory"), tmp_path)
    assert (found["image"], found["socket"]) == ("failed", "closed")
    assert found["read"].startswith("TypeError"), "the browser gives no answer to the page"
    assert aws.calls() == calls
    assert aws.inventory()["s3"] == [BUCKET]


def test_a_name_that_is_given_this_machines_address_reads_nothing(aws: Aws, tmp_path: Path) -> None:
    require_browser()
    aws.client("s3").create_bucket(Bucket=BUCKET)
    dom = rebound(aws.port, "/emulator/inventory", tmp_path)
    assert "ERR_INVALID_RESPONSE" in dom, "it was answered, with what no browser shows: a refusal as AWS sends it"
    assert BUCKET not in dom
    assert BUCKET in shown(f"{aws.url}/emulator/inventory", tmp_path, milliseconds=1000), "the person's own address shows it"
