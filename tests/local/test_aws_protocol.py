"""An answer that botocore would not read as it was meant is an error of the emulator, not an answer."""

from datetime import UTC, datetime
from typing import Any

import pytest
from moto.core.request import Request
from moto.core.utils import get_service_model
from werkzeug.test import EnvironBuilder

from local.aws.emulator.errors import NotEmulated, Refused
from local.aws.emulator.moto_side import Answer
from local.aws.emulator.protocol import Addressed, Call, address, parsed, success

ANSWERS: dict[str, tuple[dict[str, Any], str]] = {
    "a member of another name": ({"namespace": {"namespaceColour": "red"}}, 'namespace: "namespaceColour"'),
    "a value of another type": ({"namespace": {"namespaceName": 5}}, "namespace.namespaceName, value: 5"),
    "a value outside its enumeration": ({"namespace": {"status": "RED"}}, "namespace.status, value: RED"),
    "an absent value": ({"namespace": {"dbName": None}}, "namespace.dbName, value: None"),
}


def call(service: str, operation: str) -> Call:
    model = get_service_model(service)
    return Call(service, "us-east-1", model.operation_model(operation), {}, str(model.protocol))


@pytest.mark.parametrize("case", ANSWERS)
def test_an_answer_of_ours_that_the_model_does_not_know_is_caught(case: str) -> None:
    answer, message = ANSWERS[case]
    with pytest.raises(NotEmulated) as caught:
        success(call("redshift-serverless", "GetNamespace"), answer)
    assert message in caught.value.message
    assert "redshift-serverless.GetNamespace" in caught.value.message


def test_an_answer_that_does_not_arrive_is_caught() -> None:
    """Such as an empty list in XML, where nothing stands for it."""
    with pytest.raises(NotEmulated, match=r"s3.ListObjectsV2 does not arrive: Contents"):
        success(call("s3", "ListObjectsV2"), {"Name": "raw", "Contents": []})


def test_a_good_answer_arrives() -> None:
    made = datetime(2026, 11, 24, tzinfo=UTC)
    answer = {"namespace": {"namespaceName": "one", "creationDate": made, "iamRoles": ["a", "b"], "status": "AVAILABLE"}}
    asked = call("redshift-serverless", "GetNamespace")
    assert parsed(asked, success(asked, answer)) == answer


@pytest.mark.parametrize(("service", "operation"), [("glue", "GetDatabase"), ("ec2", "DescribeVpcs"), ("route53", "GetHostedZone")])
def test_an_answer_of_moto_that_botocore_cannot_read_is_caught(service: str, operation: str) -> None:
    with pytest.raises(NotEmulated, match=rf"botocore cannot read the answer to {service}.{operation}"):
        parsed(call(service, operation), Answer("200 OK", [], b"<<<"))


PARTS = ["AKIA", "20260131", "eu-west-1", "glue", "aws4_request"]


def addressed(credential: str, *, in_address: bool) -> Addressed:
    query, header = {"X-Amz-Credential": credential}, ("Authorization", f"AWS4-HMAC-SHA256 Credential={credential}, Signature=0")
    return address(Request(EnvironBuilder(query_string=query if in_address else {}, headers=[] if in_address else [header]).get_environ()))


@pytest.mark.parametrize("in_address", [False, True])
def test_a_signature_says_whom_a_request_is_for(in_address: bool) -> None:
    to = addressed("/".join(PARTS), in_address=in_address)
    assert (to.service, to.region) == ("glue", "eu-west-1")


@pytest.mark.parametrize("in_address", [False, True])
@pytest.mark.parametrize("parts", [PARTS[:1], PARTS[:3], PARTS[:4], PARTS[1:], ["AKIA", *PARTS], PARTS * 2], ids=len)
def test_a_malformed_credential_is_refused_as_aws_refuses_it(parts: list[str], in_address: bool) -> None:
    with pytest.raises(Refused, match="must have exactly 5 slash-delimited elements") as caught:
        addressed("/".join(parts), in_address=in_address)
    assert caught.value.code == "IncompleteSignature"


@pytest.mark.parametrize("header", ["", "Bearer key", "AWS4-HMAC-SHA256 Signature=0"])
def test_a_request_without_a_credential_is_not_signed(header: str) -> None:
    with pytest.raises(Refused, match="not signed"):
        address(Request(EnvironBuilder(headers=[("Authorization", header)]).get_environ()))


def test_an_address_signed_in_the_old_way_is_for_s3() -> None:
    assert address(Request(EnvironBuilder(query_string={"AWSAccessKeyId": "AKIA", "Signature": "0"}).get_environ())).service == "s3"
