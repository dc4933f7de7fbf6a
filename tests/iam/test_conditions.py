"""Each condition operator as AWS says.

[O] is the page "Condition operators", [M] "Multivalued context keys examples", [V] "Variables and tags".
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from local.aws.iam import Document, PolicyError
from local.aws.iam.conditions import parse

TAGS = {"aws:TagKeys": "key1*"}


def holds(operator: str, condition: dict[str, Any], context: Mapping[str, Sequence[str]]) -> bool:
    lower = {key.lower(): values for key, values in context.items()}
    return all(one.holds(lower, lower) for one in parse({operator: condition}))


@pytest.mark.parametrize(
    ("operator", "wanted", "given", "expected"),
    [
        # Strings: case-sensitive unless named otherwise, whole, wildcards only in Like [O].
        ("StringEquals", "iamuser-admin", "iamuser-admin", True),
        ("StringEquals", "iamuser-admin", "iamuser-Admin", False),
        ("StringEquals", "iamuser-*", "iamuser-admin", False),
        ("StringNotEquals", "hr", "finance", True),
        ("StringNotEquals", ["hr", "finance"], "finance", False),
        ("StringEqualsIgnoreCase", "Preprod", "preprod", True),
        ("StringNotEqualsIgnoreCase", "Preprod", "preprod", False),
        ("StringLike", ["", "home/", "home/${aws:username}/"], "home/mia/", False),
        ("StringLike", "home/*", "home/mia/letters", True),
        ("StringLike", "data-?", "data-12", False),
        ("StringLike", "${*}.parquet", "one.parquet", False),
        ("StringLike", "${*}.parquet", "*.parquet", True),
        ("StringNotLike", "data*", "database", False),
        # Numbers, dates, booleans [O].
        ("NumericLessThanEquals", "10", "10", True),
        ("NumericLessThan", "10", "9.5", True),
        ("NumericGreaterThan", "10", "9", False),
        ("NumericGreaterThanEquals", 9, "10", True),
        ("NumericEquals", "10", "10.0", True),
        ("NumericNotEquals", "10", "11", True),
        ("NumericEquals", "10", "ten", False),
        ("DateGreaterThan", "2020-01-01T00:00:01Z", "2020-01-01T00:00:02Z", True),
        ("DateLessThan", "1577836801", "2020-01-01T00:00:00Z", True),
        ("DateLessThanEquals", "2020-01-01", "2020-01-02T00:00:00Z", False),
        ("DateEquals", "2020-01-01T00:00:00Z", "1577836800", True),
        ("DateNotEquals", "2020-01-01T00:00:00Z", "1577836801", True),
        ("Bool", "false", "false", True),
        ("Bool", False, "true", False),
        ("BinaryEquals", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", True),
        # Addresses: without a prefix one address, no version is in the other [O].
        ("IpAddress", "203.0.113.0/24", "203.0.113.7", True),
        ("IpAddress", "203.0.113.7", "203.0.113.8", False),
        ("IpAddress", ["203.0.113.0/24", "2001:DB8:1234:5678::/64"], "2001:db8:1234:5678::1", True),
        ("IpAddress", "0.0.0.0/0", "2001:db8::1", False),
        ("NotIpAddress", "203.0.113.0/24", "198.51.100.7", True),
        # ARNs: six fields, each by itself; Equals and Like are the same [O].
        ("ArnEquals", "arn:aws:sns:REGION:123456789012:*", "arn:aws:sns:REGION:123456789012:topic", True),
        ("ArnLike", "arn:aws:iam::*:role/*", "arn:aws:iam::123456789012:role/a/b", True),
        ("ArnLike", "arn:aws:*:role/b", "arn:aws:iam::123456789012:role/b", False),
        ("ArnNotLike", "arn:aws:iam::123456789012:role/a", "arn:aws:iam::123456789012:role/b", True),
        ("ArnNotEquals", "arn:aws:iam::123456789012:role/*", "arn:aws:iam::123456789012:role/b", False),
        ("ArnLike", "arn:aws:iam::123456789012:role/a", "no ARN", False),
    ],
)
def test_operator_of_one_value(operator: str, wanted: Any, given: str, expected: bool) -> None:
    assert holds(operator, {"some:Key": wanted}, {"some:Key": [given]}) is expected


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        # A missing key: no match, but for what is negated or says IfExists [O].
        ("StringEquals", False),
        ("StringLike", False),
        ("Bool", False),
        ("IpAddress", False),
        ("NumericEquals", False),
        ("DateLessThan", False),
        ("ArnLike", False),
        ("StringNotEquals", True),
        ("StringNotLike", True),
        ("StringNotEqualsIgnoreCase", True),
        ("ArnNotLike", True),
        ("NumericNotEquals", True),
        ("DateNotEquals", True),
        ("NotIpAddress", True),
        ("StringEqualsIfExists", True),
        ("BoolIfExists", True),
        ("IpAddressIfExists", True),
        ("ForAllValues:StringEquals", True),
        ("ForAllValues:StringNotLike", True),
        ("ForAnyValue:StringEquals", False),
        ("ForAnyValue:StringNotEquals", False),
    ],
)
def test_missing_key(operator: str, expected: bool) -> None:
    value = {"Bool": "true", "Nume": "1", "Date": "0", "IpAd": "192.0.2.1", "NotI": "192.0.2.1"}.get(operator[:4], "text")
    assert holds(operator, {"some:Key": value}, {}) is expected


@pytest.mark.parametrize(
    ("operator", "given", "expected"),
    [
        # The tables of [M], for {"aws:TagKeys": "key1*"}.
        ("ForAllValues:StringNotLike", ["key1:legal"], False),
        ("ForAllValues:StringNotLike", ["key1:hr", "key1:personnel"], False),
        ("ForAllValues:StringNotLike", ["key2:audit"], True),
        ("ForAnyValue:StringLike", ["key1:legal"], True),
        ("ForAnyValue:StringLike", ["key1:legal", "key2:audit"], True),
        ("ForAnyValue:StringLike", ["key2:audit"], False),
        ("ForAllValues:StringLike", ["key1:legal", "key2:audit"], False),
        ("ForAnyValue:StringNotLike", ["key1:legal", "key2:audit"], True),
        ("ForAnyValue:StringNotLike", ["key1:legal", "key1:hr"], False),
    ],
)
def test_multivalued_key(operator: str, given: list[str], expected: bool) -> None:
    assert holds(operator, TAGS, {"aws:TagKeys": given}) is expected


def test_several_values_need_a_set_operator() -> None:
    """[M]: a multivalued key requires a set operator."""
    with pytest.raises(PolicyError, match=r"aws:TagKeys has 2 values in this request: StringLike needs ForAnyValue or ForAllValues"):
        holds("StringLike", TAGS, {"aws:TagKeys": ["key1:a", "key1:b"]})


@pytest.mark.parametrize(
    ("value", "given", "expected"), [("true", [], True), ("true", ["x"], False), ("false", ["x"], True), (False, [], False)]
)
def test_null(value: Any, given: list[str], expected: bool) -> None:
    assert holds("Null", {"aws:TokenIssueTime": value}, {"aws:TokenIssueTime": given} if given else {}) is expected


def test_a_key_has_no_case() -> None:
    assert holds("StringEquals", {"AWS:SourceIP": "x"}, {"aws:SourceIp": ["x"]})


def test_all_keys_and_operators_must_hold() -> None:
    lower = {"aws:sourceaccount": ["123456789012"], "aws:securetransport": ["false"]}
    conditions = parse({"StringEquals": {"aws:SourceAccount": "123456789012"}, "Bool": {"aws:SecureTransport": "true"}})
    assert [one.holds(lower, lower) for one in conditions] == [True, False]


@pytest.mark.parametrize(
    ("value", "context", "expected"),
    [
        ("${aws:username}", {"aws:username": ["mia"]}, True),
        ("${aws:UserName}", {"aws:username": ["mia"]}, True),
        ("${aws:username}", {}, False),
        ("${aws:username, 'mia'}", {}, True),
        ("${aws:username, 'mia'}", {"aws:username": ["max"]}, False),
        ("${aws:TagKeys}", {"aws:TagKeys": ["mia", "max"]}, False),
    ],
)
def test_policy_variable(value: str, context: dict[str, list[str]], expected: bool) -> None:
    """[V]: a missing one matches nothing, a default steps in, a multivalued key is none."""
    assert holds("StringEquals", {"s3:prefix": value}, {"s3:prefix": ["mia"]} | context) is expected


def test_the_value_of_a_variable_is_no_wildcard() -> None:
    assert not holds("StringLike", {"s3:prefix": "home/${aws:username}"}, {"s3:prefix": ["home/mia"], "aws:username": ["*"]})


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ({"StringMatches": {"a:B": "c"}}, "'StringMatches' is no condition operator"),
        ({"stringequals": {"a:B": "c"}}, "'stringequals' is no condition operator"),
        ({"ForSomeValues:StringEquals": {"a:B": "c"}}, "no condition operator"),
        ({"NullIfExists": {"a:B": "true"}}, "no condition operator"),
        ({"Bool": {"a:B": "yes"}}, r"Bool of a:B: \['yes'\] are no values"),
        ({"Null": {"a:B": "maybe"}}, "no values"),
        ({"NumericEquals": {"a:B": "ten"}}, "no values"),
        ({"IpAddress": {"a:B": "203.0.113.0/99"}}, "no values"),
        ({"DateLessThan": {"a:B": "tomorrow"}}, "no values"),
        ({"StringEquals": "c"}, "StringEquals holds an object of condition keys"),
        ({"StringEquals": {"a:B": {}}}, "a text or a list of texts"),
        ({"StringEquals": {"a:B": []}}, "a text or a list of texts"),
        ("x", "Condition is an object of operators"),
    ],
)
def test_what_is_no_condition(condition: Any, message: str) -> None:
    policy = {"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": condition}}
    with pytest.raises(PolicyError, match=message):
        Document.parse(policy)
