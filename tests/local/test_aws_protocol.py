"""An answer that botocore would not read as it was meant is an error of the emulator, not an answer."""

from datetime import UTC, datetime
from typing import Any

import pytest
from moto.core.utils import get_service_model

from local.aws.emulator.errors import NotEmulated
from local.aws.emulator.moto_side import Answer
from local.aws.emulator.protocol import Call, parsed, success

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
