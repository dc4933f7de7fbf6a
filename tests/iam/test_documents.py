"""What AWS refuses in a policy is refused: "Grammar of the IAM JSON policy language" and the pages of the elements."""

from typing import Any

import pytest

from local.aws.iam import Document, Policies, PolicyError

OWN = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
BUCKETS = OWN | {"Principal": "*"}
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "glue.amazonaws.com"}}


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ("{", "a policy is JSON"),
        ("[]", "a policy is an object with Statement"),
        ({"Version": "2012-10-17"}, "an object with Statement"),
        ({"Statements": [OWN], "Statement": OWN}, "an object with Statement"),
        ({"Version": "2012-10-18", "Statement": [OWN]}, "Version is 2012-10-17 or 2008-10-17, not '2012-10-18'"),
        ({"Statement": []}, "a policy has a statement"),
        ({"Statement": [OWN | {"Sid": "A"}, OWN | {"Sid": "A"}]}, "no Sid twice"),
        ({"Statement": ["x"]}, "statement 1 is an object"),
        ({"Statement": OWN | {"Effect": "allow"}}, "statement number 1: Effect is Allow or Deny, not 'allow'"),
        ({"Statement": OWN | {"Sid": "Read", "Conditions": {}}}, "statement Read: a statement has no element Conditions"),
        ({"Statement": {"Effect": "Allow", "Resource": "*"}}, "Action or NotAction names actions"),
        ({"Statement": OWN | {"Action": "GetObject"}}, "Action or NotAction names actions"),
        ({"Statement": OWN | {"NotAction": "s3:*"}}, "Action or NotAction, not both"),
        ({"Statement": OWN | {"Resource": "bucket/*"}}, 'a resource is an ARN or "\\*"'),
        ({"Statement": OWN | {"Resource": []}}, "a text or a list of texts"),
        ({"Statement": BUCKETS | {"Principal": "arn:aws:iam::123456789012:root"}}, "a principal is"),
        ({"Statement": BUCKETS | {"Principal": {"Aws": "*"}}}, "a principal is"),
        ({"Statement": BUCKETS | {"Principal": {"AWS": "arn:aws:iam::123456789012:role/*"}}}, "no principal: an account"),
        ({"Statement": BUCKETS | {"Principal": {"AWS": "12345"}}}, "no principal: an account"),
        ({"Statement": OWN | {"NotPrincipal": {"AWS": "123456789012"}}}, "NotPrincipal stands with Deny alone"),
    ],
)
def test_what_is_no_policy(policy: Any, message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        Document.parse(policy)


@pytest.mark.parametrize(
    ("policies", "message"),
    [
        (lambda: Policies(identity=[parsed(BUCKETS)]), "of the identity policy may have no Principal"),
        (lambda: Policies(resource=parsed(OWN)), "of the resource policy needs a Principal"),
        (lambda: Policies(endpoint=parsed(OWN)), "of the endpoint policy needs a Principal"),
        (lambda: Policies(key=parsed(OWN)), "of the key policy needs a Principal"),
        (lambda: Policies(resource=parsed(TRUST | {"Resource": "*"})), "of the resource policy may have no Resource"),
        (lambda: Policies(endpoint=parsed(TRUST)), "of the endpoint policy needs a Resource"),
        (lambda: Policies(resource=parsed(without_principal(TRUST) | {"Effect": "Deny", "NotPrincipal": "*"})), "may have no NotPrincipal"),
    ],
)
def test_a_policy_stands_where_it_may(policies: Any, message: str) -> None:
    with pytest.raises(PolicyError, match=message):
        policies()


def test_a_policy_is_read_from_text_and_from_what_became_of_it() -> None:
    text = '{"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}'
    assert Document.parse(text) == Document.parse({"Statement": [OWN]})


def parsed(statement: dict[str, Any]) -> Document:
    return Document.parse({"Version": "2012-10-17", "Statement": [statement]})


def without_principal(statement: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in statement.items() if name != "Principal"}
